"""Screens that close while something else stands in front of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from billing_tui.app import BillingApp, writes
from billing_tui.app.locking import LOCK
from screens.dialogs import Confirm
from tests.stores import PASSWORD
from tests.ui.areas import keys, screens, told
from tests.ui.gates import Gate
from tests.ui.office import Office
from tests.ui.seat import Seat, seated


def stack(seat: Seat, mode: str) -> list[str]:
    return [type(screen).__name__ for screen in seat.app._screen_stacks[mode]]


async def saving(seat: Seat, gate: Gate) -> None:
    """A new customer is on its way to the store, which does not answer yet."""
    await keys(seat, "g", "c", "n", "=Acme")
    assert stack(seat, "customers")[-1] == "CustomerForm"
    gate.shut()
    await seat.pilot.press("ctrl+s")


AWAY: dict[str, Callable[[BillingApp], object]] = {
    "in another area": lambda app: app.go("home"),
    "under the keys": lambda app: app.action_keys(),
    "under the help": lambda app: app.action_help(),
}


@pytest.mark.parametrize("leave", AWAY.values(), ids=list(AWAY))
async def test_a_form_that_is_saved_closes_and_nothing_else_does(
    office: Office, leave: Callable[[BillingApp], object]
) -> None:
    gate = Gate(office.patch, writes, "_outcome")
    async with seated() as seat:
        await saving(seat, gate)
        leave(seat.app)
        await seat.pilot.pause()
        in_front = seat.app.screen
        gate.open()
        await seat.settled()
        assert seat.app.screen is in_front
        assert "CustomerForm" not in stack(seat, "customers")
        assert any(notice.startswith("Saved") for notice in told(seat))


@pytest.mark.parametrize("office", ["behind_a_password"], indirect=True)
async def test_a_form_that_is_saved_behind_the_lock_is_gone_when_it_opens(office: Office) -> None:
    gate = Gate(office.patch, writes, "_outcome")
    async with seated() as seat:
        await keys(seat, "?Password", f"={PASSWORD}", "enter", "?To do")
        await saving(seat, gate)
        seat.app.lock()
        await seat.pilot.pause()
        gate.open()
        await seat.settled()
        assert screens(seat) == ["LockScreen"]
        await keys(seat, f"={PASSWORD}", "enter")
        assert seat.app.current_mode != LOCK
        assert screens(seat) == ["CustomersScreen"]


async def test_a_dialog_that_is_answered_twice_closes_once(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "enter")
        assert screens(seat) == ["CustomersScreen", "CustomerPage"]
        answers: list[bool | None] = []
        dialog = Confirm("Sure?", ["It is."], "Yes")
        seat.app.push_screen(dialog, answers.append)
        await seat.settled()
        dialog.action_accept()
        dialog.action_accept()
        await seat.settled()
        assert answers == [True]
        assert screens(seat) == ["CustomersScreen", "CustomerPage"]
