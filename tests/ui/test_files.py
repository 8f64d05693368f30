"""Files taken in and written, from the areas they belong to."""

from __future__ import annotations

import csv
import threading
from pathlib import Path
from typing import Any

import pytest

from billing_tui.services.imports import TARGETS, Imports
from screens.imports import ImportPage, WaitingPage
from screens.tasks import Stopped, TaskState
from screens.widgets.keys_bar import KeysBar
from tests.ui.areas import keys, last_told, screens, sign_in, told
from tests.ui.office import Office
from tests.ui.seat import Seat, seated

GOOD = "name,currency,terms\nNew One,EUR,net30\nNew Two,EUR,\n"
BAD = 'name,currency,terms\nNew One,EUR,soon\n"[b]x[/b]",QQQ,\nNew Three,EUR,net30\n'
DOUBTFUL = "name,currency\nZeta One,EUR\nZeta 0ne,EUR\n"


def file(office: Office, text: str, name: str = "given.csv") -> Path:
    path = office.home / name
    path.write_text(text, encoding="utf-8")
    return path


def footer(seat: Seat, name: str) -> str:
    """The key that works under this name below the screen, or none."""
    found = seat.app.screen.query_one(KeysBar).keys
    return next((key.display for key in found if key.name == name and key.works), "")


async def check(seat: Seat, path: Path, area: str = "c") -> None:
    await keys(seat, "g", area, "i", "?Import ")
    seat.app.screen.query_one("#form-page Form").fields["file"].text = str(path)  # type: ignore[attr-defined]
    await keys(seat, "ctrl+s")


async def test_a_file_is_checked_confirmed_and_taken_in(office: Office) -> None:
    async with seated() as seat:
        before = seat.app.services.customers.count().rows
        await check(seat, file(office, GOOD))
        await seat.sees("✓ 2 rows checked, all usable; ctrl+s takes them in.")
        await keys(seat, "ctrl+s", "?2 rows of customers are written", "escape")
        assert seat.app.services.customers.count().rows == before
        await keys(seat, "ctrl+s", "enter")
        assert "Import customers: 2 rows taken in." in told(seat)
        assert seat.app.services.customers.count().rows == before + 2
        assert screens(seat) == ["CustomersScreen"]
        # The same file again changes nothing.
        await check(seat, office.home / "given.csv")
        await keys(seat, "ctrl+s", "?2 rows may be", "y")
        assert "taken in before" in last_told(seat)
        assert seat.app.services.customers.count().rows == before + 2


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_bad_rows_are_shown_and_nothing_is_written(
    office: Office, size: tuple[int, int]
) -> None:
    async with seated(size) as seat:
        await check(seat, file(office, BAD))
        await seat.sees("✗ 3 rows checked, 2 not usable.", "✗ unusable", "row 2", "row 3", "terms")
        await keys(seat, "down", "?Row 3, currency:")
        # Corrected, it is checked again from where one reads.
        assert (footer(seat, "Check"), footer(seat, "Take in")) == ("^s", "")
        file(office, GOOD)
        await keys(seat, "ctrl+s", "?✓ 2 rows checked")
        assert (footer(seat, "Check"), footer(seat, "Take in")) == ("", "^s")
        # Another file is another check.
        seat.one("#form-page Form").fields["file"].text = str(file(office, GOOD, "good.csv"))
        await seat.settled()
        assert "unusable" not in seat.text
        await keys(seat, "escape")
        assert screens(seat) == ["CustomersScreen"]


async def test_doubtful_rows_are_asked_about(office: Office) -> None:
    async with seated() as seat:
        await check(seat, file(office, DOUBTFUL))
        await seat.sees("1 doubtful", "◐ doubtful", "looks like 'Zeta One' in row 2")
        await keys(seat, "ctrl+s", "?1 row may be a customer that is there already", "enter")
        assert screens(seat)[-1] == "ImportPage", "an Enter too many does nothing"
        await keys(seat, "ctrl+s", "y")
        assert "Import customers: 2 rows taken in." in told(seat)


async def test_a_file_that_cannot_be_read_is_one_sentence(office: Office) -> None:
    async with seated() as seat:
        await check(seat, office.home / "nowhere.csv")
        await seat.sees("✗ There is no file ", "nowhere.csv.")
        assert footer(seat, "Check") == "^s"
        await check_again(seat, file(office, "colour\nred\n"))
        await seat.sees("✗ ")


