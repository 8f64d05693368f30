from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain import typed
from billing_tui.domain.currencies import CURRENCIES, format_money, plain_amount
from billing_tui.domain.errors import InputError
from billing_tui.domain.money import LARGEST, AmountTooLarge, Money
from billing_tui.domain.typed import parse_amount, parse_decimal

POINT, COMMA = ".", ","

READ = [
    # as people type it, in either locale
    *((text, mark, "EUR", 123456) for mark in (POINT, COMMA) for text in (
        "1.234,56", "1,234.56", "1234.56", "1234,56", "1 234,56", "1 234.56", "1'234.56",
        "1’234,56", "1\u00a0234,56", "1\u202f234,56", "1\u2009234.56", "  1234.56 ", "+1234.56",
        "001234.56", "EUR 1234.56", "1234.56 EUR", "1234.56eur", "€1,234.56", "1.234,56 €",
    )),
    *((text, mark, "EUR", -123456) for mark in (POINT, COMMA) for text in (
        "-1.234,56", "- 1,234.56", "−1234.56", "–1234,56", "1234.56-", "1.234,56 -", "(1,234.56)",
        "(1 234,56)", "-€1234.56", "€-1234.56", "EUR -1234.56", "-1234.56 EUR", "(1234.56) EUR",
    )),
    # one separator and not three digits behind it: decimal
    ("1234.5", COMMA, "EUR", 123450), ("1234,5", POINT, "EUR", 123450), ("0,5", POINT, "EUR", 50),
    (".5", POINT, "EUR", 50), (",5", POINT, "EUR", 50), ("12.3", COMMA, "EUR", 1230),
    ("0", POINT, "EUR", 0), ("-0", POINT, "EUR", 0), ("0.00", POINT, "EUR", 0),
    # one separator and three digits: the locale decides
    ("1.234", COMMA, "EUR", 123400), ("1,234", POINT, "EUR", 123400),
    ("1.234", POINT, "KWD", 1234), ("1,234", COMMA, "KWD", 1234), ("1,234", POINT, "KWD", 1234000),
    ("1.234", COMMA, "JPY", 1234), ("999,999", POINT, "JPY", 999999),
    ("12.345", POINT, "KWD", 12345),
    ("0.567", POINT, "KWD", 567), (".567", POINT, "KWD", 567), ("1234.567", POINT, "KWD", 1234567),
    # another grouping makes it decimal
    ("1 234,567", POINT, "KWD", 1234567), ("1'234.567", COMMA, "KWD", 1234567),
    # groups
    ("1,234,567", POINT, "JPY", 1234567), ("1.234.567", POINT, "JPY", 1234567),
    ("1,234,567", COMMA, "JPY", 1234567), ("12,34,567", POINT, "INR", 123456700),
    ("1,23,45,678.90", POINT, "INR", 1234567890), ("12,34,567.5", COMMA, "INR", 123456750),
    ("1 234 567", POINT, "JPY", 1234567), ("1'234'567.89", COMMA, "CHF", 123456789),
    ("1.234.567,89", POINT, "EUR", 123456789), ("1234567", POINT, "JPY", 1234567),
    ("92233720368547758.07", POINT, "EUR", LARGEST),
    ("-92233720368547758,07", POINT, "EUR", -LARGEST),
    # currency signs that fit
    ("$5", POINT, "USD", 500), ("$5", POINT, "CAD", 500), ("¥5", POINT, "JPY", 5),
    ("¥5", POINT, "CNY", 500), ("5 £", POINT, "GBP", 500), ("₹ 5", POINT, "INR", 500),
    ("5 kwd", POINT, "KWD", 5000),
]  # fmt: skip

