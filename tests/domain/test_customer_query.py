"""Filters of customers as text: told and understood again, and told apart from what is wrong."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain.customers import Brake, CustomerFilter, Status
from billing_tui.domain.customers.query import (
    FIELDS,
    FilterContradicts,
    completions,
    told,
    understood,
)
from billing_tui.domain.filters import FilterNotUnderstood

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", CustomerFilter()),
        ("acme", CustomerFilter("acme")),
        ('"free text" acme', CustomerFilter("free text acme")),
        ("status:archived", CustomerFilter(status=Status.ARCHIVED)),
        ("STATUS:All", CustomerFilter(status=None)),
        ("tag:gold cur:eur", CustomerFilter(tag="gold", currency="EUR")),
        ('tag:"Key Account"', CustomerFilter(tag="Key Account")),
        ("brake:no-dunning", CustomerFilter(brake=Brake.NO_DUNNING)),
        ("parent:C-00001 dep:OPS", CustomerFilter(parent="C-00001", department="OPS")),
        ("department:OPS currency:usd", CustomerFilter(department="OPS", currency="USD")),
        ("created>=2026-01-01", CustomerFilter(created_from=date(2026, 1, 1))),
        ("created<+30", CustomerFilter(created_to=date(2026, 12, 19))),
        (
            "created>2025-12-31 created<=today",
            CustomerFilter(created_from=date(2026, 1, 1), created_to=TODAY),
        ),
        ("created:today", CustomerFilter(created_from=TODAY, created_to=TODAY)),
    ],
)
def test_what_is_typed_is_asked(text: str, asked: CustomerFilter) -> None:
    assert understood(text, TODAY) == asked
    assert understood(told(asked), date(2000, 1, 1)) == asked


def test_a_filter_is_told_briefly() -> None:
    assert told(CustomerFilter()) == ""
    assert told(CustomerFilter("new york")) == "new york"
    asked = CustomerFilter(
        "a:b", None, "key account", "C-1", "OPS", "EUR", Brake.HOLD, TODAY, date(2026, 12, 1)
    )
    assert told(asked) == (
        'status:all tag:"key account" cur:EUR brake:hold parent:C-1 dep:OPS'
        ' created>=2026-11-20 created<=2026-12-01 "a:b"'
    )


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
VALUE = TEXT.filter(lambda text: bool(text.strip()) or not text)
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@given(
    st.builds(
        CustomerFilter, TEXT, st.none() | st.sampled_from(Status), VALUE, VALUE, VALUE,
        st.sampled_from(["", "EUR", "JPY"]), st.none() | st.sampled_from(Brake), st.none() | DAYS,
        st.none() | DAYS,
    ).filter(
        lambda one: not (one.created_from and one.created_to)
        or one.created_from <= one.created_to
    )
)  # fmt: skip
def test_any_filter_is_told_and_understood_again(asked: CustomerFilter) -> None:
    assert understood(told(asked), TODAY) == asked


@pytest.mark.parametrize(
    ("text", "wrong", "said"),
    [
        ("tag:a tag:b", "tag:b", "already asked for"),
        ("cur:eur currency:usd", "currency:usd", "already asked for"),
        ("created>2026-01-01 created>=2026-02-01", "created>=2026-02-01", "already asked for"),
        ("created:today created<today", "created<today", "already asked for"),
        ("created>today created<=today", "created<=today", "No day is from 2026-11-21 on"),
        ("x created>2199-12-31", "created>2199-12-31", "1900 to 2199"),
        ("staus:all", "staus", "there are status, tag, cur, brake, parent, dep and created"),
        ("brake:off", "off", "none of hold, no_dunning and no_auto_pay"),
    ],
)
def test_what_cannot_hold_is_pointed_at(text: str, wrong: str, said: str) -> None:
    with pytest.raises(FilterNotUnderstood) as refused:
        understood(text, TODAY)
    assert text[refused.value.start : refused.value.end] == wrong
    assert said in refused.value.message


def test_options_beside_a_text_must_hold_too() -> None:
    beside = {"text": "gmbh", "tag": "Gold", "status": None}
    asked = understood("acme tag:gold", TODAY, beside)
    assert asked == CustomerFilter("acme gmbh", None, "gold")
    for text in ("status:active", "tag:silver"):
        with pytest.raises(FilterContradicts):
            understood(text, TODAY, beside)


def test_completions_know_fixed_and_given_values() -> None:
    assert [one[0] for one in completions("", 0)] == [
        "status:", "tag:", "cur:", "brake:", "parent:", "dep:", "created>=",
    ]  # fmt: skip
    assert [one.replacement for one in completions("brake:no", 8)] == ["no_dunning", "no_auto_pay"]
    assert completions("tag:go", 6, {"tag": ["gold", "north"]})[0][:3] == ("gold", 4, 6)
    assert all(field.about for field in FIELDS)
