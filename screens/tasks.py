"""Long work: runs in a thread, tells how far it is, ends between two units when asked to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from textual.message import Message
from textual.message_pump import MessagePump


class TaskState(StrEnum):
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class Stopped(Exception):
    """Leaves a task between two units, because it was asked to end."""


@dataclass
class TaskEnded(Message):
    """Comes to whoever started it, and to the console."""

    task: Task


class Task:
    """One piece of long work. `work` gets the task itself, to tell and to ask whether to stop."""

    def __init__(
        self,
        doing: str,
        work: Callable[[Task], Any],
        sender: MessagePump | None = None,
        outcome: Callable[[Any], str] = str,
    ) -> None:
        """`outcome` says in one sentence what came of it."""
        self.doing, self.work, self.sender, self.outcome = doing, work, sender, outcome
        self.part, self.done, self.total = "", 0, 0
        self.state = TaskState.RUNNING
        self.value: Any = None
        self.error: Exception | None = None
        self.began = time.monotonic()
        self.took: float | None = None
        self._stop = threading.Event()

    def tell(self, done: int, total: int = 0, part: str = "") -> None:
        """Called by the work, from its thread: three plain values that the screen reads."""
        self.done, self.total, self.part = done, total, part

    def stop(self) -> None:
        self._stop.set()
        if self.state is TaskState.RUNNING:
            self.state = TaskState.STOPPING

    def stopping(self) -> bool:
        return self._stop.is_set()

    def leave_if_stopped(self) -> None:
        """Called by the work between two units."""
        if self.stopping():
            raise Stopped

    @property
    def stop_event(self) -> threading.Event:
        return self._stop

    @property
    def running(self) -> bool:
        return self.state in (TaskState.RUNNING, TaskState.STOPPING)

    def run(self) -> None:
        """In its thread: whatever happens, the task has ended afterwards."""
        try:
            self.value = self.work(self)
        except Stopped:
            self.state = TaskState.STOPPED
        except Exception as error:  # noqa: BLE001 - told to the person by whoever waits for it
            self.error, self.state = error, TaskState.FAILED
        else:
            self.state = TaskState.DONE
        self.took = time.monotonic() - self.began
