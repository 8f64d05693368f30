"""Dates as people type them: `2026-12-01`, `1.12.2026`, `+30`, `eom`, `fri`, `today`."""

import re
from datetime import date

from .dates import (
    FIRST_YEAR,
    LAST_YEAR,
    DateOutOfRange,
    add_days,
    add_months,
    end_of_month,
)
from .errors import InputError

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMED = {"today": 0, "tomorrow": 1, "yesterday": -1}
_ISO = re.compile(r"(\d{4})([-/]?)(\d\d)\2(\d\d)", re.ASCII)
_DOTTED = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4})", re.ASCII)
_STEP = re.compile(r"([+-]) ?(\d{1,5}) ?([dwmy]?)", re.ASCII)
_MONTH_END = re.compile(r"eom(?: ?([+-]) ?(\d{1,4}))?", re.ASCII)
_SLASHED = re.compile(r"\d\d?[/-]\d\d?[/-]\d{2,4}", re.ASCII)


class NotADate(InputError):
    def __init__(self, text: str, reason: str) -> None:
        self.text, self.reason = text, reason
        super().__init__("Not a date", reason)


def parse_date(text: str, today: date) -> date:
    """The day meant by `text` on the day `today` of the organisation."""
    typed = " ".join(text.split()).lower()
    if typed in _NAMED:
        return add_days(today, _NAMED[typed])
    if found := _STEP.fullmatch(typed):
        return _stepped(today, int(found[1] + found[2]), found[3])
    if found := _MONTH_END.fullmatch(typed):
        return add_days(end_of_month(today), int((found[1] or "+") + (found[2] or "0")))
    if found := _ISO.fullmatch(typed):
        return _day(text, int(found[1]), int(found[3]), int(found[4]))
    if found := _DOTTED.fullmatch(typed):
        return _day(text, int(found[3]), int(found[2]), int(found[1]))
    if len(typed) >= 3 and (names := [n for n in _WEEKDAYS if n.startswith(typed)]):
        return add_days(today, (_WEEKDAYS.index(names[0]) - today.weekday() - 1) % 7 + 1)
    raise NotADate(text, _why_not(text, typed))


def _stepped(today: date, count: int, unit: str) -> date:
    if unit in ("m", "y"):
        return add_months(today, count * (12 if unit == "y" else 1))
    return add_days(today, count * (7 if unit == "w" else 1))


def _day(text: str, year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise NotADate(text, f"The calendar has no {text.strip()}.") from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DateOutOfRange(text.strip())
    return found


def _why_not(text: str, typed: str) -> str:
    if not typed:
        return "Type a date, like 2026-12-01, +30, eom or fri."
    if _SLASHED.fullmatch(typed):
        return f"{text.strip()} can be read as two dates; write the year first, like 2026-12-01."
    if any(c.isdigit() and not c.isascii() for c in typed):
        return "Dates are typed with the digits 0 to 9, like 2026-12-01."
    return f"{text.strip()[:40]!r} is not a date; type one like 2026-12-01, +30, eom or fri."
