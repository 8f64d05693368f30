"""Long work in sight: how far it is and how long it takes, until it ends or is left running."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from .dialogs.dialog import Dialog
from .tasks import Task, TaskState
from .widgets.progress import Progress

_TICK_SECONDS = 0.1


class Watch(Dialog[None]):
    """Closes by itself when the work has ended; what came of it is told by the program."""

    KEYS: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Leave running", show=False),
    ]

    def __init__(self, task: Task) -> None:
        super().__init__(task.doing)
        self.watched = task
        self.progress = Progress("", time.monotonic)

    def compose_body(self) -> ComposeResult:
        yield self.progress

    def on_mount(self) -> None:
        self.progress.focus()
        self.set_interval(_TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        task = self.watched
        self.progress.update(task.done, task.total, task.part)
        if task.state is TaskState.STOPPING:
            self.progress.show_stopping()
        if not task.running and self.app.screen is self:
            self.dismiss(None)

    @on(Progress.StopAsked)
    def _stop(self) -> None:
        self.watched.stop()

    @on(Progress.LeaveAsked)
    def _leave(self) -> None:
        self.dismiss(None)
