"""A page that states facts about one thing, each with what it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from screens.widgets.pane import Part as Line
from screens.widgets.pane import Title, Words
from screens.widgets.records import Cell, Column

from .part import Part


@dataclass(frozen=True, slots=True)
class Stated:
    """`style` is one of the list's and the pane's."""

    label: str
    value: str
    about: str = ""
    style: str = ""


class FactsPart(Part[Stated]):
    def columns(self) -> Sequence[Column[Stated]]:
        return (
            Column("What", lambda one: Cell(one.label, "muted"), 16, priority=3),
            Column("Value", lambda one: Cell(one.value, one.style or "strong"), 30, 2, priority=4),
            Column("Meaning", lambda one: Cell(one.about, "muted"), 40, 1, priority=1),
        )

    def key_of(self, row: Stated) -> str:
        return row.label

    def lines(self, row: Stated) -> Sequence[Line]:
        return (Title(row.label), Words(row.value, row.style), Words(""), Words(row.about, "muted"))

    def copied(self, row: Stated) -> str:
        return row.value
