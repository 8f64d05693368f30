"""Choosing one customer by typing a part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input, Static

from billing_tui.domain.customers import CustomerLine, Status
from billing_tui.domain.safe import safe
from screens.dialogs.dialog import Dialog
from screens.widgets.fields.inputs import FieldInput
from screens.widgets.line_list import LineList
from screens.work import LoadFailed, Works

_FOUND, _LEAST_TYPED = 8, 2
_HINT = "Type some of the name, the number, an e-mail address or a tax number."


@dataclass
class Suggested(Message, bubble=False):
    text: str
    found: tuple[CustomerLine, ...]


class _Found(LineList):
    COMPONENT_CLASSES: ClassVar[set[str]] = {"options--number"}

    def __init__(self) -> None:
        super().__init__()
        self.lines: Sequence[CustomerLine] = ()

    def draw(self, index: int, width: int) -> Text:
        line = self.lines[index]
        end = f"{safe(line.number)}  {line.currency} "
        told = Text(f" {'▸' if index == self.cursor else ' '} {safe(line.name)}", no_wrap=True)
        told.truncate(max(width - cell_len(end), 1), overflow="ellipsis", pad=True)
        return told.append(end, self.ink("options--number"))


class CustomerPicker(Dialog[CustomerLine], Works):
    KEYS: ClassVar[str] = "type · Enter choose · Esc cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Down", show=False),
        Binding("up", "move(-1)", "Up", show=False),
    ]

    def __init__(self, title: str, leave_out: str = "") -> None:
        super().__init__(title)
        self._leave_out = leave_out
        self.list = _Found()

    def compose_body(self) -> ComposeResult:
        yield FieldInput(placeholder="name, number, e-mail or tax number")
        yield self.list
        yield Static(_HINT, classes="hint", markup=False)

    def on_mount(self) -> None:
        self.query_one(FieldInput).focus()
        self.list.display = False

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        text, customers = event.value, self.desk.services.customers
        if len(text.strip()) < _LEAST_TYPED:
            self._show((), _HINT)
        else:
            self.load("suggest", lambda: customers.suggest(text, _FOUND + 1),
                      lambda found: Suggested(text, found))  # fmt: skip

    @on(Suggested)
    def _suggested(self, event: Suggested) -> None:
        """Only of those at work one can be chosen."""
        if event.text == self.query_one(FieldInput).value:
            kept = [one for one in event.found if one.number != self._leave_out]
            live = tuple(one for one in kept if one.status is Status.ACTIVE)[:_FOUND]
            self._show(live, "" if live else "No customer at work fits.")

    @on(LoadFailed)
    def _not_suggested(self, event: LoadFailed) -> None:
        event.stop()
        self._show((), event.error.message)

    def _show(self, lines: Sequence[CustomerLine], hint: str) -> None:
        self.list.lines = lines
        self.list.show(len(lines))
        self.list.display = bool(lines)
        told = self.query_one(".hint", Static)
        told.update(Text(safe(hint)))
        told.display = bool(hint)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self.list.lines:
            self.dismiss(self.list.lines[self.list.cursor])

    def on_click(self, event: events.Click) -> None:
        if event.widget is self.list and event.chain == 2 and self.list.lines:
            self.dismiss(self.list.lines[self.list.cursor])

    def action_move(self, by: int) -> None:
        self.list.action_move(by)
