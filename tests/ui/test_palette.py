"""The palette and the helps: what can be done here, why not, and jumps to customers and areas."""

from __future__ import annotations

import pytest
from textual.command import CommandPalette
from textual.widgets import OptionList

from screens.areas import AREAS
from tests.ui.areas import keys, last_told, numbers, screens, sign_in
from tests.ui.office import Office
from tests.ui.seat import Seat, seated


def offered(seat: Seat) -> str:
    found = seat.app.screen.query_one(OptionList)
    return "\n".join(str(option.prompt) for option in found.options)


async def test_every_action_of_the_screen_is_offered_with_its_key(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "ctrl+p")
        assert isinstance(seat.app.screen, CommandPalette)
        await seat.until(lambda: "Go to Settings" in offered(seat), "the palette is not full")
        names = ["New", "Edit", "Brake", "Notes", "Tree", "Merge", "Archive", "Export", "Import"]
        for name in (*names, "Change marked", "View On hold", "View Retail in euros", "Lock"):
            assert name in offered(seat), name
        await keys(seat, "=arch", "?Put this customer away", "escape")
        await keys(seat, "ctrl+p", "=View Merged", "?Show this view", "enter", "?status:merged")


async def test_a_customer_is_reached_from_anywhere(office: Office) -> None:
    async with seated() as seat:
        number = numbers(seat.app.services)[7]
        name = seat.app.services.customers.show(number).name
        await keys(seat, "g", "a", "ctrl+p", f"={number}", f"?{name}", "enter")
        await keys(seat, f"?Customer {number}")
        assert seat.app.current_mode == "customers"
        await keys(seat, "escape")
        assert screens(seat) == ["CustomersScreen"]


async def test_areas_are_reached_by_letter_palette_and_click(office: Office) -> None:
    async with seated() as seat:
        for area in AREAS:
            await keys(seat, "g", "?go to", area.letter)
            assert seat.app.current_mode == area.name
        await keys(seat, "g", "q")
        assert seat.app.current_mode == AREAS[-1].name
        await keys(seat, "g", "escape", "ctrl+p", "=Go to Audit", "?The area Audit", "enter")
        assert seat.app.current_mode == "audit"
        bar = seat.one("Tabs").region
        at = seat.text.splitlines()[bar.y].index("Customers")
        await seat.pilot.click(offset=(at + 2, bar.y))
        await seat.settled()
        assert seat.app.current_mode == "customers"


@pytest.mark.parametrize("office", ["as_auditor"], indirect=True)
async def test_what_is_forbidden_says_why(office: Office) -> None:
    async with seated() as seat:
        await sign_in(seat)
        await keys(seat, "g", "c", "ctrl+p", "=New", "?Your roles do not let you", "enter")
        assert last_told(seat).startswith("Your roles do not let you")
        assert screens(seat) == ["CustomersScreen"]


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_every_area_has_a_help_and_its_keys(office: Office, size: tuple[int, int]) -> None:
    async with seated(size) as seat:
        for area in AREAS:
            await keys(seat, "g", area.letter, "f1")
            assert screens(seat)[-1] == "Help", area
            assert len(seat.text) > 400
            await keys(seat, "escape", "question_mark", "?Go to", "escape")
            last = seat.text.splitlines()[-1]
            assert last.endswith("? Keys"), f"{area}: {last}"
            assert len(last) <= size[0]


async def test_a_click_on_a_key_presses_it(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c")
        at = seat.text.splitlines()[-1].index("n New")
        await seat.pilot.click(offset=(at + 1, 35))
        await keys(seat, "?New customer")
