"""Fields of rows: adding, removing, and which rows count."""

from __future__ import annotations

from typing import Any

import pytest

from billing_tui.domain.errors import BillingError
from screens.widgets.fields import Field, PercentField, RowsField, TextField
from screens.widgets.form import Form
from tests.ui.stage import SIZES, Stage, inert, paste, picture


def share() -> list[list[Field[Any]]]:
    return [[TextField("department", "Department", required=True), PercentField("percent", "%")]]


def shares(**more: Any) -> RowsField:
    return RowsField("shares", "Cost shares", noun="share", make=share, **more)


@pytest.mark.parametrize("size", SIZES)
async def test_rows_come_and_go_by_keys(size: tuple[int, int]) -> None:
    field, after = shares(), TextField("name", "Name")
    app = Stage(Form(field, after))
    async with app.run_test(size=size) as pilot:
        assert "no share yet · ctrl+n adds one" in picture(app)[0]
        await pilot.press("ctrl+n")
        await pilot.press("A", "tab", "6", "0", "ctrl+n")
        await pilot.press("B", "enter", "4", "0")
        await pilot.pause()
        assert [row["department"] for row in field.value] == ["A", "B"]
        assert picture(app)[1].split() == ["Department", "%"]
        await pilot.press("ctrl+d")
        await pilot.pause()
        assert [row["department"] for row in field.value] == ["A"]
        await pilot.press("ctrl+d")
        await pilot.pause()
        assert field.value == ()
        assert "no share yet" in picture(app)[0]
        await pilot.press("enter")
        assert app.focused is after.input


async def test_a_row_is_added_after_the_one_with_the_keys() -> None:
    field = shares(rows=[{"department": "A"}, {"department": "C"}])
    app = Stage(field)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+n")
        await pilot.press("B")
        assert [row["department"] for row in field.typed()] == ["A", "B", "C"]
        shown = [line.split() for line in picture(app)[2:5]]
        assert shown == [["A"], ["B"], ["C"]]


async def test_rows_that_were_never_filled_do_not_count() -> None:
    field = shares(rows=[{}, {"department": "A", "percent": "100"}])
    async with Stage(field).run_test():
        assert len(field.value) == 1
        assert len(field.collect()) == 1


async def test_a_wrong_cell_is_named_under_its_row() -> None:
    field = shares(rows=[{"percent": "x"}])
    app = Stage(field)
    async with app.run_test() as pilot:
        with pytest.raises(BillingError):
            field.collect()
        await pilot.pause()
        assert "✗ Department: must be filled in.  ✗ %: 'x' is not a number" in "\n".join(
            picture(app)
        )
        assert field.entry is field.rows[0].cells["department"].entry
        await pilot.press("A")
        await pilot.pause()
        assert "Department: must be" not in "\n".join(picture(app))


async def test_more_rows_than_are_kept_are_refused() -> None:
    field = shares(rows=[{"department": str(n)} for n in range(3)], most=2)
    async with Stage(field).run_test():
        with pytest.raises(BillingError):
            field.collect()
        assert field.error == "has 3 rows; at most 2 are kept."


async def test_a_mouse_adds_a_row_and_hostile_cells_are_inert() -> None:
    field = shares()
    app = Stage(field)
    async with app.run_test() as pilot:
        await pilot.click(".row-add")
        await pilot.pause()
        await paste(app, pilot, "\x1b]52;c;aGk=\x07")
        assert field.value == ({"department": "\x1b]52;c;aGk=\x07", "percent": None},)
        assert inert(app)


async def test_a_frozen_field_of_rows_stays_as_it_is() -> None:
    field = shares(rows=[{"department": "A"}])
    app = Stage(field)
    async with app.run_test() as pilot:
        field.freeze(True)
        await pilot.press("x", "ctrl+n", "ctrl+d")
        await pilot.pause()
        assert field.typed() == [{"department": "A", "percent": ""}]
