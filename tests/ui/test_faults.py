"""A fault of the program outside of reads and writes: told where it can go on, else it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.widgets import Input
from textual.worker import WorkerFailed

from screens.dialogs import Confirm, Failure
from screens.jump import Jump
from screens.widgets.keys_bar import KeysBar
from tests.ui.areas import keys, screens
from tests.ui.office import Office
from tests.ui.seat import Seat, seated


class Odd(Exception):
    """What nobody expects."""


def broken(*_given: Any, **_named: Any) -> Any:
    raise Odd


async def broken_at_last(*_given: Any, **_named: Any) -> Any:
    await asyncio.sleep(0)
    raise Odd


def an_answer(seat: Seat) -> None:
    seat.app.push_screen(Confirm("Sure?", ["It is asked."], "Yes"), broken)
    seat.app.call_later(lambda: seat.app.screen.dismiss(True))


def a_timer(seat: Seat) -> None:
    seat.app.set_timer(0.001, broken)


def a_timer_of_a_widget(seat: Seat) -> None:
    seat.one(KeysBar).set_timer(0.001, broken_at_last)


def something_for_later(seat: Seat) -> None:
    seat.app.call_later(broken)


def something_for_a_widget(seat: Seat) -> None:
    seat.one(KeysBar).call_later(broken)


def something_next(seat: Seat) -> None:
    seat.app.screen.call_next(broken_at_last)


def something_after_drawing(seat: Seat) -> None:
    seat.app.call_after_refresh(broken)


WAYS: list[Callable[[Seat], None]] = [
    an_answer,
    a_timer,
    a_timer_of_a_widget,
    something_for_later,
    something_for_a_widget,
    something_next,
    something_after_drawing,
]


async def told(seat: Seat) -> None:
    await seat.until(lambda: isinstance(seat.app.screen, Failure), "no fault is told")
    assert "Entry in the log: " in seat.text
    await keys(seat, "escape")


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_it_is_told_in(office: Office, way: Callable[[Seat], None]) -> None:
    async with seated() as seat:
        seat.faults_are_wanted = True
        await keys(seat, "g", "c")
        way(seat)
        await told(seat)
        assert screens(seat) == ["CustomersScreen"]
        way(seat)
        await told(seat)
        await keys(seat, "g", "h", "?To do")
    assert seat.app.return_code in (None, 0)


async def test_an_action_and_the_program_goes_on(office: Office) -> None:
    async with seated() as seat:
        seat.faults_are_wanted = True
        office.patch.setattr(type(seat.app), "action_tasks", broken)
        await keys(seat, "ctrl+t")
        await told(seat)
        await keys(seat, "ctrl+t")
        await told(seat)
        await keys(seat, "g", "c")
        assert screens(seat) == ["CustomersScreen"]


async def test_a_field_that_met_one_still_hears_keys(office: Office) -> None:
    async with seated() as seat:
        seat.faults_are_wanted = True
        await keys(seat, "g", "c", "n", "=Ac")
        field = seat.app.focused
        assert isinstance(field, Input)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(field), "insert_text_at_cursor", broken)
            await keys(seat, "m")
            await told(seat)
        await keys(seat, "=me")
        assert field.value == "Acme"
        await keys(seat, "escape")


async def test_one_in_a_dialog_leaves_what_is_below(office: Office) -> None:
    office.patch.setattr(Jump, "on_mount", broken, raising=False)
    async with seated() as seat:
        seat.faults_are_wanted = True
        await keys(seat, "g")
        await told(seat)
        await keys(seat, "escape", "?To do")
        assert screens(seat) == ["HomeScreen"]


async def ends(seat: Seat, meet: Callable[[], object]) -> None:
    app = seat.app
    meet()
    async with asyncio.timeout(10):
        await app._exception_event.wait()
        await app.task
    assert app.return_code == 9
    assert not isinstance(app._screen_stacks["home"][-1], Failure)
    app._exception = None


@pytest.mark.unspared
async def test_what_cannot_be_drawn_ends_it(office: Office) -> None:
    async with seated() as seat:
        bar = seat.one(KeysBar)
        office.patch.setattr(KeysBar, "render", broken)
        await ends(seat, lambda: bar.refresh(layout=True))


@pytest.mark.unspared
async def test_a_line_that_cannot_be_drawn_ends_it(office: Office) -> None:
    async with seated() as seat:
        bar = seat.one(KeysBar)
        office.patch.setattr(KeysBar, "render_lines", broken)
        await ends(seat, bar.refresh)


async def test_work_that_nobody_takes_up_again_ends_it(office: Office) -> None:
    async with seated() as seat:
        await ends(seat, lambda: seat.app._handle_exception(WorkerFailed(Odd())))