REFUSED = [
    *((text, "EUR", typed.NumberMissing) for text in ("", "  ", "\u00a0", "\t\n")),
    *((text, "EUR", typed.ShortenedNumber) for text in (
        "12k", "12 k", "1.5K", "3m", "3mio", "2bn", "1,5 Mrd", "10 lakh", "-12k", "2 Tsd.",
    )),
    *((text, "EUR", typed.ScientificNumber) for text in ("1e308", "1E5", "1e-2", "1.5e+3", "-1e3")),
    *((text, "EUR", typed.NotANumber) for text in (
        "NaN", "nan", "inf", "-Infinity", "abc", "ten", "0x10", "1_000", "12%", "1/2", "1+1",
        "=1+1",
        "1;5", "-", "()", "EUR", "€", ".", ",", "1:5", "1\n2", "1\t2", "None", "\x00",
        "1" + "\u200b", "\u202e12", "12 XYZ", "five EUR", "()5",
    )),
    *((text, "EUR", typed.OtherDigits) for text in ("١٢٣", "１２３", "१२.५", "1²", "٣.5", "１２x")),
    *((text, "EUR", typed.SignUnclear) for text in (
        "--5", "+-5", "-+5", "-5-", "(-5)", "-(5)", "((5))", "+5-", "-€-5",
    )),
    *((text, "EUR", typed.SeparatorsUnclear) for text in (
        "5.", "5,", "1,234.", "1,234.567,89", "1.234,567.89", "1 234'567", "1'234 567.00", "12.50.",
        "1 234,567.89", "5 .", "5'",
    )),
    *((text, "EUR", typed.GroupsUnclear) for text in (
        "1,,5", "1..5", "1.,5", "1.2.3", "12.12.2026", "1,23,4", "1,2345,678", "1234,567,890",
        "1 23", "12 34,50", "1.23.456", "1'23.50", "123,45,678", "0,123,456", ",123,456",
        "1,2345.67", " 1  234", "1 234 56", "10,0000,000", "4111 1111 1111 1111",
    )),
    *((text, "EUR", typed.TooManyDecimals) for text in (
        "1.2345", "1,2345", "0.005", "12.500", "1.234", "1 234,567", "1,234.567", ".123",
    )),
    *((text, "JPY", typed.TooManyDecimals) for text in ("1.5", "1000.00", "1.234", "1,234.0")),
    *((text, "KWD", typed.TooManyDecimals) for text in ("1.2345",)),
    *((text, "EUR", typed.OtherCurrency) for text in (
        "5 USD", "USD 5", "$5", "£5", "5 ¥", "JPY5", "5 $ $",
    )),
    ("$5", "GBP", typed.OtherCurrency), ("€5", "USD", typed.OtherCurrency),
    ("9" * 61, "EUR", typed.NumberTooLong), ("1" * 10**6, "EUR", typed.NumberTooLong),
    ("92233720368547758.08", "EUR", AmountTooLarge), ("9" * 40, "EUR", AmountTooLarge),
]  # fmt: skip


@pytest.mark.parametrize(("text", "mark", "code", "amount"), READ)
def test_amounts_are_read_as_typed(text: str, mark: str, code: str, amount: int) -> None:
    assert parse_amount(text, code, mark) == Money(amount, code)


@pytest.mark.parametrize(("text", "code", "reason"), REFUSED)
def test_the_rest_is_refused_for_one_reason(text: str, code: str, reason: type[InputError]) -> None:
    with pytest.raises(InputError) as refused:
        parse_amount(text, code, POINT)
    assert type(refused.value) is reason
    assert refused.value.message.endswith(".")
    assert len(refused.value.message) < 250


@pytest.mark.parametrize("text", ["0,567", ",567", "1234,567"])
def test_a_decimal_comma_is_never_taken_for_thousands(text: str) -> None:
    with pytest.raises(typed.GroupsUnclear):
        parse_amount(text, "KWD", POINT)


@pytest.mark.parametrize(
    ("text", "mark", "amount"),
    [
        ("1,234.56", POINT, 123456), ("1.234,56", COMMA, 123456), ("1,234", POINT, 123400),
        ("1.234", COMMA, 123400), ("1.5", POINT, 150), ("1 234,5", COMMA, 123450),
        ("7", COMMA, 700),
    ],
)  # fmt: skip
def test_a_file_has_one_decimal_mark(text: str, mark: str, amount: int) -> None:
    assert parse_amount(text, "EUR", mark, strict=True) == Money(amount, "EUR")


