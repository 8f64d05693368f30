"""One of several things, by number, by arrows, or by typing some of its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from billing_tui.domain.safe import safe
from billing_tui.domain.text import sort_key
from screens.widgets.fields.inputs import FieldInput
from screens.widgets.line_list import LineList

from .dialog import Dialog

V = TypeVar("V")
NUMBERED = 9


class _Options(LineList):
    COMPONENT_CLASSES: ClassVar[set[str]] = {"options--number"}

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(len(labels))
        self.labels = labels
        self.numbered = len(labels) <= NUMBERED

    def draw(self, index: int, width: int) -> Text:
        mark = "▸" if index == self.cursor else " "
        line = Text(f" {mark} ", no_wrap=True)
        if self.numbered:
            line.append(f"{index + 1}  ", self.ink("options--number"))
        line.append(safe(self.labels[index]))
        line.truncate(width, overflow="ellipsis")
        return line


class Choose(Dialog[V], Generic[V]):
    """`options` are values and how they are called. More than a few can be narrowed by typing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Choose", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("up", "move(-1)", "Up", show=False),
    ]

    def __init__(self, title: str, options: Sequence[tuple[V, str]]) -> None:
        super().__init__(title)
        self.options = tuple(options)
        self.shown = self.options
        self.list = _Options([called for _, called in self.options])

    def keys(self) -> str:
        by_number = f"1-{len(self.options)} or Enter" if self.list.numbered else "type · Enter"
        return f"{by_number} choose · Esc cancel"

    def compose_body(self) -> ComposeResult:
        if not self.list.numbered:
            yield FieldInput(placeholder="part of its name")
        yield self.list

    def on_mount(self) -> None:
        self.query_one(_Options if self.list.numbered else FieldInput).focus()

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        wanted = sort_key(event.value)
        self.shown = tuple(option for option in self.options if wanted in sort_key(option[1]))
        self.list.labels = [called for _, called in self.shown]
        self.list.show(len(self.shown))

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.action_choose()

    def on_key(self, event: events.Key) -> None:
        if self.list.numbered and event.key.isdecimal() and 0 < int(event.key) <= self.list.count:
            event.stop()
            self.dismiss(self.shown[int(event.key) - 1][0])

    def on_click(self, event: events.Click) -> None:
        if event.widget is self.list and event.chain == 2:
            self.action_choose()

    def action_move(self, by: int) -> None:
        self.list.action_move(by)

    def action_choose(self) -> None:
        if self.shown:
            self.dismiss(self.shown[self.list.cursor][0])
