"""What a list has asked its source for, and what it makes of the answers.

The source is read in threads. An answer carries the window it was asked for: once another window
has taken that one's place, the answer is of no more use and is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from textual.message import Message
from textual.widget import Widget

from billing_tui.domain.errors import BillingError
from billing_tui.domain.pages import TOP, Counted, Slice

from .finding import Spot, found_again
from .source import Row, Source
from .window import PAGE, STILL, Ask, Held, Shift, Window

COUNTED_FIRST = 10_000
AHEAD = 100
# A page in sight need not wait for another that was asked for before; a source that hangs gets no
# more threads than these, whatever is typed meanwhile.
_AT_ONCE, _AT_MOST = 2, 4

T = TypeVar("T")


@dataclass
class PageRead(Message, bubble=False):
    window: Window[Any]
    ask: Ask
    found: Slice[Any] | Exception


@dataclass
class RowsCounted(Message, bubble=False):
    window: Window[Any]
    most: int | None
    found: Counted | Exception


@dataclass
class ReadAgain(Message, bubble=False):
    window: Window[Any]
    found: list[Held[Any]] | Exception


class Reader(Generic[Row]):
    """`window` is what is shown; `coming` takes its place as soon as its first rows are here."""

    def __init__(self, table: Widget, key: Callable[[Row], str]) -> None:
        self._table, self._key = table, key
        self.source: Source[Row] | None = None
        self.window: Window[Row] = Window()
        self.coming: Window[Row] | None = None
        self.fresh = False
        self.error: Exception | None = None
        self._reading: list[tuple[Window[Row], Ask]] = []
        self._counting: dict[int | None, Window[Row]] = {}
        self._uncounted: dict[int | None, Window[Row]] = {}
        self._stuck = False

    @property
    def waiting(self) -> bool:
        """What is shown belongs to an earlier source."""
        return self.coming is not None and self.fresh

    @property
    def busy(self) -> bool:
        return bool(self._reading or self._counting or self._uncounted or self.coming)

    @property
    def has_rows(self) -> bool:
        """Whether there are rows to draw, if only as dots."""
        window = self.window
        return bool(window.pages) or (window.total > 0 and self.error is None)

    def start(self, source: Source[Row]) -> None:
        self.source, self.coming, self.fresh = source, Window(), True
        self.error, self._stuck = None, False
        self._read_first()

    def again(self, spots: list[Spot]) -> None:
        """Read the same source again around these spots."""
        source, key = self._source(), self._key
        window = self.coming = Window(self.window.total, self.window.more)
        self.fresh = False
        self._run(
            "read again",
            lambda: [found_again(source, spot, key, window.total) for spot in spots],
            lambda found: ReadAgain(window, found),
        )

    def fetch(self, first: int, last: int, moved: bool = False) -> None:
        """Ask for what is missing in sight, then for what is near."""
        self._stuck = self._stuck and not moved
        if self.waiting or self._stuck or self.source is None:
            return
        for low, high in ((first, last), (last, last + AHEAD), (first - AHEAD, first)):
            ask = self.window.ask(low, high)
            if ask is not None:
                self._read(self.window, ask)
                return

    def fetch_end(self) -> None:
        if not self.waiting and self.source is not None:
            self._read(self.window, self.window.ask_end())

    def page_read(self, told: PageRead) -> Shift | None:
        """Keeps the page; None where it is of no use any more or did not come."""
        self._reading.remove((told.window, told.ask))
        first = told.window is self.coming and self.fresh
        if first:
            self.window, self.coming = told.window, None
        if told.window is not self.window:
            self._read_first()
            return None
        if isinstance(told.found, Exception):
            self.error, self._stuck = told.found, True
            return None
        self.error = None
        shift = self.window.take(told.ask, told.found)
        if self.window.doubt or (first and self.window.more):
            self.window.doubt = False
            self._count_after_rows()
        return shift

    def counted(self, told: RowsCounted) -> Shift:
        del self._counting[told.most]
        self._count_overdue(told.most)
        if isinstance(told.found, Exception) or told.window is not self.window:
            return STILL
        if told.found.more:
            self._count(told.window, None)
        return self.window.counted(told.found)

    def read_again(self, told: ReadAgain) -> bool:
        """Whether the answer took the place of what was shown."""
        if told.window is not self.coming:
            return False
        self.coming = None
        if isinstance(told.found, Exception):
            self.error = told.found
            return False
        self.error, self._stuck = None, False
        self.window = told.window
        for page in told.found:
            self.window.take(Ask(TOP, page.start, PAGE), page.slice)
        if not self.window.whole:
            self._count_after_rows()
        return True

    def _read_first(self) -> None:
        """Asked anew whenever a thread is free again, in case there was none for it."""
        if self.coming is not None and self.fresh:
            self._read(self.coming, Ask(TOP, 0, PAGE))

    def _read(self, window: Window[Row], ask: Ask) -> None:
        same = sum(one is window for one, _ in self._reading)
        if (window, ask) in self._reading or same >= _AT_ONCE or len(self._reading) >= _AT_MOST:
            return
        source = self._source()
        self._reading.append((window, ask))
        self._run(
            "page",
            lambda: source.slice(ask.place, ask.limit),
            lambda found: PageRead(window, ask, found),
        )

    def _count_after_rows(self) -> None:
        """Not beside the first frame that shows them, from which it would only take time."""
        self._uncounted[COUNTED_FIRST] = self.window
        self._table.call_after_refresh(self._count_overdue, COUNTED_FIRST)

    def _count_overdue(self, most: int | None) -> None:
        window = self._uncounted.pop(most, None)
        if window is not None:
            self._count(window, most)

    def _count(self, window: Window[Row], most: int | None) -> None:
        """One count of each kind at a time, since a long one may outlive many a filter."""
        if window is not self.window:
            return
        if most in self._counting:
            self._uncounted[most] = window
            return
        source = self._source()
        self._counting[most] = window
        self._run(
            "count",
            lambda: source.count(most),
            lambda found: RowsCounted(window, most, found),
        )

    def _source(self) -> Source[Row]:
        if self.source is None:
            raise RuntimeError("the list has no source yet")
        return self.source

    def _run(
        self, name: str, work: Callable[[], T], told: Callable[[T | Exception], Message]
    ) -> None:
        def run() -> None:
            self._table.post_message(told(_tried(work)))

        self._table.run_worker(run, name=name, group="records", thread=True, exit_on_error=False)


def _tried(work: Callable[[], T]) -> T | Exception:
    try:
        return work()
    except BillingError as error:
        return error
    except Exception as fault:  # noqa: BLE001 - a thread has nobody else to tell
        return fault
