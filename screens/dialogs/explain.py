"""How a number came about: its arithmetic line by line, with the sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from screens.desk import desk_of
from screens.widgets.arithmetic import Arithmetic, ExplainLine, as_text

from .dialog import Dialog


class Explain(Dialog[None]):
    KEYS: ClassVar[str] = "y copy · Esc back"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", tooltip="Copy these lines as text"),
        Binding("enter,e", "cancel", "Back", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[ExplainLine]) -> None:
        super().__init__(title)
        self.lines = lines

    def compose_body(self) -> ComposeResult:
        with VerticalScroll():
            yield Arithmetic(self.lines)

    def action_copy(self) -> None:
        desk_of(self).copy(as_text(self.heading, self.lines))
