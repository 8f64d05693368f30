"""Exchange rates in a file: one direction on one day a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing_tui.domain.currencies import currency
from billing_tui.domain.fields import FieldError, Findings, checked_text
from billing_tui.domain.rates import Rate

from .layout import Column, Row

COLUMNS = (
    Column("base", "three letters: one of this currency", needed=True),
    Column("quote", "three letters: is worth so much of this one", needed=True),
    Column("day", "from this day on, such as 2026-11-21", needed=True),
    Column("rate", "a number above zero, with up to 12 decimals", needed=True, number=True),
    Column("source", "who states it, such as ECB", needed=True),
    Column("inverse", "yes if the source states it for both directions; no when empty"),
)
PLACES, LARGEST, SOURCE = 12, 10**12, 100


@dataclass(frozen=True, slots=True)
class RateDraft:
    base: str
    quote: str
    day: date
    rate: Decimal
    source: str
    inverse: bool = False

    @property
    def key(self) -> str:
        return f"{self.base} to {self.quote} on {self.day}"

    def rate_of(self) -> Rate:
        return Rate(self.base, self.quote, self.rate, self.day, self.source, self.inverse)


def read(row: Row) -> RateDraft:
    return RateDraft(
        row.code("base").upper(),
        row.code("quote").upper(),
        row.day("day", date.min),
        row.decimal("rate", PLACES, LARGEST),
        row.text("source").strip(),
        row.flag("inverse"),
    )


def examined(draft: RateDraft) -> tuple[RateDraft, tuple[FieldError, ...]]:
    on = Findings()
    on.tried("base", lambda: currency(draft.base), None)
    on.tried("quote", lambda: currency(draft.quote), None)
    on.tried("source", lambda: checked_text(draft.source, "source", SOURCE, least=1), "")
    if not on.errors:
        on.tried("rate", draft.rate_of, None)
    return draft, tuple(on.errors)
