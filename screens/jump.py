"""After `g`: the areas and their letters, until one is pressed."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from .areas import AREAS, BY_LETTER


class Jump(ModalScreen[str | None]):
    """Any other key only closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", show=False)]

    def compose(self) -> ComposeResult:
        line = Text("go to  ", no_wrap=True)
        for area in AREAS:
            line.append(f" {area.letter} ", "bold reverse")
            line.append(f" {area.title}  ")
        yield Static(line, id="jump")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        letter = event.character or ""
        self.dismiss(letter if letter in BY_LETTER else None)

    def on_click(self) -> None:
        self.dismiss(None)

    def action_close(self) -> None:
        self.dismiss(None)
