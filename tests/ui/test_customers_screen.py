"""The list of customers by keys alone: found, sorted, marked, kept as a view, copied, opened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from billing_tui.domain.customers import Brake
from billing_tui.domain.errors import StoreError
from tests.ui.areas import (
    acts,
    below,
    done,
    fill,
    keys,
    last_told,
    numbers,
    offered,
    on_row,
    rows,
    screens,
    sign_in,
)
from tests.ui.office import Office
from tests.ui.seat import seated
from tests.ui.stage import SIZES, inert


@pytest.mark.parametrize("size", SIZES)
async def test_one_is_opened_and_left_on_the_same_row(
    office: Office, size: tuple[int, int]
) -> None:
    async with seated(size) as seat:
        await keys(seat, "g", "c", "down", "down", "down")
        here = seat.one("#rows").row.number
        await keys(seat, "enter", f"?Customer {here}", "?Timeline", "?Credit limit", "escape")
        assert screens(seat) == ["CustomersScreen"]
        assert seat.one("#rows").row.number == here
        assert seat.app.focused is seat.one("#rows")


async def test_the_row_in_hand_is_told_beside_the_list(office: Office) -> None:
    async with seated((120, 48)) as seat:
        await keys(seat, "g", "c", "2")
        await keys(seat, "1", "slash", "=brake:no_dunning", "enter", "?not chased:")
        await seat.sees("Notes", "Timeline", "brake set")
        # Where nothing fits, nothing is told.
        await keys(seat, "slash", "=nobodyatall", "enter", "?No customer fits.")
        assert "Timeline" not in seat.text


async def test_words_search_while_they_are_typed(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c")
        number = seat.one("#rows").row.number
        await keys(seat, "slash", f"={number.lower()}", "?1 of 1")
        assert seat.app.focused is seat.one("#query FieldInput")
        await keys(seat, "enter")
        assert seat.app.focused is seat.one("#rows")
        assert rows(seat)[0].startswith(number)
        await keys(seat, "escape", "?1 of 3")
        assert seat.one("#query FieldInput").value == ""


async def test_what_is_not_understood_is_pointed_at_and_the_list_stays(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "slash", "=tag:retail colour:red", "?is no field here")
        lines = seat.text.splitlines()
        at = next(n for n, line in enumerate(lines) if "colour:red" in line)
        assert lines[at + 1].index("^") == lines[at].index("colour")
        assert lines[at + 1].count("^") == len("colour")
        assert rows(seat)[0], "the list before is still there"
        await keys(seat, "enter")
        assert seat.app.focused is seat.one("#query FieldInput")
        await keys(seat, "escape")
        assert "is no field here" not in seat.text


async def test_completions_are_taken_by_keys(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "slash", "=ta")
        await offered(seat, "tag:")
        await keys(seat, "tab")
        line = seat.one("#query FieldInput")
        assert line.value == "tag:"
        await offered(seat, "retail")
        await keys(seat, "=ret")
        await offered(seat, "retail")
        await keys(seat, "tab")
        assert line.value == "tag:retail "
        await keys(seat, "=brake:")
        await offered(seat, "hold")
        await keys(seat, "down", "down", "enter")
        assert line.value == "tag:retail brake:no_dunning "
        # Esc closes the list of suggestions first, then goes back.
        await keys(seat, "=st")
        await offered(seat, "status:")
        await keys(seat, "escape")
        assert seat.app.focused is line
        await keys(seat, "escape")
        assert seat.app.focused is seat.one("#rows")


async def test_what_is_typed_next_comes_behind_what_stands_there(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "3", "slash", "=cur:eur", "enter")
        assert seat.one("#query FieldInput").value == "created>=-30 cur:eur"


@pytest.mark.parametrize("size", SIZES)
async def test_views_stand_on_number_keys(office: Office, size: tuple[int, int]) -> None:
    async with seated(size) as seat:
        await keys(seat, "g", "c", "4", "?status:archived")
        assert all("archived" in row for row in rows(seat) if row)
        await keys(seat, "5", "?↪ ", "1")
        assert seat.one("#query FieldInput").value == ""
        await keys(seat, "6", "?cur:eur tag:retail", "9")
        assert seat.one("#query FieldInput").value == "cur:eur tag:retail"


async def test_a_view_is_kept_deleted_and_taken_back(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "slash", "=cur:sek", "enter", "v", "?Save this view")
        await keys(seat, "=Crowns", "enter")
        assert last_told(seat) == "Saved the view Crowns."
        await seat.sees("6 Crowns")
        await keys(seat, "v", "?Save this view", "=Crowns", "enter")
        await keys(seat, "?✗ You have a view 'Crowns' here", "escape", "delete")
        assert last_told(seat).startswith("Deleted the view Crowns.")
        assert seat.one("#query FieldInput").value == ""
        await seat.until(lambda: "Crowns" not in seat.text.splitlines()[1], "it still stands there")
        await keys(seat, "u", "?6 Crowns")
        await keys(seat, "1", "delete")
        assert last_told(seat).startswith("Only a view of your own can be deleted")


async def test_a_name_no_view_can_have_is_refused_while_it_can_be_changed(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "v", "?Save this view")
        for name, why in (("x" * 61, "at most 60 are kept"), ("all", "this list always has")):
            await fill(seat, name)
            await keys(seat, "enter", f"?{why}")
            assert screens(seat)[-1] == "Ask"
            assert seat.one("Ask FieldInput").value == name
            assert "answer" not in seat.text


async def test_the_order_is_turned_and_a_click_does_it_too(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c")
        first = seat.one("#rows").row.number
        await keys(seat, "S", "?Name ↓", "home")
        assert seat.one("#rows").row.number != first
        await keys(seat, "s", "?by created ↑", "s", "?Number ↑", "home")
        assert seat.one("#rows").row.number == "C-00001"
        head = seat.one("#rows").region
        await seat.pilot.click(offset=(head.x + 14, head.y + 1))
        await seat.sees("Name ↑")


async def test_marks_are_made_counted_and_taken_away(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "space", "space", "?✓ 2 marked", "escape")
        assert " marked" not in seat.text.replace("Change marked", "")
        await keys(seat, "asterisk", "down", "space", "? marked · ")
        marks = seat.one("#rows").marks
        assert marks.everything
        assert len(marks.keys) == 1


async def test_a_row_is_copied_and_told(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "y")
        row = seat.one("#rows").row
        assert seat.app.clipboard.startswith(f"{row.number}\t{row.name}")
        assert last_told(seat) == "Copied."


async def test_what_others_do_appears_and_lights_up(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "down")
        seat.app.animation_level = "full"
        table = seat.one("#rows")
        here = table.row.number
        with office.services("grace") as services:
            done(services.customers.edit, here, None, {"name": "Aachen Works"})
        seat.app.look()
        await seat.sees("Aachen Works")
        assert here in table._changed
        assert table.row.number == here


async def test_a_change_of_something_else_does_not_read_the_list(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c")
        read: list[Any] = []
        seat.one("#rows").screen.reload = read.append
        with office.services("karl") as services:
            done(services.departments.edit, "FIN", None, {"name": "Money"})
        seat.app.look()
        await seat.settled()
        assert not read
        with office.services("grace") as services:
            done(services.customers.set_brake, numbers(services)[0], Brake.HOLD, "late")
        seat.app.look()
        await seat.settled()
        assert len(read) == 1


async def test_what_changed_while_away_is_read_on_coming_back(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c")
        here = seat.one("#rows").row.number
        await keys(seat, "g", "d")
        with office.services("grace") as services:
            done(services.customers.edit, here, None, {"name": "Aachen Works"})
        seat.app.look()
        await seat.settled()
        await keys(seat, "g", "c", "?Aachen Works")


async def test_a_list_that_cannot_be_read_says_so_and_tries_again(office: Office) -> None:
    async with seated() as seat:
        customers: Any = seat.app.services.customers
        whole = customers.slice

        def broken(*given: Any) -> Any:
            raise StoreError("Disk full", "The disk is full.")

        customers.slice = broken
        await keys(seat, "g", "c", "?The disk is full.", "?tries again")
        customers.slice = whole
        await keys(seat, "f5", "?1 of ")


@pytest.mark.parametrize("office", ["founded"], indirect=True)
async def test_an_empty_list_says_what_the_next_key_is(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "?n adds the first")
        for key, name in (("a", "Edit"), ("b", "Brake"), ("c", "Change marked"), ("m", "Merge")):
            assert acts(seat)[name].why_not == "There is no customer here; n makes one."
            await keys(seat, key)
            assert last_told(seat) == "There is no customer here; n makes one."
        assert screens(seat) == ["CustomersScreen"]


@pytest.mark.parametrize("office", ["as_auditor"], indirect=True)
async def test_an_auditor_sees_everything_and_changes_nothing(office: Office) -> None:
    async with seated() as seat:
        await sign_in(seat)
        await keys(seat, "g", "c", "?Timeline")
        for name in ("New", "Edit", "Brake", "Note", "Change", "Export"):
            assert name not in below(seat)
        before = seat.app.services.audit.head()
        for key in "nadbkmzcxiv":
            await keys(seat, key)
            assert last_told(seat).startswith("Your roles do not let you"), key
            assert screens(seat) == ["CustomersScreen"], key
        assert seat.app.services.audit.head() == before
        await keys(seat, "question_mark", "?Your roles do not let you", "escape")
        await keys(seat, "enter", "?Credit limit", "K", "?Notes on", "n")
        assert last_told(seat).startswith("Your roles do not let you")
        await keys(seat, "escape", "t", "?Tree of")


async def test_hostile_text_in_a_name_is_inert_everywhere(office: Office) -> None:
    with office.services() as services:
        number = numbers(services)[0]
        name = "[bold][@click=app.quit]x[/] a\u202eb"
        done(services.customers.edit, number, None, {"name": name, "tags": ("[red]t[/]",)})
        done(services.customers.add_note, number, "\x1b]52;c;aGk=\x07 note [b]x[/b]")
    async with seated() as seat:
        await keys(seat, "g", "c")
        await on_row(seat, number)
        await seat.sees("[bold]", "<U+202E>", "[red]t[/]")
        assert inert(seat.app)
        for key in ("enter", "K"):
            await keys(seat, key)
            assert inert(seat.app)
            assert "[b]x[/b]" in seat.text or "[bold]" in seat.text


async def test_the_clock_moves_on(office: Office) -> None:
    """New ones are those of the last thirty days."""
    async with seated() as seat:
        office.clock.advance(timedelta(days=60))
        await keys(seat, "g", "c", "3", "?No customer fits.")
