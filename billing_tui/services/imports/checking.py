"""Every row of a file is checked, against the rules, the file itself and the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from billing_tui.adapters.csv_files import CsvTable
from billing_tui.domain.imports import (
    Numbers,
    Problem,
    Row,
    columns_at,
    marks_of,
    unreadable,
    wrong_shape,
)
from billing_tui.domain.imports.report import MOST_TOLD, RowLine, RowOutcome
from billing_tui.domain.trees import DEEPEST
from storage.uow import Unit

from .targets import Found, Looks, Target

AT_ONCE = 500
UNIT_ROWS = 200
Ask = Callable[[Callable[[Unit], Any]], Any]


@dataclass
class Checked:
    """The outcome: what is wrong, and the good rows as the text their units will hold."""

    rows: int = 0
    bad: set[int] = field(default_factory=set)
    doubtful: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    reading: str = ""
    texts: list[bytes] = field(default_factory=list)
    order: list[int] | None = None
    lines: list[tuple[int, str, str]] = field(default_factory=list)

    def wrong(self, problem: Problem) -> None:
        self.bad.add(problem.row)
        if len(self.problems) < MOST_TOLD:
            self.problems.append(problem)

    def doubt(self, problem: Problem) -> None:
        self.doubtful.add(problem.row)
        if len(self.doubts) < MOST_TOLD:
            self.doubts.append(problem)

    def units(self) -> Iterator[str]:
        """JSON lists of at most UNIT_ROWS drafts, parents before what lies under them."""
        order: Sequence[int] = self.order or range(len(self.texts))
        for start in range(0, len(order), UNIT_ROWS):
            rows = b",".join(self.texts[at] for at in order[start : start + UNIT_ROWS])
            yield (b"[" + rows + b"]").decode()

    def told(self) -> Iterator[RowLine]:
        """Every row with all that was said of it; only where lines were kept."""
        said: dict[int, list[str]] = {}
        for problem in (*self.problems, *self.doubts):
            text = f"{problem.column}: {problem.message}" if problem.column else problem.message
            said.setdefault(problem.row, []).append(text)
        for row, key, name in self.lines:
            outcome = RowOutcome.GOOD
            if row in self.bad:
                outcome = RowOutcome.BAD
            elif row in self.doubtful:
                outcome = RowOutcome.DOUBTFUL
            yield RowLine(row, key, name, outcome, " ".join(said.get(row, ())))


class Checker:
    """Reads a file once. `ask` runs a question in a reading unit of the store."""

    def __init__(
        self,
        target: Target[Any],
        table: CsvTable,
        ask: Ask,
        *,
        every_row: bool = False,
        progress: Callable[[int], None] = lambda _rows: None,
    ) -> None:
        self.target, self.table, self.ask = target, table, ask
        self.found = Checked()
        self._every_row, self._progress = every_row, progress
        self._rows: list[int] = []
        self._keys: dict[str, int] = {}
        self._looks: dict[str, tuple[Looks, int]] = {}
        self._above: dict[int, str] = {}
        self._nameless: set[int] = set()
        self._batch: list[tuple[Row, Any]] = []

    def check(self, numbers: Numbers | None) -> Checked:
        table, columns = self.table, self.target.columns
        at = columns_at(table.header, columns)
        ours = {column.name: column for column in columns}
        numeric = {name: place for name, place in at.items() if ours[name].number}
        marks = marks_of(table.rows(), numeric, numbers)
        self.found.ignored = tuple(name for name in at if ours[name].told)
        self.found.reading = f"{table.encoding} {table.delimiter!r} {''.join(marks.values())}"
        for number, cells in table.rows():
            self.found.rows += 1
            problem = wrong_shape(number, cells, table.header)
            problem = problem or unreadable(number, cells, table.header)
            if problem is None:
                self._row(Row(number, cells, at, marks))
            else:
                self.found.wrong(problem)
                self._line(number, "", "")
        self._against_store()
        self._trees()
        self.found.problems.sort(key=lambda problem: problem.row)
        self.found.doubts.sort(key=lambda problem: problem.row)
        return self.found

    def _row(self, row: Row) -> None:
        target = self.target
        draft = target.read(row)
        kept, errors = target.examine(draft)
        said = {problem.column for problem in row.problems}
        for error in errors:
            column = target.column_of(row, error.field)
            if column not in said:
                row.say(column, error.message)
        key = target.key(kept)
        self._line(row.number, key or target.key(draft), target.label(kept))
        if key:
            self._once(row, key)
        for problem in row.problems:
            self.found.wrong(problem)
        if row.problems:
            return
        self._alike(row, kept)
        if parent := target.parent(kept):
            self._above[len(self._rows)] = parent
        if not key:
            self._nameless.add(len(self._rows))
        self._rows.append(row.number)
        self.found.texts.append(target.one.dump_json(kept, exclude_defaults=True))
        self._batch.append((row, kept))
        if len(self._batch) == AT_ONCE:
            self._against_store()

    def _line(self, row: int, key: str, name: str) -> None:
        if self._every_row:
            self.found.lines.append((row, key, name))

    def _once(self, row: Row, key: str) -> None:
        first = self._keys.setdefault(key, row.number)
        if first != row.number:
            row.say(self.target.key_field, f"{key} stands in row {first} already.")

    def _alike(self, row: Row, draft: Any) -> None:
        looks = self.target.looks(draft)
        if looks is None:
            return
        first, at = self._looks.setdefault(looks.skeleton, (looks, row.number))
        if first.written != looks.written:
            self._doubt(row, f"looks like {first.name!r} in row {at}, but is written differently.")
        elif at != row.number:
            self._doubt(row, f"row {at} is called {first.name!r} already.")

    def _doubt(self, row: Row, message: str) -> None:
        self.found.doubt(Problem(row.number, "name", message))

    def _against_store(self) -> None:
        batch, self._batch = self._batch, []
        if not batch:
            return
        drafts = [draft for _, draft in batch]
        found: list[Found] = self.ask(lambda unit: self.target.compare(unit, drafts))
        for one in found:
            row = batch[one.at][0]
            problem = Problem(row.number, self.target.column_of(row, one.field), one.message)
            (self.found.doubt if one.doubt else self.found.wrong)(problem)
        self._progress(self.found.rows)

    def _trees(self) -> None:
        """Parents stand in the file or in the store; circles and too deep trees are refused.

        Rows that are given a number come last, so that none gets one the file gives to another.
        """
        if not self._above and not self._nameless:
            return
        place = {self._keys[key]: key for key in self._keys}
        index = {place[row]: at for at, row in enumerate(self._rows) if row in place}
        outside = sorted({name for name in self._above.values() if name not in self._keys})
        known: dict[str, int | str] = {}
        for start in range(0, len(outside), AT_ONCE):
            known.update(self._stored_parents(outside[start : start + AT_ONCE]))
        depths: dict[int, int] = {}
        for at in self._above:
            self._depth(at, index, known, depths)
        self.found.order = sorted(range(len(self._rows)), key=self._turn(depths))

    def _turn(self, depths: Mapping[int, int]) -> Callable[[int], tuple[bool, int]]:
        return lambda at: (at in self._nameless, depths.get(at, 0))

    def _stored_parents(self, names: Sequence[str]) -> Mapping[str, int | str]:
        found: Mapping[str, int | str] = self.ask(lambda unit: self.target.parents(unit, names))
        return found

    def _depth(
        self,
        start: int,
        index: dict[str, int],
        known: dict[str, int | str],
        depths: dict[int, int],
    ) -> None:
        """How deep a row lies, walking up until a known depth; the walk is never recursive."""
        path: list[int] = []
        at, depth = start, -1
        while at not in depths:
            if at in path or len(path) > DEEPEST:
                self._wrong_parent(at, "leads in a circle, or too deep.", path, depths)
                return
            path.append(at)
            name = self._above.get(at)
            if name is None:
                break
            if name in index:
                at = index[name]
                continue
            above = known.get(name, "is no customer of the file or the store.")
            if isinstance(above, str) and name not in self._keys:
                self._wrong_parent(at, f"{name} {above}", path, depths)
                return
            depth = above if isinstance(above, int) else -1
            break
        else:
            depth = depths[at]
        for at in reversed(path):
            depth += 1
            depths[at] = depth
            if depth >= DEEPEST:
                self._wrong_parent(at, f"lies deeper than {DEEPEST} levels.", [], depths)

    def _wrong_parent(self, at: int, message: str, path: list[int], depths: dict[int, int]) -> None:
        depths.update(dict.fromkeys(path, 0))
        self.found.wrong(Problem(self._rows[at], "parent", message))
