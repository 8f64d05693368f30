"""One step of the wizard: what it is about, its fields, and what can be copied from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from billing_tui.domain.errors import BillingError, InputError
from billing_tui.domain.fields import FieldsRefused
from billing_tui.domain.known_codes import KnownCode, matching, meant, name_of
from billing_tui.domain.safe import safe
from screens.desk import desk_of
from screens.widgets.fields.completion import CompletionField
from screens.widgets.fields.drop_list import Suggestion
from screens.widgets.form import Form

Known = Callable[[], Iterable[KnownCode]]


class Step(Form, inherit_bindings=False):
    """Fields that are not in sight are not read. Enter on the last one goes on."""

    NAME: ClassVar[str] = ""
    HEADING: ClassVar[str] = ""
    ABOUT: ClassVar[str] = ""
    BUSY: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Continue", tooltip="On to the next step", id="wizard.next"),
        Binding("down", "go(1)", "Next field", show=False),
        Binding("up", "go(-1)", "Field before", show=False),
    ]

    def __init__(self, *parts: Widget) -> None:
        super().__init__(*self._opening(), *parts, id=f"step-{self.NAME}")

    def _opening(self) -> Iterable[Widget]:
        yield Static(self.HEADING, classes="step-heading", markup=False)
        if self.ABOUT:
            yield Static(self.ABOUT, classes="step-about", markup=False)

    def arrive(self) -> None:
        """It comes in sight."""
        _at, stops = self._stops()
        if stops:
            stops[0].focus()

    def _stops(self) -> tuple[int | None, list[Widget]]:
        """What is only there to be copied does not stand between a field and going on."""
        focused, (_at, stops) = self.screen.focused, super()._stops()
        kept = [one for one in stops if one is focused or not isinstance(one, Copyable)]
        return (kept.index(focused) if focused in kept else None), kept

    def values(self) -> dict[str, Any] | None:
        everything = self.fields
        self.fields = {name: part for name, part in everything.items() if part.display}
        try:
            return super().values()
        finally:
            self.fields = everything

    def refuse(self, error: BillingError) -> None:
        self.settle()
        if isinstance(error, FieldsRefused):
            self.show_errors(error)
        else:
            self.say(f"{error.title}. {error.message}")

    def watch_busy(self, busy: bool) -> None:
        super().watch_busy(busy)
        if busy:
            self.tell(self.BUSY)

    def tell(self, text: str) -> None:
        """How far the work is."""
        self._state_line.update(safe(text))


class KnownField(CompletionField):
    """A code, completed by code or name; the name stands beside it."""

    WIDE: ClassVar[bool] = False

    def __init__(
        self, name: str, label: str, known: Known, check: Callable[[str], str], **more: Any
    ) -> None:
        super().__init__(name, label, suggest=self._find, free=False, **more)
        self._known_codes, self._check = known, check

    def _find(self, typed: str) -> list[Suggestion]:
        found = matching(self._known_codes, typed)
        return [Suggestion(each.code, each.name) for each in found]

    def read(self, text: str) -> str:
        if not text.strip():
            if self.required:
                raise self.missing()
            return ""
        try:
            return self._check(text)
        except InputError:
            if code := meant(self._known_codes, text):
                return code
            raise

    def collect(self) -> str:
        """What was meant stands there afterwards."""
        self.text = value = super().collect()
        return value

    def judge(self) -> None:
        """A name that is still being typed is not wrong yet."""
        super().judge()
        if self._own_error and self.input.has_focus:
            self._own_error = ""
            self._show()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        super().on_descendant_blur(event)
        self.judge()

    def understood(self, value: str) -> str:
        return name_of(self._known_codes, value)


class Copyable(Static, can_focus=True):
    """Text that `y` copies whole."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", tooltip="Copy all of it", id="wizard.copy")
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__("", id=id, classes="copyable", markup=False)
        self.text = ""

    def show(self, text: str, shown: Text | None = None) -> None:
        """`shown` is how it looks, where that differs."""
        self.text = text
        self.update(shown or safe(text, multiline=True))

    def action_copy(self) -> None:
        desk_of(self).copy(self.text)


class Go(Static, can_focus=True):
    """What Enter does on a step without fields."""

    def __init__(self, text: str, *, id: str) -> None:
        super().__init__(f" {text} ", id=id, classes="go", markup=False)

    def on_click(self) -> None:
        for node in self.ancestors:
            if isinstance(node, Step):
                node.action_submit()
