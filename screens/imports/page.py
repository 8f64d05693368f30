"""A file taken in: checked row by row in sight of the person, then written in the background."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from billing_tui.domain.acts import Request
from billing_tui.domain.imports.report import ImportReport, Outcome
from billing_tui.domain.safe import safe
from screens.base import PushedScreen
from screens.dialogs import Confirm
from screens.formatting import count, plural
from screens.tasks import Task
from screens.widgets.fields import ChoiceField, FieldChanged, TextField
from screens.widgets.form import Form
from screens.widgets.line_list import LineList
from screens.work import LoadFailed

from .problems import Problems

if TYPE_CHECKING:
    from billing_tui.services.imports import Progress

_MARKS = (("", "as the file shows"), ("point", "1,234.50"), ("comma", "1.234,50"))


@dataclass
class FileChecked(Message, bubble=False):
    """`table` is the file as it was opened and checked, so that just this is written."""

    table: Any
    report: ImportReport


@dataclass
class Told(Message, bubble=False):
    text: str


class _CheckForm(Form):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Check", show=False, id="form.save",
                tooltip="Check the file; once it is checked, take it in"),
    ]  # fmt: skip


class ImportPage(PushedScreen[None]):
    HELP_FILE: ClassVar[str] = "help/imports.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take_in", "Take in", id="imports.take_in",
                tooltip="Write the rows that were checked: all of them or none"),
    ]  # fmt: skip

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self._checked: FileChecked | None = None
        self._marks = ""

    def compose_body(self) -> ComposeResult:
        with Vertical(id="form-page", classes="panel lit") as panel:
            panel.border_title = f"Import {self.kind}"
            yield Static(
                "A CSV file with a row of column names; F1 tells which there are. It is checked"
                " first, and then all of it is written or nothing.",
                classes="hint",
                markup=False,
            )
            yield _CheckForm(
                TextField("file", "File", required=True, most=1000),
                ChoiceField("numbers", "Amounts", options=_MARKS, value=""),
            )
            yield Static("", id="import-told", markup=False)
            with Vertical(id="import-rows"):
                yield Problems()
                yield Static("", id="import-whole", markup=False)

    def on_mount(self) -> None:
        self.query_one("#import-rows").display = False
        next(iter(self.query_one(Form).fields.values())).focus()

    def blocked(self, action: str) -> str:
        if action == "take_in":
            if self._checked is None:
                return "Check a file first: name it and press Enter."
            if self._checked.report.bad:
                return "Some rows are not usable; correct the file and check it again."
        return super().blocked(action)

    @on(FieldChanged)
    def _other_file(self) -> None:
        """What was checked is not what is named now."""
        self._checked = None
        self._tell("")
        self.query_one("#import-rows").display = False
        self.refresh_bindings()

    @on(Form.Submitted)
    def _submitted(self, event: Form.Submitted) -> None:
        event.stop()
        if self._checked is None or self._checked.report.bad:
            self._check(event)
        else:
            event.form.settle()
            self.action_take_in()

    def _check(self, event: Form.Submitted) -> None:
        imports, kind, request = self.desk.services.imports, self.kind, Request.new()
        path, marks = Path(event.values["file"]), event.values["numbers"]
        self._checked, self._marks = None, marks
        self._tell("Checking…")

        def tell(step: Progress) -> None:
            self.post_message(Told(f"Checking… {plural(step.done, 'row')} so far"))

        def read() -> FileChecked:
            from billing_tui.services.imports import table_in

            table = table_in(path, kind)
            return FileChecked(table, imports.take_in(request, kind, table, _wanted(marks), tell))

        self.load("check", read, lambda found: found)

    @on(Told)
    def _told(self, event: Told) -> None:
        if self._checked is None and self.query_one(Form).busy:
            self._tell(event.text)

    @on(LoadFailed)
    def _not_checked(self, event: LoadFailed) -> None:
        event.stop()
        event.prevent_default()
        self.query_one(Form).settle()
        self._tell(f"✗ {event.error.message}")

    @on(FileChecked)
    def _was_checked(self, event: FileChecked) -> None:
        self._checked = event
        self.query_one(Form).settle()
        self._tell(sentence(event.report))
        problems = self.query_one(Problems)
        problems.show_report(event.report)
        self.query_one("#import-rows").display = problems.count > 0
        self.refresh_bindings()

    @on(LineList.Moved)
    def _moved(self, event: LineList.Moved) -> None:
        event.stop()
        self.query_one("#import-whole", Static).update(Text(self.query_one(Problems).whole))

    def _tell(self, text: str) -> None:
        self.query_one("#import-told", Static).update(Text(safe(text)))

    def action_take_in(self) -> None:
        if self._checked is None:
            return
        report = self._checked.report
        lines = [f"{plural(report.rows, 'row')} of {self.kind} are written, all or none."]
        if report.doubtful:
            lines.append(f"{plural(report.doubtful, 'row')} may be a mistake; the list tells why.")

        def decided(yes: bool | None) -> None:
            if yes:
                self._start()

        danger = bool(report.doubtful)
        self.app.push_screen(Confirm("Take in this file", lines, "Take in", danger=danger), decided)

    def _start(self) -> None:
        if self._checked is None:
            return
        imports, kind, request = self.desk.services.imports, self.kind, Request.new()
        table, marks = self._checked.table, self._marks

        def work(task: Task) -> ImportReport:
            def tell(step: Progress) -> None:
                task.tell(step.done, step.total, step.doing)
                task.leave_if_stopped()

            wanted = _wanted(marks, anyway=True, dry_run=False)
            return imports.take_in(request, kind, table, wanted, tell)

        self.dismiss(None)
        self.run_in_sight(Task(f"Import {kind}", work, outcome=sentence))


def _wanted(marks: str, *, anyway: bool = False, dry_run: bool = True) -> Any:
    from billing_tui.domain.imports import Numbers
    from billing_tui.services.imports import Wanted

    return Wanted(Numbers(marks) if marks else None, anyway, dry_run)


def sentence(report: ImportReport) -> str:
    """What became of a file."""
    match report.outcome:
        case Outcome.WRITTEN:
            return f"{plural(report.written, 'row')} taken in."
        case Outcome.EARLIER:
            return "This file was taken in before; nothing was written again."
        case Outcome.CHECKED:
            doubts = f", {count(report.doubtful)} doubtful" if report.doubtful else ""
            ready = "ctrl+s takes them in"
            return f"✓ {plural(report.rows, 'row')} checked, all usable{doubts}; {ready}."
    return f"✗ {plural(report.rows, 'row')} checked, {count(report.bad)} not usable."
