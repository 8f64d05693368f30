"""What is done to one customer: brakes, notes, archive, merge, tree, explained, each taken back."""

from __future__ import annotations

import pytest

from billing_tui.domain.customers import Brake, Status
from billing_tui.domain.money import Money
from tests.ui.areas import acts, done, keys, last_told, numbers, on_row, screens, told
from tests.ui.office import Office
from tests.ui.seat import Seat, seated


async def at(seat: Seat, number: str) -> None:
    await keys(seat, "g", "c")
    await on_row(seat, number)


def some(office: Office) -> str:
    """One at work, that nothing has been done to."""
    with office.services() as services:
        return numbers(services, limit=60)[-1]


async def test_a_brake_is_set_with_its_reason_released_and_both_taken_back(office: Office) -> None:
    number = some(office)
    async with seated() as seat:
        customers = seat.app.services.customers
        await at(seat, number)
        await keys(seat, "b", f"?Brakes of {number}", "1", "?Reason", "enter", "?must be filled in")
        await keys(seat, "=Cheque bounced", "enter", "?■ on hold")
        assert last_told(seat) == f"{number} is on hold.  u takes it back."
        assert customers.show(number).brakes == {Brake.HOLD: "Cheque bounced"}
        await keys(seat, "u", "?● active")
        assert last_told(seat).startswith("Took back:")
        assert not any("takes it back" in text for text in told(seat))
        await keys(
            seat, "b", "2", "=Disputed", "enter", "?◐ not chased", "b", "?release not chased"
        )
        await keys(seat, "2")
        assert last_told(seat).startswith(f"{number} is no longer not chased.")
        assert not customers.show(number).brakes
        await keys(seat, "u", "?Disputed")
        assert customers.show(number).brakes == {Brake.NO_DUNNING: "Disputed"}


async def test_one_is_put_away_and_brought_back(office: Office) -> None:
    number = some(office)
    async with seated() as seat:
        await at(seat, number)
        await keys(seat, "z")
        assert last_told(seat) == f"{number} is archived.  u takes it back."
        assert seat.app.services.customers.show(number).status is Status.ARCHIVED
        await keys(seat, "4", "?status:archived", "slash", f"={number}", "enter", "?1 of 1")
        for name in ("Edit", "Merge", "Brake"):
            assert "z brings it back first" in acts(seat)[name].why_not, name
        await keys(seat, "a")
        assert "z brings it back first" in last_told(seat)
        assert screens(seat) == ["CustomersScreen"]
        await keys(seat, "u")
        assert seat.app.services.customers.show(number).status is Status.ACTIVE


async def test_what_is_refused_is_told_and_nothing_is_lost(office: Office) -> None:
    with office.services() as services:
        parent, child, *_ = numbers(services, limit=60)[40:]
        done(services.customers.edit, child, None, {"parent": parent})
    async with seated() as seat:
        await at(seat, parent)
        await keys(seat, "z", "?Others lie below", "escape")
        assert seat.one("#rows").row.number == parent


async def test_two_are_merged_seen_and_parted_again(office: Office) -> None:
    with office.services() as services:
        euros = [one for one in services.customers.list(limit=200).items if one.currency == "EUR"]
        loser, winner = euros[20], euros[30]
    async with seated() as seat:
        await at(seat, loser.number)
        await keys(seat, "m", "?Into which customer", f"={winner.number}")
        await keys(seat, f"?{winner.name}", "enter", "?gives way to", "?It can be taken back.")
        await keys(seat, "enter")
        assert screens(seat) == ["CustomersScreen"], "an Enter too many does nothing"
        await keys(seat, "m", f"={winner.number}", f"?{winner.name}", "enter", "y")
        assert last_told(seat).startswith(f"{loser.number} is merged into {winner.number}.")
        await keys(seat, "u")
        assert seat.app.services.customers.show(loser.number).status is Status.ACTIVE
        await on_row(seat, loser.number)
        await keys(seat, "m", f"={winner.number}", f"?{winner.name}", "enter", "y")
        await keys(seat, "5", f"?↪ {winner.number}")
        await keys(seat, "home")
        here = seat.one("#rows").row
        await keys(seat, "b")
        assert "work with that one" in last_told(seat)
        await keys(seat, "m")
        assert last_told(seat) == f"{here.number} stands on its own again."


