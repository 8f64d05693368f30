"""A fault while a form waits for its outcome: it is told, and the form goes on working."""

from __future__ import annotations

from typing import Any

import pytest
from textual.widgets import Input

from billing_tui.services.customer_bulk import CustomerBulk
from billing_tui.services.customers import Customers
from billing_tui.services.lock import Lock
from screens.dialogs import Failure
from tests.stores import PASSWORD
from tests.ui.areas import keys, screens, told
from tests.ui.office import Office
from tests.ui.seat import Seat, seated


def broken(*_given: Any, **_named: Any) -> Any:
    raise RuntimeError("broken")


async def meets(seat: Seat, *pressed: str) -> None:
    seat.faults_are_wanted = True
    await keys(seat, *pressed)
    assert isinstance(seat.app.screen, Failure)
    await keys(seat, "escape")


async def test_what_was_typed_can_be_saved_again(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "n", "=Acme")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Customers, "create", broken)
            await meets(seat, "ctrl+s")
        await keys(seat, "= North", "ctrl+s")
        assert screens(seat) == ["CustomersScreen"]
        assert told(seat)[-1].startswith("Saved")


async def test_or_left(office: Office) -> None:
    office.patch.setattr(Customers, "create", broken)
    async with seated() as seat:
        await keys(seat, "g", "c", "n", "=Acme")
        await meets(seat, "ctrl+s")
        await keys(seat, "escape")
        assert screens(seat) == ["CustomersScreen"]
        assert told(seat)[-1].startswith("Kept as a draft")


async def test_a_preview_that_broke_can_be_asked_for_again(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "space", "c", "=gold", "tab")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(CustomerBulk, "preview", broken)
            await meets(seat, "ctrl+s")
        await keys(seat, "ctrl+s", "?What the change does")


@pytest.mark.parametrize("office", ["behind_a_password"], indirect=True)
async def test_the_lock_takes_another_password(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "?Password", f"={PASSWORD}", "enter", "?To do", "ctrl+l", "?locked")
        seat.faults_are_wanted = True
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Lock, "unlock", broken)
            await keys(seat, f"={PASSWORD}", "enter")
        assert screens(seat) == ["LockScreen"]
        await keys(seat, f"={PASSWORD}", "enter")
        assert seat.app.current_mode == "home"


@pytest.mark.parametrize("office", ["behind_a_password"], indirect=True)
async def test_the_sign_in_takes_another_password(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "?Password")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(seat.app.door), "open", broken)
            await meets(seat, f"={PASSWORD}", "enter")
        assert isinstance(seat.app.focused, Input)
        await keys(seat, f"={PASSWORD}", "enter", "?To do")
