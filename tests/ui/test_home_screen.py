"""Home: what waits, where each line leads, the figures, and drafts taken up again."""

from __future__ import annotations

import pytest

from billing_tui.domain.alerts import Severity
from billing_tui.domain.home import WorkLine
from billing_tui.domain.pages import Counted
from screens.settings.pages import BY_NAME as SETTINGS
from tests.ui.areas import keys, last_told, screens, sign_in, told
from tests.ui.office import Office
from tests.ui.seat import seated
from tests.ui.stage import SIZES


@pytest.mark.parametrize("size", SIZES)
async def test_what_waits_stands_in_order_of_weight(office: Office, size: tuple[int, int]) -> None:
    async with seated(size) as seat:
        lines = [line for line in seat.text.splitlines() if " → " in line]
        words = [line.split()[2] if line.startswith("│") else line.split()[1] for line in lines]
        assert words == sorted(words, key=["critical", "warning", "to"].index)
        await seat.sees("Active customers", "Recorded today", "◐ not yet", "to look at")


async def test_a_line_opens_its_filtered_list(office: Office) -> None:
    async with seated() as seat:
        queue = seat.one("#queue")
        at = [line.query for line in queue.lines].index("brake:no_dunning")
        await keys(seat, *["down"] * at, "enter")
        await seat.sees("◐ not chased", "brake:no_dunning", "1 of ")
        assert seat.app.current_mode == "customers"
        # Also where something else lies over the list.
        await keys(seat, "enter", "g", "h")
        await keys(seat, "enter")
        assert screens(seat)[-1] != "CustomerPage"


async def test_an_open_form_over_the_list_is_kept_when_a_line_leads_there(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "n", "=Half typed")
        seat.app.switch_mode("home")
        await seat.settled()
        at = [line.query for line in seat.one("#queue").lines].index("brake:no_dunning")
        await keys(seat, *["home", *["down"] * at], "enter", "?brake:no_dunning")
        assert screens(seat) == ["CustomersScreen"]
        assert [one.form for one in seat.app.services.drafts.list()] == ["customers"]


async def test_an_empty_queue_says_so(office: Office) -> None:
    async with seated() as seat:
        seat.one("#queue").show_work(())
        await seat.sees("✓ Nothing waits for you.", "all done")
        await keys(seat, "enter", "down")
        assert screens(seat) == ["HomeScreen"]


async def test_a_draft_is_left_found_and_taken_up(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "n", "=Fjord Shipping", "escape")
        assert last_told(seat).startswith("Kept as a draft")
        await keys(seat, "g", "h", "?1 form of yours is not saved")
        at = [line.kind for line in seat.one("#queue").lines].index("drafts.open")
        await keys(seat, "home", *["down"] * at, "enter", "?new customer")
        await keys(seat, "enter", "?Your draft of", "?Fjord Shipping")
        await keys(seat, "ctrl+s")
        assert last_told(seat).startswith("Saved C-")
        await seat.sees("✓ None is left.")
        await keys(seat, "escape")
        assert "form of yours" not in seat.text


async def test_a_draft_is_thrown_away(office: Office) -> None:
    async with seated((80, 24)) as seat:
        await keys(seat, "g", "d", "n", "=OPS9", "escape", "g", "h", "end", "enter")
        await seat.sees("new department")
        await keys(seat, "delete", "?✓ None is left.")
        assert "forgotten" in last_told(seat)
        await keys(seat, "delete")
        assert last_told(seat) == "No draft is left."
        assert told(seat)


async def test_an_import_that_waits_leads_to_what_can_be_done(office: Office) -> None:
    async with seated() as seat:
        from screens.imports import WaitingPage

        seat.app.push_screen(WaitingPage())
        await seat.sees("✓ None waits.")
        await keys(seat, "f")
        assert last_told(seat) == "No file waits."
        await keys(seat, "escape")
        assert screens(seat) == ["HomeScreen"]


UNMAPPED = WorkLine(
    "accounts.unmapped", Counted(1), Severity.WARNING, "1 account in use", "home", "accounts"
)


async def test_accounts_without_a_code_lead_to_the_import_of_codes(office: Office) -> None:
    office.me = "karl"
    path = office.home / "codes.csv"
    path.write_text("entity,account,valid_from,code\nMAIN,receivable,2026-11-02,1499\n")
    async with seated() as seat:
        await sign_in(seat)
        seat.one("#queue").show_work((UNMAPPED,))
        await keys(seat, "enter", "?Import ledger codes", f"={path}", "ctrl+s", "?✓ 1 row checked")
        await keys(seat, "ctrl+s", "enter")
        assert "Import ledger codes: 1 row taken in." in told(seat)
        assert "1499" in [one.code for one in seat.app.services.gl.list()]
        await seat.until(lambda: screens(seat) == ["HomeScreen"], "the progress stays")


async def test_or_tell_who_may_give_them_one(office: Office) -> None:
    office.me = "grace"
    async with seated() as seat:
        await sign_in(seat)
        seat.one("#queue").show_work((UNMAPPED,))
        await keys(seat, "enter")
        assert "map accounts" in last_told(seat)
        assert "controller may" in last_told(seat)
        assert screens(seat) == ["HomeScreen"]


async def test_no_line_leads_to_a_page_that_is_not_there(office: Office) -> None:
    async with seated() as seat:
        lines = seat.one("#queue").lines
        led = {line.query for line in lines if line.area == "settings"} - {"imports"}
        assert led <= SETTINGS.keys()


async def test_a_click_on_the_narrow_bar_shows_the_areas(office: Office) -> None:
    async with seated((80, 24)) as seat:
        await seat.pilot.click("Tabs", offset=(3, 0))
        await seat.settled()
        assert screens(seat) == ["HomeScreen", "Jump"]
