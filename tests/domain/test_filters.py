"""The filter language by itself: every kind of value, every comparison, and where errors point."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain.filters import (
    LONGEST,
    Comparison,
    Field,
    FilterNotUnderstood,
    Kind,
    Reading,
    completions,
    read,
    term,
    words,
)
from billing_tui.domain.money import Money
from tests.hostile import TEXTS, UNREADABLE

TODAY = date(2026, 11, 20)  # a Friday
FIELDS = (
    Field("customer", "the name of a customer"),
    Field("status", "open or paid", Kind.CHOICE, choices={"open": "not paid", "paid": "all of it"}),
    Field("cur", "the currency", Kind.CURRENCY, ("currency",)),
    Field("overdue", "days since it was due", Kind.NUMBER),
    Field("bal", "what is open", Kind.MONEY, ("balance",)),
    Field("due", "when it is due", Kind.DATE),
)
READING = Reading(TODAY, ",", "EUR")


def terms(text: str) -> list[tuple[str, str, Any]]:
    return [
        (one.field.name, one.comparison.value, one.value)
        for one in read(text, FIELDS, READING).terms
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("customer:acme", ("customer", ":", "acme")),
        ("customer=acme", ("customer", ":", "acme")),
        ('customer:"new york"', ("customer", ":", "new york")),
        ('customer:"a ""b"" c"', ("customer", ":", 'a "b" c')),
        ('customer:"never closed', ("customer", ":", "never closed")),
        ('customer:a"b c"d', ("customer", ":", "ab cd")),
        ("customer::=<", ("customer", ":", ":=<")),
        ("CUSTOMER:Acme", ("customer", ":", "Acme")),
        ("status:OPEN", ("status", ":", "open")),
        ("cur:usd", ("cur", ":", "USD")),
        ("currency:usd", ("cur", ":", "USD")),
        ("overdue>30", ("overdue", ">", Decimal(30))),
        ("overdue<=0,5", ("overdue", "<=", Decimal("0.5"))),
        ("bal>500", ("bal", ">", Money(50_000, "EUR"))),
        ("balance>=1.234,56", ("bal", ">=", Money(123_456, "EUR"))),
        ("due<2026-12-01", ("due", "<", date(2026, 12, 1))),
        ("due>1.12.2026", ("due", ">", date(2026, 12, 1))),
        ("due<+30", ("due", "<", date(2026, 12, 20))),
        ("due:eom", ("due", ":", date(2026, 11, 30))),
        ("due<=fri", ("due", "<=", date(2026, 11, 27))),
    ],
)
def test_every_kind_is_read(text: str, found: tuple[str, str, Any]) -> None:
    assert terms(text) == [found]


def test_what_has_no_sign_is_a_word() -> None:
    query = read('  acme "free  text" ada@example.com C-00001 "due<1" -5 ""', FIELDS, READING)
    assert query.words == ("acme", "free  text", "ada@example.com", "C-00001", "due<1", "-5")
    assert query.terms == ()


def test_an_amount_is_in_the_currency_the_query_names() -> None:
    assert terms("bal>500 cur:jpy") == [("bal", ">", Money(500, "JPY")), ("cur", ":", "JPY")]
    with pytest.raises(FilterNotUnderstood, match="In which currency"):
        read("bal>500", FIELDS, Reading(TODAY))


@pytest.mark.parametrize(
    ("text", "wrong", "said"),
    [
        ("acme colour:red", "colour", "there are customer, status, cur, overdue, bal and due"),
        ("https://example.com", "https", "quotes around"),
        (":x", ":", "Before : is nothing"),
        ("stat:open", "stat", "no field here"),
        ("a status:shut b", "shut", "none of open and paid"),
        ("status:", "status:", "there are open and paid"),
        ('customer:""', '""', "the name of a customer"),
        ("customer>acme", ">", "write customer: and a value"),
        ("status<=open", "<=", "no larger and smaller"),
        ("cur:xyz", "xyz", "not a currency in use"),
        ("overdue>soon", "soon", "not a number"),
        ("bal>12k", "12k", "write all zeros"),
        ("bal>0,001", "0,001", "3 decimals"),
        ("due<never", "never", "like 2026-12-01"),
        ("due<01/02/2026", "01/02/2026", "two dates"),
        ("due<2026-02-30", "2026-02-30", "calendar"),
        ("acme " + UNREADABLE["nul"], "\0", "NUL"),
        ("acme " + UNREADABLE["half"], "\ud800", "half of a character"),
    ],
)
def test_an_error_points_at_the_wrong_word(text: str, wrong: str, said: str) -> None:
    with pytest.raises(FilterNotUnderstood) as refused:
        read(text, FIELDS, READING)
    assert text[refused.value.start : refused.value.end] == wrong
    assert said in refused.value.message


def test_a_filter_has_an_end() -> None:
    read("x" * LONGEST, FIELDS, READING)
    with pytest.raises(FilterNotUnderstood):
        read("x" * (LONGEST + 1), FIELDS, READING)


TYPED = st.lists(
    st.sampled_from([*'" :=<>a', "due", "status", "cur:eur", "\n", "\u2028", "\x85", "é", "1", "-"])
).map("".join)


@given(st.one_of(TYPED, st.text(), st.sampled_from([*TEXTS.values(), *UNREADABLE.values()])))
def test_anything_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    try:
        query = read(text, FIELDS, READING)
        places = [(one.start, one.end) for one in query.terms]
    except FilterNotUnderstood as error:
        places = [(error.start, error.end)]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in places)


KEPT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@given(KEPT)
def test_any_value_can_be_written(value: str) -> None:
    query = read(words(value), FIELDS, READING)
    assert " ".join(query.words) == value
    if value.strip():
        (found,) = read(f"x {term('customer', Comparison.IS, value)} y", FIELDS, READING).terms
        assert found.value == value


def completed(text: str, **offered: list[str]) -> list[str]:
    """The texts that come of `text`, where | is the cursor."""
    at = text.index("|")
    bare = text.replace("|", "")
    found = completions(bare, at, FIELDS, offered)
    return [bare[:start] + new + bare[end:] for new, start, end, _ in found]


def test_fields_are_completed() -> None:
    every = [about for *_, about in completions("", 0, FIELDS, {})]
    assert every == [field.about for field in FIELDS]
    assert completed("cu|") == ["customer:", "cur:"]
    assert completed("acme D|") == ["acme due>="]
    assert completed("acme |")[-1] == "acme due>="
    assert completed("bala|nc x") == ["bal>= x"]
    assert completed("cust|:acme") == ["customer:acme"]
    assert completed("xyz|") == []
    assert completed('"du|') == []


def test_values_are_completed() -> None:
    assert completed("status:|") == ["status:open", "status:paid"]
    assert completed("a status:P|a b") == ["a status:paid b"]
    assert completed("customer:|", customer=["Acme", "New York"]) == [
        "customer:Acme", 'customer:"New York"',
    ]  # fmt: skip
    assert completed('customer:"new y|', customer=["Acme", "Néw York"]) == ['customer:"Néw York"']
    assert completed("cur:us|") == ["cur:USD", "cur:USN"]
    assert completed("cur:|", cur=["EUR"]) == ["cur:EUR"]
    assert completed("due<|") == []
    assert completed("nothing:|") == []


@given(st.one_of(TYPED, st.text(max_size=20)), st.integers(0, 20))
def test_completing_never_fails(text: str, cursor: int) -> None:
    for _, start, end, _about in completions(text, cursor, FIELDS, {"customer": ['"', " ", "a b"]}):
        assert 0 <= start <= end
