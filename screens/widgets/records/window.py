"""The part of a list that is held: some pages of it, and which one to ask for next.

A page that touches one that is held is found by a cursor, at the same cost everywhere. Only a jump
is counted from the top, except for the last page, which is read backwards from the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic

from billing_tui.domain.pages import TOP, Counted, Place, Slice

from .source import Row

PAGE = 200
KEPT = 12
# How far beyond what is known the end is drawn before the rows are counted.
_UNKNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Ask:
    """A page to read. `start` is the number of its first row, counted from 0."""

    place: Place
    start: int
    limit: int
    tail: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """Rows from number `since` on are now `by` further down."""

    since: int = 0
    by: int = 0

    def of(self, at: int) -> int:
        return at + self.by if at >= self.since else at


STILL = Shift()


@dataclass(slots=True)
class Held(Generic[Row]):
    """A page that is here. In a `tail` the numbers hang on an end whose own is not known yet."""

    start: int
    slice: Slice[Row]
    tail: bool = False

    @property
    def end(self) -> int:
        return self.start + len(self.slice.items)

    def rows(self) -> Iterator[tuple[int, Row]]:
        """The rows with their numbers."""
        return enumerate(self.slice.items, self.start)


class Window(Generic[Row]):
    """Pages of one list, the least recently used first, and how many rows there are; with `more`,
    at least so many. In `doubt` what came does not fit what was counted."""

    def __init__(self, total: int = 0, more: bool = True) -> None:
        self.total, self.more = total, more
        self.doubt = False
        self.pages: list[Held[Row]] = []
        self._known = 0

    def row(self, at: int) -> Row | None:
        for page in reversed(self.pages):
            if page.start <= at < page.end:
                return page.slice.items[at - page.start]
        return None

    def rows(self, first: int, last: int) -> Iterator[tuple[int, Row]]:
        """The rows that are here, with their numbers."""
        for at in range(first, last):
            row = self.row(at)
            if row is not None:
                yield at, row

    @property
    def whole(self) -> bool:
        """Whether one page holds all there is."""
        return any(page.start == 0 and page.end == self.total for page in self.pages)

    @property
    def known(self) -> Counted:
        return Counted(self._known if self.in_tail else self.total, self.more)

    @property
    def in_tail(self) -> bool:
        return self.more and any(page.tail for page in self.pages)

    def ask(self, first: int, last: int) -> Ask | None:
        """The page that the rows from `first` up to `last` miss, if any."""
        self._touch(first, last)
        end = self.total + (1 if self.more and not self.in_tail else 0)
        wanted = range(max(0, first), min(last, end))
        lacking = [at for at in wanted if self.row(at) is None]
        if not lacking:
            return None
        return self._beside(lacking[0], lacking[-1]) or self._far(lacking[0], lacking[-1])

    def ask_end(self) -> Ask:
        return Ask(Place(end=True), max(0, self.total - PAGE), PAGE, tail=self.more)

    def take(self, ask: Ask, found: Slice[Row]) -> Shift:
        """Keep a page that came. What it shows of the ends of the list corrects the count."""
        shift = STILL
        start, size = ask.start, len(found.items)
        if ask.place.end:
            start = self._start_of_end(size)
        elif ask.place.before and size < ask.limit:
            # The top came sooner than counted: some rows above are gone.
            shift = Shift(0, -(start + ask.limit - size))
            self._renumber(shift.by)
            start = 0
        elif size < ask.limit:
            self.doubt = not size and ask.place.skip > 0
            self._ends(start + size)
        if size:
            self.pages.append(Held(start, found, ask.tail and self.more))
            del self.pages[:-KEPT]
        if start + size > self.total:
            self.doubt = not self.more
            self.total, self.more = start + size, True
        return shift

    def counted(self, found: Counted) -> Shift:
        if found.more:
            if self.more and not self.in_tail:
                self.total = max(self.total, found.rows)
            return STILL
        shift = STILL
        tails = [page for page in self.pages if page.tail]
        if tails:
            shift = Shift(min(page.start for page in tails), found.rows - self.total)
        for page in tails:
            page.start, page.tail = page.start + shift.by, False
        self._ends(found.rows)
        return shift

    def _touch(self, first: int, last: int) -> None:
        self.pages.sort(key=lambda page: page.start < last and page.end > first)

    def _beside(self, low: int, high: int) -> Ask | None:
        for page in reversed(self.pages):
            if page.end <= low < page.end + PAGE:
                return Ask(Place(after=page.slice.last), page.end, PAGE, page.tail)
        above = self._above()
        for page in reversed(self.pages):
            if page.start - PAGE <= high < page.start:
                start = max(page.start - PAGE, 0)
                if page.tail and start < above:
                    return None
                limit = page.start - start
                return Ask(Place(before=page.slice.first), start, limit, page.tail)
        return None

    def _far(self, low: int, high: int) -> Ask | None:
        if high < PAGE:
            return Ask(TOP, 0, PAGE)
        if self.in_tail or low >= self.total:
            return None
        if not self.more and high >= self.total - PAGE:
            return self.ask_end()
        start = max(0, (low + high - PAGE) // 2)
        return Ask(Place(skip=start), start, PAGE)

    def _above(self) -> int:
        """Where the rows end that are counted from the top."""
        return max([page.end for page in self.pages if not page.tail], default=0)

    def _start_of_end(self, size: int) -> int:
        if size < PAGE:
            self._ends(size)
            return 0
        if self.more:
            if not self.in_tail:
                self._known = self.total
            self.total = max(self.total, self._above() + _UNKNOWN)
        return max(0, self.total - size)

    def _ends(self, total: int) -> None:
        self.total, self.more = total, False
        self.pages = [page for page in self.pages if page.start >= 0 and page.end <= total]

    def _renumber(self, by: int) -> None:
        if self.in_tail:
            self.more = False
        self.total = max(0, self.total + by)
        for page in self.pages:
            page.start, page.tail = page.start + by, False
        self.pages = [page for page in self.pages if page.start > 0]
