"""Dates of the organisation: its zone decides the day, and month ends follow one fixed rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .errors import InputError

FIRST_YEAR, LAST_YEAR = 1900, 2199
_UTC_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


class UnknownZone(InputError):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "Unknown time zone", f"{name!r} is not a time zone. Write it like Europe/Berlin or UTC."
        )


class DateOutOfRange(InputError):
    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(
            "Date out of range",
            f"{what} is outside the years {FIRST_YEAR} to {LAST_YEAR}. Check the year.",
        )


class NotAnInstant(InputError):
    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            "Not a point in time",
            f"{text[:40]!r} must be UTC with six decimals, like 2026-11-21T20:45:39.123456Z.",
        )


class NaiveTime(TypeError):
    """A programming error: a time without a zone reached a rule about dates."""


def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UnknownZone(name) from None


def local_date(instant: datetime, zone_name: str) -> date:
    """The business date of an instant: the day it is in the organisation's zone."""
    return _aware(instant).astimezone(zone(zone_name)).date()


def day_begins(day: date, zone_name: str) -> datetime:
    """The instant a business date begins, also where the clocks skip its midnight."""
    return datetime.combine(day, time(), zone(zone_name)).astimezone(UTC)


def utc_text(instant: datetime) -> str:
    """The one written form of an instant, as it is hashed: always UTC, always six digits."""
    return _aware(instant).astimezone(UTC).replace(tzinfo=None).isoformat("T", "microseconds") + "Z"


def parse_utc(text: str) -> datetime:
    if _UTC_TEXT.fullmatch(text) is None:
        raise NotAnInstant(text)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise NotAnInstant(text) from None
    if utc_text(instant) != text:  # some versions of Python read 24:00 as the next day
        raise NotAnInstant(text)
    return instant


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise NaiveTime("a time without a zone has no date")
    return instant


def end_of_month(day: date) -> date:
    first = day.replace(day=1)
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def add_months(day: date, months: int, anchor: int | None = None) -> date:
    """The same day of another month, or that month's last: 31 January + 1 is 28 February.

    `anchor` is the day of month a series began on, so that its March is the 31st again.
    """
    index = day.year * 12 + day.month - 1 + months
    if not FIRST_YEAR <= index // 12 <= LAST_YEAR:
        raise DateOutOfRange(f"{day} {months:+} months")
    last = end_of_month(date(index // 12, index % 12 + 1, 1))
    return last.replace(day=min(anchor or day.day, last.day))


def add_days(day: date, days: int) -> date:
    ordinal = day.toordinal() + days
    if not date(FIRST_YEAR, 1, 1).toordinal() <= ordinal <= date(LAST_YEAR, 12, 31).toordinal():
        raise DateOutOfRange(f"{day} {days:+} days")
    return date.fromordinal(ordinal)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def month_of(day: date) -> Period:
    return Period(day.replace(day=1), end_of_month(day))


def quarter_of(day: date) -> Period:
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return Period(first, end_of_month(add_months(first, 2)))


def year_of(day: date, starts_in: int = 1) -> Period:
    """The business year around a day, for organisations whose year does not begin in January."""
    first = date(day.year - (day.month < starts_in), starts_in, 1)
    return Period(first, end_of_month(add_months(first, 11)))


def period_after(start: date, months: int, index: int) -> Period:
    """Period number `index` of a series of `months` each, counted from where the series began."""
    first = add_months(start, months * index)
    return Period(first, add_months(start, months * (index + 1)) - timedelta(days=1))
