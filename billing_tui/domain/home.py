"""Home: what waits to be done, and the figures that matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .alerts import Severity
from .dates import add_months
from .pages import Counted

DAYS, MONTHS, NEW_DAYS = 14, 12, 30
BROKEN = "record_broken"  # the code of a run that found the record not to hold


@dataclass(frozen=True, slots=True)
class WorkLine:
    """Something that waits: how much of it, in a sentence, and the list that shows it."""

    kind: str
    count: Counted
    severity: Severity
    about: str
    area: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """What was counted from this day on until the next point of its series."""

    day: date
    count: Counted


@dataclass(frozen=True, slots=True)
class Verified:
    """How the last look at the whole record that came to its end found it."""

    at: datetime
    holds: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """Series run from the oldest to the newest, which has just begun."""

    active: Counted
    new: Counted
    new_by_month: tuple[Point, ...]
    changes_today: Counted
    changes_by_day: tuple[Point, ...]
    verified: Verified | None


@dataclass(frozen=True, slots=True)
class HomePage:
    """What is worst comes first."""

    queue: tuple[WorkLine, ...]
    figures: Figures


def days_until(today: date) -> tuple[date, ...]:
    return tuple(today - timedelta(days=back) for back in reversed(range(DAYS)))


def months_until(today: date) -> tuple[date, ...]:
    """The first day of each month."""
    first = today.replace(day=1)
    return tuple(add_months(first, -back) for back in reversed(range(MONTHS)))


def in_order(lines: list[WorkLine]) -> tuple[WorkLine, ...]:
    return tuple(sorted(lines, key=lambda line: -line.severity.rank))


def said(count: Counted, one: str, many: str) -> str:
    """A count in words: `1 customer is`, `1,000 and more customers are`."""
    if count.more:
        return f"{count.rows:,} and more {many}"
    return f"1 {one}" if count.rows == 1 else f"{count.rows:,} {many}"
