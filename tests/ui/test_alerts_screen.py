"""Alerts by keys alone: narrowed, taken note of, given to somebody, followed to their place."""

from __future__ import annotations

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.alerts import AlertDraft, AlertFilter, Severity
from tests.hostile import TEXTS
from tests.stores import PASSWORD
from tests.ui.areas import acts, keys, rows, screens
from tests.ui.office import Office
from tests.ui.pages import hears
from tests.ui.seat import Seat, seated
from tests.ui.stage import SIZES, inert

MANY = 260


def raise_many(office: Office, count: int = MANY) -> None:
    with office.services() as services:
        for n in range(count):
            draft = AlertDraft("demo", f"{n}", Severity.WARNING, f"Number {n:03d} is off.", "job:x")
            services.alerts.raise_alert(Request.new(), draft)


def open_ones(seat: Seat) -> int:
    return seat.app.services.alerts.count().rows


@pytest.mark.parametrize("size", SIZES)
async def test_the_most_severe_stand_first_and_open_whole(
    office: Office, size: tuple[int, int]
) -> None:
    async with seated(size) as seat:
        await keys(seat, "g", "l")
        words = [row.split()[1] for row in rows(seat) if row]
        assert words == ["critical", "warning", "info"]
        await keys(seat, "enter")
        assert screens(seat)[-1] == "AlertPage"
        await seat.sees("record.unsealed", "The record has no new checkpoint.", "nobody")
        await keys(seat, "escape", "2")
        await seat.sees("No alert fits.")
        await keys(seat, "3")
        assert [row.split()[1] for row in rows(seat) if row] == ["warning"]
        await keys(seat, "1", "slash", "=grown", "enter")
        assert [row.split()[1] for row in rows(seat) if row] == ["info"]


async def test_a_filter_nobody_understands_is_pointed_at(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "l", "slash", "=sev:huge", "enter")
        await seat.sees("is none of info, warning")


async def test_one_is_taken_note_of_and_a_critical_one_asks_first(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "l", "k")
        await seat.sees("Take note of 1 alert", "■ critical: The record has no new checkpoint.")
        await keys(seat, "escape")
        assert open_ones(seat) == 3
        await keys(seat, "k", "y")
        await hears(seat, "Taken note of: The record has no new checkpoint.")
        await keys(seat, "end", "k")
        await hears(seat, "Taken note of: The store has grown")
        await keys(seat, "2")
        await seat.sees("✓ ada", "acknowledged · ada")
        assert "ada has acknowledged it." in acts(seat)["Acknowledge"].why_not


async def test_all_that_are_marked_are_taken_note_of_at_once(office: Office) -> None:
    raise_many(office)
    async with seated() as seat:
        await keys(seat, "g", "l", "slash", "=kind:demo", "enter", "asterisk", "down", "space", "k")
        await seat.sees("Take note of 259 alerts", "and 249 more")
        await keys(seat, "y")
        await hears(seat, "259 alerts, done.")
        assert seat.app.services.alerts.count(AlertFilter(kind="demo")).rows == 1
        assert seat.app.services.alerts.count(AlertFilter(closed=True)).rows == MANY - 1


async def test_what_somebody_else_took_note_of_meanwhile_is_left_out(office: Office) -> None:
    raise_many(office, 3)
    async with seated() as seat:
        await keys(seat, "g", "l", "slash", "=kind:demo", "enter", "asterisk", "k")
        await seat.sees("Take note of 3 alerts")
        with office.services() as others:
            first = others.alerts.page(AlertFilter(kind="demo")).items[0]
            others.alerts.acknowledge(Request.new(), first.id)
        await keys(seat, "y")
        await hears(seat, "2 alerts, done.")


async def test_it_is_given_to_somebody_and_back_to_nobody(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "l", "w", "?Who looks after it", "=3")
        await hears(seat, "1 alert given to karl.")
        await keys(seat, "space", "space", "w", "=2")
        await hears(seat, "2 alerts given to grace.")
        found = seat.app.services.alerts.slice().items
        assert [one.owner for one in found] == ["grace", "grace", ""]
        await keys(seat, "space", "space")
        await keys(seat, "asterisk", "w", "=5")
        await hears(seat, "3 alerts given to nobody.")


async def test_the_way_to_what_it_is_about(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "l", "slash", "=job.failed", "enter")
        await keys(seat, "slash")
        await seat.press("end", "ctrl+u")
        await keys(seat, "=kind:job.failed", "enter", "j")
        await seat.sees("What runs by itself under")
        assert seat.app.current_mode == "settings"
        await keys(seat, "g", "l", "1", "j")
        await seat.until(lambda: seat.app.current_mode == "audit", "it leads nowhere")


@pytest.mark.parametrize("office", ["as_auditor"], indirect=True)
async def test_an_auditor_looks_and_leaves_them_alone(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, f"={PASSWORD}", "enter", "g", "l")
        for name in ("Acknowledge", "Give to"):
            assert "do not let you" in acts(seat)[name].why_not
        await keys(seat, "k", "w")
        assert screens(seat) == ["AlertsScreen"]
        assert open_ones(seat) == 3
        await keys(seat, "enter", "k")
        assert open_ones(seat) == 3


async def test_hostile_messages_are_inert(office: Office) -> None:
    with office.services() as services:
        for name, text in TEXTS.items():
            draft = AlertDraft(name, text, Severity.CRITICAL, text, text)
            services.alerts.raise_alert(Request.new(), draft)
    async with seated() as seat:
        await keys(seat, "g", "l")
        for _ in TEXTS:
            await keys(seat, "down")
            assert inert(seat.app)
        await keys(seat, "enter")
        assert inert(seat.app)
        await keys(seat, "escape", "asterisk", "k")
        assert inert(seat.app)
