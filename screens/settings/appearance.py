"""The colours of the console: its own two themes, and those of Textual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.theme import Theme

from screens.machine import machine_of
from screens.widgets.pane import Fact, Pane, Title, Words
from screens.widgets.pane import Part as Line
from screens.widgets.records import Cell, Column

from .part import Part

_OWN = "billing-"


@dataclass
class ThemeKept(Message, bubble=False):
    name: str
    before: str


class AppearancePart(Part[Theme]):
    ABOUT = "The colours of this console, on this machine. Enter takes the theme at once."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "take", "Take", tooltip="Use this theme from now on, and keep it",
                id="appearance.take"),
    ]  # fmt: skip

    def columns(self) -> Sequence[Column[Theme]]:
        return (
            Column("", lambda one: Cell("●" if self._used(one) else " ", "success"), 1,
                   priority=9),
            Column("Theme", lambda one: Cell(one.name, "strong" if self._used(one) else ""), 24, 1,
                   priority=8),
            Column("Ground", lambda one: Cell("dark" if one.dark else "light", "muted"), 6,
                   priority=7),
            Column("From", lambda one: Cell(_from(one), "muted"), 14, 1, priority=5),
        )  # fmt: skip

    def _used(self, one: Theme) -> bool:
        return one.name == self.app.theme

    def key_of(self, row: Theme) -> str:
        return row.name

    def read(self) -> Sequence[Theme]:
        known = self.app.available_themes.values()
        return sorted(
            known, key=lambda one: (not one.name.startswith(_OWN), not one.dark, one.name)
        )

    def lines(self, row: Theme) -> Sequence[Line]:
        plain = (
            "NO_COLOR is set: the themes differ in brightness only. Glyphs and words say it all."
        )
        return (
            Title(row.name),
            Fact("Ground", "dark" if row.dark else "light"),
            Fact("Accent", row.accent or row.primary),
            Fact("In use", "yes" if self._used(row) else "no"),
            *([Words(plain, "muted")] if self.app.no_color else []),
        )

    def open_row(self, row: Theme) -> None:
        self._take(row.name)

    def action_take(self) -> None:
        if (row := self.row) is not None:
            self._take(row.name)

    def _take(self, name: str) -> None:
        before, machine = self.app.theme, machine_of(self)
        self.app.theme = name
        if (row := self.row) is not None:
            self.query_one(Pane).show(self.lines(row))
        self.write("theme", lambda: machine.remember_theme(name), lambda _: ThemeKept(name, before))
        self.reload()

    @on(ThemeKept)
    def _kept(self, event: ThemeKept) -> None:
        undo = None if event.before == event.name else lambda: self._take(event.before)
        self.desk.say(f"{event.name} is kept for this machine.", undo=undo)


def _from(one: Theme) -> str:
    return "this program" if one.name.startswith(_OWN) else "Textual"
