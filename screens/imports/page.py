"""A file taken in: checked row by row in sight of the person, then written in the background."""

from __future__ import annotations

from collections.abc import Iterator
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
from billing_tui.domain.errors import BillingError
from billing_tui.domain.imports import NumbersUnclear
from billing_tui.domain.imports.report import ImportReport, Outcome
from billing_tui.domain.safe import safe
from screens.acts import Acts
from screens.base import PushedScreen
from screens.dialogs import Confirm
from screens.formatting import count, field_name, plural
from screens.tasks import Task
from screens.widgets.fields import ChoiceField, FieldChanged, TextField
from screens.widgets.form import Form
from screens.widgets.line_list import LineList
from screens.work import LoadFailed

from .problems import Problems

if TYPE_CHECKING:
    from billing_tui.services.imports import Progress

_CALLED = {"mappings": "ledger codes"}
_DOUBTS = {
    "customers": "may be a customer that is there already.",
    "mappings": "would replace a ledger code.",
}
_MARKS = (("", "as the file shows"), ("point", "1,234.50"), ("comma", "1.234,50"))


@dataclass
class FileChecked(Message, bubble=False):
    """`table` is the file as it was opened and checked, so that just this is written."""

    table: Any
    report: ImportReport


@dataclass
class Told(Message, bubble=False):
    text: str


class _CheckForm(Form, inherit_bindings=False):
    """Without a key to save: that is the sheet's, also where the list has the focus."""

    BUSY: ClassVar[str] = "Checking…"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "go(1)", "Next field", show=False),
        Binding("up", "go(-1)", "Field before", show=False),
    ]


