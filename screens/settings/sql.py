"""Statements that whoever runs the database server has to run, to be copied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from screens.desk import desk_of
from screens.dialogs.dialog import Dialog, Words, button


class SqlNeeded(Dialog[None]):
    KEYS: ClassVar[str] = "y copy · Esc close"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", tooltip="Copy the statements"),
    ]

    def __init__(self, said: str, statements: Sequence[str]) -> None:
        super().__init__("One step is left")
        self.said = said
        self.statements = [each if each.startswith("\\") else f"{each};" for each in statements]

    def compose_body(self) -> ComposeResult:
        told = "Your login may not do the rest. Ask whoever runs the database server to run:"
        yield Words([self.said, told, "", *self.statements])
        yield button("Close", "cancel", classes="-cancel")

    def action_copy(self) -> None:
        desk_of(self).copy("\n".join(self.statements))
