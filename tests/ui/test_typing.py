"""Keys that come quicker than the console follows, as on a slow line."""

from __future__ import annotations

import pytest
from textual import events

from billing_tui.services.drafts import Drafts
from screens.customers.form import CustomerForm
from screens.widgets.query_line import QueryLine
from tests.ui.gates import Gate
from tests.ui.office import Office
from tests.ui.seat import Seat, seated


def at_once(seat: Seat, *keys: str) -> None:
    """All of them are there before the first is looked at."""
    for key in keys:
        letter = {"slash": "/", "space": " "}.get(key, key)
        seat.app.post_message(events.Key(key, letter if len(letter) == 1 else None))


async def test_what_follows_the_search_key_is_searched_for(office: Office) -> None:
    async with seated() as seat:
        await seat.press("g", "c")
        await seat.sees("Number", "1 of")
        at_once(seat, "slash", *"zmna", "enter", "down")
        await seat.until(lambda: not seat.app._typed and seat.app._handing is None, "still typing")
        await seat.settled()
        assert seat.app.screen.query_one(QueryLine).text == "zmna"
        assert len(seat.app.screen_stack) == 1, "none of the letters was a key of the list"
        assert seat.app.focused is seat.app.screen.query_one("#rows")


async def test_what_follows_a_key_that_opens_a_form_is_typed_into_it(office: Office) -> None:
    async with seated() as seat:
        await seat.press("g", "c")
        await seat.sees("Number", "1 of")
        gate = Gate(office.patch, Drafts, "find")
        gate.shut()
        at_once(seat, "n", *"Zebra")
        for _ in range(5):
            await seat.pilot.pause()
        gate.open()
        await seat.until(lambda: seat.app._handing is None, "still typing")
        await seat.settled()
        screen = seat.app.screen
        assert isinstance(screen, CustomerForm)
        assert screen.form is not None
        assert screen.form.fields["name"].text == "Zebra"


@pytest.mark.parametrize("keys", ["gd", "ga", "gs", "gh"])
async def test_an_area_and_its_letter(office: Office, keys: str) -> None:
    async with seated() as seat:
        await seat.press("g", "c")
        at_once(seat, *keys)
        names = {"d": "departments", "a": "audit", "s": "settings", "h": "home"}
        await seat.until(lambda: seat.app.current_mode == names[keys[1]], "did not get there")
