"""Which rows of a list are marked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from billing_tui.domain.pages import Counted


@dataclass(frozen=True, slots=True)
class Marks:
    """The rows with these keys; with `everything`, all that match but these."""

    keys: frozenset[str] = frozenset()
    everything: bool = False

    def __contains__(self, key: str) -> bool:
        return (key in self.keys) != self.everything

    def __bool__(self) -> bool:
        return self.everything or bool(self.keys)

    def toggled(self, key: str) -> Marks:
        return replace(self, keys=self.keys ^ {key})

    def without(self, gone: Collection[str]) -> Marks:
        return replace(self, keys=self.keys - frozenset(gone))

    def count(self, total: Counted) -> Counted:
        if not self.everything:
            return Counted(len(self.keys))
        return Counted(max(0, total.rows - len(self.keys)), total.more)


NONE = Marks()
