"""What a screen may ask of the program around it. The console itself is the one that answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual.message import Message
from textual.message_pump import MessagePump

from billing_tui.domain.errors import BillingError, StoreError
from billing_tui.domain.sessions import Session

if TYPE_CHECKING:
    from datetime import date

    from billing_tui.services.bundle import Services
    from billing_tui.services.jobs.duties import Bench

    from .tasks import Task


class StoreIsAway(StoreError):
    def __init__(self) -> None:
        super().__init__(
            "No connection",
            "The database cannot be reached, so nothing can be saved now. What you typed stays"
            " here; save again when the banner is gone.",
        )


@dataclass
class WriteFailed(Message):
    """A write was refused; `what` names it as it was asked for."""

    what: str
    error: BillingError


@dataclass
class TookBack(Message):
    """What a notice told is undone."""

    told: str


@dataclass
class Broke(Message):
    """A read or write, named by `what`, met a fault of the program, which has been told; whoever
    waits for its outcome need not wait any longer."""

    what: str


@dataclass(frozen=True)
class Write:
    """One write on the program's queue, and who is told how it ended."""

    what: str
    work: Callable[[], Any]
    told: Callable[[Any], Message]
    sender: MessagePump


@dataclass
class Changed(Message):
    """Somebody changed these objects, such as `customer:<id>`; empty when too many to name."""

    objects: frozenset[str] = field(default_factory=frozenset)


class Desk(Protocol):
    """The running console, as screens see it."""

    @property
    def services(self) -> Services: ...
    @property
    def bench(self) -> Bench: ...
    @property
    def session(self) -> Session: ...
    @property
    def today(self) -> date:
        """The day in the organisation's zone."""

    def write(self, write: Write) -> None:
        """Put a write on the queue; it is never cancelled and always reports."""

    def start(self, task: Task) -> None:
        """Run long work in the background, with its progress in sight."""

    def say(self, text: str, *, undo: Callable[[], None] | None = None, bad: bool = False) -> None:
        """A short notice; with `undo`, the undo key takes back what it tells."""

    def explain_failure(self, error: BillingError) -> None:
        """Show what was refused where no form can show it."""

    def fault(self, error: Exception) -> None:
        """Show that the program itself failed, with the reference of the log entry."""

    def went_away(self) -> None:
        """The store could not be reached."""

    def go(self, area: str, query: str = "") -> None:
        """Show an area; with a query, its list narrowed to it."""

    def copy(self, text: str) -> None:
        """To the clipboard, made inert, with a notice of what was copied."""


def desk_of(pump: MessagePump) -> Desk:
    return cast("Desk", pump.app)
