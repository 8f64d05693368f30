"""Leaving a form: what was typed is kept, or the person says that it may be lost."""

from __future__ import annotations

from typing import Any

import pytest

from billing_tui.app import writes
from billing_tui.services.drafts import Drafts
from storage.errors import DiskFull, StoreAway
from tests.ui.areas import keys, screens, told
from tests.ui.gates import Gate
from tests.ui.office import Office
from tests.ui.seat import seated


@pytest.mark.parametrize("trouble", [StoreAway(), DiskFull()], ids=["away", "full"])
async def test_what_cannot_be_kept_stays_until_esc_is_pressed_again(
    office: Office, trouble: Exception
) -> None:
    def refused(*_given: Any) -> None:
        raise trouble

    async with seated() as seat:
        await keys(seat, "g", "c", "n", "=Acme")
        office.patch.setattr(Drafts, "keep", refused)
        await keys(seat, "escape")
        assert screens(seat) == ["CustomersScreen", "CustomerForm"]
        await seat.sees("No draft could be kept", "Esc again", "Acme")
        assert not told(seat)
        await keys(seat, "escape")
        assert screens(seat) == ["CustomersScreen"]


async def test_what_is_typed_on_is_kept_when_the_store_is_back(office: Office) -> None:
    def refused(*_given: Any) -> None:
        raise DiskFull

    async with seated() as seat:
        await keys(seat, "g", "c", "n", "=Acme")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Drafts, "keep", refused)
            await keys(seat, "escape")
        await keys(seat, "= North", "escape")
        assert screens(seat) == ["CustomersScreen"]
        assert told(seat)[-1].startswith("Kept as a draft")
        (draft,) = seat.app.services.drafts.list()
        assert draft.form == "customers"


async def test_a_fault_does_not_hold_anybody_in_the_form(office: Office) -> None:
    def broken(*_given: Any) -> None:
        raise RuntimeError("broken")

    office.patch.setattr(Drafts, "keep", broken)
    async with seated() as seat:
        seat.faults_are_wanted = True
        await keys(seat, "g", "c", "n", "=Acme", "escape")
        assert screens(seat) == ["CustomersScreen", "CustomerForm", "Failure"]
        await keys(seat, "escape", "escape")
        assert screens(seat) == ["CustomersScreen"]


async def test_what_is_saved_while_the_console_is_left_is_no_draft_too(office: Office) -> None:
    gate = Gate(office.patch, writes, "_outcome")
    async with seated() as seat:
        await keys(seat, "g", "c", "n", "=Acme")
        gate.shut()
        await seat.pilot.press("ctrl+s")
        seat.app.keep_drafts()
        gate.open()
        await seat.settled()
        assert seat.app.services.customers.suggest("acme", 2)
        assert not seat.app.services.drafts.list()
