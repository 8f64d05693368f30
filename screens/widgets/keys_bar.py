"""The keys below every screen: those that do something here, as many as there is room for.

The program's own keys always stand, since they lead to all the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import App
from textual.screen import Screen
from textual.widget import Widget

from billing_tui.domain.safe import safe

_BETWEEN = 2


@dataclass(frozen=True, slots=True)
class Key:
    display: str
    name: str
    action: str
    node: Any
    works: bool
    of_program: bool

    @property
    def width(self) -> int:
        return cell_len(self.display) + 1 + cell_len(self.name) + _BETWEEN


class KeysBar(Widget):
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key", "keys--name", "keys--off"}

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[Any]) -> None:
        self.refresh()

    @property
    def keys(self) -> tuple[Key, ...]:
        return fitting(tuple(_keys(self.screen)), self.size.width - 1)

    def render(self) -> Text:
        key, name, off = (
            self.get_component_rich_style(f"keys--{part}") for part in ("key", "name", "off")
        )
        line = Text(" ", no_wrap=True, end="")
        for one in self.keys:
            line.append(one.display, key if one.works else off)
            line.append(f" {one.name}", name if one.works else off)
            line.append(" " * _BETWEEN)
        return line

    async def on_click(self, event: events.Click) -> None:
        at = 1
        for one in self.keys:
            if at <= event.x < at + one.width - _BETWEEN:
                await self.app.run_action(one.action, one.node)
                return
            at += one.width


def _keys(screen: Screen[Any]) -> Iterator[Key]:
    seen: set[str] = set()
    for key, (node, binding, works, _tooltip) in screen.active_bindings.items():
        if binding.show and binding.action not in seen and not _typed(screen, key):
            seen.add(binding.action)
            display = safe(screen.app.get_key_display(binding))
            of_program = isinstance(node, App)
            yield Key(display, binding.description, binding.action, node, works, of_program)


def _typed(screen: Screen[Any], key: str) -> bool:
    """Whether it goes into what is typed. The toolkit has no character for this name of a key."""
    focused = screen.focused
    return focused is not None and key == "slash" and focused.check_consume_key(key, "/")


def fitting(keys: Sequence[Key], room: int) -> tuple[Key, ...]:
    """The screen's keys from the first on as far as they fit beside the program's."""
    own = [key for key in keys if not key.of_program]
    fixed = [key for key in keys if key.of_program]
    left = room - sum(key.width for key in fixed)
    kept = []
    for key in own:
        left -= key.width
        if left < 0:
            break
        kept.append(key)
    return (*kept, *fixed)
