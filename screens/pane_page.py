"""One thing whole, in a pane that fills the screen and can be copied."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from .base import PushedScreen
from .widgets.pane import Pane


class PanePage(PushedScreen[None]):
    AUTO_FOCUS = "#whole"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", tooltip="Copy all of it as text", id="page.copy"),
    ]

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.heading = heading

    def compose_body(self) -> ComposeResult:
        yield Pane(title=self.heading, id="whole")

    @property
    def pane(self) -> Pane:
        return self.query_one("#whole", Pane)

    def action_copy(self) -> None:
        self.desk.copy(self.pane.text)
