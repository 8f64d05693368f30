"""Home: what waits for somebody, line by line, and beside it the figures that matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import ScreenResume
from textual.message import Message
from textual.widgets import OptionList

from billing_tui.domain.alerts import Severity
from billing_tui.domain.home import Figures, HomePage, Verified, WorkLine
from billing_tui.domain.pages import Counted
from billing_tui.domain.rights import Right, RightMissing
from billing_tui.domain.safe import safe

from .areas import BY_NAME
from .base import AreaScreen
from .formatting import Badge, count, moment
from .widgets.figures import Figure, FigureBox
from .widgets.menu import Menu

_SEVERITY = {
    Severity.CRITICAL: Badge("▲", "critical", "error"),
    Severity.WARNING: Badge("◐", "warning", "warning"),
    Severity.INFO: Badge("·", "to know", "muted"),
}
_DRAFTS, _IMPORTS, _ACCOUNTS = "drafts.open", "imports.waiting", "accounts.unmapped"
_ENDS = {_DRAFTS: "your drafts", _IMPORTS: "imports", _ACCOUNTS: "import of codes"}
_BADGE = 12


@dataclass
class HomeRead(Message):
    page: HomePage


class Queue(Menu):
    """One line of work: how bad, what it is, and where it leads."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "queue--error", "queue--warning", "queue--muted",
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__(id="queue", title="To do", nothing="✓ Nothing waits for you.")
        self.lines: tuple[WorkLine, ...] = ()

    def show_work(self, lines: tuple[WorkLine, ...]) -> None:
        self.lines = lines
        self.show([self._told(line) for line in lines])
        self.border_subtitle = f"{len(lines)} to look at" if lines else "all done"

    def on_resize(self) -> None:
        self.recolour()

    def recolour(self) -> None:
        self.show([self._told(line) for line in self.lines])

    def _told(self, line: WorkLine) -> Text:
        badge = _SEVERITY[line.severity]
        style = self.ink(f"queue--{badge.style}")
        start = Text.assemble((f"{badge.text:<{_BADGE}}", style), safe(line.about))
        end = _ENDS.get(line.kind) or BY_NAME[line.area].title.lower()
        room = self.scrollable_content_region.width - cell_len(end) - 4
        start.truncate(max(room, 1), overflow="ellipsis", pad=True)
        return start.append(f"  → {end}", self.ink("queue--muted"))


class HomeScreen(AreaScreen):
    TITLE = "Home"
    AUTO_FOCUS = "#queue"
    HELP_FILE: ClassVar[str] = "help/home.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "refresh", "Read again", tooltip="Look again", show=False,
                id="home.refresh"),
    ]  # fmt: skip

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="home"):
            yield Queue()
            with Vertical(id="figures", classes="panel") as panel:
                panel.border_title = "Figures"
                for name in ("active", "new", "changes", "verified"):
                    yield FigureBox(id=f"figure-{name}")

    @on(ScreenResume)
    def _in_sight_again(self) -> None:
        """Not all that waits here stands in the record, so nothing tells when it is another."""
        self.reload(frozenset())

    def reload(self, changed: frozenset[str]) -> None:
        self.load("home", self.desk.services.home.show, HomeRead)

    @on(HomeRead)
    def _read(self, event: HomeRead) -> None:
        self.query_one(Queue).show_work(event.page.queue)
        for name, figure in self._figures(event.page.figures).items():
            self.query_one(f"#figure-{name}", FigureBox).show(figure)

    def _figures(self, found: Figures) -> dict[str, Figure]:
        today = self.desk.today
        months = [point.count.rows for point in found.new_by_month]
        days = [point.count.rows for point in found.changes_by_day]
        return {
            "active": Figure("Active customers", _number(found.active)),
            "new": Figure("New in 30 days", _number(found.new), f"{len(months)} months", months),
            "changes": Figure("Recorded today", _number(found.changes_today),
                              f"{len(days)} days", days),
            "verified": _verified(found.verified, self.desk.session.zone, today),
        }  # fmt: skip

    @on(OptionList.OptionSelected, "#queue")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        line = self.query_one(Queue).lines[event.option_index]
        if line.kind == _DRAFTS:
            from .drafts import DraftsPage

            self.app.push_screen(DraftsPage())
        elif line.kind == _IMPORTS:
            from .imports import WaitingPage

            self.app.push_screen(WaitingPage())
        elif line.kind == _ACCOUNTS:
            self._map_accounts()
        else:
            self.desk.go(line.area, line.query)

    def _map_accounts(self) -> None:
        from .imports import ImportPage

        if self.desk.session.may(Right.EDIT_ACCOUNTS):
            self.app.push_screen(ImportPage("mappings"))
        else:
            self.desk.say(RightMissing(Right.EDIT_ACCOUNTS).message)

    def action_refresh(self) -> None:
        self.reload(frozenset())


def _number(counted: Counted) -> str:
    return count(counted.rows) + ("+" if counted.more else "")


def _verified(known: Verified | None, zone: str, today: date) -> Figure:
    if known is None:
        return Figure("Record checked", "◐ not yet", "g a, then c", style="warning")
    at = moment(known.at, zone, today)
    if known.holds:
        return Figure("Record checked", "✓ holds", at, style="success")
    return Figure("Record checked", "✗ broken", at, style="error")
