"""One change to many customers: asked for, shown row by row, done in the background, reported."""

from __future__ import annotations

import threading
from typing import Any

from billing_tui.domain.customers import Brake, CustomerFilter
from screens.tasks import TaskState
from tests.ui.areas import done, keys, last_told, numbers, screens, told
from tests.ui.crowds import TAG, TAGGED, crowd_on_sqlite
from tests.ui.office import Office
from tests.ui.seat import Seat, seated


async def ask(seat: Seat, **fields: str) -> None:
    """Fill in what is to change, as pastes do, and have it shown."""
    for name, text in fields.items():
        seat.app.screen.form.fields[name].text = text  # type: ignore[attr-defined]
    await keys(seat, "ctrl+s")


async def test_the_marked_are_changed_after_the_difference_was_seen(office: Office) -> None:
    async with seated() as seat:
        customers = seat.app.services.customers
        await keys(seat, "g", "c", "space", "space", "c", "?Change 2 customers")
        await ask(seat, add_tags="vip", terms="net7")
        await seat.sees("What the change does", "1 all 2", "2 would change 2",
                        "● would change", "+vip · terms net", "→ net7",
                        "Enter: change 2 customers", "u does not take back")  # fmt: skip
        await keys(seat, "escape", "ctrl+s", "?What the change does", "enter", "?What came of it")
        await seat.sees("2 changed.", "✓ changed", "+vip · terms net", "→ net7")
        assert "Change 2 customers: 2 changed." in told(seat)
        number = seat.one("LineList").lines[0].number
        assert customers.show(number).terms == "net7"
        assert "vip" in customers.show(number).tags
        await keys(seat, "y")
        assert seat.app.clipboard.startswith(f"changed\t{number}\t")
        await keys(seat, "escape")
        assert screens(seat) == ["CustomersScreen"]
        assert not seat.one("#rows").marks
        assert customers.history(number).items[0].action == "customers.bulk"


async def test_without_marks_it_is_the_one_in_hand(office: Office) -> None:
    async with seated((80, 24)) as seat:
        await keys(seat, "g", "c", "down")
        number = seat.one("#rows").row.number
        await keys(seat, "c", "?Change 1 customer")
        await ask(seat, release="hold")
        await seat.sees("nothing to do")
        await keys(seat, "enter", "escape")
        await ask(seat, release="", add_tags="one")
        await keys(seat, "?1 all 1", "enter", "?What came of it", f"?{number}: +one")
        assert "one" in seat.app.services.customers.show(number).tags


async def test_what_is_wrong_stands_beside_its_field(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "c", "?Change 1 customer", "ctrl+s", "?names nothing to change")
        await ask(seat, terms="whenever")
        await seat.sees("not a payment term")
        await ask(seat, terms="", brake="hold")
        await seat.sees("must be filled in")
        await keys(seat, "escape")
        assert screens(seat) == ["CustomersScreen"]


async def test_a_brake_is_refused_where_another_reason_stands(office: Office) -> None:
    with office.services() as services:
        number = numbers(services)[5]
        done(services.customers.set_brake, number, Brake.HOLD, "another reason")
    async with seated() as seat:
        await keys(seat, "g", "c", "slash", f"={number}", "enter", "?1 of 1", "c")
        await ask(seat, brake="hold", reason="this reason")
        await seat.sees("✗ refused", "another reason", "nothing to do")
        await keys(seat, "3", "?✗ refused", "2", "?no row of that kind", "escape")


async def test_a_view_of_the_report_shows_one_outcome(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "space", "space", "space", "c")
        await ask(seat, add_tags="vip")
        await seat.sees("1 all 3")
        chosen = seat.one("LineList").lines[0].cells[0]
        with office.services("grace") as services:
            done(services.customers.edit, chosen, None, {"language": "fr"})
        await keys(seat, "enter", "?What came of it", "?▲ changed by others", "?2 changed")
        await keys(seat, "3")
        lines = seat.one("LineList").lines
        assert [line.number for line in lines] == [chosen]
        assert "look again" in lines[0].why


async def test_all_that_match_can_be_changed_however_many(office: Office) -> None:
    """Those a person unmarked stay as they are."""
    crowd_on_sqlite(office.store, 6_000)
    async with seated() as seat:
        services = seat.app.services
        await keys(seat, "g", "c", "slash", f"=tag:{TAG}", "enter", "?of 5,000")
        await keys(seat, "asterisk", "down", "space", "?✓ 4,999 marked", "c")
        await seat.sees("Change 4,999 customers")
        await ask(seat, add_tags="bulk")
        await seat.sees("1 all 4,999", "Enter: change 4,999 customers")
        await keys(seat, "enter", "?What came of it", "?4,999 changed.")
        found = services.customers.count(CustomerFilter(tag="bulk"))
        assert found.rows == TAGGED - 1
        await keys(seat, "end", "y")
        assert seat.app.clipboard.count("\n") == TAGGED - 2


async def test_it_is_left_running_stopped_and_its_report_waits(office: Office) -> None:
    crowd_on_sqlite(office.store, 1_000)
    async with seated() as seat:
        bulk: Any = seat.app.services.customer_bulk
        change, at_unit, go_on = bulk.change_unit, threading.Semaphore(0), threading.Event()

        def slow(*given: Any) -> Any:
            at_unit.release()
            assert go_on.wait(20)
            return change(*given)

        bulk.change_unit = slow
        await keys(seat, "g", "c", "slash", f"=tag:{TAG}", "enter", "?of 1,000", "asterisk", "c")
        seat.app.screen.form.fields["add_tags"].text = "bulk"  # type: ignore[attr-defined]
        await keys(seat, "ctrl+s", "?1 all 1,000")
        await seat.pilot.press("enter")
        await seat.until(lambda: at_unit.acquire(blocking=False), "no unit was begun")
        await seat.until(lambda: "c stop · l leave running" in seat.text, "no progress is shown")
        await seat.pilot.press("c")
        await seat.until(lambda: "stopping after this one" in seat.text, "it was not stopped")
        await seat.pilot.press("l", "g", "h")
        await seat.until(lambda: seat.app.current_mode == "home", "the console was held up")
        go_on.set()
        await seat.settled()
        (task,) = seat.app.tasks
        assert task.state is TaskState.DONE
        assert "200 changed, 800 not reached." in last_told(seat)
        await keys(seat, "g", "c", "?What came of it", "3", "?■ not reached")
        assert len(seat.one("LineList").lines) == 800
