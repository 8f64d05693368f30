"""What must always be true of the record, each by its id, and how a check reports on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

TITLES = {
    "I1": "Entries balance per currency and keep to the posting table",
    "I2": "Cached balances, summaries and search keys equal their rows",
    "I8": "States move along the table",
    "I12": "Every version of every row, and every entry, stands in the chain once and unchanged",
    "I13": "The audit chain verifies",
    "I14": "The audit chain extends every remembered checkpoint",
    "I16": "Numbers are given once",
    "I19": "Splits sum exactly",
    "I20": "No amount crosses currencies or exponents",
    "I23": "No row crosses organisations, and every reference leads somewhere",
}
MOST = 100  # a broken store could have a million findings; the first ones locate the trouble


@dataclass(frozen=True, slots=True)
class Finding:
    """The row that breaks an invariant, and how."""

    table: str
    key: str
    what: str


@dataclass(slots=True)
class Findings:
    """Gathers what one invariant finds while rows go by."""

    items: list[Finding] = field(default_factory=list)
    total: int = 0
    checked: int = 0

    def add(self, table: str, key: object, what: str) -> None:
        self.total += 1
        if len(self.items) < MOST:
            self.items.append(Finding(table, str(key), what))


@dataclass(frozen=True, slots=True)
class Outcome:
    """One invariant's answer. `more` counts the findings that are not listed."""

    id: str
    checked: int
    findings: tuple[Finding, ...] = ()
    more: int = 0
    note: str = ""

    @property
    def title(self) -> str:
        return TITLES[self.id]

    @property
    def holds(self) -> bool:
        return not self.findings

    @classmethod
    def of(cls, id: str, found: Findings, note: str = "") -> Outcome:
        listed = tuple(found.items)
        return cls(id, found.checked, listed, found.total - len(listed), note)

    def fields(self) -> dict[str, Any]:
        """As it is printed for scripts."""
        return {
            "id": self.id,
            "title": self.title,
            "holds": self.holds,
            "checked": self.checked,
            "findings": [
                {"table": each.table, "key": each.key, "what": each.what} for each in self.findings
            ],
            "more": self.more,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The whole answer. `sealed` is None where rows carry no seal; `since` and `last` are the
    chain's rows it spans, `since` being 0 unless only recent ones were looked at."""

    outcomes: tuple[Outcome, ...]
    sealed: bool | None
    since: int
    last: int
    head: str

    @property
    def holds(self) -> bool:
        return all(outcome.holds for outcome in self.outcomes)

    @property
    def exit(self) -> int:
        """0 all holds, 1 something is broken, 8 links hold but the seal could not be checked."""
        if not self.holds:
            return 1
        return 8 if self.sealed is False else 0

    def fields(self) -> dict[str, Any]:
        return {
            "holds": self.holds,
            "sealed": self.sealed,
            "since": self.since,
            "last": self.last,
            "head": self.head,
            "invariants": [outcome.fields() for outcome in self.outcomes],
        }


def listed(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """In the order of their ids."""
    order = list(TITLES)
    return tuple(sorted(outcomes, key=lambda outcome: order.index(outcome.id)))
