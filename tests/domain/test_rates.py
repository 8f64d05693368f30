from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain.currencies import UnknownCurrency
from billing_tui.domain.money import AmountTooLarge, Money, Rounding
from billing_tui.domain.rates import Rate, RateMissing, RateNotUsable, above, convert, factor_on

DAY = date(2026, 11, 20)


def rate(base: str, quote: str, value: str, on: date = DAY, *, inverse: bool = False) -> Rate:
    return Rate(base, quote, Decimal(value), on, "central bank", inverse)


EUR_USD = rate("EUR", "USD", "1.0855")


@pytest.mark.parametrize(
    ("amount", "known", "to", "expected"),
    [
        (10000, EUR_USD, "USD", 10855),
        (-10000, EUR_USD, "USD", -10855),
        (1, EUR_USD, "USD", 1),
        (100, rate("EUR", "USD", "1.005"), "USD", 101),
        (-100, rate("EUR", "USD", "1.005"), "USD", -101),
        (12345, rate("EUR", "JPY", "163.27"), "JPY", 20156),
        (12345, rate("EUR", "KWD", "0.3333"), "KWD", 41146),
        (12345, rate("EUR", "CLF", "0.03"), "CLF", 37035),
        (0, EUR_USD, "USD", 0),
    ],
)
def test_amounts_are_converted_exactly_and_rounded_once(
    amount: int, known: Rate, to: str, expected: int
) -> None:
    assert convert(Money(amount, "EUR"), to, [known], DAY) == Money(expected, to)


def test_the_rounding_of_the_document_counts() -> None:
    known = [rate("EUR", "USD", "1.005")]
    assert convert(Money(100, "EUR"), "USD", known, DAY, Rounding.HALF_EVEN) == Money(100, "USD")


def test_the_same_currency_needs_no_rate() -> None:
    assert convert(Money(5, "EUR"), "EUR", [], DAY) == Money(5, "EUR")


def test_the_latest_earlier_rate_counts() -> None:
    days = [date(2026, 11, d) for d in (1, 21, 20, 10)]
    rates = [rate("EUR", "USD", f"1.{day.day:02}", day) for day in days]
    assert factor_on("EUR", "USD", rates, DAY) == Fraction("1.20")
    assert factor_on("EUR", "USD", rates, date(2026, 11, 19)) == Fraction("1.10")
    with pytest.raises(RateMissing) as missing:
        factor_on("EUR", "USD", rates, date(2026, 10, 31))
    assert (missing.value.base, missing.value.quote) == ("EUR", "USD")


def test_of_one_day_the_last_given_counts() -> None:
    rates = [rate("EUR", "USD", "1.1"), rate("EUR", "USD", "1.2")]
    assert factor_on("EUR", "USD", rates, DAY) == Fraction("1.2")


def test_a_rate_is_turned_round_only_where_it_says_so() -> None:
    with pytest.raises(RateMissing):
        convert(Money(10855, "USD"), "EUR", [EUR_USD], DAY)
    both = rate("EUR", "USD", "1.0855", inverse=True)
    assert convert(Money(10855, "USD"), "EUR", [both], DAY) == Money(10000, "EUR")
    direct = rate("USD", "EUR", "0.9")
    assert factor_on("USD", "EUR", [direct, both], DAY) == Fraction("0.9")


@pytest.mark.parametrize(
    ("base", "quote", "value", "source"),
    [
        ("EUR", "EUR", "1", "bank"),
        ("EUR", "USD", "0", "bank"),
        ("EUR", "USD", "-1", "bank"),
        ("EUR", "USD", "NaN", "bank"),
        ("EUR", "USD", "Infinity", "bank"),
        ("EUR", "USD", "1.1", " "),
    ],
)
def test_unusable_rates_are_refused(base: str, quote: str, value: str, source: str) -> None:
    with pytest.raises(RateNotUsable):
        Rate(base, quote, Decimal(value), DAY, source)


def test_a_rate_is_of_known_currencies_and_no_float() -> None:
    with pytest.raises(UnknownCurrency):
        rate("EUR", "XXX", "1")
    with pytest.raises(TypeError):
        Rate("EUR", "USD", 1.1, DAY, "bank")  # type: ignore[arg-type]


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(AmountTooLarge):
        convert(Money(2**62, "EUR"), "JPY", [rate("EUR", "JPY", "1000")], DAY)


@pytest.mark.parametrize(
    ("amount", "limit", "expected"),
    [
        (Money(1000, "EUR"), Money(1000, "EUR"), False),
        (Money(1001, "EUR"), Money(1000, "EUR"), True),
        (Money(10000, "EUR"), Money(10855, "USD"), False),
        (Money(10000, "EUR"), Money(10854, "USD"), True),
        (Money(10001, "EUR"), Money(10855, "USD"), True),
        (Money(1, "GBP"), Money(10**9, "USD"), True),
        (Money(1, "USD"), Money(10**9, "EUR"), True),
    ],
)
def test_a_limit_holds_across_currencies(amount: Money, limit: Money, expected: bool) -> None:
    assert above(amount, limit, [EUR_USD], DAY) is expected


@given(
    st.integers(-(10**12), 10**12),
    st.decimals("0.000001", "100000", places=6),
    st.sampled_from(["USD", "JPY", "KWD"]),
    st.sampled_from(Rounding),
)
def test_conversion_is_never_off_by_more_than_half_a_unit(
    amount: int, value: Decimal, to: str, mode: Rounding
) -> None:
    shift = {"USD": Fraction(1), "JPY": Fraction(1, 100), "KWD": Fraction(10)}[to]
    got = convert(Money(amount, "EUR"), to, [rate("EUR", to, str(value))], DAY, mode)
    exact = amount * Fraction(value) * shift
    assert abs(got.amount - exact) <= Fraction(1, 2)
