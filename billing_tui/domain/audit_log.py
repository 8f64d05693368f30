"""Browsing the audit trail: what is asked of it, a line of it, and one entry whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from .acts import Origin
from .dates import FIRST_YEAR, LAST_YEAR, day_begins, utc_text
from .errors import NotFound
from .history import Change

MOST_COUNTED = 10_000
MOST_CHANGED = 500


class EntryNotFound(NotFound):
    def __init__(self, seq: int) -> None:
        self.seq = seq
        super().__init__(
            "No such entry", f"The audit trail has no entry {seq}. See `billing-tui audit list`."
        )


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is empty leaves everything in. `who` is a login, `action` how acts begin; `object` is a
    kind such as `customer`, or one such as `customer:C-00001`, also by id. Days are those of the
    organisation's zone, both included."""

    who: str = ""
    action: str = ""
    object: str = ""
    request: str = ""
    since: date | None = None
    until: date | None = None


EVERYTHING = AuditFilter()


@dataclass(frozen=True, slots=True)
class AuditLine:
    """`at` is UTC as it was hashed; `label` names the object as people do, empty if unknown."""

    seq: int
    at: str
    who: str
    action: str
    object: str
    label: str
    version: int | None
    reason: str
    request: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something an act says beside what it changed, such as how many rows a file had."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A whole row. `sealed` is None where rows carry no seal, and says nothing about whether it
    holds, which verifying does."""

    line: AuditLine
    actor: str
    database_user: str
    origin: Origin
    changes: tuple[Change, ...]
    facts: tuple[Fact, ...]
    prev: str
    hash: str
    sealed: bool | None


def moments(since: date | None, until: date | None, zone_name: str) -> tuple[str, str]:
    """From which instant on and before which one, as the trail writes them; empty where open."""
    first = last = ""
    if since is not None and since.year >= FIRST_YEAR:
        first = utc_text(day_begins(since, zone_name))
    if until is not None and until.year <= LAST_YEAR:
        last = utc_text(day_begins(max(until, _FIRST) + timedelta(days=1), zone_name))
    return first, last


_FIRST = date(FIRST_YEAR, 1, 1)
