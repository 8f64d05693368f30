"""The chain, the newest act first, with the act under the cursor beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from billing_tui.domain import audit_query
from billing_tui.domain.audit_log import AuditEntry, AuditFilter, AuditLine
from billing_tui.domain.dates import parse_utc
from billing_tui.domain.filters import Completion
from billing_tui.domain.invariants import Report
from billing_tui.domain.pages import Counted, Place, Slice
from billing_tui.domain.rights import Right
from screens.dialogs import Choose
from screens.formatting import moment
from screens.lists import Asked, ListScreen
from screens.tasks import Task, TaskEnded
from screens.widgets.pane import Pane
from screens.widgets.records import Cell, Column
from screens.widgets.views_bar import View

from . import entries

if TYPE_CHECKING:
    from billing_tui.services.audit import Audit

_EVERY_ACT = 1_000_000_000
_RECENT, _ALL, _LAST = "recent", "all", "last"


@dataclass
class EntryRead(Message):
    entry: AuditEntry


@dataclass(frozen=True)
class AuditSource:
    audit: Audit
    asked: AuditFilter

    def slice(self, place: Place, limit: int) -> Slice[AuditLine]:
        return self.audit.slice(self.asked, place, limit)

    def count(self, most: int | None) -> Counted:
        return self.audit.count(self.asked, most or _EVERY_ACT)


class AuditScreen(ListScreen[AuditLine]):
    TITLE = "Audit trail"
    AREA = "audit"
    HELP_FILE = "help/audit_screen.txt"
    EMPTY = "No act fits. Esc shows all, / asks for others."
    MARKS = False
    HINT = "/ who:… action:… object:… at>=…"
    VIEWS: ClassVar[Sequence[View]] = (
        View("All"),
        View("Today", "at>=+0"),
        View("Customers", "object:customer"),
        View("People", "object:app_user"),
        View("Exports", "object:export"),
    )
    RIGHTS: ClassVar[Mapping[str, Right]] = {
        "verify": Right.VERIFY,
        "export": Right.EXPORT_TRAIL,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "verify", "Check the record", id="audit.verify",
                tooltip="Verify every rule of the record, or only what is new"),
        Binding("t", "trace", "Trace", id="audit.trace",
                tooltip="Everything the request of this act did"),
        Binding("x", "export", "Export", tooltip="This list as a file", id="audit.export"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._report: Report | None = None

    def columns(self) -> Sequence[Column[AuditLine]]:
        zone, today = self.desk.session.zone, self.desk.today
        return (
            Column("No", lambda line: Cell(f"{line.seq:,}", "muted"), 9, right=True, priority=4),
            Column("When", lambda line: Cell(moment(parse_utc(line.at), zone, today)), 12, 1,
                   priority=7),
            Column("Who", lambda line: Cell(line.who), 10, 1, priority=6),
            Column("Act", lambda line: Cell(line.action), 20, 2, priority=9),
            Column("What", lambda line: Cell(entries.named(line)), 18, 3, priority=8),
            Column("V", lambda line: Cell("" if line.version is None else str(line.version),
                                          "muted"), 3, right=True, priority=2),
            Column("Reason", lambda line: Cell(line.reason, "muted"), 12, 3, priority=1),
        )  # fmt: skip

    def key_of(self, row: AuditLine) -> str:
        return str(row.seq)

    def source(self, asked: Asked) -> AuditSource:
        return AuditSource(self.desk.services.audit, self.asked_filter(asked))

    def asked_filter(self, asked: Asked) -> AuditFilter:
        return audit_query.understood(asked.query, self.desk.today)

    def complete(self, text: str, at: int) -> Sequence[Completion]:
        people = self.desk.services.users.list()
        return audit_query.completions(text, at, {"who": [one.login for one in people]})

    def compose_detail(self) -> Widget:
        return Pane(title="Act", id="detail")

    def show_row(self, row: AuditLine | None) -> None:
        if row is None:
            self.query_one("#detail", Pane).show(())
        elif self.wide:
            audit, seq = self.desk.services.audit, row.seq
            self.load("entry", lambda: audit.show(seq), EntryRead)

    @on(EntryRead)
    def _entry_read(self, event: EntryRead) -> None:
        session = self.desk.session
        parts = entries.parts(event.entry, session.zone, self.desk.today)
        self.query_one("#detail", Pane).show(tuple(parts))

    def open_row(self, row: AuditLine) -> None:
        from .pages import EntryPage

        self.app.push_screen(EntryPage(row.seq))

    def blocked(self, action: str) -> str:
        if action == "trace" and (self.row is None or not self.row.request):
            return "This act belongs to no request."
        return super().blocked(action)

    def action_trace(self) -> None:
        from .pages import TracePage

        if self.row is not None:
            self.app.push_screen(TracePage(self.row.request))

    def action_export(self) -> None:
        from screens.exports import ExportPage

        self.app.push_screen(ExportPage("audit", self.asked_filter(self.asked), "audit trail"))

    def action_verify(self) -> None:
        options = [
            (_RECENT, "only what came after the last checkpoint"),
            (_ALL, "everything, which alone finds an old row changed"),
        ]
        if self._report is not None:
            options.append((_LAST, "not now; show the report of the last check"))
        self.app.push_screen(Choose("Check the record", options), self._verify)

    def _verify(self, what: str | None) -> None:
        from .pages import ReportPage

        if what == _LAST and self._report is not None:
            self.app.push_screen(ReportPage(self._report))
        elif what is not None:
            self._start(recent=what == _RECENT)

    def _start(self, *, recent: bool) -> None:
        bench = self.desk.bench

        def work(task: Task) -> Report:
            def tell(what: str, done: int) -> None:
                task.tell(done, part=what)
                task.leave_if_stopped()

            return bench.verify.run(recent=recent, progress=tell)

        doing = "Check of what is new" if recent else "Check of the whole record"
        self.run_in_sight(Task(doing, work, self, outcome=entries.sentence))

    @on(TaskEnded)
    def _verified(self, event: TaskEnded) -> None:
        from .pages import ReportPage

        event.stop()
        if isinstance(event.task.value, Report):
            self._report = event.task.value
            self.present(ReportPage(self._report))
