"""Exchange rates: dated, with their source, and used only the way round they were stated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .currencies import currency
from .errors import InputError, Refused
from .money import Money, Rounding, round_units


class RateNotUsable(InputError):
    def __init__(self, base: str, quote: str, reason: str) -> None:
        self.base, self.quote, self.reason = base, quote, reason
        super().__init__("Exchange rate not usable", f"{base} to {quote}: {reason}")


class RateMissing(Refused):
    def __init__(self, base: str, quote: str, on: date) -> None:
        self.base, self.quote, self.on = base, quote, on
        super().__init__(
            "No exchange rate",
            f"No rate from {base} to {quote} is known on {on} or before. Enter or import one.",
        )


@dataclass(frozen=True, slots=True)
class Rate:
    """One `base` is worth `rate` of `quote` from the day `on`.

    `inverse` says that the source states it for both directions.
    """

    base: str
    quote: str
    rate: Decimal
    on: date
    source: str
    inverse: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.rate, Decimal):
            raise TypeError(f"a rate must be a Decimal, not {type(self.rate).__name__}")
        if currency(self.base).code == currency(self.quote).code:
            raise RateNotUsable(self.base, self.quote, "name two different currencies.")
        if not self.rate.is_finite() or self.rate <= 0:
            raise RateNotUsable(self.base, self.quote, "a rate is a number above zero.")
        if not self.source.strip():
            raise RateNotUsable(self.base, self.quote, "say where the rate comes from.")

    def factor(self, base: str, quote: str) -> Fraction | None:
        """The exact factor for that direction, or None if this rate does not state it."""
        if (self.base, self.quote) == (base, quote):
            return Fraction(self.rate)
        if self.inverse and (self.base, self.quote) == (quote, base):
            return 1 / Fraction(self.rate)
        return None


def factor_on(base: str, quote: str, rates: Iterable[Rate], on: date) -> Fraction:
    """By the latest rate not after `on`; of one day the direct one, then the one given last."""
    known = [
        (rate.on, rate.base == base, position, factor)
        for position, rate in enumerate(rates)
        if rate.on <= on and (factor := rate.factor(base, quote)) is not None
    ]
    if not known:
        raise RateMissing(base, quote, on)
    return max(known)[-1]


def convert(
    money: Money,
    to: str,
    rates: Iterable[Rate],
    on: date,
    mode: Rounding = Rounding.HALF_AWAY,
) -> Money:
    """The amount in another currency, computed exactly and rounded once."""
    target = currency(to)
    if money.currency == target.code:
        return money
    factor = factor_on(money.currency, target.code, rates, on)
    return Money(round_units(_minor_units(money, target.code, factor), mode), target.code)


def above(money: Money, threshold: Money, rates: Iterable[Rate], on: date) -> bool:
    """Whether an amount passes a limit; without a rate nobody can say, so it counts as above."""
    if money.currency == threshold.currency:
        return money > threshold
    try:
        factor = factor_on(money.currency, threshold.currency, rates, on)
    except RateMissing:
        return True
    return _minor_units(money, threshold.currency, factor) > threshold.amount


def _minor_units(money: Money, to: str, factor: Fraction) -> Fraction:
    shift = currency(to).iso - currency(money.currency).iso
    return money.amount * factor * Fraction(10) ** shift
