"""Which mark is the decimal one in a column of a file: stated, or shown by the column itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from billing_tui.domain.errors import InputError


class Numbers(StrEnum):
    POINT = "point"
    COMMA = "comma"


MARKS = {Numbers.POINT: ".", Numbers.COMMA: ","}
UNCLEAR = "?"
_OTHER = {".": ",", ",": "."}
# Only one to three digits, the first no zero, can stand in front of a group.
_LEADING_GROUP = re.compile(r"(?<![\d'\u2019])(?<!\d[ \u00a0\u2007\u2009\u202f])[1-9]\d{0,2}$")


class NumbersUnclear(InputError):
    def __init__(self, column: str, row: int, text: str) -> None:
        self.column, self.row, self.text = column, row, text
        super().__init__(
            "Numbers not clear",
            f"Column {column}: {text[:40]!r} in row {row} can be read in two ways, and no other"
            " row shows which. Say --numbers point for 1,234.56 or --numbers comma for 1.234,56.",
        )


class NumbersContradict(InputError):
    def __init__(self, column: str, first: tuple[int, str], second: tuple[int, str]) -> None:
        self.column, self.first, self.second = column, first, second
        super().__init__(
            "Numbers not clear",
            f"Column {column}: {first[1][:40]!r} in row {first[0]} and {second[1][:40]!r} in row"
            f" {second[0]} are written in two ways. Write the column in one.",
        )


def mark_shown(text: str) -> str:
    """The decimal mark a number shows: `.`, `,`, nothing, or `?` where both readings are right."""
    points = [c for c in text if c in ".,"]
    if not points:
        return ""
    if len(set(points)) == 2:
        return points[-1]
    mark = points[0]
    if len(points) > 1:
        return _OTHER[mark]
    before, _, after = text.partition(mark)
    three_follow = sum(c.isdigit() for c in after) == 3
    return UNCLEAR if three_follow and _LEADING_GROUP.search(before) else mark


class Shown:
    """What the numbers of one column have shown so far."""

    def __init__(self, column: str) -> None:
        self.column = column
        self._first: dict[str, tuple[int, str]] = {}

    def see(self, row: int, text: str) -> None:
        mark = mark_shown(text)
        if mark and mark not in self._first:
            self._first[mark] = (row, text.strip())

    def mark(self) -> str:
        """The decimal mark of the column, or refused."""
        known = [mark for mark in self._first if mark != UNCLEAR]
        if len(known) == 2:
            raise NumbersContradict(self.column, *(self._first[mark] for mark in known))
        if not known and UNCLEAR in self._first:
            raise NumbersUnclear(self.column, *self._first[UNCLEAR])
        return known[0] if known else "."


def marks_of(
    rows: Iterable[tuple[int, list[str]]], columns: dict[str, int], stated: Numbers | None
) -> dict[str, str]:
    """The decimal mark of each numeric column, `columns` saying where they stand."""
    if stated is not None:
        return dict.fromkeys(columns, MARKS[stated])
    shown = {name: Shown(name) for name in columns}
    if columns:
        for number, cells in rows:
            for name, at in columns.items():
                if at < len(cells) and cells[at]:
                    shown[name].see(number, cells[at])
    return {name: one.mark() for name, one in shown.items()}
