"""One change to many customers: what is to change, what that does to each, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import Brake
from billing_tui.domain.customers.bulk import (
    BulkChange,
    BulkDiff,
    BulkLine,
    BulkReport,
    Chosen,
    Outcome,
)
from billing_tui.domain.fields import FieldsRefused
from screens import dialogs
from screens.base import PushedScreen
from screens.dialogs import DiffCounts, DiffLine, DiffView
from screens.formatting import plural
from screens.tasks import Task
from screens.widgets.fields import ChoiceField, Suggestion, TagsField, TextField
from screens.widgets.form import Form
from screens.work import LoadFailed

from .columns import BRAKES
from .report import sentence, steps

_SUGGESTED = 8
_COLUMNS = ("Number", "Name", "Change")
_KEPT = (
    "u does not take back a change to many at once; what was wrong is changed again the same way."
)
_SHOWN = {
    Outcome.CHANGED: dialogs.Outcome.CHANGED,
    Outcome.SAME: dialogs.Outcome.SAME,
    Outcome.REFUSED: dialogs.Outcome.REFUSED,
}
_NONE = ""


@dataclass
class Previewed(Message, bubble=False):
    """`lines` are those of the diff as they are shown."""

    change: BulkChange
    diff: BulkDiff
    lines: Sequence[DiffLine]


class _ShowForm(Form):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Show", id="form.save",
                tooltip="Show what the change does to each"),
    ]  # fmt: skip


class BulkPage(PushedScreen[Task | None]):
    """Gives the work to be done, once the person has seen the difference."""

    HELP_FILE: ClassVar[str] = "help/customers_screen.txt"

    def __init__(self, chosen: Chosen, how_many: int) -> None:
        super().__init__()
        self.chosen, self.how_many = chosen, how_many

    def compose_body(self) -> ComposeResult:
        brakes = [(_NONE, "none"), *((brake.value, badge.word) for brake, badge in BRAKES.items())]
        with Vertical(id="form-page", classes="panel lit") as panel:
            panel.border_title = f"Change {plural(self.how_many, 'customer')}"
            yield Static(
                "What is left empty stays as it is. What the change does to each is shown before"
                " anything is written.",
                classes="hint",
                markup=False,
            )
            yield _ShowForm(
                TagsField("add_tags", "Add tags", suggest=self._tags),
                TagsField("remove_tags", "Remove tags", suggest=self._tags),
                TextField("terms", "Terms", placeholder="net30, eom, dom15"),
                ChoiceField("brake", "Set brake", options=brakes, value=_NONE),
                TextField("reason", "Reason", placeholder="of the brake"),
                ChoiceField("release", "Release brake", options=brakes, value=_NONE),
            )

    def on_mount(self) -> None:
        next(iter(self.form.fields.values())).focus()

    @property
    def form(self) -> Form:
        return self.query_one(Form)

    def _tags(self, text: str) -> Sequence[Suggestion]:
        return [Suggestion(tag) for tag in self.desk.services.customers.tags(text, _SUGGESTED)]

    @on(Form.Submitted)
    def _submitted(self, event: Form.Submitted) -> None:
        event.stop()
        bulk, chosen, change = self.desk.services.customer_bulk, self.chosen, _change(event.values)

        def read() -> Previewed:
            diff = bulk.preview(chosen, change)
            return Previewed(change, diff, [_line(line) for line in diff.lines])

        self.load("preview", read, lambda found: found)

    @on(LoadFailed)
    def _refused(self, event: LoadFailed) -> None:
        if event.what != "preview":
            return
        event.stop()
        event.prevent_default()
        if isinstance(event.error, FieldsRefused):
            self.form.show_errors(event.error)
        else:
            self.form.settle()
            self.form.say(event.error.message)

    @on(Previewed)
    def _previewed(self, event: Previewed) -> None:
        self.form.settle()
        diff, request = event.diff, Request.new()
        counts = DiffCounts(*(diff.count(outcome) for outcome in _SHOWN))
        view = DiffView("What the change does", _COLUMNS, event.lines, counts,
                        doing="change", noun="customers", warning=_KEPT)  # fmt: skip

        def decided(yes: bool | None) -> None:
            if yes:
                self.dismiss(self._work(request, event))

        self.app.push_screen(view, decided)

    def _work(self, request: Request, seen: Previewed) -> Task:
        bulk = self.desk.services.customer_bulk

        def work(task: Task) -> BulkReport:
            return bulk.apply(request, seen.diff, seen.change, task.tell, task.stopping)

        changing = seen.diff.count(Outcome.CHANGED)
        return Task(f"Change {plural(changing, 'customer')}", work, outcome=sentence)


def _change(values: Mapping[str, Any]) -> BulkChange:
    brakes = {name: Brake(values[name]) if values[name] else None for name in ("brake", "release")}
    return BulkChange(
        add_tags=values["add_tags"],
        remove_tags=values["remove_tags"],
        terms=values["terms"],
        brake=brakes["brake"],
        reason=values["reason"],
        release=brakes["release"],
    )


def _line(line: BulkLine) -> DiffLine:
    cells = (line.number, line.name, steps(line))
    return DiffLine(cells, _SHOWN[line.outcome], line.why)
