"""The settings: their pages at the left and one of them at the right, or one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.events import Resize
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.base import AreaScreen

from .pages import BY_NAME, PAGES, SettingsPage
from .part import Part

_TITLE = 18
_NARROW = "-narrow"
_READING = "-reading"


class Pages(OptionList):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "screen.read", "Into the page", id="settings.read",
                tooltip="Into the page, where its own keys work"),
    ]  # fmt: skip


class SettingsScreen(AreaScreen):
    TITLE = "Settings"
    HELP_FILE = "help/settings_screen.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,left", "pages", "Pages", id="settings.pages",
                tooltip="Back to the list of pages"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._parts: dict[str, Part[Any]] = {}
        self._here = PAGES[0]

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="settings"):
            options = [Option(_line(page), id=page.name) for page in PAGES]
            pages = Pages(*options, id="pages", classes="panel", markup=False, compact=True)
            pages.border_title = "Settings"
            yield pages
            yield Container(id="settings-page")

    def on_mount(self) -> None:
        self.pages.focus()

    @property
    def pages(self) -> OptionList:
        return self.query_one("#pages", OptionList)

    @property
    def part(self) -> Part[Any] | None:
        return self._parts.get(self._here.name)

    @property
    def reading(self) -> bool:
        """The keys go to the page."""
        return self.part is not None and self.part.has_focus_within

    def reload(self, changed: frozenset[str]) -> None:
        if self.part is not None and self.part.display:
            self.part.reload()

    def lines_of_palette(self) -> Iterator[tuple[str, str, Callable[[], None]]]:
        for page in PAGES:
            yield f"Settings: {page.title}", "", partial(self.narrow, page.name)

    def narrow(self, query: str) -> None:
        if query in BY_NAME:
            self.pages.highlighted = PAGES.index(BY_NAME[query])
            self.call_later(self._show, BY_NAME[query], read=True)

    @on(OptionList.OptionHighlighted, "#pages")
    async def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        page = BY_NAME[event.option_id or ""]
        if not self.has_class(_NARROW):
            await self._show(page, read=False)

    @on(OptionList.OptionSelected, "#pages")
    async def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        await self._show(BY_NAME[event.option_id or ""], read=True)

    def on_resize(self, event: Resize) -> None:
        """Wider than before, a page has room beside the list."""
        page = PAGES[self.pages.highlighted or 0]
        if self.part is None or page is not self._here:
            self.call_after_refresh(self._show, page, read=self.reading)

    async def _show(self, page: SettingsPage, *, read: bool) -> None:
        if self.has_class(_NARROW) and not read:
            return
        before, self._here = self.part, page
        if before is not None and before is not self.part:
            before.display = False
        part = self._parts.get(page.name)
        self.set_class(read, _READING)
        if part is None:
            part = self._parts[page.name] = page.make()
            part.border_title = page.title
            await self.query_one("#settings-page").mount(part)
        elif part.is_mounted:
            part.display = True
            part.reload()
        if read and part.is_mounted:
            part.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "pages":
            return self.reading
        if action == "read":
            return not self.reading
        return super().check_action(action, parameters)

    def action_pages(self) -> None:
        self.remove_class(_READING)
        self.pages.focus()

    async def action_read(self) -> None:
        at = self.pages.highlighted
        await self._show(PAGES[at or 0], read=True)


def _line(page: SettingsPage) -> Text:
    return Text.assemble(page.title.ljust(_TITLE), (page.about, "dim"), no_wrap=True, end="")
