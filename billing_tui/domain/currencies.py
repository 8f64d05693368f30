"""The one currency table: what a minor unit means, how it is shown, and what the provider counts.

The ISO exponent is what the minor units of `Money` mean. An organisation freezes it per currency at
first use and passes the frozen one as `exponent`, should the standard ever change.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from .errors import InputError, IntegrityError, Refused
from .money import LARGEST, Money

if TYPE_CHECKING:
    from babel.numbers import NumberPattern

# Codes by their exponents: ISO 4217, shown, Stripe. `?` waits for a setting, `-` cannot be sent.
_TABLE = """
2 2 2  AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
2 2 2  CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
2 2 2  HKD HNL HTG IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK
2 2 2  MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON
2 2 2  RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD
2 2 2  TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
2 0 2  HUF TWD
2 0 0  MGA
0 0 0  BIF CLP DJF GNF JPY KMF KRW PYG RWF VND VUV XAF XOF XPF
0 0 2  ISK
0 0 ?  UGX
3 3 3  BHD JOD KWD LYD OMR TND
3 0 3  IQD
2 2 -  BOV CHE CHW COU MXV USN
0 0 -  UYI
4 4 -  CLF UYW
"""
_MARKS_OF_DIRECTION = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))


class UnknownCurrency(InputError):
    def __init__(self, code: str) -> None:
        self.currency = code
        super().__init__(
            "Unknown currency",
            f"{code[:20]!r} is not a currency in use. Write its three ISO 4217 letters, like EUR.",
        )


class AmountNotSendable(Refused):
    def __init__(self, money: Money, reason: str) -> None:
        self.money, self.reason = money, reason
        super().__init__("Amount cannot be sent", f"{format_money(money)}: {reason}")


class ProviderAmountInexact(IntegrityError):
    def __init__(self, amount: int, code: str) -> None:
        self.amount, self.currency = amount, code
        super().__init__(
            "Amount from the provider not exact",
            f"The provider says {amount} of its smallest {code}: no whole minor unit here. "
            "Compare the payment in the provider's own list.",
        )


@dataclass(frozen=True, slots=True)
class Currency:
    """`stripe` is None where the provider's exponent is open or the currency cannot be sent."""

    code: str
    iso: int
    display: int
    stripe: int | None
    sendable: bool = True


def _parsed() -> dict[str, Currency]:
    table = {}
    for line in _TABLE.strip().splitlines():
        iso, display, stripe, *codes = line.split()
        sent = int(stripe) if stripe.isdigit() else None
        for code in codes:
            table[code] = Currency(code, int(iso), int(display), sent, stripe != "-")
    return table


CURRENCIES = _parsed()


def currency(code: str) -> Currency:
    """The currency of a code, also as typed: `eur` is EUR."""
    found = CURRENCIES.get(code) or CURRENCIES.get(code.strip().upper())
    if found is None:
        raise UnknownCurrency(code)
    return found


def to_provider(money: Money, *, exponent: int | None = None, setting: int | None = None) -> int:
    """The provider's whole number for exactly this amount, or AmountNotSendable.

    `setting` is the provider's exponent for a currency the table leaves open.
    """
    known = currency(money.currency)
    theirs = setting if known.stripe is None else known.stripe
    if not known.sendable:
        raise AmountNotSendable(money, f"the provider takes no {known.code}. Choose another.")
    if theirs is None:
        raise AmountNotSendable(
            money, f"how the provider counts {known.code} is not settled. Set it first."
        )
    sent, rest = _rescaled(money.amount, known.iso if exponent is None else exponent, theirs)
    if rest or (theirs == 3 and sent % 10):
        raise AmountNotSendable(
            money, f"the provider takes {known.code} only in larger steps. Change the amount."
        )
    if abs(sent) > LARGEST:
        raise AmountNotSendable(money, "it is too large.")
    return sent


def from_provider(
    amount: int, code: str, *, exponent: int | None = None, setting: int | None = None
) -> Money:
    """What the provider's number is in our minor units; its codes are in small letters."""
    known = currency(code)
    theirs = setting if known.stripe is None else known.stripe
    if theirs is None:
        raise ProviderAmountInexact(amount, known.code)
    ours, rest = _rescaled(amount, theirs, known.iso if exponent is None else exponent)
    if rest:
        raise ProviderAmountInexact(amount, known.code)
    return Money(ours, known.code)


def _rescaled(amount: int, from_exponent: int, to_exponent: int) -> tuple[int, int]:
    scale: int = 10 ** abs(to_exponent - from_exponent)
    return (amount * scale, 0) if to_exponent >= from_exponent else divmod(amount, scale)


def to_decimal(money: Money, *, exponent: int | None = None) -> Decimal:
    digits = currency(money.currency).iso if exponent is None else exponent
    sign, whole = (1, -money.amount) if money.amount < 0 else (0, money.amount)
    return Decimal((sign, tuple(map(int, str(whole))), -digits))


def plain_amount(money: Money, *, exponent: int | None = None) -> str:
    """The amount for files and scripts: every digit, a point, nothing else."""
    return f"{to_decimal(money, exponent=exponent):f}"


def format_money(money: Money, locale: str = "", *, exponent: int | None = None) -> str:
    """`1,234.50 EUR`, or grouped as `locale` does. A digit that is not zero is never hidden."""
    value = to_decimal(money, exponent=exponent)
    known = currency(money.currency)
    digits = known.iso if exponent is None else exponent
    if known.display < digits and money.amount % 10 ** (digits - known.display) == 0:
        digits = known.display
    if not locale:
        return f"{value:,.{digits}f} {known.code}"
    number = _pattern(locale, digits).apply(value, locale)
    return f"{number.translate(_MARKS_OF_DIRECTION)} {known.code}"


@lru_cache(maxsize=64)
def _pattern(locale: str, digits: int) -> NumberPattern:
    from babel.core import Locale
    from babel.numbers import parse_pattern

    pattern = parse_pattern(Locale.parse(locale).decimal_formats[None].pattern)
    pattern.frac_prec = (digits, digits)
    return pattern
