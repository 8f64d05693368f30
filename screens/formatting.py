"""How values look on screen: days, moments, amounts, and states with a glyph and a word."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from textual.content import Content

from billing_tui.domain.currencies import format_money
from billing_tui.domain.dates import zone
from billing_tui.domain.errors import BillingError
from billing_tui.domain.given_json import NotJson, read_json
from billing_tui.domain.money import Money
from billing_tui.domain.safe import safe
from billing_tui.domain.typed import parse_amount

_READ = (
    "kind", "role", "name", "lines", "postcode", "city", "region", "country", "email", "phone",
)  # fmt: skip
# What forms call what the record calls otherwise.
_FIELDS = {"allocations": "cost shares", "meta_data": "free fields", "tax_ids": "tax numbers"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Badge:
    """`style` is the name of a style of records and panes; the word tells it without colour."""

    glyph: str
    word: str
    style: str

    @property
    def text(self) -> str:
        return f"{self.glyph} {self.word}"


def taken_back(told: str) -> str:
    """In quotes, since what it says is not so any more."""
    return f"Took back: “{told.removesuffix('.')}”."


def titled(text: str) -> Content:
    """A title with text from data in it; a plain string would be read as markup."""
    return Content(safe(text))


def day(when: date, today: date | None = None) -> str:
    """The year stands only where it is another one than today's."""
    short = f"{when.day:02d} {_MONTHS[when.month - 1]}"
    return short if today is not None and when.year == today.year else f"{short} {when.year}"


def moment(when: datetime, zone_name: str, today: date | None = None) -> str:
    there = when.astimezone(zone(zone_name))
    return f"{day(there.date(), today)} {there:%H:%M}"


def amount(value: Money | None, locale: str) -> str:
    return "" if value is None else format_money(value, locale)


def recorded_amount(text: str, locale: str) -> str:
    """As `locale` writes what the record keeps in one way for everybody."""
    number, _, code = text.rpartition(" ")
    with suppress(BillingError):
        return amount(parse_amount(number, code, "."), locale)
    return text


def count(number: int) -> str:
    return f"{number:,}"


def plural(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def field_name(name: str) -> str:
    return _FIELDS.get(name, name.replace("_", " "))


def branches(depths: Sequence[int]) -> list[str]:
    """The lines of a tree before each of its entries, which are given by how deep they lie."""
    told: list[str] = []
    below: set[int] = set()
    for depth in reversed(depths):
        above = "".join("│  " if level in below else "   " for level in range(1, depth))
        told.append(above + ("├─ " if depth in below else "└─ ") if depth else "")
        below = {level for level in below if level < depth} | {depth}
    return told[::-1]


def readable(value: str) -> str:
    """A value as the record keeps it, in words: lists and groups without their brackets, one entry
    a line where an entry has several parts."""
    if value.startswith(("[", "{")):
        with suppress(NotJson):
            return _entries(read_json(value))
    return value


def _entries(found: Any) -> str:
    if isinstance(found, dict):
        return "\n".join(f"{name}: {_parts(part)}" for name, part in found.items())
    if isinstance(found, list):
        mark = "\n" if any(isinstance(entry, dict) for entry in found) else ", "
        return mark.join(map(_parts, found))
    return _parts(found)


def _parts(found: Any) -> str:
    """What a person gave of an entry, in the order it is read in; what was found out about it, such
    as whether a number is well formed, is left out."""
    if isinstance(found, dict):
        names = sorted(found, key=lambda name: _READ.index(name) if name in _READ else len(_READ))
        told = (_parts(found[name]) for name in names if not isinstance(found[name], bool))
        return ", ".join(filter(None, told))
    if isinstance(found, list):
        return ", ".join(map(_parts, found))
    return "" if found is None else str(found)
