"""The steps by name: done, here, still to come; below each other, or in one line where narrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget


class StepsLine(Widget):
    COMPONENT_CLASSES: ClassVar[set[str]] = {"steps--done", "steps--here", "steps--other"}

    @dataclass
    class Chosen(Message):
        index: int

    def __init__(self, names: Sequence[str], *, id: str) -> None:
        super().__init__(id=id)
        self.names, self.at = tuple(names), 0

    def go_to(self, index: int) -> None:
        self.at = index
        self.refresh(layout=True)

    @property
    def _in_one_line(self) -> bool:
        return self.size.height <= 2

    def render(self) -> Text:
        between = "  " if self._in_one_line else "\n\n"
        parts = [self._part(index, name) for index, name in enumerate(self.names)]
        return Text(between, no_wrap=True, overflow="ellipsis", end="").join(parts)

    def _part(self, index: int, name: str) -> Text:
        if index < self.at:
            mark, style = "✓", "steps--done"
        elif index == self.at:
            mark, style = "●", "steps--here"
        else:
            mark, style = "○", "steps--other"
        return Text(f"{mark} {name}", self.get_component_rich_style(style), end="")

    def on_click(self, event: events.Click) -> None:
        index = event.y // 2
        if self._in_one_line:
            ends, index = 0, -1
            for place, name in enumerate(self.names):
                ends += len(name) + 4
                if index < 0 and event.x < ends:
                    index = place
        if 0 <= index < self.at:
            self.post_message(self.Chosen(index))
