from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from billing_tui.domain.fields import FieldsRefused
from billing_tui.domain.views import (
    SavedView,
    ViewDraft,
    ViewKeyTaken,
    ViewNameTaken,
    checked_view,
    in_order,
    refuse_taken,
)
from tests.hostile import CARD

DRAFT = ViewDraft("customers", "On hold", "brake:hold", "created", True, 1)


def view(n: int, name: str, position: int = 0, area: str = "customers") -> SavedView:
    return SavedView(UUID(int=n), 1, area, name, "", "", False, position)


def test_a_good_view_is_kept_without_outer_spaces() -> None:
    given = replace(DRAFT, name="  On hold ", query=" brake:hold\n")
    assert checked_view(given) == DRAFT
    assert checked_view(ViewDraft("audit", "x")) == ViewDraft("audit", "x")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("area", ""),
        ("area", "Customers"),
        ("area", "a b"),
        ("name", " "),
        ("name", "x" * 61),
        ("name", CARD),
        ("query", f"name:{CARD}"),
        ("query", "nul \0"),
        ("query", "x" * 2001),
        ("sort", "name; drop"),
        ("position", 10),
        ("position", -1),
    ],
)
def test_what_cannot_be_kept_is_said_by_its_field(field: str, value: object) -> None:
    with pytest.raises(FieldsRefused) as refused:
        checked_view(replace(DRAFT, **{field: value}))  # type: ignore[arg-type]
    assert [error.field for error in refused.value.errors] == [field]
    assert CARD not in str(refused.value)


def test_a_name_and_a_number_key_are_taken_once() -> None:
    others = [view(1, "Überfällig"), view(2, "New ones", 3)]
    with pytest.raises(ViewNameTaken, match="Überfällig"):
        refuse_taken(replace(DRAFT, name="ÜBERFÄLLIG"), others)
    with pytest.raises(ViewKeyTaken, match="New ones"):
        refuse_taken(replace(DRAFT, position=3), others)
    refuse_taken(DRAFT, others)
    refuse_taken(replace(DRAFT, position=0), [view(3, "Also without")])


def test_number_keys_come_first_then_names() -> None:
    views = [view(1, "b"), view(2, "a"), view(3, "z", 9), view(4, "y", 2), view(5, "c", 1, "audit")]
    assert [one.name for one in in_order(views)] == ["c", "y", "z", "a", "b"]
