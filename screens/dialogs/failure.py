"""Something failed that is nobody's input: what happened, and the entry in the log to name."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from screens.desk import desk_of
from screens.widgets.arithmetic import ExplainLine

from .dialog import Dialog, Words, button


class Failure(Dialog[None]):
    KEYS: ClassVar[str] = "y copy · Esc close"
    BINDINGS: ClassVar[list[BindingType]] = [
        *Words.SCROLL,
        Binding("y", "copy", "Copy", tooltip="Copy the message and its reference"),
    ]

    def __init__(self, title: str, message: str, reference: str = "") -> None:
        super().__init__(f"✗ {title}", danger=True)
        self.failed, self.message, self.reference = title, message, reference

    def compose_body(self) -> ComposeResult:
        lines: list[str | ExplainLine] = [self.message]
        if self.reference:
            lines += ["", f"Entry in the log: {self.reference}"]
        yield Words(lines)
        with Horizontal(classes="dialog-buttons"):
            yield button("Close", "cancel", classes="-cancel")

    def action_copy(self) -> None:
        parts = [self.failed, self.message]
        if self.reference:
            parts.append(f"Entry in the log: {self.reference}")
        desk_of(self).copy("\n".join(parts))
