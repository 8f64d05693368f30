"""Long work of this session: how far it is, and stopping it between two units."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from billing_tui.domain.errors import BillingError
from billing_tui.domain.safe import safe

from .base import PushedScreen
from .formatting import Badge, count
from .tasks import Task, TaskState
from .widgets.line_list import LineList
from .widgets.pane import Fact, Pane, Part, Title, Words

_TICK_SECONDS = 0.5
_NONE = "Nothing runs, and nothing ran since this console was opened."
_BAR = 12
_STATE, _BEHIND = 12, 44
STATES = {
    TaskState.RUNNING: Badge("⟳", "running", "accent"),
    TaskState.STOPPING: Badge("◌", "stopping", "warning"),
    TaskState.STOPPED: Badge("■", "stopped", "warning"),
    TaskState.DONE: Badge("✓", "done", "success"),
    TaskState.FAILED: Badge("✗", "failed", "error"),
}


class TaskList(LineList):
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"tasks--{badge.style}" for badge in STATES.values()), "tasks--bar", "tasks--muted",
    }  # fmt: skip

    def __init__(self, tasks: Sequence[Task]) -> None:
        super().__init__(len(tasks))
        self.tasks = tasks

    def draw(self, index: int, width: int) -> Text:
        """State, what is done, and how far it is."""
        task = self.tasks[index]
        badge = STATES[task.state]
        line = Text(no_wrap=True, end="")
        line.append(f" {badge.text}".ljust(_STATE), self.ink(f"tasks--{badge.style}"))
        longest = max(cell_len(safe(one.doing)) for one in self.tasks)
        room = max(10, min(longest, width - _STATE - _BEHIND - 2))
        doing = Text(safe(task.doing))
        doing.truncate(room, overflow="ellipsis", pad=True)
        line.append_text(doing).append("  ")
        if task.total:
            full = min(_BAR, _BAR * task.done // task.total)
            line.append("━" * full, self.ink("tasks--bar"))
            line.append("╌" * (_BAR - full) + "  ", self.ink("tasks--muted"))
        line.append("  ".join(figures(task)), self.ink("tasks--muted"))
        return line


class Running(PushedScreen[None]):
    """`tasks` are those of the program, which grows and is cleared in place."""

    TITLE = "Running work"
    HELP_FILE = "help/running.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "stop", "Stop", id="running.stop",
                tooltip="End this after the unit at work; it can be taken up again"),
        Binding("c", "clear", "Clear ended", id="running.clear",
                tooltip="Take what has ended off this list"),
        Binding("y", "copy", "Copy", show=False, id="running.copy",
                tooltip="Copy what stands about this one"),
    ]  # fmt: skip

    def __init__(self, tasks: list[Task]) -> None:
        super().__init__()
        self.tasks = tasks
        self._list = TaskList(tasks)

    def compose_body(self) -> ComposeResult:
        with Vertical(id="running"):
            with Vertical(id="running-list", classes="panel lit"):
                yield Static(_NONE, id="running-none", markup=False)
                yield self._list
            yield Pane(title="Detail", id="running-detail")

    def on_mount(self) -> None:
        self.query_one("#running-list").border_title = "Running work"
        self._list.focus()
        self.set_interval(_TICK_SECONDS, self._tick)
        self._tick()

    @property
    def task_in_hand(self) -> Task | None:
        at = self._list.cursor
        return self.tasks[at] if 0 <= at < len(self.tasks) else None

    def blocked(self, action: str) -> str:
        task = self.task_in_hand
        if action == "stop" and (task is None or not task.running):
            return "This has ended." if task else "Nothing runs."
        if action == "clear" and all(one.running for one in self.tasks):
            return "Nothing here has ended."
        return super().blocked(action)

    @on(LineList.Moved)
    def _moved(self, event: LineList.Moved) -> None:
        event.stop()
        self._tick()

    def _tick(self) -> None:
        """What the work told meanwhile."""
        tasks, shown = self.tasks, self._list
        if shown.count != len(tasks):
            at = shown.cursor
            shown.show(len(tasks))
            shown.cursor = at
        self.query_one("#running-none").display = not tasks
        shown.display = bool(tasks)
        going = sum(one.running for one in tasks)
        self.query_one("#running-list").border_subtitle = f"{going} of {len(tasks)} running"
        task = self.task_in_hand
        self.query_one(Pane).show(tuple(_parts(task)) if task else ())
        shown.refresh()
        self.refresh_bindings()

    def action_stop(self) -> None:
        if (task := self.task_in_hand) is not None:
            task.stop()
            self._tick()

    def action_clear(self) -> None:
        self.tasks[:] = [task for task in self.tasks if task.running]
        self._tick()

    def action_copy(self) -> None:
        self.desk.copy(self.query_one(Pane).text)


def figures(task: Task) -> list[str]:
    """How much, how quickly, and how long still."""
    told = [_so_far(task)] if task.done or task.total else []
    seconds = _seconds(task)
    rate = task.done / seconds if seconds >= 1 else 0
    if task.running and rate >= 1:
        told.append(f"{count(round(rate))}/s")
        if task.total > task.done:
            told.append(f"{lasting(round((task.total - task.done) / rate))} left")
    if not task.running:
        told.append(f"took {lasting(int(seconds))}")
    elif rate < 1:
        told.append(f"for {lasting(int(seconds))}")
    return told


def lasting(seconds: int) -> str:
    if seconds < 1:
        return "under 1 s"
    if seconds < 60:
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    return (
        f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
    )


def _so_far(task: Task) -> str:
    return f"{count(task.done)} of {count(task.total)}" if task.total else count(task.done)


def _seconds(task: Task) -> float:
    return time.monotonic() - task.began if task.took is None else task.took


def _parts(task: Task) -> Iterator[Part]:
    yield Title(task.doing, STATES[task.state])
    if task.state is TaskState.DONE:
        yield Words(task.outcome(task.value))
    elif isinstance(task.error, BillingError):
        yield Words(f"{task.error.title}: {task.error.message}", "error")
    elif task.error is not None:
        yield Words("A fault of the program; its log entry was shown when it happened.", "error")
    if task.done or task.total:
        yield Fact("Done", f"{_so_far(task)} {task.part}".strip())
    yield Fact("Lasted" if not task.running else "Runs for", lasting(int(_seconds(task))))
    if task.state is TaskState.STOPPING:
        yield Words("It ends after the unit at work.", "warning")