async def test_an_amount_that_is_unclear_or_none_is_said_as_the_screen_calls_it(
    office: Office,
) -> None:
    rows = "name,currency,credit_limit,terms\n"
    async with seated((80, 24)) as seat:
        await check(seat, file(office, rows + 'New One,EUR,"1,234",\n'))
        await seat.sees("Row 2, credit limit: '1,234'", "Choose it under Amounts.")
        assert "--" not in seat.text
        await check_again(seat, file(office, rows + "New One,EUR,abc,soon\n", "other.csv"))
        await seat.sees("Row 2, credit limit: 'abc' is not a number")
        await keys(seat, "down", "?Row 2, terms: 'soon'", "?eom+10 (end of month", "?up to 365")


async def test_a_customer_who_is_there_already_is_a_doubt_that_is_decided(office: Office) -> None:
    async with seated((80, 24)) as seat:
        customers = seat.app.services.customers
        (known, *_others) = customers.list().items
        before = customers.count().rows
        await check(seat, file(office, f"name,currency\n{known.name},EUR\nNew One,EUR\n"))
        await seat.sees("◐ 2 rows checked, all usable, 1 doubtful;", f"{known.number} is called")
        await keys(seat, "ctrl+s", "?1 row may be a customer that is there already", "enter")
        assert customers.count().rows == before
        await keys(seat, "ctrl+s", "y")
        assert customers.count().rows == before + 2


async def test_the_footer_says_how_to_check_and_when_it_is_good_how_to_take_in(
    office: Office,
) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "i", "?ctrl+s checks it")
        assert (footer(seat, "Check"), footer(seat, "Take in")) == ("^s", "")
        seat.app.screen.query_one("#form-page Form").fields["file"].text = str(file(office, GOOD))  # type: ignore[attr-defined]
        await keys(seat, "ctrl+s", "?all usable; ctrl+s takes them in.")
        assert (footer(seat, "Check"), footer(seat, "Take in")) == ("", "^s")
        await keys(seat, "enter", "enter", "?Take in this file", "escape")


async def test_while_it_is_checked_the_key_does_nothing(office: Office) -> None:
    take_in, go_on = Imports.take_in, threading.Event()

    def slow(self: Imports, *given: Any) -> Any:
        assert go_on.wait(20)
        return take_in(self, *given)

    office.patch.setattr(Imports, "take_in", slow)
    async with seated() as seat:
        await keys(seat, "g", "c", "i", "?Import ")
        seat.app.screen.query_one("#form-page Form").fields["file"].text = str(file(office, GOOD))  # type: ignore[attr-defined]
        await seat.pilot.press("ctrl+s")
        await seat.until(lambda: "Checking…" in seat.text, "nothing says that it is checked")
        await seat.pilot.press("ctrl+s")
        await seat.until(lambda: last_told(seat) == "The file is being checked.", "it is not said")
        go_on.set()
        await seat.sees("✓ 2 rows checked")


@pytest.mark.parametrize(
    ("kind", "called"),
    [("customers", "customers"), ("departments", "departments"), ("mappings", "ledger codes")],
)
async def test_the_help_tells_the_columns_and_how_it_is_done(
    office: Office, kind: str, called: str
) -> None:
    async with seated() as seat:
        seat.app.push_screen(ImportPage(kind))
        await keys(seat, "f1", f"?Import {called}")
        needed = [f"* {one.name}" for one in TARGETS[kind].columns if one.needed]
        await seat.sees(*needed)
        await keys(seat, "end", "?taken in once", "?ctrl+s checks the file")
        assert "==" not in seat.text
        assert "--" not in seat.text


async def check_again(seat: Seat, path: Path) -> None:
    seat.one("#form-page Form").fields["file"].text = str(path)
    await keys(seat, "ctrl+s")


async def test_departments_are_taken_in_too(office: Office) -> None:
    async with seated() as seat:
        path = file(office, "code,name,parent\nNEW,Newest,OPS\n")
        await check(seat, path, "d")
        await seat.sees("✓ 1 row checked")
        await keys(seat, "ctrl+s", "enter", "?├─ Newest  NEW")


