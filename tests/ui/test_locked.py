"""Locked means locked: every key there is, and the mouse, and what work behind it wants to show."""

from __future__ import annotations

from typing import Any

import pytest
from textual.widgets import Input

from billing_tui.app.locking import LOCK
from tests.keys import every_key
from tests.stores import PASSWORD
from tests.ui.office import Office
from tests.ui.seat import Seat, seated

# What the lock itself is for: trying a password, somebody else, and leaving.
OWN = {"enter", "ctrl+o", "ctrl+q"}

pytestmark = pytest.mark.parametrize("office", ["behind_a_password"], indirect=True)


async def come_in(seat: Seat) -> None:
    assert seat.app.current_mode == "sign_in"
    await seat.sees("Password")
    while not isinstance(seat.app.focused, Input) or not seat.app.focused.password:
        await seat.press("tab")
    await seat.type(PASSWORD)
    await seat.press("enter")
    await seat.until(lambda: seat.app.current_mode == "home", "did not come in")


async def lock(seat: Seat) -> None:
    await come_in(seat)
    await seat.press("g", "c")
    await seat.until(lambda: seat.app.current_mode == "customers", "did not go to customers")
    await seat.press("ctrl+l")
    await seat.until(lambda: seat.app.current_mode == LOCK, "did not lock")


def state(seat: Seat) -> dict[str, Any]:
    """All that a key could have changed."""
    app = seat.app
    return {
        "mode": app.current_mode,
        "stacks": {
            mode: [type(one) for one in stack] for mode, stack in app._screen_stacks.items()
        },
        "notices": [notice.message for notice in app._notifications],
        "tasks": len(app.tasks),
        "writes": app._writes.waiting,
        "theme": app.theme,
        "record": app.services.audit.head(),
        "drafts": app.services.drafts.list(),
    }


async def test_no_key_of_the_program_does_anything(office: Office) -> None:
    async with seated() as seat:
        await lock(seat)
        before = state(seat)
        for key in every_key():
            if key not in OWN:
                await seat.pilot.press(key)
                assert seat.app.current_mode == LOCK, key
                assert len(seat.app.screen_stack) == 1, key
        await seat.settled()
        assert state(seat) == before
        await seat.press("escape")
        await seat.type(PASSWORD)
        await seat.press("enter")
        await seat.until(lambda: seat.app.current_mode == "customers", "did not unlock")


async def test_nor_does_a_click_anywhere(office: Office) -> None:
    async with seated((80, 24)) as seat:
        await lock(seat)
        before = state(seat)
        for y in range(0, 24, 3):
            for x in range(0, 80, 19):
                await seat.pilot.click(offset=(x, y))
        await seat.settled()
        assert state(seat) == before


async def test_nothing_of_what_is_behind_can_be_seen(office: Office) -> None:
    async with seated() as seat:
        await come_in(seat)
        await seat.press("ctrl+l")
        await seat.sees("locked")
        for word in ("Customers", "To do", "Audit", "Settings"):
            assert word not in seat.text


@pytest.mark.parametrize("wrong", ["", "guess", PASSWORD.upper(), PASSWORD + " "])
async def test_only_the_password_opens_it(office: Office, wrong: str) -> None:
    async with seated() as seat:
        await lock(seat)
        await seat.type(wrong)
        await seat.press("enter")
        assert seat.app.current_mode == LOCK
        assert wrong not in seat.text or not wrong