async def test_the_picker_leaves_out_oneself_and_says_when_nobody_fits(office: Office) -> None:
    number = some(office)
    async with seated((80, 24)) as seat:
        await at(seat, number)
        await keys(seat, "m", "?Into which customer", f"={number}", "?No customer at work fits.")
        await keys(seat, "enter")
        assert screens(seat)[-1] == "CustomerPicker"
        await keys(seat, "ctrl+u", "?Type some of the name", "=ab", "down", "up", "escape")
        assert screens(seat) == ["CustomersScreen"]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_notes_are_written_read_changed_and_deleted(
    office: Office, size: tuple[int, int]
) -> None:
    number = some(office)
    with office.services("grace") as services:
        done(services.customers.add_note, number, "Grace wrote this.")
    async with seated(size) as seat:
        await at(seat, number)
        await keys(seat, "k", f"?Note on {number}", "=First line", "enter", "=second", "ctrl+s")
        assert last_told(seat) == f"Noted on {number}.  u takes it back."
        await keys(seat, "enter", "?second", "K", f"?Notes on {number}", "?Grace wrote this.")
        await keys(seat, "a", "?First line", "=!", "ctrl+s", "?second!")
        await keys(seat, "u", "?second")
        assert "second!" not in seat.text
        await keys(seat, "down", "delete")
        assert last_told(seat) == "grace wrote this note; only they change it."
        await keys(seat, "enter")
        assert last_told(seat) == "grace wrote this note; only they change it."
        await keys(seat, "up", "y")
        assert seat.app.clipboard == "First line\nsecond"
        await keys(seat, "delete")
        assert last_told(seat).startswith("Deleted the note.")
        assert "second" not in seat.text
        await keys(seat, "u", "?second")
        await keys(seat, "n", "?New note", "=More", "ctrl+s", "?More", "escape", "?More")
        assert screens(seat) == ["CustomersScreen", "CustomerPage"]


async def test_the_tree_is_seen_and_walked(office: Office) -> None:
    with office.services() as services:
        top, middle, leaf, *_ = numbers(services, limit=60)[40:]
        done(services.customers.edit, middle, None, {"parent": top})
        done(services.customers.edit, leaf, None, {"parent": middle})
    async with seated() as seat:
        await at(seat, middle)
        await keys(seat, "t", f"?Tree of {middle}", "?└─ ", "?3 customers")
        await keys(seat, "down", "enter", f"?Customer {leaf}")
        await keys(seat, "t", "enter")
        await keys(seat, "escape", "escape", "escape", "y")
        assert seat.app.clipboard.count("\n") == 2
        await keys(seat, "escape")
        assert screens(seat) == ["CustomersScreen"]
        assert seat.one("#rows").row.number == middle


async def test_a_limit_is_explained_by_who_set_it(office: Office) -> None:
    number = some(office)
    async with seated() as seat:
        customers = seat.app.services.customers
        currency = customers.show(number).currency
        done(customers.edit, number, None, {"credit_limit": Money(700, currency)})
        done(customers.edit, number, None, {"credit_limit": None})
        await at(seat, number)
        await keys(seat, "e", "?Limit now", "?set by ada", "y", "escape")
        assert "set by ada" in seat.app.clipboard
        fresh = numbers(seat.app.services, limit=60)[-2]
        await on_row(seat, fresh)
        await keys(seat, "e", "?Limit now", "e")
        assert screens(seat) == ["CustomersScreen"]


async def test_the_same_keys_work_on_a_page_of_its_own(office: Office) -> None:
    number = some(office)
    async with seated() as seat:
        await at(seat, number)
        await keys(seat, "enter", f"?Customer {number}", "b", "3", "=Wants invoices", "enter")
        await seat.sees("◌ no auto pay: Wants invoices", "brake set")
        with office.services("grace") as services:
            done(services.customers.edit, number, None, {"tags": ("seen at once",)})
        seat.app.look()
        await seat.sees("seen at once")
        await keys(seat, "y")
        assert "Wants invoices" in seat.app.clipboard
        assert "seen at once" in seat.app.clipboard
        await keys(
            seat, "a", "?Free fields", "escape", "d", "?New customer", "escape", "n", "escape"
        )
        await keys(seat, "z", "?○ archived", "z", "m", "escape", "e", "escape", "escape")
        assert seat.one("#rows").row.number == number


async def test_a_key_is_about_the_row_the_cursor_is_on_at_once(office: Office) -> None:
    """Not about the one whose facts still stand beside the list."""
    async with seated() as seat:
        await keys(seat, "g", "c")
        third = numbers(seat.app.services)[2]
        await seat.pilot.press("down", "down", "b")
        await keys(seat, f"?Brakes of {third}", "escape", "g", "d")
        code = seat.app.services.departments.tree()[2].code
        await seat.pilot.press("down", "down", "z")
        await seat.settled()
        assert last_told(seat).startswith(f"{code} is archived.")
