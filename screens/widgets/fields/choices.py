"""Fields with a few fixed options, all of them in sight where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from rich.cells import cell_len
from rich.text import Text
from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from billing_tui.domain.safe import safe

from .field import Field, FieldEntered

V = TypeVar("V")
_GAP = 2


class ChoiceBox(Widget, can_focus=True):
    """Options side by side, or only the chosen one where they do not fit."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--chosen", "choice--other"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "step(1)", "Next option", show=False),
        Binding("left", "step(-1)", "Option before", show=False),
        Binding("enter", "enter", "Next field", show=False),
    ]
    chosen = reactive(0)

    @dataclass
    class Chosen(Message):
        index: int

    class Entered(Message):
        """Enter was pressed."""

    def __init__(self, labels: Sequence[str], chosen: int) -> None:
        super().__init__()
        self.labels = [safe(label) for label in labels]
        self.frozen = False
        self.set_reactive(ChoiceBox.chosen, chosen)

    def choose(self, index: int) -> None:
        if not self.frozen and index != self.chosen:
            self.chosen = index
            self.post_message(self.Chosen(index))

    def action_step(self, by: int) -> None:
        self.choose((self.chosen + by) % len(self.labels))

    def action_enter(self) -> None:
        self.post_message(self.Entered())

    def on_key(self, event: events.Key) -> None:
        """A letter chooses the next option that begins with it."""
        if event.character is None or not event.character.isalnum():
            return
        event.stop()
        count = len(self.labels)
        for index in (*range(self.chosen + 1, count), *range(self.chosen)):
            if self.labels[index].casefold().startswith(event.character.casefold()):
                self.choose(index)
                return

    def on_click(self, event: events.Click) -> None:
        if not self._fits():
            self.action_step(1)
            return
        at = 0
        for index, label in enumerate(self.labels):
            at += cell_len(label) + 2 + _GAP
            if event.x < at:
                self.choose(index)
                return

    def render(self) -> Text:
        chosen = self.get_component_rich_style("choice--chosen")
        other = self.get_component_rich_style("choice--other")
        line = Text(no_wrap=True, overflow="ellipsis", end="")
        if not self._fits():
            line.append("‹ ", other).append(self.labels[self.chosen], chosen)
            return line.append(" ›", other)
        for index, label in enumerate(self.labels):
            mark, style = ("●", chosen) if index == self.chosen else ("○", other)
            line.append(f"{mark} {label}", style).append(" " * _GAP)
        return line

    def _fits(self) -> bool:
        needed = sum(cell_len(label) + 2 for label in self.labels) + _GAP * (len(self.labels) - 1)
        return needed <= self.size.width


class ChoiceField(Field[V]):
    """One of `options`, each a value and how it is called. The raw text is the value as text."""

    def __init__(
        self,
        name: str,
        label: str,
        *,
        options: Sequence[tuple[V, str]],
        value: V,
    ) -> None:
        super().__init__(name, label)
        self.options = tuple(options)
        at = [option for option, _ in self.options].index(value)
        self.box = ChoiceBox([called for _, called in self.options], at)

    @property
    def entry(self) -> ChoiceBox:
        return self.box

    @property
    def text(self) -> str:
        return str(self.options[self.box.chosen][0])

    @text.setter
    def text(self, text: str) -> None:
        for index, (option, _) in enumerate(self.options):
            if str(option) == text:
                self.box.chosen = index
        if self.is_mounted:
            self.changed()

    def read(self, text: str) -> V:
        return self.options[self.box.chosen][0]

    def freeze(self, frozen: bool) -> None:
        self.box.frozen = frozen

    @on(ChoiceBox.Chosen)
    def _chosen(self, event: ChoiceBox.Chosen) -> None:
        event.stop()
        self.changed()

    @on(ChoiceBox.Entered)
    def _entered(self, event: ChoiceBox.Entered) -> None:
        event.stop()
        self.post_message(FieldEntered(self))


class SwitchField(ChoiceField[bool]):
    def __init__(self, name: str, label: str, *, value: bool = False) -> None:
        super().__init__(name, label, options=((True, "yes"), (False, "no")), value=value)
