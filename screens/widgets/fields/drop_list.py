"""The list under a field that completes: drawn over what is below, never focused itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from billing_tui.domain.safe import safe

MOST = 8


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`text` is what the field takes; `about` is only shown."""

    text: str
    about: str = ""


class DropList(Widget):
    COMPONENT_CLASSES: ClassVar[set[str]] = {"drop-list--here", "drop-list--about"}
    highlighted = reactive(-1)

    class Picked(Message):
        """A suggestion was clicked; it is the highlighted one."""

    def __init__(self) -> None:
        super().__init__()
        self.suggestions: tuple[Suggestion, ...] = ()
        self.display = False

    @property
    def is_open(self) -> bool:
        return self.display

    @property
    def highlighted_suggestion(self) -> Suggestion | None:
        if not self.is_open or self.highlighted < 0:
            return None
        return self.suggestions[self.highlighted]

    def open(self, suggestions: Sequence[Suggestion], *, at: int = -1) -> None:
        """`at` is the one that is highlighted, if any."""
        self.suggestions = tuple(suggestions[:MOST])
        self.highlighted = at if at < len(self.suggestions) else -1
        self.display = bool(self.suggestions)
        self.refresh(layout=True)

    def close(self) -> None:
        self.display = False

    def move(self, by: int) -> None:
        last = len(self.suggestions) - 1
        self.highlighted = max(0, min(last, self.highlighted + by))

    def on_click(self, event: events.Click) -> None:
        if event.y < len(self.suggestions):
            self.highlighted = event.y
            self.post_message(self.Picked())

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return len(self.suggestions)

    def render(self) -> Text:
        about = self.get_component_rich_style("drop-list--about")
        here = self.get_component_rich_style("drop-list--here")
        texts = [safe(suggestion.text) for suggestion in self.suggestions]
        wide = max(map(cell_len, texts), default=0)
        lines = []
        for index, (text, suggestion) in enumerate(zip(texts, self.suggestions, strict=True)):
            mark = "▸ " if index == self.highlighted else "  "
            line = Text(mark + set_cell_size(text, wide), end="")
            line.append(f"  {safe(suggestion.about)}", about)
            line.truncate(self.size.width, overflow="ellipsis", pad=True)
            if index == self.highlighted:
                line.stylize(here)
            lines.append(line)
        return Text("\n", end="").join(lines)
