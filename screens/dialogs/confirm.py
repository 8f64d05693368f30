"""A question before something that leaves the house or cannot be undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from screens.widgets.arithmetic import ExplainLine

from .dialog import Dialog, Words, button


class Confirm(Dialog[bool]):
    """Gives True only where the person said yes. `effects` name the amount and what happens.

    Where it is dangerous the focus is on "Cancel", so that an Enter too many does nothing.
    """

    KEYS: ClassVar[str] = "y yes · n no · Esc cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        *Words.SCROLL,
        Binding("y", "accept", "Yes", show=False),
        Binding("n", "cancel", "No", show=False),
        Binding("left", "app.focus_previous", "Other button", show=False),
        Binding("right", "app.focus_next", "Other button", show=False),
    ]

    def __init__(
        self, title: str, effects: Sequence[str | ExplainLine], action: str, *, danger: bool = False
    ) -> None:
        super().__init__(title, danger=danger)
        self.effects, self.label, self.danger = effects, action, danger

    def compose_body(self) -> ComposeResult:
        yield Words(self.effects)
        with Horizontal(classes="dialog-buttons"):
            yield button("Cancel", "cancel", classes="-cancel")
            yield button(self.label, "accept", classes="-accept")

    def on_mount(self) -> None:
        self.query_one(".-cancel" if self.danger else ".-accept").focus()

    def action_accept(self) -> None:
        self.dismiss(True)

    def action_cancel(self) -> None:
        self.dismiss(False)
