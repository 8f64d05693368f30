"""The palette: every action of the screen with its key, every area, and customers by what is typed.

What the role forbids is dim and says why instead of doing anything.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.command import (
    CommandInput,
    CommandList,
    CommandPalette,
    DiscoveryHit,
    Hit,
    Hits,
    Provider,
)
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import LoadingIndicator

from billing_tui.domain.errors import BillingError
from billing_tui.domain.safe import safe, safe_in_place

from .acts import Act, acts_of
from .areas import AREAS
from .base import Page
from .desk import desk_of

if TYPE_CHECKING:
    from textual.app import App
    from textual.dom import DOMNode
    from textual.screen import Screen

FOUND = 6
_LEAST_TYPED = 2
# A request's id, or the reference of an error.
_TRACEABLE = re.compile(
    r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}|[A-Z0-9]{4}-[A-Z0-9]{4}", re.IGNORECASE
)
_LEFT_OUT = ("command_palette", "view(")


class PaletteInput(CommandInput):
    """What is pasted here is drawn inert, as in any field."""

    @property
    def _value(self) -> Text:
        return Text(safe_in_place(self.value), no_wrap=True, overflow="ignore", end="")

    def _position_to_cell(self, position: int) -> int:
        return cell_len(self._value.plain[:position])


class Palette(CommandPalette):
    def compose(self) -> ComposeResult:
        with Vertical(id="--container"):
            with Horizontal(id="--input"):
                yield PaletteInput(placeholder=self._placeholder, select_on_focus=False)
            with Vertical(id="--results"):
                yield CommandList()
                yield LoadingIndicator()


def everything(screen: Screen[Any]) -> Iterator[tuple[DOMNode, Act]]:
    """What can be done here: by the screen, by what has the focus, by the program."""
    seen: set[str] = set()
    inner = screen.focused.ancestors_with_self if screen.focused else []
    inside = [node for node in inner if node is not screen and node is not screen.app]
    for node in (screen, *inside, screen.app):
        for act in acts_of(node):
            if act.action not in seen:
                seen.add(act.action)
                yield node, act


class Actions(Provider):
    """Everything a key does, the views of a list, and the areas."""

    async def discover(self) -> Hits:
        for title, about, run in self._lines():
            yield DiscoveryHit(title, run, title.plain, about)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, about, run in self._lines():
            score = matcher.match(title.plain)
            if score > 0:
                yield Hit(score, title, run, title.plain, about)

    def _lines(self) -> Iterator[tuple[Content, str, Callable[[], Any]]]:
        desk = desk_of(self.screen)
        for node, act in everything(self.screen):
            if act.action.startswith(_LEFT_OUT):
                continue
            if act.why_not:
                told = Content.assemble((f"{act.name}  {act.key}", "dim"))
                yield told, act.why_not, partial(desk.say, act.why_not)
            else:
                yield _told(act.name, act.key), act.about, partial(self._run, act.action, node)
        if isinstance(self.screen, Page):
            for name, key, run in self.screen.lines_of_palette():
                yield _told(name, key), "Show this view of the list", run
        for area in AREAS:
            run = partial(desk.go, area.name)
            yield _told(f"Go to {area.title}", f"g {area.letter}"), f"The area {area.title}", run

    def _run(self, action: str, node: DOMNode) -> None:
        self.app.call_later(self.app.run_action, action, node)


class Jumps(Provider):
    """Customers, by number, words of the name, e-mail address or tax number; and requests, by
    their id or the reference of an error."""

    async def search(self, query: str) -> Hits:
        typed = query.strip()
        if _TRACEABLE.fullmatch(typed):
            told = _told("Trace", typed)
            yield Hit(2, told, partial(self._trace, typed), told.plain, "What this request did")
        if len(typed) < _LEAST_TYPED:
            return
        customers = desk_of(self.screen).services.customers
        try:
            found = await asyncio.to_thread(customers.suggest, query, FOUND)
        except BillingError:
            return
        for place, line in enumerate(found):
            told = _told(line.name, line.number)
            run = partial(self._open, line.number)
            yield Hit(1 - place / 100, told, run, told.plain, "Open this customer")

    def _open(self, number: str) -> None:
        from .customers.page import CustomerPage

        self._show("customers", CustomerPage(number))

    def _trace(self, text: str) -> None:
        from .audit.pages import TracePage

        self._show("audit", TracePage(text))

    def _show(self, area: str, screen: Screen[Any]) -> None:
        """Over the area it belongs to, so that Esc leads to that."""
        desk_of(self.screen).go(area)
        self.app.call_later(self.app.push_screen, screen)


def _told(name: str, key: str) -> Content:
    return Content.assemble(safe(name), (f"  {safe(key)}", "dim"))


def show_help(app: App[Any], *, text: bool = False) -> None:
    """The keys of what is on screen, those that do nothing now with the reason; or its help."""
    from billing_tui.resources import asset_text

    from .dialogs import Help

    screen = app.screen
    title = screen.title or "Keys"
    if text and isinstance(screen, Page) and screen.HELP_FILE:
        told, table = asset_text(screen.HELP_FILE), tuple(screen.help_table())
        app.push_screen(Help(title, text=told, table=table))
    else:
        app.push_screen(Help(title, [act for _node, act in everything(screen)]))
