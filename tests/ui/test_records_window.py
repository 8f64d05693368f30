"""Which pages of a list are held, and which one is asked for next."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from billing_tui.domain.pages import TOP, Counted, Place
from screens.widgets.records.finding import Spot, found_again, gone, now_at, numbers, spot
from screens.widgets.records.marks import Marks
from screens.widgets.records.window import KEPT, PAGE, Held, Window
from tests.ui.lists import Endless, Kept, Line, key_of


def filled(source: Kept, window: Window[Line], first: int, last: int) -> int:
    """Asks until nothing is missing there; gives how often."""
    for times in range(50):
        ask = window.ask(first, last)
        if ask is None:
            return times
        window.take(ask, source.slice(ask.place, ask.limit))
    raise AssertionError("asks for ever")


def test_few_pages_are_held_and_those_in_sight_stay() -> None:
    source, window = Endless(), Window[Line](1_000_000, more=False)
    for first in range(0, 30 * PAGE, PAGE):
        filled(source, window, 0, 30)
        filled(source, window, first, first + 30)
        assert len(window.pages) <= KEPT
    assert window.row(0) is not None
    assert window.row(PAGE * 5) is None


def test_a_jump_lies_around_what_is_in_sight() -> None:
    window = Window[Line](1_000_000, more=False)
    ask = window.ask(500_000, 500_030)
    assert ask is not None
    assert ask.place == Place(skip=ask.start)
    assert ask.start < 500_000
    assert ask.start + ask.limit > 500_030


def test_the_last_page_is_read_from_the_end() -> None:
    source, window = Endless(), Window[Line](1_000_000, more=False)
    assert filled(source, window, 999_970, 1_000_000) == 1
    assert source.asked == [Place(end=True)]


@pytest.mark.parametrize("rows", [0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE])
@pytest.mark.parametrize("counted", [0, 1, PAGE, PAGE + 1, 10 * PAGE])
def test_whatever_was_counted_nothing_is_asked_for_ever(rows: int, counted: int) -> None:
    source = Endless(rows)
    for first in (0, counted - 30, counted // 2):
        window = Window[Line](counted, more=False)
        filled(source, window, first, first + 30)
        window.counted(Counted(rows))
        filled(source, window, 0, 30)
        filled(source, window, rows - 30, rows + 30)
        assert (window.total, window.more) == (rows, False)
        for at in range(max(0, rows - 30), rows):
            assert window.row(at) == Line(at, f"Customer {at}")


def test_a_top_that_comes_sooner_than_counted_moves_the_rows() -> None:
    window = Window[Line](1_000_000, more=False)
    filled(Endless(), window, 400, 430)
    source = Kept(*range(250, 1_000))
    ask = window.ask(150, 180)
    assert ask is not None
    assert ask.place.before
    shift = window.take(ask, source.slice(ask.place, ask.limit))
    assert shift.by < 0
    assert window.row(0) == Line(250, "Customer 250")
    assert window.row(shift.of(400)) == Line(400, "Customer 400")


CHANGES: dict[str, Callable[[Kept], None]] = {
    "nothing": lambda source: None,
    "three above": lambda source: source.add(1, 3, 5),
    "a page above": lambda source: source.add(*range(1, 401, 2)),
    "many above": lambda source: source.add(*range(1, 1_301, 2)),
    "all over": lambda source: source.add(*range(1, 6_000, 2)),
    "many gone above": lambda source: source.drop(*range(0, 1_000, 2)),
    "few gone above": lambda source: source.drop(*range(100, 140, 2)),
    "nearly all gone": lambda source: source.drop(*range(1_900), *range(2_100, 6_000)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_row_is_found_again_wherever_others_came_and_went(
    change: Callable[[Kept], None],
) -> None:
    source, window = Kept(*range(0, 6_000, 2)), Window[Line](3_000, more=False)
    filled(source, window, 1_000, 1_030)
    was = window.row(1_010)
    before = spot(window, 1_000, 1_030, key_of)
    change(source)
    page = found_again(source, before, key_of, 3_000)
    window.pages.append(Held(0, source.slice(TOP, 0)))
    at = now_at(window, 1_010, numbers([page], key_of), key_of)
    assert was is not None
    assert source.lines[at] == was
    assert page.start <= at < page.end


def test_what_is_left_is_shown_when_all_that_was_seen_is_gone() -> None:
    source = Kept(*range(3))
    page = found_again(source, Spot(5_000, {"line:9": 5_000}), key_of, 10_000)
    assert [line.n for line in page.slice.items] == [0, 1, 2]
    source = Kept()
    assert found_again(source, Spot(0, {"line:9": 0}), key_of, 10_000).slice.items == ()


def test_marks_of_rows_seen_missing_are_dropped_and_others_stay() -> None:
    source, window = Kept(*range(1_000)), Window[Line](1_000, more=False)
    filled(source, window, 400, 430)
    marks = Marks(frozenset({"line:3", "line:410", "line:420", "line:900"}))
    before = spot(window, 400, 430, key_of)
    source.drop(410)
    page = found_again(source, before, key_of, 1_000)
    assert gone(window, [page], marks, key_of) == {"line:410"}
    whole = Held(0, Kept(420).slice(TOP, PAGE))
    assert gone(window, [whole], marks, key_of) == {"line:3", "line:410", "line:900"}
