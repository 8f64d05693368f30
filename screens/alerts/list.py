"""The list of alerts, the most severe first, with the one under the cursor beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from textual import on
from textual.widget import Widget

from billing_tui.domain import alert_query
from billing_tui.domain.alerts import Alert, AlertFilter, AlertSort
from billing_tui.domain.filters import Completion
from billing_tui.domain.pages import LARGEST_PAGE, Counted, Place, Slice
from billing_tui.domain.rights import Right
from screens.lists import Asked, ListScreen
from screens.widgets.pane import Pane
from screens.widgets.records import Column, MarksChanged
from screens.widgets.views_bar import View

from .doing import AlertDoing
from .looks import columns, parts

if TYPE_CHECKING:
    from billing_tui.services.alerts import Alerts


@dataclass(frozen=True)
class AlertSource:
    alerts: Alerts
    asked: AlertFilter
    sort: AlertSort
    descending: bool

    def slice(self, place: Place, limit: int) -> Slice[Alert]:
        return self.alerts.slice(self.asked, self.sort, self.descending, place, limit)

    def count(self, most: int | None) -> Counted:
        return self.alerts.count(self.asked, most)

    def everything(self) -> list[Alert]:
        found: list[Alert] = []
        place = Place()
        while items := (page := self.slice(place, LARGEST_PAGE)).items:
            found += items
            place = Place(after=page.last)
        return found


class AlertsScreen(AlertDoing, ListScreen[Alert]):
    TITLE = "Alerts"
    AREA = "alerts"
    HELP_FILE = "help/alerts_screen.txt"
    EMPTY = "No alert fits. 1 shows what is open, 2 what was acknowledged, / asks for others."
    NOTHING_YET = "✓ Nothing to take note of. 2 shows what was acknowledged."
    HINT = "/ words, severity:… kind:… owner:me"
    FIRST_SORT = AlertSort.SEVERITY
    FIRST_DESCENDING = True
    VIEWS: ClassVar[Sequence[View]] = (
        View("Open", "", AlertSort.SEVERITY, descending=True),
        View("Closed", "state:closed", AlertSort.RAISED, descending=True),
        View("Mine", "owner:me", AlertSort.SEVERITY, descending=True),
    )
    RIGHTS: ClassVar[Mapping[str, Right]] = {**ListScreen.RIGHTS, **AlertDoing.RIGHTS}

    def columns(self) -> Sequence[Column[Alert]]:
        session = self.desk.session
        return columns(session.zone, self.desk.today, session.login)

    def key_of(self, row: Alert) -> str:
        return str(row.id)

    def source(self, asked: Asked) -> AlertSource:
        wanted = alert_query.understood(asked.query, self.desk.today, self.desk.session.login)
        return AlertSource(
            self.desk.services.alerts, wanted, AlertSort(asked.sort), asked.descending
        )

    def complete(self, text: str, at: int) -> Sequence[Completion]:
        services = self.desk.services
        people = [one.login for one in services.users.list()]
        offered = {"kind": services.alerts.kinds(), "owner": [alert_query.ME, *people]}
        return alert_query.completions(text, at, offered)

    def compose_detail(self) -> Widget:
        return Pane(title="Alert", id="detail")

    @property
    def alert(self) -> Alert | None:
        return self.row

    def marked(self) -> bool:
        return bool(self.table.marks)

    def read_marked(self) -> Sequence[Alert]:
        marks, alerts = self.table.marks, self.desk.services.alerts
        if not marks:
            return super().read_marked()
        if marks.everything:
            return [one for one in self.source(self.asked).everything() if str(one.id) in marks]
        return [alerts.show(UUID(key)) for key in marks.keys]

    def changed(self) -> None:
        self.table.reload()

    def show_row(self, row: Alert | None) -> None:
        zone, today = self.desk.session.zone, self.desk.today
        self.query_one("#detail", Pane).show(parts(row, zone, today) if row else ())

    def open_row(self, row: Alert) -> None:
        from .page import AlertPage

        self.app.push_screen(AlertPage(row.id))

    @on(MarksChanged)
    def _marks_changed(self, event: MarksChanged) -> None:
        event.stop()
        self.refresh_bindings()
