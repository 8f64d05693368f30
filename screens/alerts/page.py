"""One alert whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from billing_tui.domain.alerts import Alert
from billing_tui.domain.rights import Right
from screens.base import PushedScreen
from screens.widgets.pane import Pane

from .doing import AlertDoing
from .looks import parts


@dataclass
class AlertRead(Message, bubble=False):
    alert: Alert


class AlertPage(AlertDoing, PushedScreen[None]):
    HELP_FILE: ClassVar[str] = "help/alerts_screen.txt"
    RIGHTS: ClassVar[Mapping[str, Right]] = AlertDoing.RIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", tooltip="Copy all of it as text", id="page.copy"),
    ]

    def __init__(self, id: UUID) -> None:
        super().__init__()
        self._which = id
        self._alert: Alert | None = None

    def compose_body(self) -> ComposeResult:
        yield Pane(title="Alert", id="whole")

    @property
    def alert(self) -> Alert | None:
        return self._alert

    @property
    def pane(self) -> Pane:
        return self.query_one("#whole", Pane)

    def on_mount(self) -> None:
        self.pane.focus()
        self.changed()

    def reload(self, changed: frozenset[str]) -> None:
        self.changed()

    def changed(self) -> None:
        alerts, id = self.desk.services.alerts, self._which
        self.load("alert", lambda: alerts.show(id), AlertRead)

    @on(AlertRead)
    def _read(self, event: AlertRead) -> None:
        self._alert = event.alert
        self.pane.show(parts(event.alert, self.desk.session.zone, self.desk.today))
        self.refresh_bindings()

    def action_copy(self) -> None:
        self.desk.copy(self.pane.text)

    def action_jump(self) -> None:
        self.dismiss(None)
        super().action_jump()
