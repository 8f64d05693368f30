"""The one-line inputs under the fields: what is typed stays as it is, what is shown is inert."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Input
from textual.widgets.input import Selection

from billing_tui.domain.safe import safe_in_place

LONGEST_PASTE = 10_000


def _bindings() -> list[BindingType]:
    """Those of Textual, without the key that removes a row."""
    known = [binding for binding in Input.BINDINGS if isinstance(binding, Binding)]
    return [replace(binding, key=binding.key.replace(",ctrl+d", "")) for binding in known]


class FieldInput(Input, inherit_bindings=False):
    """Textual's input, but a control character is drawn as one visible cell, and a paste arrives
    whole instead of only its first line."""

    BINDINGS: ClassVar[list[BindingType]] = _bindings()

    @dataclass
    class PasteTooLong(Message):
        length: int

    def __init__(self, text: str = "", placeholder: str = "", *, password: bool = False) -> None:
        super().__init__(placeholder=placeholder, password=password, compact=True)
        self.frozen = False
        self.preset(text)

    def preset(self, text: str) -> None:
        """The text before there is a screen to show it on."""
        self._initial_value = False
        self.set_reactive(Input.value, text)
        self.set_reactive(Input.selection, Selection.cursor(len(text)))

    def on_mount(self) -> None:
        self.virtual_size = Size(self.content_width, 1)

    @property
    def _value(self) -> Text:
        shown = "•" * len(self.value) if self.password else safe_in_place(self.value)
        return Text(shown, no_wrap=True, overflow="ignore", end="")

    def _position_to_cell(self, position: int) -> int:
        return cell_len(self._value.plain[:position])

    def _cell_offset_to_index(self, offset: int) -> int:
        at = 0
        for index, character in enumerate(self._value.plain):
            at += cell_len(character)
            if offset + self.scroll_offset.x < at:
                return index
        return len(self.value)

    def replace(self, text: str, start: int, end: int) -> None:
        if not self.frozen:
            super().replace(text, start, end)

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.paste(event.text)

    def action_paste(self) -> None:
        self.paste(self.app.clipboard)

    def paste(self, text: str) -> None:
        line = text.rstrip("\r\n")  # copied cells and lines end with one
        if len(line) > LONGEST_PASTE:
            self.post_message(self.PasteTooLong(len(line)))
        elif line:
            self.replace(line, *self.selection)


class SecretInput(FieldInput):
    """Shows dots, gives nothing to the clipboard, and tells nobody in a message what was typed."""

    def __init__(self) -> None:
        super().__init__(password=True)

    @property
    def selected_text(self) -> str:
        return ""

    def action_copy(self) -> None:
        self.app.bell()

    def action_cut(self) -> None:
        self.app.bell()

    def post_message(self, message: Message) -> bool:
        if isinstance(message, Input.Changed | Input.Submitted | Input.Blurred):
            message.value = ""
        return super().post_message(message)
