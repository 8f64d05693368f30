"""One step of the wizard: what it is about, its fields, and what can be copied from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from billing_tui.domain.errors import BillingError
from billing_tui.domain.fields import errors_of
from billing_tui.domain.safe import safe
from screens.desk import desk_of
from screens.widgets.form import Form


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
        if errors_of(error):
            self.show_errors(error)
        else:
            self.say(f"{error.title}. {error.message}")

    def tell(self, text: str) -> None:
        """How far the work is."""
        self._state_line.update(safe(text))


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
