"""Long work on screen: how far it is, stopped between two units, and cleared when it has ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from billing_tui.domain.errors import Refused
from screens.running import figures, lasting
from screens.tasks import Task
from tests.hostile import TEXTS
from tests.ui.areas import acts, keys, last_told
from tests.ui.office import Office
from tests.ui.seat import Seat, seated
from tests.ui.stage import SIZES, inert, picture

PATIENCE = 20


class Odd(Refused):
    def __init__(self) -> None:
        super().__init__("Odd", "Something odd was met.")


@pytest.fixture
def gate() -> threading.Event:
    """Work goes on when it is set."""
    return threading.Event()


def held(gate: threading.Event, told: threading.Event) -> Callable[[Task], str]:
    """Work that tells how far it is, then waits, but never for ever."""
    last = time.monotonic() + PATIENCE

    def work(task: Task) -> str:
        task.tell(1_200, 5_000, "rows")
        told.set()
        while not gate.wait(0.01) and time.monotonic() < last:
            task.leave_if_stopped()
        return "5,000 rows"

    return work


def text(seat: Seat) -> str:
    return "\n".join(picture(seat.app))


async def until(seat: Seat, done: Callable[[], bool]) -> None:
    """The seat's own would wait for the work to end."""
    last = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < last, text(seat)
        await seat.pilot.pause(0.01)


async def started(seat: Seat, gate: threading.Event, name: str = "Import customers") -> Task:
    told = threading.Event()
    task = Task(name, held(gate, told))
    seat.app.start(task)
    await until(seat, told.is_set)
    return task


async def shows(seat: Seat, *words: str) -> None:
    """Without waiting for the work itself."""
    await until(seat, lambda: all(word in text(seat) for word in words))


async def test_nothing_runs(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "ctrl+t", "?Nothing runs, and nothing ran")
        assert acts(seat)["Stop"].why_not == "Nothing runs."
        await keys(seat, "s", "c", "escape")


@pytest.mark.parametrize("size", SIZES)
async def test_work_shows_how_far_it_is_and_is_left_running(
    office: Office, gate: threading.Event, size: tuple[int, int]
) -> None:
    async with seated(size) as seat:
        await started(seat, gate)
        await seat.pilot.press("ctrl+t")
        await shows(seat, "⟳ running", "Import customers", "1,200 of 5,000", "1 of 1 running")
        await seat.pilot.press("escape", "g", "c")
        await shows(seat, "⟳ 1 running")
        gate.set()
        await seat.settled()
        assert last_told(seat) == "Import customers: 5,000 rows"
        await keys(seat, "ctrl+t", "?✓ done", "?took", "c", "?Nothing runs")
        assert seat.app.tasks == []


async def test_work_is_stopped_between_two_units(office: Office, gate: threading.Event) -> None:
    async with seated() as seat:
        task = await started(seat, gate)
        await seat.pilot.press("ctrl+t")
        await seat.pilot.press("s")
        await seat.settled()
        assert task.stopping()
        await seat.sees("■ stopped")
        assert acts(seat)["Stop"].why_not == "This has ended."


async def test_what_runs_stays_when_what_ended_is_cleared(
    office: Office, gate: threading.Event
) -> None:
    async with seated() as seat:
        seat.app.start(Task("Quick", lambda _task: "nothing to do"))
        await seat.settled()
        await started(seat, gate)
        await seat.pilot.press("ctrl+t", "c")
        await shows(seat, "1 of 1 running")
        assert [task.doing for task in seat.app.tasks] == ["Import customers"]
        gate.set()


async def test_why_work_failed_stays_in_sight(office: Office) -> None:
    def fail(_task: Task) -> None:
        raise Odd

    async with seated() as seat:
        seat.app.start(Task("Export", fail))
        await seat.settled()
        await keys(seat, "ctrl+t", "?✗ failed", "?Odd: Something odd was met.")


async def test_hostile_names_of_work_are_inert(office: Office) -> None:
    async with seated() as seat:
        for name in TEXTS.values():
            seat.app.start(Task(name, lambda _task, name=name: name))  # type: ignore[misc]
        await seat.settled()
        await keys(seat, "ctrl+t")
        for _ in TEXTS:
            await keys(seat, "down")
            assert inert(seat.app)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "under 1 s"), (59, "59 s"), (61, "1 min 01 s"), (3_660, "1 h 1 min")],
)
def test_lasting(seconds: int, told: str) -> None:
    assert lasting(seconds) == told


def test_the_rate_and_the_time_left_come_from_what_was_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task = Task("Import", lambda _task: None)
    task.tell(1_000, 5_000)
    clock = SimpleNamespace(monotonic=lambda: task.began + 10)
    monkeypatch.setattr("screens.running.time", clock)
    assert figures(task) == ["1,000 of 5,000", "100/s", "40 s left"]
    task.run()
    task.took = 61.5
    assert figures(task) == ["1,000 of 5,000", "took 1 min 01 s"]
