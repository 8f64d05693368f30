"""The audit trail by keys alone: asked, read before and after, checked, traced."""

from __future__ import annotations

import csv
import re
import threading
from contextlib import closing
from typing import Any

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import Brake
from billing_tui.domain.ids import new_id
from billing_tui.logs import log_failure
from storage.engine import sqlite_module
from tests.ui.areas import keys, last_told, numbers, rows, screens, sign_in, told
from tests.ui.office import Office
from tests.ui.seat import seated
from tests.ui.stage import SIZES


@pytest.mark.parametrize("size", SIZES)
async def test_the_newest_act_stands_first_and_is_opened(
    office: Office, size: tuple[int, int]
) -> None:
    async with seated(size) as seat:
        head = seat.app.services.audit.head()
        await keys(
            seat, "g", "a", "?signed_in", "enter", f"?Act {head:,}", "?Hash before", "?sealed"
        )
        await keys(seat, "right")
        assert last_told(seat) == "There is no act after this one."
        await keys(seat, "left", f"?Act {head - 1:,}", "y")
        assert f"number {head - 1:,}" in seat.app.clipboard
        await keys(seat, "escape")
        assert screens(seat) == ["AuditScreen"]
        assert seat.app.focused is seat.one("#rows")
        assert "Mark" not in seat.text.splitlines()[-1]


async def test_an_act_shows_what_it_changed_before_and_after(office: Office) -> None:
    with office.services("grace") as services:
        number = numbers(services)[12]
        request = Request(new_id(), "as agreed")
        services.customers.edit(
            request, number, None, {"terms": "net7", "tags": ("new one", "other")}
        )
    async with seated() as seat:
        await keys(seat, "g", "a", "slash", f"=request:{request.id}", "enter", "?1 of 1")
        await keys(seat, "?→ net7", "?new one, other", "?Reason", "?as agreed", "?grace")
        await keys(seat, "t", f"?Trace {request.id}", "?customers.edit", "?as agreed", "y")
        assert str(request.id) in seat.app.clipboard


async def test_filters_narrow_the_chain(office: Office) -> None:
    with office.services() as services:
        number = numbers(services)[0]
    async with seated() as seat:
        await keys(seat, "g", "a", "slash", "=who:grace", "enter")
        assert all("grace" in row for row in rows(seat) if row)
        await keys(seat, "slash", "=action:customers.note", "enter", "?customers.note")
        await keys(seat, "escape", "slash", f"=object:customer:{number}", "enter")
        await keys(seat, f"?customer {number}", "2", "?at>=+0", "3", "4", "?app user", "5")
        await keys(seat, "?No act fits. Esc shows all", "escape", "?signed_in")
        await keys(seat, "slash", "=ann", "?A word alone says nothing here", "escape")


async def test_people_are_offered_by_their_login(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "a", "slash", "=who:gr", "?the login of who did it", "tab", "enter")
        assert seat.one("#query FieldInput").value.strip() == "who:grace"


async def test_new_acts_come_by_themselves(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "a")
        with office.services("grace") as services:
            number = numbers(services)[3]
            services.customers.set_brake(Request.new(), number, Brake.NO_AUTO_PAY, "as asked")
        seat.app.look()
        await keys(seat, "?customers.brake", "home", "?as asked")


@pytest.mark.parametrize("office", ["as_auditor"], indirect=True)
async def test_the_record_is_checked_by_an_auditor(office: Office) -> None:
    async with seated((80, 24)) as seat:
        await sign_in(seat)
        await keys(seat, "g", "a", "c", "?Check the record", "2", "?Report of the record")
        await keys(seat, "?Everything holds", "?✓ holds", "?I13", "y")
        assert "Head of the chain" in seat.app.clipboard
        assert any(text.startswith("Check of the whole record: everything") for text in told(seat))
        await keys(seat, "escape", "c", "?the report of the last check", "3", "?Everything holds")


async def test_a_broken_record_is_told_with_what_is_broken(office: Office) -> None:
    with closing(sqlite_module().connect(str(office.store))) as raw, raw:
        triggers = raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_log'"
        ).fetchall()
        for (name,) in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("UPDATE audit_log SET reason = 'another' WHERE seq = 20")
    async with seated() as seat:
        await keys(seat, "g", "a", "c", "2", "?Report of the record", "?✗ broken", "?broken; see")
        assert any("broken; see the report." in text for text in told(seat))


async def test_a_check_is_stopped_between_two_units(office: Office) -> None:
    async with seated() as seat:
        verify: Any = seat.app.bench.verify
        run, begun, go_on = type(verify).run, threading.Event(), threading.Event()

        def slow(self: Any, *, recent: bool, progress: Any) -> Any:
            begun.set()
            assert go_on.wait(20)
            return run(self, recent=recent, progress=progress)

        office.patch.setattr(type(verify), "run", slow)
        await keys(seat, "g", "a", "c")
        await seat.pilot.press("2")
        await seat.until(begun.is_set, "no check was begun")
        await seat.until(lambda: "c stop" in seat.text, "no progress is shown")
        await seat.pilot.press("c")
        go_on.set()
        await seat.settled()
        await seat.until(lambda: screens(seat) == ["AuditScreen"], "the progress stays")
        assert last_told(seat) == "Check of the whole record: stopped."
        assert screens(seat) == ["AuditScreen"]


async def test_a_request_is_traced_from_the_palette(office: Office) -> None:
    with office.services("grace") as services:
        request = Request.new()
        services.customers.add_note(request, numbers(services)[1], "Traced.")
    async with seated() as seat:
        await keys(seat, "ctrl+p", f"={request.id}", "?What this request did", "enter")
        await keys(seat, f"?Trace {request.id}", "?customers.note")
        assert seat.app.current_mode == "audit"
        await keys(seat, "escape")
        assert screens(seat) == ["AuditScreen"]


async def test_an_unknown_reference_is_said_where_it_was_asked(office: Office) -> None:
    async with seated() as seat:
        reference = log_failure(RuntimeError("a fault of a test"))
        assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", reference)
        await keys(seat, "ctrl+p", f"={reference}", "?What this request did", "enter", "?✗ ")
        assert screens(seat) == ["AuditScreen", "TracePage"]


async def test_what_the_list_shows_is_written_to_a_file(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "a", "slash", "=who:grace", "enter", "?1 of")
        shown = seat.one("#rows").total.rows
        await keys(seat, "x", "?Export audit trail", "?~/audit.csv", "ctrl+s")
        await seat.until(lambda: screens(seat) == ["AuditScreen"], "the progress stays")
        assert told(seat)[-1].startswith("Export audit trail: ")
        with (office.home / "audit.csv").open(encoding="utf-8-sig", newline="") as opened:
            found = list(csv.DictReader(opened))
        assert ({row["who"] for row in found}, len(found)) == ({"grace"}, shown)
        await keys(seat, "escape", "?audit.export")


@pytest.mark.parametrize("office", ["as_auditor"], indirect=True)
async def test_an_auditor_is_told_who_may_write_it_to_a_file(office: Office) -> None:
    async with seated() as seat:
        await sign_in(seat)
        await keys(seat, "g", "a", "x")
        assert last_told(seat).startswith("Your roles do not let you export the audit trail")
        assert screens(seat) == ["AuditScreen"]
