"""What a file's columns are called and what each holds; reading rows and collecting troubles."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from billing_tui.domain.errors import InputError
from billing_tui.domain.given_json import NotJson, read_json
from billing_tui.domain.money import Money
from billing_tui.domain.typed import parse_amount, parse_decimal

R = TypeVar("R")
E = TypeVar("E", bound=StrEnum)
LONGEST_CELL = 100_000


class ColumnUnknown(InputError):
    def __init__(self, name: str, nearest: str) -> None:
        self.name, self.nearest = name, nearest
        hint = f" Did you mean {nearest!r}?" if nearest else ""
        super().__init__("Unknown column", f"No column is called {name[:60]!r}.{hint}")


class ColumnTwice(InputError):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__("Column twice", f"The first row names {name!r} twice; keep one of them.")


class ColumnMissing(InputError):
    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__("Column missing", f"The first row must also name {', '.join(names)}.")


class CellRefused(InputError):
    def __init__(self, message: str) -> None:
        super().__init__("Cell not usable", message)


@dataclass(frozen=True, slots=True)
class Column:
    """`told` columns are written by an export and passed over by an import."""

    name: str
    about: str
    needed: bool = False
    number: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row; `column` is empty when all of it is meant."""

    row: int
    column: str
    message: str


class Row:
    """One row while it is read: cells by column, and everything that is wrong with it."""

    __slots__ = ("_at", "_cells", "_marks", "number", "problems")

    def __init__(
        self, number: int, cells: Sequence[str], at: Mapping[str, int], marks: Mapping[str, str]
    ) -> None:
        self.number = number
        self.problems: list[Problem] = []
        self._cells, self._at, self._marks = cells, at, marks

    def text(self, column: str) -> str:
        """Exactly as it stands in the file."""
        at = self._at.get(column)
        return "" if at is None else self._cells[at]

    def code(self, column: str) -> str:
        return self.text(column).strip()

    def say(self, column: str, message: str) -> None:
        self.problems.append(Problem(self.number, column, message))

    def tried(self, column: str, read: Callable[[], R], otherwise: R) -> R:
        try:
            return read()
        except InputError as error:
            self.say(column, error.message)
            return otherwise

    def choice(self, column: str, choices: type[E], otherwise: E) -> E:
        typed = self.code(column).lower().replace(" ", "_").replace("-", "_")
        if not typed:
            return otherwise
        try:
            return choices(typed)
        except ValueError:
            names = ", ".join(choice.value for choice in choices)
            self.say(column, f"{typed[:40]!r} is none of {names}.")
            return otherwise

    def flag(self, column: str) -> bool:
        typed = self.code(column).lower()
        if typed not in ("", "yes", "no"):
            self.say(column, f"{typed[:40]!r} is neither yes nor no.")
        return typed == "yes"

    def amount(self, column: str, currency: str) -> Money | None:
        typed = self.code(column)
        if not typed:
            return None
        mark = self._marks[column]
        return self.tried(column, lambda: parse_amount(typed, currency, mark, strict=True), None)

    def decimal(self, column: str, places: int, largest: int) -> Decimal:
        typed, mark = self.code(column), self._marks[column]
        return self.tried(
            column,
            lambda: parse_decimal(typed, mark, places=places, largest=largest, strict=True),
            Decimal(0),
        )

    def day(self, column: str, otherwise: date) -> date:
        """ISO only: a file's 03/04/2026 is April in one country and March in another."""
        typed = self.code(column)
        try:
            if len(typed) == 10:
                return date.fromisoformat(typed)
        except ValueError:
            pass
        self.say(column, f"{typed[:40]!r} is not a date; write it like 2026-11-21.")
        return otherwise

    def items(self, column: str) -> list[Any]:
        """Several things in one cell: between semicolons, or as a JSON list."""
        typed = self.code(column)
        if not typed.startswith("["):
            return [item for part in typed.split(";") if (item := part.strip())]
        return self.tried(column, lambda: _json(typed, list), [])

    def names(self, column: str) -> dict[str, Any]:
        typed = self.code(column)
        return self.tried(column, lambda: _json(typed, dict), {}) if typed else {}


def _json(typed: str, kind: type[R]) -> R:
    try:
        found = read_json(typed)
    except NotJson as error:
        raise CellRefused(f"{error.why}.") from None
    if not isinstance(found, kind):
        what = "list" if kind is list else "object with names and values"
        raise CellRefused(f"this must be a JSON {what}.")
    return found


def columns_at(header: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    """Where each column stands; unknown, doubled and missing names are refused."""
    known = {column.name for column in columns}
    at: dict[str, int] = {}
    for position, typed in enumerate(header):
        name = "_".join(typed.replace("-", " ").replace("_", " ").lower().split())
        if name not in known:
            nearest = difflib.get_close_matches(name[:60], known, 1, 0.5)
            raise ColumnUnknown(typed, nearest[0] if nearest else "")
        if name in at:
            raise ColumnTwice(name)
        at[name] = position
    if missing := [column.name for column in columns if column.needed and column.name not in at]:
        raise ColumnMissing(missing)
    return at


def wrong_shape(number: int, cells: Sequence[str], header: Sequence[str]) -> Problem | None:
    """Cells that no column can take, whatever they say."""
    if len(cells) != len(header):
        return Problem(
            number, "", f"the row has {len(cells):,} cells, but the first row names {len(header)}."
        )
    if max(map(len, cells)) > LONGEST_CELL:
        return next(
            Problem(number, name, f"the cell has {len(cell):,} characters; {LONGEST_CELL:,} fit.")
            for name, cell in zip(header, cells, strict=True)
            if len(cell) > LONGEST_CELL
        )
    return None


def unreadable(number: int, cells: Sequence[str], header: Sequence[str]) -> Problem | None:
    for name, cell in zip(header, cells, strict=True):
        if "\0" in cell:
            at = cell.index("\0") + 1
            return Problem(number, name, f"character {at} is a NUL; check how the file was made.")
    return None


def listed(items: Iterable[str]) -> str:
    """Several texts in one cell, such that `Row.items` gives them back."""
    texts = list(items)
    joined = "; ".join(texts)
    plain = not joined.startswith("[") and [i.strip() for i in joined.split(";") if i.strip()]
    return joined if plain == texts or not texts else json_cell(texts)


def json_cell(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
