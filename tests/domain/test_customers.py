"""The rules about customers: what a draft must be, what differs, and how one is found."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain.customers import (
    Address,
    AddressKind,
    Allocation,
    Contact,
    CustomerChanged,
    CustomerDraft,
    DraftRefused,
    KeyKind,
    as_identifier,
    as_words,
    changes_given,
    checked_changes,
    checked_draft,
    checked_note,
    checked_reason,
    differences,
    draft_given,
    examined,
    keys_of,
    number_sort,
    shares,
    told,
)
from billing_tui.domain.errors import InputError
from billing_tui.domain.fields import FieldsRefused
from billing_tui.domain.money import Money
from billing_tui.domain.tax_ids import TaxId

GOOD = CustomerDraft("Acme", "EUR")
CARD = "4111 1111 1111 1111"
ADDRESS = Address(AddressKind.BILLING, "DE")


def errors_of(**fields: Any) -> dict[str, str]:
    return {error.field: error.message for error in examined(replace(GOOD, **fields))[1]}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"number": "a\nb"}, "number"),
        ({"number": "\u0410-1"}, "number"),
        ({"number": "X" * 33}, "number"),
        ({"number": "A", "parent": "A"}, "parent"),
        ({"currency": "EURO"}, "currency"),
        ({"terms": "net9999"}, "terms"),
        ({"language": "German"}, "language"),
        ({"credit_limit": Money(1, "USD")}, "credit_limit"),
        ({"credit_limit": Money(-1, "EUR")}, "credit_limit"),
        ({"addresses": (replace(ADDRESS, country="XX"),)}, "addresses[0].country"),
        ({"addresses": (replace(ADDRESS, lines=("a",) * 7),)}, "addresses[0].lines"),
        ({"addresses": (replace(ADDRESS, postcode="1" * 17),)}, "addresses[0].postcode"),
        ({"contacts": (Contact(""),)}, "contacts[0].name"),
        ({"contacts": (Contact("A", "no at"),)}, "contacts[0].email"),
        ({"contacts": (Contact("A"), Contact("B", "a@b"))}, "contacts[1].email"),
        ({"contacts": (Contact("A", "a\x1b@b.org"),)}, "contacts[0].email"),
        ({"contacts": (Contact("A"),) * 51}, "contacts"),
        ({"tax_ids": (TaxId("DE", "136695977"),)}, "tax_ids[0]"),
        ({"tax_ids": (TaxId("QQ", "1"),)}, "tax_ids[0]"),
        ({"tags": ("x",) * 21}, "tags"),
        ({"tags": (" ",)}, "tags[0]"),
        ({"meta_data": {"metadata": "x"}}, "meta_data"),
        ({"meta_data": {"Metadata": "x"}}, "meta_data"),
        ({"meta_data": {"a b": "x"}}, "meta_data"),
        ({"meta_data": {"k": "x" * 501}}, "meta_data.k"),
        ({"meta_data": {f"k{n}": "" for n in range(51)}}, "meta_data"),
        ({"allocations": (Allocation("A", Decimal(0)),)}, "allocations[0].percent"),
        ({"allocations": (Allocation("A", Decimal("NaN")),)}, "allocations[0].percent"),
        ({"allocations": (Allocation("A", Decimal("1.1234567")),)}, "allocations[0].percent"),
        ({"allocations": (Allocation("A", Decimal(99)),)}, "allocations"),
        ({"allocations": tuple(Allocation(n, Decimal(50)) for n in "Aa")}, "allocations"),
    ],
)  # fmt: skip
def test_what_is_refused(fields: dict[str, Any], field: str) -> None:
    found = errors_of(**fields)
    assert set(found) == {field}
    assert found[field].endswith(".")


@pytest.mark.parametrize(
    "fields",
    [
        {"name": CARD},
        {"number": "4111-1111-1111-1111"},
        {"addresses": (replace(ADDRESS, lines=(CARD,)),)},
        {"addresses": (replace(ADDRESS, city=CARD),)},
        {"addresses": (replace(ADDRESS, region=CARD),)},
        {"contacts": (Contact(CARD),)},
        {"contacts": (Contact("A", phone=CARD),)},
        {"contacts": (Contact("A", role=CARD),)},
        {"contacts": (Contact("A", email="4111111111111111@x.org"),)},
        {"tags": (CARD,)},
        {"meta_data": {"k": CARD}},
        {"tax_ids": (TaxId("HK", "4111111111111111"),)},
        {"allocations": (Allocation("4111111111111111", Decimal(100)),)},
    ],
)
def test_card_numbers_are_refused_in_every_field(fields: dict[str, Any]) -> None:
    (message,) = errors_of(**fields).values()
    assert "payment card number" in message


@pytest.mark.parametrize("check", [checked_note, checked_reason])
def test_notes_and_reasons_are_text_too(check: Any) -> None:
    for text in ("", " ", "x" * 10_001, CARD, "nul\0"):
        with pytest.raises(FieldsRefused):
            check(text)
    assert check("\x1b[31m\u202e") == "\x1b[31m\u202e"


def test_the_form_that_is_kept() -> None:
    kept = checked_draft(
        replace(
            GOOD,
            currency=" eur ",
            terms="Net 30",
            tags=("VIP", "vip", "north"),
            addresses=(replace(ADDRESS, country="uk"),),
            tax_ids=(TaxId("el", "EL 094259216"), TaxId("us", "04-2103594"), TaxId("AE", "1 2-3")),
            allocations=(Allocation("A", Decimal("1E2")),),
        )
    )
    assert (kept.currency, kept.terms, kept.tags) == ("EUR", "net30", ("VIP", "north"))
    assert kept.addresses[0].country == "GB"
    assert kept.tax_ids == (
        TaxId("GR", "094259216"), TaxId("US", "042103594"), TaxId("AE", "123", checked=False),
    )  # fmt: skip
    assert str(kept.allocations[0].percent) == "100"
    assert checked_draft(kept) == kept


@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_any_readable_name_is_kept_or_refused_with_a_sentence(name: str) -> None:
    kept, errors = examined(replace(GOOD, name=name))
    assert {error.field for error in errors} <= {"name"}
    assert errors or kept.name == name
    assert all(len(key) <= 200 for _, key in keys_of(kept))


def test_only_what_is_changed_is_judged() -> None:
    old = replace(GOOD, tax_ids=(TaxId("DE", "1"),))
    assert checked_changes(old, {"terms": "eom"}) == {"terms": "eom"}
    with pytest.raises(DraftRefused):
        checked_changes(old, {"tax_ids": old.tax_ids})
    with pytest.raises(DraftRefused, match="cannot be changed here"):
        checked_changes(old, {"number": "X"})


def test_a_draft_out_of_plain_data() -> None:
    data = {
        "name": "Acme", "currency": "JPY", "credit_limit": 5000, "delivery": "post",
        "contacts": [{"name": "Ada"}], "allocations": [{"department": "A", "percent": "100 %"}],
    }  # fmt: skip
    draft = draft_given(data)
    assert (draft.credit_limit, draft.contacts) == (Money(5000, "JPY"), (Contact("Ada"),))
    assert draft.allocations == (Allocation("A", Decimal(100)),)
    assert changes_given({"credit_limit": "12.50"}, "EUR") == {"credit_limit": Money(1250, "EUR")}
    assert changes_given({"credit_limit": None}, "EUR") == {"credit_limit": None}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": None, "currency": "EUR"}, "name"),
        ({"name": "A", "currency": "EUR", "contacts": "x"}, "contacts"),
        ({"name": "A", "currency": "EUR", "contacts": ["x"]}, "contacts[0]"),
        ({"name": "A", "currency": "EUR", "contacts": [{"mail": "x"}]}, "contacts[0].mail"),
        ({"name": "A", "currency": "EUR", "delivery": ["x"]}, "delivery"),
        ({"name": "A", "currency": "EUR", "meta_data": []}, "meta_data"),
        ({"name": "A", "currency": "EUR", "credit_limit": True}, "credit_limit"),
        ({"name": "A", "currency": "EUR", "addresses": [{"lines": 1}]}, "addresses[0].lines"),
    ],
)
def test_plain_data_of_the_wrong_kind(data: Any, field: str) -> None:
    with pytest.raises(DraftRefused) as refused:
        draft_given(data)
    assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize("data", [[], "x", None, 7])
def test_no_object_at_all(data: Any) -> None:
    with pytest.raises(InputError):
        draft_given(data)


def test_differences_name_both_sides() -> None:
    now = {"terms": "net14", "name": "Acme", "language": "en", "tags": told(("a",))}
    found = differences(now, {"terms": "net30", "name": "Acme"}, {"terms": "net60", "tags": "[]"})
    assert [(one.field, one.base, one.theirs, one.yours) for one in found] == [
        ("terms", "net30", "net14", "net60"), ("tags", '["a"]', '["a"]', "[]"),
    ]  # fmt: skip
    assert [one.clashes for one in found] == [True, False]
    said = CustomerChanged("C-1", 3, found).message
    assert "terms was 'net30', now 'net14', you want 'net60'." in said
    assert said.endswith("Save again on version 3 what should hold.")


@given(
    st.integers(-(10**15), 10**15),
    st.lists(st.decimals("0.01", 100, places=2), min_size=1, max_size=9),
)
def test_shares_sum_to_the_cent(amount: int, percents: list[Decimal]) -> None:
    allocations = tuple(Allocation(f"D{n}", percent) for n, percent in enumerate(percents))
    parts = shares(Money(amount, "EUR"), allocations)
    assert sum(part.amount for _, part in parts) == amount
    mirrored = shares(Money(-amount, "EUR"), allocations)
    assert mirrored == [(name, -part) for name, part in parts]


def test_the_remainder_goes_to_the_largest_and_then_the_first() -> None:
    third = Decimal("33.333333")
    shared = (Allocation("A", third), Allocation("B", third), Allocation("C", 100 - 2 * third))
    parts = [part.amount for _, part in shares(Money(100, "EUR"), shared)]
    assert parts == [33, 33, 34]
    even = (Allocation("A", Decimal(50)), Allocation("B", Decimal(50)))
    assert [part.amount for _, part in shares(Money(1, "EUR"), even)] == [1, 0]


def test_what_a_customer_is_found_by() -> None:
    keys = keys_of(
        replace(
            GOOD, number="K 10/5", name="Müller & Söhne", tags=("VIP",),
            contacts=(Contact("A", "Ada@X.org"),), tax_ids=(TaxId("DE", "136695976"),),
        )
    )  # fmt: skip
    assert keys == {
        (KeyKind.WORD, "muller"), (KeyKind.WORD, "sohne"), (KeyKind.NUMBER, "k105"),
        (KeyKind.EMAIL, "ada@x.org"), (KeyKind.TAG, "vip"), (KeyKind.TAX_ID, "136695976"),
        (KeyKind.TAX_ID, "de136695976"),
    }  # fmt: skip


def test_how_a_query_is_read() -> None:
    identifier = as_identifier("DE 136-695.976")
    assert identifier is not None
    assert identifier.key == "de136695976"
    assert as_identifier("Acme") is None
    assert [wanted.key for wanted in as_words("Mül müller & co")] == ["muller", "co"]
    assert as_words("???") == ()


def test_numbers_sort_as_people_count() -> None:
    numbers = ["C-9", "C-10", "C-00011", "C-100", "D-1"]
    assert sorted(set(numbers), key=number_sort) == numbers
