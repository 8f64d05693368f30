"""Columns of a list: what a cell says, how wide it is, and which go first when it is narrow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic

from rich.cells import cell_len, set_cell_size

from billing_tui.domain.safe import safe

from .source import Row

GAP = 2
# Beyond this no cell is that wide; it bounds what one hostile name costs.
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Cell:
    """`style` says what the text means: muted, strong, accent, success, warning or error."""

    text: str
    style: str = ""


# Without slots, for which `Column[Line](...)` would not work.
@dataclass(frozen=True)
class Column(Generic[Row]):
    """`least` cells always, and a share of the spare ones by `weight`. Where not all columns have
    room, those of the lowest `priority` go first."""

    title: str
    cell: Callable[[Row], Cell]
    least: int
    weight: int = 0
    right: bool = False
    sort: str = ""
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Placed(Generic[Row]):
    column: Column[Row]
    at: int
    width: int


def placed(columns: Sequence[Column[Row]], room: int) -> tuple[Placed[Row], ...]:
    """The columns that fit into so many cells, with where they stand."""
    kept = list(columns)
    while len(kept) > 1 and _needed(kept) > room:
        least = min(column.priority for column in kept)
        del kept[max(n for n, column in enumerate(kept) if column.priority == least)]
    spare = max(0, room - _needed(kept))
    total = sum(column.weight for column in kept) or 1
    found: list[Placed[Row]] = []
    at = passed = given = 0
    for column in kept:
        passed += column.weight
        share = spare * passed // total - given
        given += share
        width = max(1, min(column.least + share, room))
        found.append(Placed(column, at, width))
        at += width + GAP
    return tuple(found)


def _needed(columns: Sequence[Column[Row]]) -> int:
    return sum(column.least for column in columns) + GAP * (len(columns) - 1)


def fitted(text: str, width: int, right: bool = False) -> str:
    """Text from data in exactly so many cells, cut with an ellipsis."""
    shown = safe(text[:_LONGEST])
    size = cell_len(shown)
    if size > width:
        shown = f"{set_cell_size(shown, width - 1)}…"
        size = cell_len(shown)
    spare = " " * (width - size)
    return spare + shown if right else shown + spare
