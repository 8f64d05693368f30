"""A short list of things to open, one a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.formatting import titled


class Menu(OptionList):
    """`nothing` stands there while the list is empty."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"menu--muted"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", id="menu.open", tooltip="Open what the cursor is on"),
    ]

    def __init__(self, *, id: str, title: str, nothing: str = "") -> None:
        super().__init__(id=id, classes="panel", markup=False, compact=True)
        self.border_title = titled(title)
        self.nothing = nothing

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.recolour())

    def recolour(self) -> None:
        """Draw anew what has colours of its own, in those of another theme."""
        if self.option_count and self.highlighted is None:
            self.show(())

    def ink(self, name: str) -> Style:
        """A component's style without its ground, which the cursor gives."""
        full = self.get_component_rich_style(name)
        return Style(color=full.color, bold=full.bold)

    def show(self, lines: Sequence[Text], here: int | None = None) -> None:
        """Other lines, with the cursor on one of them or where it was."""
        at, top = self.highlighted if here is None else here, self.scroll_offset.y
        self.clear_options()
        if not lines and self.nothing:
            self.add_option(Option(Text(self.nothing, self.ink("menu--muted")), disabled=True))
        self.add_options([Option(line) for line in lines])
        self.highlighted = min(at or 0, len(lines) - 1) if lines else None
        if here is None:
            self.scroll_to(y=top, animate=False)
