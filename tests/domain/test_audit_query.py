"""Filters of the audit trail as text: what they ask for, and where what is wrong stands."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain.audit_log import AuditFilter
from billing_tui.domain.audit_query import FIELDS, completions, understood
from billing_tui.domain.dates import LAST_YEAR
from billing_tui.domain.filters import Comparison, FilterNotUnderstood, term

TODAY = date(2026, 11, 20)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", AuditFilter()),
        ("who:ann", AuditFilter(who="ann")),
        ("by:ann act:customers", AuditFilter(who="ann", action="customers")),
        ("object:customer:C-00001", AuditFilter(object="customer:C-00001")),
        ('obj:"customer:C 1"', AuditFilter(object="customer:C 1")),
        ("request:0190", AuditFilter(request="0190")),
        ("at:today", AuditFilter(since=TODAY, until=TODAY)),
        ("at>=+0", AuditFilter(since=TODAY)),
        ("day>=-7 day<today", AuditFilter(since=date(2026, 11, 13), until=date(2026, 11, 19))),
        (
            "on>2026-01-31 on<=2026-02-01",
            AuditFilter(since=date(2026, 2, 1), until=date(2026, 2, 1)),
        ),
    ],
)
def test_what_is_typed_is_asked(text: str, asked: AuditFilter) -> None:
    assert understood(text, TODAY) == asked


@given(who=TEXTS.filter(str.strip), object=TEXTS.filter(str.strip))
def test_any_value_can_be_asked_for(who: str, object: str) -> None:
    text = " ".join(
        (term("who", Comparison.IS, who), term("object", Comparison.IS, object), "at>=2026-01-01")
    )
    asked = understood(text, TODAY)
    assert (asked.who, asked.object, asked.since) == (who, object, date(2026, 1, 1))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("ann", "ann"),
        ("who:ann bob", "bob"),
        ('who:"ann smith" ann', "ann"),
        ("nothing:here", "nothing"),
        ("who:ann who:bob", "who:bob"),
        ("at:today at>=2026-01-01", "at>=2026-01-01"),
        ("at>=2026-02-01 at<=2026-01-01", "at<=2026-01-01"),
        ("at:nonsense", "nonsense"),
        ("who>ann", ">"),
        (f"at>{LAST_YEAR}-12-31", f"at>{LAST_YEAR}-12-31"),
        ("at>9999-12-31", "9999-12-31"),
    ],
)
def test_what_is_wrong_is_pointed_at(text: str, wrong: str) -> None:
    with pytest.raises(FilterNotUnderstood) as refused:
        understood(text, TODAY)
    start, end = refused.value.start, refused.value.end
    assert text[start:end] == wrong
    assert start == text.rindex(wrong)


def test_fields_and_their_values_are_offered() -> None:
    names = [one.replacement for one in completions("", 0)]
    assert [name.rstrip(":>=") for name in names] == [field.name for field in FIELDS]
    assert [one.replacement for one in completions("ac", 2)] == ["action:"]
    offered = completions("action:customers who:a", 22, {"who": ["ann", "bob"]})
    assert [(one.replacement, one.start, one.end) for one in offered] == [("ann", 21, 22)]
