"""A recovery code, shown once: to be written down and kept away from this machine."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from screens.desk import desk_of
from screens.dialogs.dialog import Dialog, Words, button

_AFTER = (
    "Keep the code of the key before too: it checks the rows sealed until now. Other consoles that"
    " are open on this store go on with the key before until they are opened again."
)


class CodeShown(Dialog[None]):
    KEYS: ClassVar[str] = "y copy · Esc close"
    BINDINGS: ClassVar[list[BindingType]] = [
        *Words.SCROLL,
        Binding("y", "copy", "Copy", tooltip="Copy the recovery code"),
    ]

    def __init__(self, code: str, kept: str) -> None:
        super().__init__("The audit trail has a new key")
        self.code, self.kept = code, kept

    def compose_body(self) -> ComposeResult:
        yield Words(["Its recovery code, shown only now:", "", self.code, "", self.kept, _AFTER])
        yield button("I have it", "cancel", classes="-cancel")

    def action_copy(self) -> None:
        desk_of(self).copy(self.code)
