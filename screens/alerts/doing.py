"""What may be done with alerts: taken note of, given to somebody, gone to where they belong."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from billing_tui.domain.acts import Request
from billing_tui.domain.alerts import Alert, AlertAcknowledged, Severity
from billing_tui.domain.rights import Right
from billing_tui.domain.users import User
from screens.base import Page
from screens.dialogs import Choose, Confirm
from screens.formatting import plural
from screens.tasks import Task, TaskEnded

from .looks import SEVERITIES

if TYPE_CHECKING:
    from billing_tui.services.alerts import Alerts

_LISTED = 10
_NOBODY = "nobody"


@dataclass
class AlertsRead(Message, bubble=False):
    """What is to be acknowledged."""

    alerts: Sequence[Alert]


@dataclass
class PeopleRead(Message, bubble=False):
    people: Sequence[User]


@dataclass
class AlertDone(Message, bubble=False):
    told: str


class AlertDoing(Page[None]):
    """For a screen that has alerts in hand."""

    KINDS: ClassVar[frozenset[str]] = frozenset({"alert"})
    RIGHTS: ClassVar[Mapping[str, Right]] = {
        "acknowledge": Right.ACKNOWLEDGE,
        "assign": Right.ACKNOWLEDGE,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "acknowledge", "Acknowledge", id="alerts.acknowledge",
                tooltip="Take note of this one, or of all that are marked"),
        Binding("w", "assign", "Give to", id="alerts.assign",
                tooltip="Say who looks after it, also for all that are marked"),
        Binding("j", "jump", "Go there", id="alerts.jump",
                tooltip="To the place it is about"),
    ]  # fmt: skip

    @property
    @abstractmethod
    def alert(self) -> Alert | None:
        """The one in hand."""

    def marked(self) -> bool:
        return False

    def read_marked(self) -> Sequence[Alert]:
        """All that are marked, or the one in hand; in a thread."""
        return [self.alert] if self.alert is not None else []

    @abstractmethod
    def changed(self) -> None:
        """Something was done with them."""

    def blocked(self, action: str) -> str:
        if action in ("acknowledge", "assign", "jump") and not self.marked():
            alert = self.alert
            if alert is None:
                return "There is no alert in hand."
            if action != "jump" and alert.acknowledged_at is not None:
                return f"{alert.acknowledged_by} has acknowledged it."
        return super().blocked(action)

    # Taking note.

    def action_acknowledge(self) -> None:
        self.load("alerts in hand", self.read_marked, AlertsRead)

    @on(AlertsRead)
    def _alerts_read(self, event: AlertsRead) -> None:
        alerts = sorted(
            (one for one in event.alerts if one.acknowledged_at is None),
            key=lambda one: (one.severity.rank, one.raised_at),
            reverse=True,
        )
        if len(alerts) == 1 and alerts[0].severity is not Severity.CRITICAL:
            self._acknowledge(alerts)
        elif alerts:
            title = f"Take note of {plural(len(alerts), 'alert')}"
            more = len(alerts) - _LISTED
            lines = [f"{SEVERITIES[one.severity].text}: {one.message}" for one in alerts[:_LISTED]]
            lines += [f"and {plural(more, 'more', 'more')}"] if more > 0 else []
            lines += ["", "That stays on record under your name, and there is no way back."]

            def decided(yes: bool | None) -> None:
                if yes:
                    self._acknowledge(alerts)

            self.app.push_screen(Confirm(title, lines, "Take note"), decided)

    def _acknowledge(self, alerts: Sequence[Alert]) -> None:
        service, request = self.desk.services.alerts, Request.new()
        if len(alerts) == 1:
            only = alerts[0]
            self.write(
                "acknowledge",
                lambda: service.acknowledge(request, only.id),
                lambda done: AlertDone(f"Taken note of: {done.message}"),
            )
            return

        def work(task: Task) -> int:
            return sum(_one(service, request, task, alerts, at) for at in range(len(alerts)))

        doing = f"Taking note of {plural(len(alerts), 'alert')}"
        self.desk.start(Task(doing, work, self, lambda done: f"{plural(done, 'alert')}, done."))

    # Giving it to somebody.

    def action_assign(self) -> None:
        self.load("people", self.desk.services.users.list, PeopleRead)

    @on(PeopleRead)
    def _people_read(self, event: PeopleRead) -> None:
        me = self.desk.session.login
        people = sorted(
            (one for one in event.people if not one.disabled), key=lambda one: one.login != me
        )
        options = [(one.login, f"{one.name} ({one.login})") for one in people]
        self.app.push_screen(Choose("Who looks after it", [*options, ("", _NOBODY)]), self._assign)

    def _assign(self, login: str | None) -> None:
        if login is None:
            return
        service, request, read = self.desk.services.alerts, Request.new(), self.read_marked

        def work() -> int:
            given = [one for one in read() if one.acknowledged_at is None]
            for one in given:
                service.assign(request.within(str(one.id)), one.id, login)
            return len(given)

        whom = login or _NOBODY
        self.write("assign", work, lambda n: AlertDone(f"{plural(n, 'alert')} given to {whom}."))

    @on(AlertDone)
    def _done(self, event: AlertDone) -> None:
        self.desk.say(event.told)
        self.changed()

    @on(TaskEnded)
    def _ended(self, event: TaskEnded) -> None:
        event.stop()
        self.changed()

    # Going to where it belongs.

    def action_jump(self) -> None:
        if (alert := self.alert) is not None:
            self.desk.go(*place_of(alert))


def place_of(alert: Alert) -> tuple[str, str]:
    """The area an alert is about, and what to ask there; anything has its history in the chain."""
    match alert.object.partition(":")[0]:
        case "job":
            return "settings", "jobs"
        case "" | "audit_log":
            return "audit", ""
    return "audit", f"object:{alert.object}"


def _one(service: Alerts, request: Request, task: Task, alerts: Sequence[Alert], at: int) -> bool:
    """Whether this one was still open; somebody else may have been quicker."""
    task.leave_if_stopped()
    alert = alerts[at]
    try:
        service.acknowledge(request.within(str(alert.id)), alert.id)
    except AlertAcknowledged:
        return False
    finally:
        task.tell(at + 1, len(alerts), "alerts")
    return True
