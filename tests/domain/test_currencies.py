from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain import currencies
from billing_tui.domain.currencies import (
    CURRENCIES,
    AmountNotSendable,
    ProviderAmountInexact,
    UnknownCurrency,
    currency,
    format_money,
    from_provider,
    plain_amount,
    to_decimal,
    to_provider,
)
from billing_tui.domain.money import LARGEST, Money

AMOUNTS = st.integers(-LARGEST, LARGEST)
CODES = st.sampled_from(sorted(CURRENCIES))


@pytest.mark.parametrize(
    ("code", "iso", "display", "stripe"),
    [
        ("EUR", 2, 2, 2),
        ("JPY", 0, 0, 0),
        ("KWD", 3, 3, 3),
        ("MGA", 2, 0, 0),
        ("IQD", 3, 0, 3),
        ("ISK", 0, 0, 2),
        ("UGX", 0, 0, None),
        ("HUF", 2, 0, 2),
        ("TWD", 2, 0, 2),
        ("CLF", 4, 4, None),
    ],
)
def test_three_exponents(code: str, iso: int, display: int, stripe: int | None) -> None:
    found = currency(code)
    assert (found.iso, found.display, found.stripe) == (iso, display, stripe)


def test_the_table_is_that_of_the_standard() -> None:
    assert len(CURRENCIES) == len(currencies._TABLE.split()) - 3 * len(
        currencies._TABLE.strip().splitlines()
    )
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)
    odd = {n: " ".join(sorted(c for c in CURRENCIES if currency(c).iso == n)) for n in (0, 3, 4)}
    assert odd == {
        0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
        3: "BHD IQD JOD KWD LYD OMR TND",
        4: "CLF UYW",
    }


def test_every_currency_of_a_country_is_there() -> None:
    from babel.core import get_global
    from babel.numbers import get_territory_currencies

    used = {
        c for place in get_global("territory_currencies") for c in get_territory_currencies(place)
    }
    assert used - set(CURRENCIES) <= {"BGN"}  # the euro replaced it at the start of 2026


def test_codes_are_found_as_typed() -> None:
    assert currency(" eur ").code == "EUR"


@pytest.mark.parametrize("code", ["", "EURO", "XXX", "XAU", "DEM", "€", "eu", "\0" * 100])
def test_an_unknown_currency_is_refused(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        currency(code)


@pytest.mark.parametrize(
    ("amount", "code", "sent"),
    [
        (1234, "EUR", 1234),
        (500, "JPY", 500),
        (5, "ISK", 500),
        (1200, "MGA", 12),
        (5120, "KWD", 5120),
        (1000, "IQD", 1000),
        (12345, "HUF", 12345),
        (-100, "MGA", -1),
        (0, "KWD", 0),
    ],
)
def test_amounts_are_sent_exactly(amount: int, code: str, sent: int) -> None:
    assert to_provider(Money(amount, code)) == sent
    assert from_provider(sent, code.lower()) == Money(amount, code)


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        *((1, "MGA"), (1250, "MGA"), (-1, "MGA"), (5124, "KWD"), (1, "BHD"), (5, "UGX")),
        *((1, "CLF"), (LARGEST, "ISK")),
    ],
)
def test_what_cannot_be_sent_exactly_is_refused(amount: int, code: str) -> None:
    with pytest.raises(AmountNotSendable) as refused:
        to_provider(Money(amount, code))
    assert refused.value.money == Money(amount, code)
    assert refused.value.message.endswith(".")


def test_a_setting_decides_the_shilling_and_nothing_else() -> None:
    assert to_provider(Money(5, "UGX"), setting=0) == 5
    assert to_provider(Money(5, "UGX"), setting=2) == 500
    assert from_provider(500, "ugx", setting=2) == Money(5, "UGX")
    assert to_provider(Money(5, "ISK"), setting=0) == 500
    with pytest.raises(AmountNotSendable):
        to_provider(Money(5, "CLF"), setting=4)


@pytest.mark.parametrize(("amount", "code"), [(550, "isk"), (5, "ugx"), (5, "clf")])
def test_a_provider_amount_that_is_no_minor_unit_is_an_error(amount: int, code: str) -> None:
    with pytest.raises(ProviderAmountInexact):
        from_provider(amount, code)


@given(AMOUNTS, CODES)
def test_what_is_sent_comes_back_the_same(amount: int, code: str) -> None:
    try:
        sent = to_provider(Money(amount, code))
    except AmountNotSendable:
        return
    assert from_provider(sent, code) == Money(amount, code)


@pytest.mark.parametrize(
    ("amount", "code", "shown"),
    [
        (123450, "EUR", "1,234.50 EUR"),
        (-123450, "EUR", "-1,234.50 EUR"),
        (5, "EUR", "0.05 EUR"),
        (0, "EUR", "0.00 EUR"),
        (1234567, "JPY", "1,234,567 JPY"),
        (1234, "KWD", "1.234 KWD"),
        (1234500, "HUF", "12,345 HUF"),
        (1234550, "HUF", "12,345.50 HUF"),
        (1000, "IQD", "1 IQD"),
        (1001, "IQD", "1.001 IQD"),
        (LARGEST, "USD", "92,233,720,368,547,758.07 USD"),
    ],
)
def test_money_as_shown(amount: int, code: str, shown: str) -> None:
    assert format_money(Money(amount, code)) == shown


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("de", "-1.234.567,50 EUR"),
        ("en_IN", "-12,34,567.50 EUR"),
        ("fr", "-1\u202f234\u202f567,50 EUR"),
        ("de_CH", "-1’234’567.50 EUR"),
        ("he", "-1,234,567.50 EUR"),
    ],
)
def test_money_as_a_locale_groups_it(locale: str, shown: str) -> None:
    assert format_money(Money(-123456750, "EUR"), locale) == shown


@given(AMOUNTS, CODES)
def test_no_digit_that_counts_is_hidden(amount: int, code: str) -> None:
    money = Money(amount, code)
    shown = Decimal(format_money(money).split()[0].replace(",", ""))
    assert shown == to_decimal(money) == Decimal(plain_amount(money))
    assert shown.scaleb(currency(code).iso) == amount


def test_a_frozen_exponent_wins_over_the_table() -> None:
    money = Money(12345, "ISK")
    assert format_money(money, exponent=2) == "123.45 ISK"
    assert plain_amount(money, exponent=2) == "123.45"
    assert to_provider(money, exponent=2) == 12345
    assert from_provider(12345, "isk", exponent=2) == money
