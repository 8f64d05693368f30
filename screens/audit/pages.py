"""One act whole, one request traced, and the report of a verification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from billing_tui.domain.audit_log import AuditEntry, EntryNotFound
from billing_tui.domain.invariants import Report
from screens.formatting import Badge, count, moment, plural
from screens.pane_page import PanePage
from screens.widgets.pane import Fact, Part, Rule, Title, Words
from screens.work import LoadFailed

from . import entries

if TYPE_CHECKING:
    from billing_tui.domain.trace import Trace, Traced

_HOLDS = Badge("✓", "holds", "success")
_BROKEN = Badge("✗", "broken", "error")


@dataclass
class EntryRead(Message, bubble=False):
    entry: AuditEntry


class EntryPage(PanePage):
    """One act. What stands in the chain never changes, so nothing is read again."""

    HELP_FILE: ClassVar[str] = "help/audit_screen.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "trace", "Trace", id="audit.trace_entry",
                tooltip="Everything the request of this act did"),
        Binding("left", "step(-1)", "Act before", tooltip="The act before this one",
                id="audit.before"),
        Binding("right", "step(1)", "Act after", tooltip="The act after this one",
                id="audit.after"),
    ]  # fmt: skip

    def __init__(self, seq: int) -> None:
        super().__init__("Act")
        self.seq = seq
        self._request = ""

    def on_mount(self) -> None:
        self._show(self.seq)

    def _show(self, seq: int) -> None:
        audit = self.desk.services.audit
        self.load("entry", lambda: audit.show(seq), EntryRead)

    @on(LoadFailed)
    def _none_there(self, event: LoadFailed) -> None:
        """Past the newest one."""
        if isinstance(event.error, EntryNotFound):
            event.stop()
            event.prevent_default()
            self.desk.say("There is no act after this one.")

    @on(EntryRead)
    def _was_read(self, event: EntryRead) -> None:
        self._request, self.seq = event.entry.line.request, event.entry.line.seq
        session = self.desk.session
        self.pane.border_title = f"Act {count(self.seq)}"
        self.pane.scroll_home(animate=False)
        self.pane.show(tuple(entries.parts(event.entry, session.zone, self.desk.today, whole=True)))
        self.refresh_bindings()

    def blocked(self, action: str) -> str:
        if action == "trace" and not self._request:
            return "This act belongs to no request."
        return super().blocked(action)

    def action_trace(self) -> None:
        self.app.push_screen(TracePage(self._request))

    def action_step(self, by: int) -> None:
        if self.seq + by > 0:
            self._show(self.seq + by)
        else:
            self.desk.say("There is no act before this one.")


@dataclass
class TraceRead(Message, bubble=False):
    traced: Traced


class TracePage(PanePage):
    """`text` is the id of a request, or the reference of an error."""

    HELP_FILE: ClassVar[str] = "help/audit_screen.txt"

    def __init__(self, text: str) -> None:
        super().__init__(f"Trace {text}")
        self.asked = text

    def on_mount(self) -> None:
        traces, text = self.desk.services.traces, self.asked
        self.load("trace", lambda: traces.whole(text), TraceRead)

    @on(LoadFailed)
    def _not_traced(self, event: LoadFailed) -> None:
        event.stop()
        event.prevent_default()
        self.pane.show((Words(f"✗ {event.error.message}", "error"),))

    @on(TraceRead)
    def _was_read(self, event: TraceRead) -> None:
        session = self.desk.session
        self.pane.show(tuple(_traced(event.traced, session.zone, self.desk.today)))


def _traced(found: Traced, zone: str, today: date) -> Iterator[Part]:
    trace = found.trace
    yield Title(f"Request {trace.id}")
    if trace.request is not None:
        by = trace.request
        yield Words(f"{by.action} by {by.actor}, {moment(by.at, zone, today)}", "muted")
    elif not trace.audit:
        yield Words("It wrote nothing to the store under its own id.", "muted")
    for group in (_acts(trace), _ledger(trace), _within(found), _log(found)):
        lines = list(group)
        if lines:
            yield Rule()
            yield from lines


def _acts(trace: Trace) -> Iterator[Part]:
    if trace.audit:
        yield Words("Audit trail", "accent")
    for act in trace.audit:
        version = f", version {act.version}" if act.version else ""
        reason = f" ({act.reason})" if act.reason else ""
        yield Fact(f"{count(act.seq)} {act.action}", f"{act.object}{version}{reason}")


def _ledger(trace: Trace) -> Iterator[Part]:
    if trace.ledger:
        yield Words("Ledger", "accent")
    for entry in trace.ledger:
        yield Fact(f"{count(entry.seq)} {entry.kind}", f"{entry.booked_on} {entry.currency}")


def _within(found: Traced) -> Iterator[Part]:
    if found.within:
        yield Words("Requests made within it", "accent")
    for one in found.within:
        name = one.request.action if one.request else "unknown"
        yield Fact(name, f"{one.id}  {plural(len(one.audit), 'act')}")
    if found.left_out:
        yield Words(f"and {count(found.left_out)} more", "muted")


def _log(found: Traced) -> Iterator[Part]:
    if found.lines:
        yield Words("Log of this machine", "accent")
    for line in found.lines:
        yield Fact(f"{line.get('level', '')!s} {str(line.get('at', ''))[11:19]}",
                   str(line.get("event", "")))  # fmt: skip


class ReportPage(PanePage):
    HELP_FILE: ClassVar[str] = "help/audit_screen.txt"

    def __init__(self, report: Report) -> None:
        super().__init__("Report of the record")
        self.report = report

    def on_mount(self) -> None:
        self.pane.show(tuple(_reported(self.report)))


def _reported(report: Report) -> Iterator[Part]:
    yield Title(
        _capital(entries.sentence(report)), _HOLDS if report.holds else _BROKEN, before=True
    )
    if report.since:
        yield Words(f"Looked at what came after number {count(report.since)}.", "muted")
    yield Fact("Head of the chain", report.head, "muted")
    for outcome in report.outcomes:
        badge = _HOLDS if outcome.holds else _BROKEN
        yield Rule()
        yield Title(f"{outcome.id:<4} {outcome.title}", badge, before=True)
        yield Words(f"{count(outcome.checked)} looked at", "muted")
        if outcome.note:
            yield Words(outcome.note, "warning")
        for found in outcome.findings:
            yield Words(f"{found.table} {found.key}: {found.what}", "error")
        if outcome.more:
            yield Words(f"and {count(outcome.more)} more", "error")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
