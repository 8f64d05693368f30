"""Fields of one line of text: free text, codes, and secrets."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from textual import on
from textual.widgets import Input

from billing_tui.domain.fields import FieldRefused, checked_code, checked_text
from billing_tui.domain.text import clean

from .field import Field, FieldEntered
from .inputs import FieldInput, SecretInput

V = TypeVar("V")


class InputField(Field[V]):
    """A field over one input."""

    def __init__(
        self,
        name: str,
        label: str,
        *,
        text: str = "",
        required: bool = False,
        placeholder: str = "",
    ) -> None:
        super().__init__(name, label, required=required)
        self.input = self.make_input(text, placeholder)

    def make_input(self, text: str, placeholder: str) -> FieldInput:
        return FieldInput(text, placeholder)

    @property
    def entry(self) -> FieldInput:
        return self.input

    @property
    def text(self) -> str:
        return self.input.value

    @text.setter
    def text(self, text: str) -> None:
        if not self.is_mounted:
            self.input.preset(text)
            return
        self.input.value = text
        self.changed()

    def freeze(self, frozen: bool) -> None:
        self.input.frozen = frozen

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.changed()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.entered()

    def entered(self) -> None:
        self.post_message(FieldEntered(self))

    @on(FieldInput.PasteTooLong)
    def _refuse_paste(self, event: FieldInput.PasteTooLong) -> None:
        event.stop()
        self.error = f"{event.length:,} characters are too many for one line; nothing was pasted."


class TextField(InputField[str]):
    def __init__(self, name: str, label: str, *, most: int = 200, **more: Any) -> None:
        super().__init__(name, label, **more)
        self.most = most

    def read(self, text: str) -> str:
        return checked_text(text, self.key, self.most, least=int(self.required))


class CodeField(InputField[str]):
    """A short code; empty where none is required."""

    WIDE: ClassVar[bool] = False

    def __init__(self, name: str, label: str, *, most: int = 32, **more: Any) -> None:
        super().__init__(name, label, **more)
        self.most = most

    def read(self, text: str) -> str:
        if not text and not self.required:
            return ""
        return checked_code(text, self.key, self.most)


class SecretField(InputField[str]):
    """Never shown, never copied, and left out of drafts."""

    SECRET: ClassVar[bool] = True

    def __init__(self, name: str, label: str, *, most: int = 1000, required: bool = True) -> None:
        super().__init__(name, label, required=required)
        self.most = most

    def make_input(self, text: str, placeholder: str) -> FieldInput:
        return SecretInput()

    def read(self, text: str) -> str:
        if not text and self.required:
            raise self.missing()
        if len(text) > self.most:
            raise FieldRefused(f"has more than {self.most} characters.")
        return clean(text, self.key)

    def typed(self) -> Any:
        return None

    def fill(self, typed: Any) -> None:
        """A secret is typed anew each time."""
