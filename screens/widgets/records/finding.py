"""The same rows again after a list changed: where they stand now, and which of them are gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from billing_tui.domain.pages import Place

from .marks import Marks
from .source import Row, Source
from .window import PAGE, Held, Window

Key = Callable[[Row], str]


@dataclass(frozen=True, slots=True)
class Spot:
    """A page of rows as it was: the number of the first, and the numbers of all by their keys."""

    start: int
    keys: Mapping[str, int] = field(default_factory=dict)


def spot(window: Window[Row], first: int, last: int, key: Key[Row]) -> Spot:
    """The page with these rows in its middle."""
    start = max(0, (first + last - PAGE) // 2)
    return Spot(start, {key(row): at for at, row in window.rows(start, start + PAGE)})


def found_again(source: Source[Row], spot: Spot, key: Key[Row], total: int) -> Held[Row]:
    """The page that holds these rows now, wherever others came and went."""
    page = _page(source, spot.start)
    moved = _moved(page, spot, key)
    if moved is None and not _whole(page) and (spot.keys or not page.slice.items):
        page, moved = _guessed(source, spot, key, total)
    if moved is not None and abs(moved) > PAGE // 4:
        page = _page(source, spot.start + moved)
    return page


def _guessed(
    source: Source[Row], spot: Spot, key: Key[Row], total: int
) -> tuple[Held[Row], int | None]:
    """More came or went above than a page holds: evenly all over the list, all above, or half."""
    rows = source.count(None).rows
    grown = rows - total
    for guess in (grown * spot.start // max(total, 1), grown, grown // 2):
        page = _page(source, min(spot.start + guess, rows - PAGE))
        moved = _moved(page, spot, key)
        if moved is not None:
            return page, moved
    return _page(source, min(spot.start, rows - PAGE)), None


def _page(source: Source[Row], start: int) -> Held[Row]:
    start = max(0, start)
    return Held(start, source.slice(Place(skip=start), PAGE))


def _whole(page: Held[Row]) -> bool:
    return page.start == 0 and len(page.slice.items) < PAGE


def _moved(page: Held[Row], spot: Spot, key: Key[Row]) -> int | None:
    """How far the row moved that was nearest to the middle, of those on this page."""
    middle = spot.start + PAGE // 2
    now = numbers([page], key)
    both = [(abs(at - middle), now[name] - at) for name, at in spot.keys.items() if name in now]
    return min(both)[1] if both else None


def numbers(pages: Sequence[Held[Row]], key: Key[Row]) -> dict[str, int]:
    return {key(row): at for page in pages for at, row in page.rows()}


def now_at(before: Window[Row], at: int, now: Mapping[str, int], key: Key[Row]) -> int:
    """Where row number `at` is now; where it is gone, what is now in its place."""
    known = before.row(at) is not None
    for away in range(PAGE):
        for near in (at - away, at + away):
            row = before.row(near)
            if row is not None and key(row) in now:
                return now[key(row)] + (0 if known and near > at else at - near)
    return at


def changed(before: Window[Row], pages: Sequence[Held[Row]], key: Key[Row]) -> frozenset[str]:
    """Rows that were here and look different now."""
    old = {key(row): row for page in before.pages for row in page.slice.items}
    new = {key(row): row for page in pages for row in page.slice.items}
    return frozenset(name for name, row in new.items() if name in old and old[name] != row)


def gone(
    before: Window[Row], pages: Sequence[Held[Row]], marks: Marks, key: Key[Row]
) -> frozenset[str]:
    """Marked rows that are seen missing: neighbours on both sides are still here."""
    missing: set[str] = set()
    old = numbers(before.pages, key)
    for page in pages:
        now = numbers([page], key)
        if _whole(page):
            return marks.keys - now.keys()
        stayed = [at for name, at in old.items() if name in now]
        if stayed:
            low = -1 if page.start == 0 else min(stayed)
            high = before.total if len(page.slice.items) < PAGE else max(stayed)
            missing |= {
                name for name in marks.keys if name not in now and low < old.get(name, -1) < high
            }
    return frozenset(missing)
