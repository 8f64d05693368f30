"""One line of a form: a label, an input, and what was understood or is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from billing_tui.domain.errors import BillingError
from billing_tui.domain.fields import FieldRefused
from billing_tui.domain.safe import safe

V = TypeVar("V")
WRONG = "✗ "


@dataclass
class FieldChanged(Message):
    """What is in a field changed, by keys or by program."""

    field: Field[Any]

    @property
    def control(self) -> Field[Any]:
        return self.field


@dataclass
class FieldEntered(Message):
    """Enter was pressed in a field: on to the next one."""

    field: Field[Any]


class Field(Vertical, Generic[V]):
    """Subclasses give the widget that is typed into, its raw `text`, and how that is read.

    `value` is what was meant, or raises with the rule's own sentence.
    """

    WIDE: ClassVar[bool] = True
    SECRET: ClassVar[bool] = False

    def __init__(self, name: str, label: str, *, required: bool = False) -> None:
        super().__init__(name=name, classes="field -wide" if self.WIDE else "field -narrow")
        self.label, self.required = label, required
        # The field that says how this one is to be read, such as the currency of an amount.
        self.follows: Field[Any] | None = None
        self._seen = ""
        self._own_error = self._told_error = ""
        self._beside = Static("", classes="field-beside", markup=False)
        self._below = Static("", classes="field-below", markup=False)

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field-line"):
            yield Static(self._label(), classes="field-label", markup=False)
            yield self.entry
            yield self._beside
        yield self._below

    @property
    def key(self) -> str:
        return self.name or ""

    @property
    def entry(self) -> Widget:
        """The widget that takes the keys."""
        raise NotImplementedError

    @property
    def text(self) -> str:
        """The raw text, exactly as typed."""
        raise NotImplementedError

    @text.setter
    def text(self, text: str) -> None:
        raise NotImplementedError

    def read(self, text: str) -> V:
        """What the text means, or BillingError."""
        raise NotImplementedError

    def understood(self, value: V) -> str:
        """What is shown beside while typing."""
        return ""

    @property
    def value(self) -> V:
        return self.read(self.text)

    def collect(self) -> V:
        """The value; what is wrong is said beside the field before it is raised."""
        try:
            return self.value
        except BillingError as error:
            self.error = self._sentence(error)
            raise

    @property
    def error(self) -> str:
        return self._told_error or self._own_error

    @error.setter
    def error(self, message: str) -> None:
        """Stays until the field is changed; an empty one leaves what the field says itself."""
        self._told_error = message
        self._show()

    def complain(self, place: str, message: str) -> None:
        """An error from outside; `place` is what follows this field's name in its path."""
        said = f"{place.lstrip('.')}: {message}" if place else message
        if said not in self._told_error:
            self.error = f"{self._told_error} {said}".strip()

    def forgive(self) -> None:
        """What was said from outside no longer counts, since it is looked at anew."""
        if self._told_error:
            self._told_error = ""
            self.judge()

    def led(self) -> None:
        """The field it follows changed."""
        self._told_error = ""
        self.judge()

    def typed(self) -> Any:
        """What a draft keeps."""
        return self.text

    def fill(self, typed: Any) -> None:
        """What a draft kept; anything else is left alone."""
        if isinstance(typed, str):
            self.text = typed

    def freeze(self, frozen: bool) -> None:
        """While it is frozen nothing can be typed into it, but it keeps the focus."""
        raise NotImplementedError

    def focus(self, scroll_visible: bool = True) -> Field[V]:
        self.entry.focus(scroll_visible)
        return self

    def changed(self) -> None:
        """Called by subclasses after each change; one that was already seen changes nothing."""
        if self.text == self._seen:
            return
        self._seen = self.text
        self._told_error = ""
        self.judge()
        self.post_message(FieldChanged(self))

    def judge(self) -> None:
        """Reads what is typed. That a field is still empty is only said when it is collected."""
        self._own_error, told = "", ""
        if self.text.strip():
            try:
                told = self.understood(self.value)
            except BillingError as error:
                self._own_error = self._sentence(error)
        self._show(told)

    def on_mount(self) -> None:
        self._seen = self.text
        self.judge()

    def on_resize(self, event: events.Resize) -> None:
        if self.error:
            self._show()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.add_class("-here")

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self.remove_class("-here")

    def missing(self) -> FieldRefused:
        return FieldRefused("must be filled in.")

    def _label(self) -> Text:
        return Text.assemble(safe(self.label), (" *", "bold") if self.required else "", end="")

    def _sentence(self, error: BillingError) -> str:
        return error.message.removeprefix(f"{self.key}: ")

    def _show(self, told: str = "") -> None:
        error = self.error
        said = WRONG + safe(error) if error else safe(told)
        fits = not error or (not self.WIDE and cell_len(said) <= self._beside.size.width)
        _put(self._beside, said if fits else "")
        _put(self._below, "" if fits else said)
        self.set_class(not fits, "-told-below")
        self.set_class(bool(error), "-wrong")


def _put(place: Static, text: str) -> None:
    """The same again would lay out the whole form."""
    if str(place.content) != text:
        place.update(Text(text, end=""))
