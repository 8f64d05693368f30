"""A pane of facts about one thing: a title with its state, labelled values, and what happened.

A narrow one sets values at its right edge, so that amounts stand below each other; a wide one sets
them beside their labels, so that the eye need not travel.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.console import Console
from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from billing_tui.domain.safe import safe
from screens.formatting import Badge, titled

_LEAST_WIDTH = 24
_WIDE, _LABEL, _LONGEST = 50, 20, 96
_CONSOLE = Console(file=io.StringIO())  # wrapping asks for one and writes nothing


@dataclass(frozen=True, slots=True)
class Title:
    """With its state behind it, or before it where several titles stand below each other."""

    text: str
    badge: Badge | None = None
    before: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """`value` may have several lines. `style` is one of the pane's: strong, muted, warning, error,
    success, accent."""

    label: str
    value: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline."""

    at: str
    what: str
    who: str
    style: str = "accent"


@dataclass(frozen=True, slots=True)
class Changed:
    """What a field was and what it became; where it was nothing, only what it is."""

    label: str
    before: str
    after: str


class Rule:
    """A line between two groups."""


Part = Title | Fact | Words | Event | Changed | Rule
STYLES = ("strong", "muted", "warning", "error", "success", "accent", "rule")


class Pane(VerticalScroll):
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"pane--{name}" for name in STYLES}

    def __init__(self, *, title: str = "Detail", id: str | None = None) -> None:
        super().__init__(id=id, classes="panel pane")
        self.border_title = titled(title)
        self._parts: Sequence[Part] = ()
        self._body = Static("", markup=False)

    def compose(self) -> ComposeResult:
        yield self._body

    def on_mount(self) -> None:
        """What stands there is drawn in the colours of one theme."""
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._draw())

    def show(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._draw()

    @property
    def text(self) -> str:
        """Everything in it, to be copied."""
        return "\n".join(line.rstrip() for line in self._drawn(self._width).plain.split("\n"))

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    @property
    def _width(self) -> int:
        return max(_LEAST_WIDTH, self.scrollable_content_region.width - 1)

    def _draw(self) -> None:
        if self.is_mounted:
            self._body.update(self._drawn(self._width))

    def _drawn(self, width: int) -> Text:
        lines = [line for part in self._parts for line in self._lines(part, width)]
        return Text("\n", no_wrap=True, end="").join(lines)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"pane--{name}") if name else Style.null()

    def _lines(self, part: Part, width: int) -> list[Text]:
        match part:
            case Title():
                return self._title(part, width)
            case Fact(label, value, style):
                start = Text(safe(label), self._style("muted"))
                return _fact(start, Text(safe(value, multiline=True), self._style(style)), width)
            case Words(text, style):
                return _wrapped(Text(safe(text, multiline=True), self._style(style)), width)
            case Changed():
                return self._changed(part, width)
            case Event(at, what, who, style):
                when = (f"{safe(at)} ", self._style("muted"))
                start = Text.assemble(when, ("● ", self._style(style)))
                told = Text(safe(what, multiline=True))
                told.append(f" · {safe(who)}" if who else "", self._style("muted"))
                return _hanging(start, told, width)
        return [Text("─" * width, self._style("rule"))]

    def _title(self, part: Title, width: int) -> list[Text]:
        line = Text(safe(part.text), self._style("strong"))
        if part.badge is None:
            return _wrapped(line, width)
        end = Text(part.badge.text, self._style(part.badge.style))
        if part.before:
            return _hanging(Text.assemble(end, "   "), line, width)
        room = width - line.cell_len - end.cell_len
        if room < 1:
            return [*_wrapped(line, width), end]
        return [Text.assemble(line, " " * (3 if width >= _WIDE else room), end)]

    def _changed(self, part: Changed, width: int) -> list[Text]:
        label = Text(safe(part.label), self._style("muted"))
        before, after = safe(part.before, multiline=True), safe(part.after, multiline=True)
        if not before:
            return _fact(label, Text(after or "(empty)"), width)
        line = Text.assemble((before, self._style("muted")), " → ", after or "(empty)")
        taken = _LABEL if width >= _WIDE else label.cell_len + 1
        if "\n" not in line.plain and taken + line.cell_len <= width:
            return _fact(label, line, width)
        gone = Text.assemble(("− ", self._style("error")), (before, self._style("muted")))
        come = Text.assemble(("+ ", self._style("success")), after or "(empty)")
        return [label, *(line for text in (gone, come) for line in _wrapped(text, width, 4, 2))]


def _fact(label: Text, value: Text, width: int) -> list[Text]:
    """A label and its value, or below each other where that is too long or has several lines."""
    values = list(value.split("\n", allow_blank=True))
    if width >= _WIDE:
        return _beside(label, values, width)
    room = width - label.cell_len - value.cell_len
    if len(values) == 1 and room > 0:
        return [Text.assemble(label, " " * room, value)]
    return [*_wrapped(label, width), *_wrapped(value, width, indent=2, first=2)]


def _beside(label: Text, values: list[Text], width: int) -> list[Text]:
    room = min(width - _LABEL, _LONGEST)
    lines = [part for line in values for part in _wrapped(line, room)]
    if label.cell_len >= _LABEL:
        return [label, *(Text.assemble(" " * _LABEL, line) for line in lines)]
    first = Text.assemble(label, " " * (_LABEL - label.cell_len), lines[0])
    return [first, *(Text.assemble(" " * _LABEL, line) for line in lines[1:])]


def _hanging(start: Text, text: Text, width: int) -> list[Text]:
    first, *rest = _wrapped(text, width - start.cell_len)
    return [
        Text.assemble(start, first),
        *(Text.assemble(" " * start.cell_len, one) for one in rest),
    ]


def _wrapped(text: Text, width: int, indent: int = 0, first: int = 0) -> list[Text]:
    found: list[Text] = []
    for line in text.split("\n", allow_blank=True):
        for part in line.wrap(_CONSOLE, max(8, width - indent)):
            part.rstrip()
            found.append(Text.assemble(" " * (indent if found else first), part))
    return found or [Text()]