async def test_what_is_stopped_waits_and_is_finished_from_home(office: Office) -> None:
    rows = "".join(f"Number {n:04d} Works,EUR\n" for n in range(1200))
    path = file(office, f"name,currency\n{rows}")
    write, at_unit, go_on = Imports.write_unit, threading.Semaphore(0), threading.Event()

    def slow(self: Imports, *given: Any) -> Any:
        at_unit.release()
        assert go_on.wait(20)
        return write(self, *given)

    async with seated() as seat:
        before = seat.app.services.customers.count().rows
        office.patch.setattr(Imports, "write_unit", slow)
        await check(seat, path)
        await seat.sees("✓ 1,200 rows checked")
        await keys(seat, "ctrl+s")
        await seat.pilot.press("enter")
        await seat.until(lambda: at_unit.acquire(blocking=False), "no unit was begun")
        await seat.until(lambda: "c stop" in seat.text, "no progress is shown")
        await seat.pilot.press("c")
        go_on.set()
        await seat.settled()
        await seat.until(lambda: screens(seat) == ["CustomersScreen"], "the progress stays")
        assert last_told(seat) == "Import customers: stopped."
        (task,) = seat.app.tasks
        assert task.state is TaskState.STOPPED
        written = seat.app.services.customers.count().rows - before
        assert 0 < written < 1200
        await keys(seat, "g", "h", "?1 imported file is not all written")
        at = [line.kind for line in seat.one("#queue").lines].index("imports.waiting")
        await keys(seat, "home", *["down"] * at, "enter", "?Files not all written", "?1,200 rows")
        await keys(seat, "enter", "delete", "?will be left out", "escape", "f", "?✓ None waits.")
        assert "Finish imports: all of them are written." in told(seat)
        assert seat.app.services.customers.count(most=None).rows - before == 1200


async def test_the_rest_of_a_file_is_given_up(office: Office) -> None:
    rows = "".join(f"Number {n:04d} Works,EUR\n" for n in range(600))
    path = file(office, f"name,currency\n{rows}")

    def leaves(self: Imports, *given: Any) -> Any:
        raise Stopped

    async with seated() as seat:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Imports, "write_unit", leaves)
            await check(seat, path)
            await keys(seat, "ctrl+s", "enter")
        seat.app.push_screen(WaitingPage())
        await keys(seat, "?600 rows", "delete", "?will be left out", "y", "?✓ None waits.")
        assert last_told(seat).startswith("Left out ")


async def test_the_list_is_written_as_it_is_shown(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "slash", "=cur:sek", "enter", "?1 of")
        shown = seat.one("#rows").total.rows
        await keys(seat, "x", "?Export customers", "?~/customers.csv", "ctrl+s")
        assert screens(seat) == ["CustomersScreen"]
        path = office.home / "customers.csv"
        assert told(seat)[-1].endswith(f"{shown} rows in {path}.")
        with path.open(encoding="utf-8-sig", newline="") as opened:
            found = list(csv.DictReader(opened))
        assert {row["currency"] for row in found} == {"SEK"}
        assert len(found) == shown
        assert (office.home / "customers.csv.checkpoint.json").exists()
        # What is there is only replaced when somebody says so.
        await keys(seat, "x", "?Export customers", "ctrl+s", "?is there already")
        fields = seat.one("#form-page Form").fields
        await keys(seat, "tab", "right")
        assert fields["file"].text == "~/customers.xlsx"
        await keys(seat, "left", "tab", "right" if not fields["force"].value else "left", "ctrl+s")
        assert screens(seat) == ["CustomersScreen"]


async def test_a_place_that_cannot_be_written_is_told(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "d", "x", "?Export departments")
        fields = seat.one("#form-page Form").fields
        fields["file"].text = "~nobody-here/x.csv"
        await keys(seat, "ctrl+s", "?home folder that does not exist")
        fields["file"].text = str(office.home / "no" / "such" / "x.csv")
        await keys(seat, "ctrl+s")
        assert last_told(seat).startswith("Export departments: ")
        assert "no such file" in last_told(seat)


@pytest.mark.parametrize("office", ["as_auditor"], indirect=True)
async def test_an_auditor_takes_nothing_in(office: Office) -> None:
    async with seated() as seat:
        await sign_in(seat)
        await keys(seat, "g", "c", "i")
        assert last_told(seat).startswith("Your roles do not let you")
