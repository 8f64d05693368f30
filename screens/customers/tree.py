"""The tree a customer stands in: who lies under whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList

from billing_tui.domain.customers import Status, Tree, TreeLine
from billing_tui.domain.safe import safe
from screens.base import PushedScreen
from screens.formatting import branches, plural
from screens.widgets.menu import Menu

from .columns import STATUS


@dataclass
class TreeRead(Message, bubble=False):
    tree: Tree


class CustomerTree(PushedScreen[None]):
    """`open_one` shows one of them over this screen."""

    AUTO_FOCUS = "#tree"
    KINDS: ClassVar[frozenset[str]] = frozenset({"customer"})
    HELP_FILE: ClassVar[str] = "help/customers_screen.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", tooltip="Copy the tree as text", id="page.copy"),
    ]

    def __init__(self, number: str, open_one: Callable[[str], None]) -> None:
        super().__init__()
        self.number = number
        self._open_one = open_one
        self._lines: tuple[TreeLine, ...] = ()

    def compose_body(self) -> ComposeResult:
        yield Menu(id="tree", title=f"Tree of {self.number}")

    def on_mount(self) -> None:
        self.reload(frozenset())

    def reload(self, changed: frozenset[str]) -> None:
        customers, number = self.desk.services.customers, self.number
        self.load("tree", lambda: customers.tree(number), TreeRead)

    @on(TreeRead)
    def _read(self, event: TreeRead) -> None:
        menu, first = self.query_one(Menu), not self._lines
        self._lines = event.tree.items
        numbers = [line.number for line in self._lines]
        here = numbers.index(self.number) if first and self.number in numbers else None
        menu.show(self._told(self.number), here)
        cut = ", and more than can be shown" if event.tree.cut else ""
        menu.border_subtitle = f"{plural(len(self._lines), 'customer')}{cut}"

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._open_one(self._lines[event.option_index].number)

    def action_copy(self) -> None:
        self.desk.copy("\n".join(told.plain for told in self._told("")))

    def _told(self, here: str) -> list[Text]:
        lines = branches([line.depth for line in self._lines])
        return [_line(*each, here) for each in zip(self._lines, lines, strict=True)]


def _line(line: TreeLine, before: str, here: str) -> Text:
    told = Text(before, "dim")
    told.append(safe(line.name), "bold not dim" if line.number == here else "not dim")
    told.append(f"  {safe(line.number)}", "dim")
    if line.status is not Status.ACTIVE:
        told.append(f"  {STATUS[line.status].text}", "dim")
    return told
