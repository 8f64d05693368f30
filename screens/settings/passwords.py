"""Asking for a new password: twice, since nobody sees it, and the one before where that counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from screens.dialogs import AskFields
from screens.widgets.fields import Field, SecretField

from .fields import PasswordField


class AskPassword(AskFields):
    """Gives `new`, and `old` where the one before is asked for."""

    def __init__(
        self, title: str, login: str, *, old: bool = False, lines: Sequence[str] = ()
    ) -> None:
        fields: list[Field[Any]] = [SecretField("old", "Password now")] if old else []
        fields += [
            PasswordField("new", "New password", login=login),
            SecretField("again", "Once more"),
        ]
        super().__init__(title, fields, lines)

    def answer(self, values: Mapping[str, Any]) -> None:
        if values["again"] != values["new"]:
            self.form.settle()
            self.form.fields["again"].error = "is not the same as the first one."
            self.form.fields["again"].focus()
            return
        super().answer(values)
