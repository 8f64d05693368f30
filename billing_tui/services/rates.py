"""Exchange rates: entered or imported, dated, with their source."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from billing_tui.domain.currencies import currency
from billing_tui.domain.fields import FieldsRefused, Findings
from billing_tui.domain.money import Money
from billing_tui.domain.pages import Page
from billing_tui.domain.rates import Rate, convert
from billing_tui.domain.rights import Right
from storage.repos import organisations, rates
from storage.uow import Unit

from .cases import Service, reads, writes

SOURCE, DECIMALS, LARGEST = 100, 12, 10**12


class Rates(Service):
    @writes("rates.set", Right.EDIT_ACCOUNTS)
    def set(self, unit: Unit, rate: Rate) -> Rate:
        """The rate of that pair and day; one that is there is replaced, and the chain keeps it."""
        kept = _checked(rate)
        organisations.hold(unit, "accounts")
        rates.put(unit, kept)
        return kept

    @reads("rates.list")
    def list(
        self,
        unit: Unit,
        base: str = "",
        quote: str = "",
        until: date | None = None,
        cursor: str = "",
        limit: int = 50,
    ) -> Page[Rate]:
        """The latest day first."""
        one, other = (currency(code).code if code else "" for code in (base, quote))
        return rates.page(unit, one, other, until, cursor, limit)

    @reads("rates.convert")
    def convert(self, unit: Unit, money: Money, to: str, on: date | None = None) -> Money:
        """By the latest rate of that day or before; today if none is named."""
        day, target = on or unit.today, currency(to).code
        known = rates.latest(unit, money.currency, target, day)
        return convert(money, target, known, day)


def _checked(rate: Rate) -> Rate:
    on = Findings()
    source = on.text("source", rate.source, SOURCE, least=1)
    decimals = -int(rate.rate.as_tuple().exponent)
    if decimals > DECIMALS or rate.rate >= LARGEST:
        on.say("rate", f"has at most {DECIMALS} decimals and stays below {LARGEST:,}.")
    if on.errors:
        raise FieldsRefused("The rate", on.errors)
    base, quote = currency(rate.base).code, currency(rate.quote).code
    return replace(rate, base=base, quote=quote, source=source)