class _Sheet(Acts, Vertical):
    """Its key checks until the file is good; from then on it is the page's, which takes it in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "check", "Check", id="imports.check",
                tooltip="Check the file row by row; nothing is written"),
    ]  # fmt: skip

    @property
    def _page(self) -> ImportPage:
        page = self.screen
        assert isinstance(page, ImportPage)  # noqa: S101 - for the type checker
        return page

    def blocked(self, action: str) -> str:
        return "The file is being checked." if self._page.checking else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "check" and self._page.good is not None:
            return False
        return super().check_action(action, parameters)

    def action_check(self) -> None:
        self._page.form.action_submit()


class ImportPage(PushedScreen[None]):
    HELP_FILE: ClassVar[str] = "help/import_screen.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take_in", "Take in", id="imports.take_in",
                tooltip="Write the rows that were checked: all of them or none"),
    ]  # fmt: skip

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.called = _CALLED.get(kind, kind)
        self.title = f"Import {self.called}"
        self._checked: FileChecked | None = None
        self._marks = ""

    def compose_body(self) -> ComposeResult:
        with _Sheet(id="form-page", classes="panel lit") as panel:
            panel.border_title = self.title
            yield Static(
                "A CSV file whose first row names the columns; F1 tells which there are. ctrl+s"
                " checks it and writes nothing: that you are asked about afterwards.",
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
        next(iter(self.form.fields.values())).focus()

    @property
    def form(self) -> Form:
        return self.query_one(Form)

    @property
    def checking(self) -> bool:
        return self.form.busy

    @property
    def good(self) -> FileChecked | None:
        """The file, once every row of it is usable."""
        checked = self._checked
        return None if checked is None or checked.report.bad else checked

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "take_in" and self.good is None:
            return False
        return super().check_action(action, parameters)

    def help_table(self) -> Iterator[tuple[str, str]]:
        from billing_tui.services.imports import TARGETS

        for column in TARGETS[self.kind].columns:
            about = f"{column.about} (an export tells it)" if column.told else column.about
            yield f"{'*' if column.needed else ' '} {column.name}", about

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
        if self.good is None:
            self._check(event)
        else:
            event.form.settle()
            self.action_take_in()

    def _check(self, event: Form.Submitted) -> None:
        imports, kind, request = self.desk.services.imports, self.kind, Request.new()
        path, marks = Path(event.values["file"]), event.values["numbers"]
        self._checked, self._marks = None, marks
        self._tell("")
        self.query_one("#import-rows").display = False
        self.refresh_bindings()

        def tell(step: Progress) -> None:
            self.post_message(Told(f"{plural(step.done, 'row')} so far"))

        def read() -> FileChecked:
            from billing_tui.services.imports import table_in

            table = table_in(path, kind)
            return FileChecked(table, imports.take_in(request, kind, table, _wanted(marks), tell))

        self.load("check", read, lambda found: found)

    @on(Told)
    def _told(self, event: Told) -> None:
        if self._checked is None and self.checking:
            self._tell(event.text)

    @on(LoadFailed)
    def _not_checked(self, event: LoadFailed) -> None:
        event.stop()
        event.prevent_default()
        self.form.settle()
        self._tell(f"✗ {_why_not(event.error)}")
        self.refresh_bindings()

    @on(FileChecked)
    def _was_checked(self, event: FileChecked) -> None:
        self._checked = event
        self.form.settle()
        self._tell(sentence(event.report))
        problems = self.query_one(Problems)
        problems.show_report(event.report)
        self.query_one("#import-rows").display = problems.count > 0
        if problems.count:
            problems.focus()  # the arrows lead through what is to be read
        self.refresh_bindings()

    @on(LineList.Moved)
    def _moved(self, event: LineList.Moved) -> None:
        event.stop()
        self.query_one("#import-whole", Static).update(Text(self.query_one(Problems).whole))

    def _tell(self, text: str) -> None:
        self.query_one("#import-told", Static).update(Text(safe(text)))

    def action_take_in(self) -> None:
        if self.good is None:
            return
        report = self.good.report
        lines = [f"{plural(report.rows, 'row')} of {self.called} are written, all or none."]
        if report.doubtful:
            some = plural(report.doubtful, "row")
            lines.append(f"{some} {_DOUBTS[self.kind]} The list says which.")

        def decided(yes: bool | None) -> None:
            if yes:
                self._start()

        danger = bool(report.doubtful)
        self.app.push_screen(Confirm("Take in this file", lines, "Take in", danger=danger), decided)

    def _start(self) -> None:
        if self.good is None:
            return
        imports, kind, request = self.desk.services.imports, self.kind, Request.new()
        table, marks = self.good.table, self._marks

        def work(task: Task) -> ImportReport:
            def tell(step: Progress) -> None:
                task.tell(step.done, step.total, step.doing)
                task.leave_if_stopped()

            wanted = _wanted(marks, anyway=True, dry_run=False)
            return imports.take_in(request, kind, table, wanted, tell)

        self.dismiss(None)
        self.run_in_sight(Task(f"Import {self.called}", work, outcome=sentence))


def _wanted(marks: str, *, anyway: bool = False, dry_run: bool = True) -> Any:
    from billing_tui.domain.imports import Numbers
    from billing_tui.services.imports import Wanted

    return Wanted(Numbers(marks) if marks else None, anyway, dry_run)


def _why_not(error: BillingError) -> str:
    if isinstance(error, NumbersUnclear):
        where = f"Row {count(error.row)}, {field_name(error.column)}"
        return (
            f"{where}: {error.text[:40]!r} can be read in two ways, and no other row shows which."
            " Choose it under Amounts."
        )
    return error.message


def sentence(report: ImportReport) -> str:
    """What became of a file."""
    match report.outcome:
        case Outcome.WRITTEN:
            return f"{plural(report.written, 'row')} taken in."
        case Outcome.EARLIER:
            return "This file was taken in before; nothing was written again."
        case Outcome.CHECKED:
            told = f"{plural(report.rows, 'row')} checked, all usable"
            if report.doubtful:
                return f"◐ {told}, {count(report.doubtful)} doubtful; ctrl+s asks about them."
            return f"✓ {told}; ctrl+s takes them in."
    told = f"{plural(report.rows, 'row')} checked, {count(report.bad)} not usable"
    return f"✗ {told}. Correct the file; ctrl+s checks it again."
