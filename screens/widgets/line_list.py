"""A list of any length with a cursor, which draws only the lines in sight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip


class LineList(ScrollView, can_focus=True, inherit_bindings=False):
    """Subclasses draw one line; `count` says how many there are."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"line-list--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("home", "edge(False)", "First", show=False),
        Binding("end", "edge(True)", "Last", show=False),
    ]
    cursor = reactive(0)

    @dataclass
    class Moved(Message):
        """The cursor is on another line."""

        list: LineList

        @property
        def control(self) -> LineList:
            return self.list

    def __init__(self, count: int = 0) -> None:
        super().__init__()
        self.count = count

    def draw(self, index: int, width: int) -> Text:
        raise NotImplementedError

    def ink(self, name: str) -> Style:
        """A component's style without its ground, which the cursor gives."""
        full = self.get_component_rich_style(name)
        return Style(color=full.color, bold=full.bold, italic=full.italic, underline=full.underline)

    def on_mount(self) -> None:
        self._measure()

    def on_resize(self, event: events.Resize) -> None:
        self._measure()

    def show(self, count: int) -> None:
        """Other lines than before, seen from the first."""
        self.count = count
        self._measure()
        self.scroll_to(y=0, animate=False, immediate=True)
        self.set_reactive(LineList.cursor, 0)
        self.post_message(self.Moved(self))
        self.refresh()

    def _measure(self) -> None:
        self.virtual_size = Size(0, self.count)

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.count - 1))

    def watch_cursor(self) -> None:
        height = max(self.scrollable_content_region.height, 1)
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, immediate=True)
        self.refresh()
        self.post_message(self.Moved(self))

    def action_move(self, by: int) -> None:
        self.cursor += by

    def action_page(self, by: int) -> None:
        self.cursor += by * max(self.scrollable_content_region.height - 1, 1)

    def action_edge(self, last: bool) -> None:
        self.cursor = self.count - 1 if last else 0

    def on_click(self, event: events.Click) -> None:
        at = event.y + self.scroll_offset.y
        if at < self.count:
            self.cursor = at

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        if index >= self.count:
            return Strip.blank(width, self.rich_style)
        line = self.draw(index, width)
        line.end = ""
        style = self.rich_style
        if index == self.cursor:
            style += Style(bgcolor=self.get_component_rich_style("line-list--cursor").bgcolor)
        strip = Strip(line.render(self.app.console))
        return strip.adjust_cell_length(width).apply_style(style)
