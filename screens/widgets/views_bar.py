"""The views of a list, each on a number key: those that come with the area, then one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget

from billing_tui.domain.safe import safe
from billing_tui.domain.views import SavedView

MOST_KEYS = 9
_LONGEST = 18
_MORE = 5


@dataclass(frozen=True, slots=True)
class View:
    """One way to see a list. `saved` is there for one's own."""

    name: str
    query: str = ""
    sort: str = ""
    descending: bool = False
    saved: SavedView | None = None


def all_views(fixed: Sequence[View], own: Sequence[SavedView]) -> tuple[View, ...]:
    """In the order of their number keys: a key that one's own view asks for is that view's."""
    places: dict[int, View] = {}
    rest = []
    for saved in own:
        view = View(saved.name, saved.query, saved.sort, saved.descending, saved)
        if saved.position and saved.position not in places:
            places[saved.position] = view
        else:
            rest.append(view)
    queue = [*fixed, *rest]
    found: list[View] = []
    while queue or places:
        place = len(found) + 1
        if place in places:
            found.append(places.pop(place))
        elif queue:
            found.append(queue.pop(0))
        else:
            found.append(places.pop(min(places)))
    return tuple(found)


def view_keys() -> tuple[Binding, ...]:
    """The number keys, which are one line where keys are told; their names stand above the list."""
    return tuple(
        Binding(
            str(place),
            f"view({place})",
            "View" if place == 1 else "",
            show=False,
            key_display=f"1-{MOST_KEYS}" if place == 1 else None,
            tooltip="The view of that number" if place == 1 else "",
            id=f"list.view{place}",
        )
        for place in range(1, MOST_KEYS + 1)
    )


class ViewsBar(Widget):
    COMPONENT_CLASSES: ClassVar[set[str]] = {"views--key", "views--here", "views--other"}

    @dataclass
    class Chosen(Message):
        view: View

    def __init__(self, views: Sequence[View]) -> None:
        super().__init__(id="views")
        self.views: tuple[View, ...] = tuple(views)
        self._here: View | None = self.views[0] if self.views else None

    def show(self, views: Sequence[View], here: View | None) -> None:
        self.views, self._here = tuple(views), here
        self.refresh(layout=True)

    def mark(self, query: str, sort: str, descending: bool) -> View | None:
        """Mark the view that shows just this, if one does."""
        asked = (query.strip(), sort, descending)
        same = (v for v in self.views if (v.query, v.sort or sort, v.descending) == asked)
        self._here = next(same, None)
        self.refresh()
        return self._here

    @property
    def here(self) -> View | None:
        return self._here

    def at_key(self, key: int) -> View | None:
        return self.views[key - 1] if 0 < key <= len(self.views) else None

    def render(self) -> Text:
        key, here, other = (
            self.get_component_rich_style(f"views--{name}") for name in ("key", "here", "other")
        )
        line = Text(no_wrap=True, end="")
        for place, view in self._in_sight():
            number = _number(place)
            if view is self._here:
                line.append(f" {number}{_short(view.name)} ", here)
            else:
                line.append(f" {number}", key)
                line.append(f"{_short(view.name)} ", other)
            line.append(" ")
        left = len(self.views) - len(self._in_sight())
        return line.append(f" +{left}", other) if left else line

    def _in_sight(self) -> list[tuple[int, View]]:
        """Those that have room, with the one that is shown among them."""
        placed = list(enumerate(self.views, 1))
        room = self.size.width
        while len(placed) > 1 and sum(_width(*one) for one in placed) > room:
            room = self.size.width - _MORE
            placed.remove(next(one for one in reversed(placed) if one[1] is not self._here))
        return placed

    def on_click(self, event: events.Click) -> None:
        at = 0
        for place, view in self._in_sight():
            width = _width(place, view)
            if at <= event.x < at + width:
                self.post_message(self.Chosen(view))
            at += width


def _number(place: int) -> str:
    return f"{place} " if place <= MOST_KEYS else ""


def _width(place: int, view: View) -> int:
    return cell_len(_number(place) + _short(view.name)) + 3


def _short(name: str) -> str:
    name = safe(name)
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
