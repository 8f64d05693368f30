"""What came of one change to many customers, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from billing_tui.domain.customers.bulk import BulkLine, BulkReport, Outcome
from billing_tui.domain.history import Change
from billing_tui.domain.safe import safe
from screens.base import PushedScreen
from screens.dialogs import Changing, steps_told
from screens.formatting import Badge, count, field_name
from screens.widgets.line_list import LineList
from screens.widgets.views_bar import View, ViewsBar, view_keys

SAID = {
    Outcome.CHANGED: Badge("✓", "changed", "success"),
    Outcome.SAME: Badge("○", "like that before", "muted"),
    Outcome.REFUSED: Badge("✗", "refused", "error"),
    Outcome.CONFLICT: Badge("▲", "changed by others", "warning"),
    Outcome.LEFT: Badge("■", "not reached", "warning"),
}
_MARK, _NUMBER, _NAME = 20, 12, 36


def sentence(report: BulkReport) -> str:
    """All of it in one line."""
    counts = {outcome: report.count(outcome) for outcome in SAID}
    told = [f"{count(n)} {SAID[outcome].word}" for outcome, n in counts.items() if n]
    return f"{', '.join(told) or 'nothing to do'}."


def steps(line: BulkLine) -> Sequence[Changing]:
    """What a line changes, as the difference shows it and the report after it."""
    return [_step(one) for one in line.steps]


def _step(one: Change) -> Changing:
    what = "brake " if one.field == "brakes" else ""
    before, after = (side and f"{what}{side}" for side in (one.before, one.after))
    return Changing(before, after, field_name(one.field))


class _Lines(LineList):
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"report--{style}" for style in ("success", "muted", "error", "warning")
    }

    def __init__(self, lines: Sequence[BulkLine]) -> None:
        super().__init__(len(lines))
        self.lines = lines

    def draw(self, index: int, width: int) -> Text:
        one = self.lines[index]
        badge = SAID[one.outcome]
        line = Text(no_wrap=True)
        line.append(f" {badge.text}".ljust(_MARK), self.ink(f"report--{badge.style}"))
        line.append(safe(one.number).ljust(_NUMBER), self.ink("report--muted"))
        name = Text(safe(one.name))
        name.truncate(min(_NAME, max(8, width // 3)) - 2, overflow="ellipsis", pad=True)
        line.append_text(name).append("  ")
        line.append(_what(one), self.ink("report--muted"))
        line.truncate(width, overflow="ellipsis")
        return line


class ReportPage(PushedScreen[None]):
    HELP_FILE: ClassVar[str] = "help/customers_screen.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        *view_keys(),
        Binding("y", "copy", "Copy", tooltip="Copy these lines as text", id="page.copy"),
    ]

    def __init__(self, report: BulkReport) -> None:
        super().__init__()
        self.report = report
        self._views = (View("All"), *(View(badge.word, outcome) for outcome, badge in SAID.items()
                                      if report.count(outcome)))  # fmt: skip
        self.list = _Lines(report.lines)

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="list-head"):
            yield ViewsBar(self._views)
        with Vertical(id="report", classes="panel lit") as panel:
            panel.border_title = "What came of it"
            panel.border_subtitle = sentence(self.report)
            yield self.list
            yield Static("", id="report-whole", markup=False)

    def on_mount(self) -> None:
        self.list.focus()
        self._moved()

    @on(LineList.Moved)
    def _moved(self) -> None:
        """The whole of what a narrow line cuts."""
        here = self.list.lines[self.list.cursor :][:1]
        told = "".join(f"{safe(one.number)}: {_what(one)}" for one in here)
        self.query_one("#report-whole", Static).update(Text(told))

    def action_view(self, key: int) -> None:
        bar = self.query_one(ViewsBar)
        if (view := bar.at_key(key)) is not None:
            lines = self.report.lines
            self.list.lines = [one for one in lines if view.query in ("", one.outcome)]
            self.list.show(len(self.list.lines))
            bar.mark(view.query, "", descending=False)

    def action_copy(self) -> None:
        rows = (
            (SAID[one.outcome].word, one.number, one.name, _what(one)) for one in self.list.lines
        )
        self.desk.copy("\n".join("\t".join(row) for row in rows))


def _what(one: BulkLine) -> str:
    return safe(one.why) if one.why else steps_told(steps(one))
