"""Ways to bring the console into a state: keys, reads that do not come, refusals, long work.

A key that begins with `=` is typed as text, one with `?` waits until that text is seen.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from billing_tui.domain.acts import Request
from billing_tui.services.about import About
from billing_tui.services.imports import Imports
from screens.settings.code import CodeShown
from screens.settings.sql import SqlNeeded
from screens.tasks import Stopped, Task, TaskState
from screens.watch import Watch
from storage.errors import StoreAway, StoreBusy, TooSlow
from tests.stores import PASSWORD
from tests.ui import pictures
from tests.ui.areas import keys
from tests.ui.seat import PATIENCE, Seat

Drive = Callable[[Seat], Awaitable[None]]
# Somebody who has a password gives it.
IN = ("?Password", f"={PASSWORD}", "enter", "?To do")
_MOMENT = 1000.0


def after(*pressed: str) -> Drive:
    async def drive(seat: Seat) -> None:
        await keys(seat, *pressed)

    return drive


def settings(downs: int, *pressed: str) -> Drive:
    """A page of the settings, counted from the first."""
    return after("g", "s", *["down"] * downs, *pressed)


# What comes from the store, or does not.


def held(service: str, method: str, *pressed: str) -> Drive:
    """What these keys ask for does not come yet."""

    async def drive(seat: Seat) -> None:
        *before, last = pressed
        await keys(seat, *before)
        asked, let = threading.Event(), threading.Event()
        kind = type(getattr(seat.app.services, service))
        really = getattr(kind, method)

        def wait(*given: Any, **more: Any) -> Any:
            asked.set()
            let.wait(PATIENCE)
            return really(*given, **more)

        _replace(seat, kind, method, wait)
        seat.at_end.insert(0, let.set)
        seat.held_back = True
        await seat.pilot.press(last)
        assert await asyncio.to_thread(asked.wait, PATIENCE)
        await seat.settled()

    return drive


def refused(service: str, method: str, *pressed: str) -> Drive:
    """What these keys ask for is refused."""

    async def drive(seat: Seat) -> None:
        *before, last = pressed
        await keys(seat, *before)
        kind = type(getattr(seat.app.services, service))
        _replace(seat, kind, method, _raises(TooSlow))
        await keys(seat, last, "?gave up after 15 seconds")

    return drive


def away(*pressed: str) -> Drive:
    """The database is gone, and stays so."""

    async def drive(seat: Seat) -> None:
        await keys(seat, *pressed)
        _replace(seat, type(seat.app.services.audit), "head", _raises(StoreAway))
        seat.app.look()
        await seat.sees("cannot be reached")

    return drive


def _raises(kind: type[Exception]) -> Callable[..., Any]:
    def refuse(*_given: Any, **_more: Any) -> Any:
        raise kind

    return refuse


def _replace(seat: Seat, owner: Any, name: str, other: Any) -> None:
    patch = pytest.MonkeyPatch()
    patch.setattr(owner, name, other)
    seat.at_end.append(patch.undo)


# Dialogs that few keys lead to.


async def failed(seat: Seat) -> None:
    """The program itself failed; its reference is drawn by lot."""
    seat.faults_are_wanted = True
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("billing_tui.logs.log_failure", lambda _error: "7K3M-Q2ZD")
        seat.app.fault(RuntimeError("made up"))
        await seat.settled()


async def busy_store(seat: Seat) -> None:
    seat.app.explain_failure(StoreBusy())
    await seat.settled()


async def sql_needed(seat: Seat) -> None:
    await settings(2, "right")(seat)
    statements = [
        'CREATE ROLE "kay" LOGIN CONNECTION LIMIT 20',
        'GRANT "billing_clerk" TO "kay"',
        "\\password kay",
    ]
    seat.app.push_screen(SqlNeeded("Added kay.", statements))
    await seat.settled()


async def code_shown(seat: Seat) -> None:
    await settings(8, "right")(seat)
    seat.app.push_screen(CodeShown("1000G-2Y3T5-M6K7Q", "The key is kept in the keyring."))
    await seat.settled()


async def conflict(seat: Seat) -> None:
    """Somebody else saved what is being changed here."""
    await keys(seat, "g", "c", "down", "a", "?Free fields")
    number = seat.app.screen.about  # type: ignore[attr-defined]
    customers = seat.app.services.customers
    theirs = {"terms": "net14", "tags": ("theirs",), "language": "fr"}
    await asyncio.to_thread(customers.edit, Request.new(), number, None, theirs)
    fields = seat.one("#form-page Form").fields
    fields["tags"].text, fields["delivery"].text = "mine", "post"
    await keys(seat, "ctrl+s", "?Changed meanwhile")


async def toasted(seat: Seat) -> None:
    """A notice of what was done, which stays."""
    seat.app._disable_notifications = False
    _replace(seat, type(seat.app), "NOTIFICATION_TIMEOUT", 600)
    await keys(seat, "g", "c", "z", "?is archived")


# Files and long work.


def imported(text: str, *pressed: str, area: str = "c") -> Drive:
    """A file that is looked at."""

    async def drive(seat: Seat) -> None:
        await asyncio.to_thread(Path("customers.csv").write_text, text, encoding="utf-8")
        await keys(seat, "g", area, "i", "?Import ")
        seat.one("#form-page Form").fields["file"].text = "customers.csv"
        await keys(seat, "ctrl+s", *pressed)

    return drive


async def half_imported(seat: Seat) -> None:
    """A file of which nothing was written yet."""

    def leaves(*_given: Any) -> Any:
        raise Stopped

    rows = "".join(f"Number {n:04d} Works,EUR\n" for n in range(600))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Imports, "write_unit", leaves)
        await imported(f"name,currency\n{rows}", "ctrl+s", "enter")(seat)
    await keys(seat, "g", "h", "?1 imported file")
    seat.app.clear_notifications()


def waiting(*pressed: str) -> Drive:
    async def drive(seat: Seat) -> None:
        await half_imported(seat)
        at = [line.kind for line in seat.one("#queue").lines].index("imports.waiting")
        await keys(seat, "home", *["down"] * at, "enter", "?Files not all written", *pressed)

    return drive


def _task(doing: str, state: TaskState, done: int, total: int, part: str = "customers") -> Task:
    """One that began a minute ago, and stays as it is."""
    task = Task(doing, lambda _task: "", outcome=lambda _value: "398 rows in ~/customers.csv.")
    task.tell(done, total, part)
    task.state, task.began = state, _MOMENT - 60
    if not task.running:
        task.took = 41.0
    return task


def _at_one_moment(seat: Seat) -> None:
    clock = SimpleNamespace(monotonic=lambda: _MOMENT)
    for module in ("screens.running", "screens.watch"):
        _replace(seat, __import__(module, fromlist=["time"]), "time", clock)


async def much_running(seat: Seat) -> None:
    _at_one_moment(seat)
    failed = _task("Import customers", TaskState.FAILED, 500, 1_200)
    failed.error = StoreBusy()
    seat.app.tasks += [
        _task("Change 5,000 customers", TaskState.RUNNING, 1_850, 5_000),
        _task("Check the record", TaskState.STOPPING, 120_000, 400_000, "acts"),
        _task("Export customers", TaskState.DONE, 398, 398),
        failed,
    ]
    await keys(seat, "ctrl+t", "?Running work")


async def watched(seat: Seat) -> None:
    _at_one_moment(seat)
    watch = Watch(_task("Change 5,000 customers", TaskState.RUNNING, 1_850, 5_000))
    watch.progress._began = _MOMENT - 60
    seat.app.push_screen(watch)
    await seat.sees("1,850 of 5,000")


# This machine.


async def about(seat: Seat) -> None:
    told = About("1.0.0", "3.11.7", "sqlite:////srv/books/billing.db", "SQLite 3.45.1", "0007",
                 "/srv/books/state", "/srv/books/state/log",
                 "/srv/books/settings.toml")  # fmt: skip
    _replace(seat, type(seat.app.machine), "about", lambda _machine: told)
    await settings(11)(seat)


async def without_colours(seat: Seat) -> None:
    pictures.wear(seat.app, pictures.NO_COLOR)
    await settings(9)(seat)