@pytest.mark.parametrize(
    ("text", "mark"),
    [("1.234,56", POINT), ("1,234.56", COMMA), ("1,5", POINT), ("1.5", COMMA), ("1.234", POINT)]
)  # fmt: skip
def test_a_file_with_the_other_mark_is_refused(text: str, mark: str) -> None:
    with pytest.raises(typed.NumberRefused):
        parse_amount(text, "EUR", mark, strict=True)


AMOUNTS = st.integers(-LARGEST, LARGEST)
CODES = st.sampled_from(sorted(CURRENCIES))


@given(AMOUNTS, CODES)
def test_what_is_shown_can_be_typed_again(amount: int, code: str) -> None:
    money = Money(amount, code)
    assert parse_amount(plain_amount(money), code, POINT) == money
    assert parse_amount(format_money(money), code, POINT) == money
    assert parse_amount(plain_amount(money), code, POINT, strict=True) == money


@given(
    AMOUNTS, st.sampled_from(["de", "fr", "en", "de_CH", "en_IN", "sv", "he", "pt_BR", "ar", "bg"])
)
def test_what_a_locale_shows_can_be_typed_again(amount: int, locale: str) -> None:
    money = Money(amount, "EUR")
    assert parse_amount(format_money(money, locale), "EUR", typed.decimal_mark(locale)) == money


@given(st.text(max_size=30) | st.text("0123456789.,' -+()ek€", max_size=14), st.sampled_from(".,"))
def test_any_text_is_read_or_refused(text: str, mark: str) -> None:
    with suppress(InputError):
        assert parse_amount(text, "EUR", mark).currency == "EUR"
    with suppress(InputError):
        assert parse_decimal(text, mark).is_finite()


@given(st.text("0123456789.,", max_size=10))
def test_a_locale_never_turns_one_reading_into_a_close_other(text: str) -> None:
    read = set()
    for mark in ".,":
        with suppress(InputError):
            read.add(parse_decimal(text, mark))
    assert len(read) < 2 or max(read) == 1000 * min(read)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "1"), ("-1.5", "-1.5"), ("0.000001", "0.000001"), ("1,5", "1.5"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"), ("-0", "0"), ("1.50", "1.50"), ("(3)", "-3"), ("1 000", "1000"),
    ],
)  # fmt: skip
def test_quantities(text: str, value: str) -> None:
    assert str(parse_decimal(text)) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0.0000001", typed.TooManyDecimals), ("12k", typed.ShortenedNumber),
        ("5 EUR", typed.NotANumber), ("1000000000001", typed.NumberTooLarge),
        ("NaN", typed.NotANumber), ("50%", typed.NotANumber),
    ],
)  # fmt: skip
def test_quantities_that_are_refused(text: str, reason: type[InputError]) -> None:
    with pytest.raises(reason):
        parse_decimal(text)


@pytest.mark.parametrize(("text", "value"), [("7.5", "7.5"), ("7,5 %", "7.5"), ("100%", "100")])
def test_percentages(text: str, value: str) -> None:
    assert typed.parse_percent(text) == Decimal(value)


@pytest.mark.parametrize("text", ["%", "%5", "5%%", ""])
def test_percentages_that_are_refused(text: str) -> None:
    with pytest.raises(typed.NumberRefused):
        typed.parse_percent(text)


def test_a_refusal_holds_its_facts() -> None:
    with pytest.raises(typed.TooManyDecimals) as refused:
        parse_amount("1.2345", "EUR")
    found = refused.value
    assert (found.text, found.decimals, found.allowed, found.unit) == ("1.2345", 4, 2, "EUR")
    assert refused.value.code == "too_many_decimals"


@pytest.mark.parametrize(
    ("locale", "mark"), [("de", ","), ("en", "."), ("fr_CH", ","), ("ar", ".")]
)
def test_the_decimal_mark_of_a_locale(locale: str, mark: str) -> None:
    assert typed.decimal_mark(locale) == mark
