"""How rows become lines: columns in their places, styles of the theme, each line made once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from .columns import GAP, Column, Placed, fitted, placed
from .source import Row

GUTTER = 2
_BAR, _MARK, _UP, _DOWN = "▌", "✓", "↑", "↓"
_DOTS, _NOT_READ = "·····", "✗ not read"
_STRIPS = 400


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be seen of one line besides its row."""

    cursor: bool = False
    marked: bool = False
    changed: bool = False
    old: bool = False

    @property
    def ground(self) -> str:
        if self.cursor:
            return "cursor"
        return "changed" if self.changed else "row"


class Painter(Generic[Row]):
    """`style` gives the theme's style for names of component classes, the later over the former."""

    def __init__(self, columns: Sequence[Column[Row]], style: Callable[..., Style]) -> None:
        self.columns, self._theme = tuple(columns), style
        self._strips: LRUCache[Any, Strip] = LRUCache(_STRIPS)
        self._styles: dict[tuple[str, ...], Style] = {}
        self._width = 0
        self._placed: tuple[Placed[Row], ...] = ()

    def fit(self, width: int) -> None:
        if width != self._width:
            self._width = width
            self._placed = placed(self.columns, width - GUTTER - 1)
            self.forget()

    def forget(self) -> None:
        """Rows, widths or styles are others now."""
        self._strips.clear()
        self._styles.clear()

    def column_at(self, x: int) -> Column[Row] | None:
        for one in reversed(self._placed):
            if one.at <= x - GUTTER < one.at + one.width + GAP:
                return one.column
        return None

    def header(self, sort: str, descending: bool) -> Strip:
        def made() -> Strip:
            parts = [Segment(" " * GUTTER, self._style("header"))]
            for one in self._placed:
                sorts = bool(sort) and one.column.sort == sort
                arrow = f" {_DOWN if descending else _UP}" if sorts else ""
                title = fitted(one.column.title, min(one.width, len(one.column.title)))
                title = title[: max(0, one.width - len(arrow))] + arrow
                style = self._style("header", "sorted") if sorts else self._style("header")
                parts.append(Segment(fitted(title, one.width, one.column.right), style))
                parts.append(Segment(" " * GAP, self._style("header")))
            return self._strip(parts, "header")

        return self._once(("header", sort, descending), made)

    def row(self, at: int, row: Row, look: Look) -> Strip:
        def made() -> Strip:
            parts = self._gutter(look)
            for one in self._placed:
                cell = one.column.cell(row)
                text = fitted(cell.text, one.width, one.column.right)
                named = ("old",) if look.old else (cell.style,) if cell.style else ()
                parts.append(Segment(text + " " * GAP, self._style(look.ground, *named)))
            return self._strip(parts, look.ground)

        return self._once((at, look), made)

    def missing(self, look: Look, failed: bool) -> Strip:
        """A row that is not here yet, or could not be read."""

        def made() -> Strip:
            parts = self._gutter(look)
            if failed:
                style = self._style(look.ground, "error")
                return self._strip([*parts, Segment(_NOT_READ, style)], look.ground)
            style = self._style(look.ground, "dots")
            for one in self._placed:
                dots = _DOTS[: one.width]
                text = dots.rjust(one.width) if one.column.right else dots.ljust(one.width)
                parts.append(Segment(text + " " * GAP, style))
            return self._strip(parts, look.ground)

        return self._once(("missing", look, failed), made)

    def line(self, text: str, style: str) -> Strip:
        """A line that is no row."""
        text = fitted(text, max(1, self._width - GUTTER - 1))
        parts = [
            Segment(" " * GUTTER, self._style("row")),
            Segment(text, self._style("row", style)),
        ]
        return self._strip(parts, "row")

    def _gutter(self, look: Look) -> list[Segment]:
        return [
            Segment(_BAR if look.cursor else " ", self._style(look.ground, "bar")),
            Segment(_MARK if look.marked else " ", self._style(look.ground, "mark")),
        ]

    def _strip(self, parts: list[Segment], ground: str) -> Strip:
        return Strip(parts).adjust_cell_length(self._width, self._style(ground))

    def _once(self, name: Any, made: Callable[[], Strip]) -> Strip:
        found = self._strips.get(name)
        if found is None:
            found = self._strips[name] = made()
        return found

    def _style(self, *names: str) -> Style:
        found = self._styles.get(names)
        if found is None:
            found = self._styles[names] = self._theme(*names)
        return found
