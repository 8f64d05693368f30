"""Money: whole minor units of one currency. Floats are refused, currencies never mix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from math import lcm

from .errors import InputError, Refused

LARGEST = 2**63 - 1
_MOST_DIGITS = 400  # beyond any sum of amounts; rounding more only costs time


class Rounding(StrEnum):
    """How a tie is settled. Stored on a document together with ROUNDING_VERSION."""

    HALF_AWAY = "half_away"
    HALF_EVEN = "half_even"


ROUNDING_VERSION = 1
_DECIMAL_MODES = {Rounding.HALF_AWAY: ROUND_HALF_UP, Rounding.HALF_EVEN: ROUND_HALF_EVEN}


class CurrencyMismatch(Refused):
    def __init__(self, left: str, right: str) -> None:
        self.left, self.right = left, right
        super().__init__(
            "Two currencies", f"{left} and {right} cannot be added or compared; exchange one first."
        )


class AmountTooLarge(InputError):
    def __init__(self, amount: int) -> None:
        self.amount = amount
        super().__init__("Amount too large", "The amount does not fit the ledger's 64 bits.")


class NotWholeMinorUnits(TypeError):
    """A programming error: an amount that is not an int reached Money."""


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`amount` minor units of `currency`; negative amounts are debts the other way round."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise NotWholeMinorUnits(f"an amount must be an int, not {type(self.amount).__name__}")
        if abs(self.amount) > LARGEST:
            raise AmountTooLarge(self.amount)

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)


def round_units(exact: Decimal | Fraction, mode: Rounding = Rounding.HALF_AWAY) -> int:
    """The one rounding function: an exact number of minor units to a whole one."""
    if isinstance(exact, Decimal):
        if not exact.is_finite() or exact.adjusted() > _MOST_DIGITS:
            raise NotWholeMinorUnits(f"{exact} cannot be rounded to an amount")
        return int(exact.to_integral_value(rounding=_DECIMAL_MODES[mode]))
    if not isinstance(exact, Fraction):
        raise NotWholeMinorUnits(f"only exact numbers are rounded, not {type(exact).__name__}")
    whole, rest = divmod(abs(exact.numerator), exact.denominator)
    tie = 2 * rest == exact.denominator
    if 2 * rest > exact.denominator or (tie and (mode is Rounding.HALF_AWAY or whole % 2)):
        whole += 1
    return whole if exact >= 0 else -whole


def split(total: int, weights: Sequence[Decimal | int]) -> list[int]:
    """Parts that sum to `total`, by largest remainder; ties go to the earlier part.

    `split(-x, w)` is the negative of `split(x, w)`, and a weight of zero gets nothing.
    """
    shares = _whole_shares(weights)
    whole = sum(shares)
    if whole == 0 or min(shares) < 0:
        raise Refused("Nothing to split by", "The weights must not be negative, and not all zero.")
    divided = [divmod(abs(total) * share, whole) for share in shares]
    parts = [part for part, _ in divided]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-divided[i][1], i))
    for i in by_remainder[: abs(total) - sum(parts)]:
        parts[i] += 1
    return parts if total >= 0 else [-part for part in parts]


def _whole_shares(weights: Sequence[Decimal | int]) -> list[int]:
    """Whole numbers in the same proportion."""
    if any(type(weight) not in (int, Decimal) for weight in weights):
        raise NotWholeMinorUnits("weights are whole numbers or Decimals")
    exact = [weight.as_integer_ratio() for weight in weights]
    scale = lcm(*(denominator for _, denominator in exact))
    return [numerator * (scale // denominator) for numerator, denominator in exact]


def split_money(total: Money, weights: Sequence[Decimal | int]) -> list[Money]:
    return [Money(part, total.currency) for part in split(total.amount, weights)]
