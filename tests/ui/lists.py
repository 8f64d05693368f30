"""Made-up lists, and a bare program that shows one."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot

from billing_tui.domain.errors import StoreError
from billing_tui.domain.pages import Counted, Place, Slice
from billing_tui.resources import asset
from screens.widgets.records import (
    Cell,
    Column,
    Failed,
    Highlighted,
    MarksChanged,
    Opened,
    RecordTable,
    SortAsked,
    Source,
)


@dataclass(frozen=True)
class Line:
    """`n` orders the list, so a new line can lie between two others."""

    n: int
    name: str = ""
    total: str = "0.00"


def key_of(line: Line) -> str:
    return f"line:{line.n}"


COLUMNS: Sequence[Column[Line]] = (
    Column("Number", lambda line: Cell(f"L-{line.n:07}", "muted"), 10, sort="number", priority=9),
    Column("Customer", lambda line: Cell(line.name), 14, weight=3, sort="name", priority=10),
    Column("Due", lambda line: Cell("19 Nov", "muted"), 6, right=True, priority=2),
    Column("Late", lambda line: Cell("3 d", "warning"), 5, right=True, priority=1),
    Column("Total", lambda line: Cell(line.total), 12, right=True, sort="total", priority=8),
    Column("Balance", lambda line: Cell("—", "muted"), 12, right=True, priority=3),
    Column("Status", lambda line: Cell("▲ overdue", "error"), 10, weight=1, priority=7),
)


class Kept:
    """Lines in memory, which a test may change between two calls."""

    def __init__(self, *numbers: int) -> None:
        self.lines = [Line(n, f"Customer {n}") for n in numbers]
        self.asked: list[Place] = []

    def slice(self, place: Place, limit: int) -> Slice[Line]:
        self.asked.append(place)
        numbers = [line.n for line in self.lines]
        start = place.skip
        if place.end:
            start = max(0, len(numbers) - limit)
        elif place.after:
            start = bisect_right(numbers, int(place.after))
        elif place.before:
            end = bisect_left(numbers, int(place.before))
            start, limit = max(0, end - limit), min(limit, end)
        items = tuple(self.lines[start : start + limit])
        return Slice(items, str(items[0].n), str(items[-1].n)) if items else Slice(())

    def count(self, most: int | None) -> Counted:
        rows = len(self.lines)
        return Counted(rows) if most is None or rows <= most else Counted(most, more=True)

    def add(self, *numbers: int) -> None:
        added = [Line(n, f"Customer {n}") for n in numbers]
        self.lines = sorted([*self.lines, *added], key=lambda line: line.n)

    def drop(self, *numbers: int) -> None:
        self.lines = [line for line in self.lines if line.n not in numbers]

    def change(self, number: int, **fields: Any) -> None:
        self.lines = [replace(line, **fields) if line.n == number else line for line in self.lines]


class Endless(Kept):
    """A million lines that are nowhere kept."""

    def __init__(self, rows: int = 1_000_000) -> None:
        super().__init__()
        self.rows = rows

    def slice(self, place: Place, limit: int) -> Slice[Line]:
        self.asked.append(place)
        start = place.skip
        if place.end:
            start = max(0, self.rows - limit)
        elif place.after:
            start = int(place.after) + 1
        elif place.before:
            start, limit = max(0, int(place.before) - limit), min(limit, int(place.before))
        numbers = range(start, min(start + limit, self.rows))
        items = tuple(Line(n, f"Customer {n}") for n in numbers)
        return Slice(items, str(items[0].n), str(items[-1].n)) if items else Slice(())

    def count(self, most: int | None) -> Counted:
        return (
            Counted(self.rows) if most is None else Counted(min(most, self.rows), self.rows > most)
        )


class Away(StoreError):
    def __init__(self) -> None:
        super().__init__("No connection", "The database cannot be reached.")


class Gated:
    """A source that answers once its gate is open, or fails while `error` is set."""

    def __init__(self, inner: Source[Line], *, slices: bool = True, counts: bool = True) -> None:
        self.inner = inner
        self.error: Exception | None = None
        self.slices, self.counts = threading.Event(), threading.Event()
        self.exact = threading.Event()
        self.exact.set()
        for gate, opened in ((self.slices, slices), (self.counts, counts)):
            if opened:
                gate.set()

    def slice(self, place: Place, limit: int) -> Slice[Line]:
        self.slices.wait(10)
        if self.error:
            raise self.error
        return self.inner.slice(place, limit)

    def count(self, most: int | None) -> Counted:
        self.counts.wait(10)
        if most is None:
            self.exact.wait(10)
        if self.error:
            raise self.error
        return self.inner.count(most)

    def open(self) -> None:
        for gate in (self.slices, self.counts, self.exact):
            gate.set()


class ListApp(App[None]):
    CSS_PATH: ClassVar[Any] = asset("records.tcss")

    def __init__(self, columns: Sequence[Column[Line]] = COLUMNS, **given: Any) -> None:
        super().__init__(**given)
        self.columns = columns
        self.told: list[Message] = []
        self.copied: list[str] = []

    def compose(self) -> ComposeResult:
        yield RecordTable(
            self.columns, key_of, "Lines", "No lines yet. n writes the first one.", id="lines"
        )

    def on_mount(self) -> None:
        self.query_one(RecordTable).focus()

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)

    @on(Failed)
    @on(Highlighted)
    @on(MarksChanged)
    @on(Opened)
    @on(SortAsked)
    def _told(self, message: Message) -> None:
        self.told.append(message)


class Seen:
    """The list as a test sees it."""

    def __init__(self, app: ListApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot
        self.table: RecordTable[Line] = app.query_one(RecordTable)

    async def show(self, source: Source[Line], **given: Any) -> None:
        self.table.show(source, **given)
        await self.settled()

    async def reload(self, changed: frozenset[str] | None = None) -> None:
        self.table.reload(changed)
        await self.settled()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settled()

    async def settled(self) -> None:
        """Nothing is on its way any more."""
        await self.until(lambda: not self.table._reader.busy)

    async def until(self, holds: Callable[[], Any]) -> None:
        for _ in range(2000):
            await self.pilot.pause()
            if holds():
                await self.pilot.pause()
                return
            await self.pilot.pause(0.005)
        raise AssertionError("it never came to that")

    @property
    def lines(self) -> list[str]:
        table = self.table
        return [table.render_line(y).text for y in range(table.size.height)]

    @property
    def numbers(self) -> list[int | None]:
        """The numbers of the rows in sight; None where there are dots."""
        found = [line[2:].split()[0] for line in self.lines[1:] if line.strip()]
        return [int(text[2:]) if text.startswith("L-") else None for text in found]

    @property
    def at(self) -> int | None:
        """The number of the line under the cursor, as it is drawn."""
        for line in self.lines[1:]:
            if line.startswith("▌"):
                return int(line[2:].split()[0][2:]) if "L-" in line else None
        return None

    @property
    def where(self) -> str:
        return self.table._border_subtitle.plain if self.table._border_subtitle else ""

    def all(self, kind: type[Message]) -> list[Any]:
        return [message for message in self.app.told if isinstance(message, kind)]


@asynccontextmanager
async def listing(
    source: Source[Line] | None = None,
    size: tuple[int, int] = (120, 36),
    app: ListApp | None = None,
    **given: Any,
) -> AsyncIterator[Seen]:
    app = app or ListApp()
    async with app.run_test(size=size) as pilot:
        seen = Seen(app, pilot)
        if source is not None:
            await seen.show(source, **given)
        yield seen
