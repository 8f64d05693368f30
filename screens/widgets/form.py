"""A form: fields in the order they are filled in, saved once however often Enter is pressed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from billing_tui.domain.acts import Request
from billing_tui.domain.errors import BillingError
from billing_tui.domain.fields import FieldError, errors_of
from billing_tui.domain.ids import new_id
from billing_tui.domain.safe import safe

from .fields.field import WRONG, Field, FieldChanged, FieldEntered

_NAME = re.compile(r"[^.\[]*")
# So many can have room around them on a screen of common height.
FEW = 10
Check = Callable[[Mapping[str, Any]], Iterable[FieldError]]


class Form(VerticalScroll, can_focus=False, inherit_bindings=False):
    """`parts` are fields, and what stands between them. `check` says what is wrong with the values
    of fields that could be read, while others may not.

    Submitting makes it busy until `settle`, `show_errors` or `keep_trying` says how it went.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Save", tooltip="Save what is filled in", id="form.save"),
        Binding("down", "go(1)", "Next field", show=False),
        Binding("up", "go(-1)", "Field before", show=False),
    ]
    BUSY: ClassVar[str] = "Saving…"
    busy = reactive(False, toggle_class="-busy")

    @dataclass
    class Submitted(Message):
        """Everything could be read. The values may hold secrets, so they are in no repr."""

        form: Form
        values: dict[str, Any] = field(repr=False)

        @property
        def control(self) -> Form:
            return self.form

    def __init__(
        self, *parts: Widget, check: Check = lambda _values: (), id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.parts, self.check = parts, check
        self.fields: dict[str, Field[Any]] = {
            part.key: part for part in parts if isinstance(part, Field)
        }
        self._request_id = new_id()
        self._clean = self._state()
        self._state_line = Static("", classes="form-state", markup=False)
        self.set_class(len(self.fields) <= FEW, "-few")

    def compose(self) -> ComposeResult:
        yield from self.parts
        yield self._state_line

    def request(self, reason: str = "") -> Request:
        """The same one until it is known what became of it."""
        return Request(self._request_id, reason)

    def values(self) -> dict[str, Any] | None:
        """What all fields mean; or None, with each error beside its field and the first focused."""
        found: dict[str, Any] = {}
        wrong: list[Field[Any]] = []
        for name, part in self.fields.items():
            try:
                found[name] = part.collect()
            except BillingError:
                wrong.append(part)
        wrong += self._complain(
            error for error in self.check(found) if _first(error.field) in found
        )
        self._go_to_first(wrong)
        return None if wrong else found

    def show_errors(self, refused: BillingError) -> None:
        """What was refused, beside the fields it is about; the rest below the form."""
        self.settle()
        self._forgive()
        self._go_to_first(self._complain(errors_of(refused)))

    def _complain(self, errors: Iterable[FieldError]) -> list[Field[Any]]:
        """Gives the fields that are wrong."""
        wrong: list[Field[Any]] = []
        elsewhere: list[str] = []
        for error in errors:
            name = _first(error.field)
            found = self.fields.get(name)
            if found is None:
                elsewhere.append(f"{error.field}: {error.message}")
            else:
                found.complain(error.field[len(name) :], error.message)
                wrong.append(found)
        if elsewhere:
            self.say(" ".join(elsewhere))
        return wrong

    def _forgive(self) -> None:
        self.say("")
        for part in self.fields.values():
            part.forgive()

    def say(self, message: str) -> None:
        """An error that belongs to no field; an empty one goes away."""
        self._state_line.update(Text(WRONG + safe(message) if message else ""))
        self._state_line.set_class(bool(message), "-wrong")
        self._state_line.display = bool(message)

    def settle(self) -> None:
        """The outcome is known, or nothing was sent: what is submitted next is a new request."""
        self._request_id = new_id()
        self.busy = False

    def keep_trying(self) -> None:
        """Nobody knows whether it was saved: submitting again sends the same request."""
        self.busy = False

    @property
    def dirty(self) -> bool:
        return self._state() != self._clean

    def mark_clean(self) -> None:
        self._clean = self._state()

    def typed(self) -> dict[str, Any]:
        """What a draft keeps: the raw text of everything but secrets."""
        return {name: part.typed() for name, part in self.fields.items() if not part.SECRET}

    def fill(self, typed: Mapping[str, Any]) -> None:
        """A kept draft; what the form does not know is left out."""
        for name, kept in typed.items():
            if name in self.fields:
                self.fields[name].fill(kept)

    def watch_busy(self, busy: bool) -> None:
        for part in self.fields.values():
            part.freeze(busy)
        if busy:
            self._state_line.update(self.BUSY)
        self._state_line.remove_class("-wrong")
        self._state_line.display = busy

    def on_mount(self) -> None:
        self._state_line.display = False

    def action_submit(self) -> None:
        if self.busy:
            return
        self._forgive()
        values = self.values()
        if values is not None:
            self.busy = True
            self.post_message(self.Submitted(self, values))

    def action_go(self, by: int) -> None:
        """To another stop of the form; past the last one it stays."""
        at, stops = self._stops()
        if at is not None and 0 <= at + by < len(stops):
            stops[at + by].focus()

    @on(FieldChanged)
    def _lead(self, event: FieldChanged) -> None:
        for part in self.fields.values():
            if part.follows is event.field:
                part.led()

    @on(FieldEntered)
    def _entered(self, event: FieldEntered) -> None:
        event.stop()
        at, stops = self._stops()
        if at is None or at + 1 == len(stops):
            self.action_submit()
        elif not self.busy:
            stops[at + 1].focus()

    def _stops(self) -> tuple[int | None, list[Widget]]:
        """Everything in the form that takes keys, and which of it has them."""
        stops = [widget for widget in self.screen.focus_chain if self in widget.ancestors]
        focused = self.screen.focused
        return (stops.index(focused) if focused in stops else None), stops

    def _go_to_first(self, wrong: Iterable[Field[Any]]) -> None:
        first = min(wrong, key=list(self.fields.values()).index, default=None)
        if first is not None:
            first.focus()

    def _state(self) -> dict[str, Any]:
        return {
            name: bool(part.text) if part.SECRET else part.typed()
            for name, part in self.fields.items()
        }


def _first(path: str) -> str:
    """The name of the field a path begins with."""
    return _NAME.match(path)[0]  # type: ignore[index]
