"""Two people, one customer: what the second one is told instead of writing over the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any

from billing_tui.domain.audit import canonical, plain
from billing_tui.domain.currencies import format_money
from billing_tui.domain.errors import Conflict
from billing_tui.domain.money import Money

_WIDEST = 80


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, as it was when both began, as the other left it, and as you want it.

    `yours` equals `base` where you changed nothing.
    """

    field: str
    base: str
    theirs: str
    yours: str

    @property
    def clashes(self) -> bool:
        return self.theirs not in (self.base, self.yours) and self.yours != self.base

    def said(self) -> str:
        was, theirs, yours = (_short(text) for text in (self.base, self.theirs, self.yours))
        if self.yours == self.base:
            return f"{self.field} was {was}, now {theirs}."
        if self.theirs == self.base:
            return f"{self.field} is still {was}, you want {yours}."
        return f"{self.field} was {was}, now {theirs}, you want {yours}."


class CustomerChanged(Conflict):
    """Holds both sides of every field that either of the two changed."""

    def __init__(self, number: str, version: int, differences: Iterable[Difference]) -> None:
        self.number, self.version = number, version
        self.differences = tuple(differences)
        said = " ".join(difference.said() for difference in self.differences)
        super().__init__(
            "Changed meanwhile",
            f"Somebody changed {number} since you opened it. {said} "
            f"Save again on version {version} what should hold.",
        )


def differences(
    now: Mapping[str, str], before: Mapping[str, str], yours: Mapping[str, str]
) -> list[Difference]:
    """By field: `now` is all that stands, `before` what others replaced, `yours` what you want,
    each as `told` puts it."""
    names = [name for name in now if name in before or name in yours]
    found = []
    for name in names:
        theirs = now[name]
        base = before.get(name, theirs)
        wanted = yours.get(name, base)
        if len({base, theirs, wanted}) > 1:
            found.append(Difference(name, base, theirs, wanted))
    return found


def told(value: Any) -> str:
    """A field's value in one line, the same for what is typed and what is stored."""
    match value:
        case Money():
            return format_money(value)
        case Enum():
            return str(value.value)
        case str():
            return value
        case None:
            return ""
        case list() | tuple() | dict() if not value:
            return ""
    return canonical(_plain(value))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return plain(value)


def _short(text: str) -> str:
    return f"{text[:_WIDEST]!r}" + ("..." if len(text) > _WIDEST else "")
