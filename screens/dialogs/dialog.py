"""What every dialog is made of: a framed box over the screen, that Esc leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from billing_tui.domain.safe import safe
from screens.closing import Closing
from screens.widgets.arithmetic import Arithmetic, ExplainLine

R = TypeVar("R")


class Dialog(Closing[R | None], ModalScreen[R | None], Generic[R]):
    """Subclasses compose what stands in the box. Esc gives None."""

    KEYS: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, title: str, *, danger: bool = False) -> None:
        super().__init__(classes="-danger" if danger else None)
        self.heading = title

    def compose(self) -> ComposeResult:
        box = Vertical(classes="dialog")
        box.border_title = Text(safe(self.heading))
        box.border_subtitle = Text(safe(self.keys()))
        with box:
            yield from self.compose_body()

    def compose_body(self) -> ComposeResult:
        yield from ()

    def keys(self) -> str:
        """What the bottom of the frame says."""
        return self.KEYS

    def say_keys(self) -> None:
        self.query_one(".dialog").border_subtitle = Text(safe(self.keys()))

    def action_cancel(self) -> None:
        self.dismiss(None)

    def action_scroll_words(self, way: str) -> None:
        getattr(self.query_one(Words), f"scroll_{way}")(animate=False)


class Words(VerticalScroll, can_focus=False):
    """What a dialog says before it asks: sentences, and lines with amounts. The keys stay with what
    is asked; those of `SCROLL` move the words."""

    SCROLL: ClassVar[list[BindingType]] = [
        Binding(key, f"scroll_words('{way}')", way, show=False)
        for key, way in (
            ("down", "down"),
            ("up", "up"),
            ("pagedown", "page_down"),
            ("pageup", "page_up"),
            ("home", "home"),
            ("end", "end"),
        )
    ]

    def __init__(self, lines: Sequence[str | ExplainLine]) -> None:
        super().__init__(classes="dialog-words")
        self.lines = lines

    def compose(self) -> ComposeResult:
        sums: list[ExplainLine] = []
        for line in self.lines:
            if isinstance(line, ExplainLine):
                sums.append(line)
                continue
            if sums:
                yield Arithmetic(sums)
                sums = []
            yield Static(Text(safe(line, multiline=True)), markup=False)
        if sums:
            yield Arithmetic(sums)


def button(label: str, action: str, *, classes: str = "") -> Button:
    """A button that runs an action of the dialog; nothing in its label is markup."""
    return Button(Content(safe(label)), action=f"screen.{action}", classes=classes, compact=True)
