"""A secret goes through sixty forced crashes: no log, store, export, screen or crash tells it."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import pytest
from rich.console import Console
from textual.worker import WorkerFailed

from screens.areas import modes
from tests.stores import PASSWORD
from tests.ui.office import Office
from tests.ui.seat import Seat, seated

CANARY = "hunter2-canary"


class Odd(Exception):
    """Holds the secret wherever an exception can hold something."""

    def __init__(self) -> None:
        super().__init__(CANARY, {CANARY: CANARY})
        self.sqlstate = self.secret = CANARY
        self.add_note(CANARY)


def plain() -> None:
    password = CANARY
    raise RuntimeError(f"could not use {password}")


def chained() -> None:
    try:
        plain()
    except RuntimeError as error:
        raise Odd from error


# Where each service is asked, and the keys that ask it.
ASKED: list[tuple[str, str, tuple[str, ...]]] = [
    ("home", "show", ("g", "h", "f5")),
    ("customers", "slice", ("g", "c")),
    ("customers", "count", ("g", "c")),
    ("customers", "show", ("g", "c", "enter")),
    ("customers", "history", ("g", "c", "enter")),
    ("customers", "notes", ("g", "c", "K")),
    ("customers", "tree", ("g", "c", "t")),
    ("customers", "suggest", ("g", "c", "m", "h", "o")),
    ("customers", "create", ("g", "c", "n", "Q", "ctrl+s")),
    ("customers", "edit", ("g", "c", "a", "Q", "ctrl+s")),
    ("customers", "set_brake", ("g", "c", "b", "1", "Q", "Q", "Q", "enter")),
    ("customers", "add_note", ("g", "c", "k", "Q", "ctrl+s")),
    ("customers", "archive", ("g", "c", "z", "y")),
    ("alerts", "show", ("g", "l", "enter")),
    ("customer_bulk", "preview", ("g", "c", "space", "c", "Q", "ctrl+s")),
    ("views", "list", ("g", "c", "v", "Q", "enter")),
    ("views", "save", ("g", "c", "v", "Z", "enter")),
    ("drafts", "find", ("g", "c", "n")),
    ("drafts", "keep", ("g", "c", "n", "Q", "escape")),
    ("departments", "list", ("g", "d")),
    ("departments", "create", ("g", "d", "n", "Q", "tab", "Q", "ctrl+s")),
    ("audit", "slice", ("g", "a")),
    ("audit", "show", ("g", "a", "enter")),
    ("traces", "whole", ("g", "a", "t")),
    ("alerts", "slice", ("g", "l")),
    ("alerts", "acknowledge", ("g", "l", "k", "y")),
    ("organisations", "show", ("g", "s")),
    ("entities", "list", ("g", "s", "down", "enter")),
    ("users", "list", ("g", "s", "down", "down", "enter")),
    ("exports", "to_file", ("g", "c", "x", "ctrl+s", "enter")),
]
WAYS: list[Callable[[], None]] = [plain, chained]


def test_they_are_sixty() -> None:
    assert len(ASKED) * len(WAYS) == 60


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("part", range(3))
async def test_a_crash_tells_nothing(office: Office, part: int, way: Callable[[], None]) -> None:
    seen: list[str] = []
    missed: set[str] = set()
    async with seated((100, 30)) as seat:
        seat.faults_are_wanted = True
        for service, name, keys in ASKED[part::3]:
            if not await crash(seat, service, name, way, keys, seen):
                missed.add(f"{service}.{name}")
    told = "\n".join(seen)
    assert not missed, f"these were not asked: {' '.join(missed)}"
    assert "Something went wrong" in told
    refuse_canary(told, office)


async def crash(
    seat: Seat,
    service: str,
    name: str,
    way: Callable[[], None],
    keys: tuple[str, ...],
    seen: list[str],
) -> bool:
    reached: list[str] = []

    def broken(*_given: Any, **_more: Any) -> Any:
        reached.append(name)
        way()

    kind = type(getattr(seat.app.services, service))
    assert hasattr(kind, name), f"{kind.__name__} has no {name}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, name, broken)
        for key in keys:
            await seat.press(key)
            seen.append(seat.text)
    await anew(seat)
    return bool(reached)


async def anew(seat: Seat) -> None:
    """Every area as if it had not been seen yet."""
    app = seat.app
    while len(app.screen_stack) > 1:
        app.pop_screen()
        await seat.settled()
    app.clear_notifications()
    await app.switch_mode("home")
    for name, area in modes().items():
        if name != "home" and name in app._screen_stacks:
            await app.remove_mode(name)
            app.add_mode(name, area)
    await seat.settled()


def refuse_canary(told: str, office: Office) -> None:
    assert CANARY not in told
    for path in office.home.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path


async def test_a_crash_of_the_program_tells_nothing(office: Office) -> None:
    out = io.StringIO()
    async with seated() as seat:
        app = seat.app
        with redirect_stdout(out), redirect_stderr(out), pytest.MonkeyPatch.context() as patch:
            patch.setattr(app, "error_console", Console(file=out))
            try:
                chained()
            except Odd as error:
                app._handle_exception(WorkerFailed(error))
            said = [*app._exit_renderables]
            for one in said:
                Console(file=out).print(one)
            app._exception = None
    assert "Something went wrong" in out.getvalue()
    refuse_canary(out.getvalue(), office)


@pytest.mark.parametrize("office", ["behind_a_password"], indirect=True)
async def test_nothing_typed_as_a_password_is_kept(office: Office) -> None:
    seen: list[str] = []
    async with seated() as seat:
        await seat.sees("Password")
        for text in (CANARY, PASSWORD):
            await seat.type(text)
            seen.append(seat.text)
            await seat.press("enter")
            seen.append(seat.text)
            await seat.settled()
        await seat.until(lambda: seat.app.current_mode == "home", "did not come in")
        await seat.press("ctrl+l")
        await seat.type(CANARY)
        await seat.press("enter")
        seen.append(seat.text)
    told = "\n".join(seen)
    refuse_canary(told, office)
    assert PASSWORD not in told
    for path in office.state.rglob("*"):
        assert path.is_dir() or PASSWORD.encode() not in path.read_bytes(), path
    assert PASSWORD.encode() not in office.store.read_bytes()
