"""Files that were checked and not written to their end: finished, or the rest of one given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList

from billing_tui.domain.acts import Request
from billing_tui.domain.errors import BillingError
from billing_tui.domain.safe import safe
from screens.base import PushedScreen
from screens.dialogs import Confirm
from screens.formatting import count, moment, plural
from screens.tasks import Task, TaskEnded
from screens.widgets.menu import Menu

if TYPE_CHECKING:
    from billing_tui.services.imports import Progress


@dataclass(frozen=True, slots=True)
class Waiting:
    """`written` counts parts, of which there are so many `units`."""

    id: UUID
    kind: str
    rows: int
    units: int
    written: int
    begun: datetime


@dataclass
class RunsRead(Message, bubble=False):
    runs: Sequence[Waiting]


@dataclass
class GivenUp(Message, bubble=False):
    told: str


class WaitingPage(PushedScreen[None]):
    AUTO_FOCUS = "#waiting"
    HELP_FILE: ClassVar[str] = "help/imports_waiting.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "finish", "Finish all", id="imports.finish",
                tooltip="Write what is left of all of them"),
        Binding("delete", "give_up", "Give up", id="imports.give_up",
                tooltip="Leave out what of this file is not written yet"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._runs: Sequence[Waiting] = ()

    def compose_body(self) -> ComposeResult:
        yield Menu(id="waiting", title="Files not all written", nothing="✓ None waits.")

    def on_mount(self) -> None:
        self.reload(frozenset())

    def reload(self, changed: frozenset[str]) -> None:
        imports = self.desk.services.imports

        def read() -> RunsRead:
            return RunsRead(
                [
                    Waiting(run.id, run.kind, run.rows, run.units, run.written, run.started_at)
                    for run in imports.pending()
                ]
            )

        self.load("runs", read, lambda found: found)

    @on(RunsRead)
    def _read(self, event: RunsRead) -> None:
        self._runs = event.runs
        self.query_one(Menu).show([self._told(run) for run in self._runs])
        self.refresh_bindings()

    def _told(self, run: Waiting) -> Text:
        at = moment(run.begun, self.desk.session.zone, self.desk.today)
        told = Text(f"{safe(run.kind):<14}{plural(run.rows, 'row'):>14}")
        return told.append(f"   {count(run.written)} of {count(run.units)} parts written"
                           f"   begun {at}", "dim")  # fmt: skip

    @property
    def run_in_hand(self) -> Waiting | None:
        at = self.query_one(Menu).highlighted
        return self._runs[at] if at is not None and at < len(self._runs) else None

    def blocked(self, action: str) -> str:
        if action in ("finish", "give_up") and self.run_in_hand is None:
            return "No file waits."
        return super().blocked(action)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.desk.say("f writes what is left, Delete leaves it out.")

    def action_finish(self) -> None:
        imports, request = self.desk.services.imports, Request.new()

        def work(task: Task) -> list[BillingError]:
            def tell(step: Progress) -> None:
                task.tell(step.done, step.total, step.doing)
                task.leave_if_stopped()

            return imports.finish_pending(request, tell)

        self.run_in_sight(Task("Finish imports", work, self, outcome=_outcome))

    @on(TaskEnded)
    def _ended(self, event: TaskEnded) -> None:
        event.stop()
        self.reload(frozenset())

    def action_give_up(self) -> None:
        run = self.run_in_hand
        if run is None:
            return
        imports, request = self.desk.services.imports, Request.new()
        left = run.units - run.written
        lines = [
            f"{plural(left, 'part')} of {count(run.units)} of this file of {run.kind} will be"
            " left out.",
            "What is written stays. This cannot be taken back; the file can be taken in anew.",
        ]

        def decided(yes: bool | None) -> None:
            if yes:
                self.write("give up", lambda: imports.give_up(request, run.id),
                           lambda n: GivenUp(f"Left out {plural(n, 'part')}."))  # fmt: skip

        self.app.push_screen(Confirm("Give up the rest", lines, "Leave out", danger=True), decided)

    @on(GivenUp)
    def _given_up(self, event: GivenUp) -> None:
        self.desk.say(event.told)
        self.reload(frozenset())


def _outcome(troubles: list[BillingError]) -> str:
    return troubles[0].message if troubles else "all of them are written."
