"""Forms that were left unsaved: opened again, or thrown away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList

from billing_tui.domain.acts import Request
from billing_tui.domain.drafts import DraftLine
from billing_tui.domain.safe import safe

from .base import PushedScreen
from .formatting import moment, plural
from .widgets.menu import Menu


@dataclass
class DraftsRead(Message, bubble=False):
    lines: tuple[DraftLine, ...]


@dataclass
class DraftDropped(Message, bubble=False):
    line: DraftLine


def _customer(about: str) -> Screen[Any]:
    from .customers.form import CustomerForm

    return CustomerForm(about)


def _department(about: str) -> Screen[Any]:
    from .departments.form import DepartmentForm

    return DepartmentForm(about)


# Any other form is on the page of the settings that has its name.
FORMS: dict[str, tuple[str, Callable[[str], Screen[Any]]]] = {
    "customers": ("customer", _customer),
    "departments": ("department", _department),
}
_IN_SETTINGS = {"people": "person", "entities": "legal entity", "organisation": "organisation"}


class DraftsPage(PushedScreen[None]):
    AUTO_FOCUS = "#drafts"
    HELP_FILE: ClassVar[str] = "help/home.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete", "drop", "Throw away", tooltip="Forget what was typed", id="drafts.drop"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[DraftLine, ...] = ()

    def compose_body(self) -> ComposeResult:
        yield Menu(id="drafts", title="Forms not saved", nothing="✓ None is left.")

    def on_mount(self) -> None:
        self.reload(frozenset())

    def reload(self, changed: frozenset[str]) -> None:
        self.load("drafts", self.desk.services.drafts.list, DraftsRead)

    @on(DraftsRead)
    def _read(self, event: DraftsRead) -> None:
        self._lines = event.lines
        drafts = self.query_one(Menu)
        drafts.show([self._told(line) for line in self._lines])
        drafts.border_subtitle = plural(len(self._lines), "form")
        self.refresh_bindings()

    def _told(self, line: DraftLine) -> Text:
        known = FORMS.get(line.form)
        called = known[0] if known else _IN_SETTINGS.get(line.form, line.form)
        what = f"{called} {line.about}" if line.about else f"new {called}"
        at = moment(line.saved_at, self.desk.session.zone, self.desk.today)
        return Text.assemble(safe(what), (f"  {at}", "dim"))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        line = self._lines[event.option_index]
        if line.form in FORMS:
            _, make = FORMS[line.form]
            self.app.push_screen(make(line.about), lambda _done: self.reload(frozenset()))
        else:
            self.desk.go("settings", line.form)

    def blocked(self, action: str) -> str:
        return "No draft is left." if action == "drop" and not self._lines else ""

    def action_drop(self) -> None:
        at = self.query_one(Menu).highlighted
        if at is None or at >= len(self._lines):
            return
        line, request, drafts = self._lines[at], Request.new(), self.desk.services.drafts
        self.write(
            "drop",
            lambda: drafts.drop(request, line.form, line.about),
            lambda _: DraftDropped(line),
        )

    @on(DraftDropped)
    def _dropped(self, event: DraftDropped) -> None:
        self.desk.say("Thrown away; what was typed is forgotten.")
        self.reload(frozenset())
