"""Marks of a list: single rows, all that match, and what is taken out again."""

from __future__ import annotations

import pytest

from billing_tui.domain.pages import Counted
from screens.widgets.records import Marks, MarksChanged
from tests.ui.lists import Endless, Gated, Kept, listing

pytestmark = pytest.mark.unspared


async def test_space_marks_and_moves_on() -> None:
    async with listing(Kept(*range(9))) as seen:
        await seen.press("space", "space", "down", "space")
        assert seen.table.marks == Marks(frozenset({"line:0", "line:1", "line:3"}))
        assert [line[1] for line in seen.lines[1:6]] == ["✓", "✓", " ", "✓", " "]
        assert seen.where == "✓ 3 marked · 5 of 9"
        told = seen.all(MarksChanged)[-1]
        assert (told.marks, told.count) == (seen.table.marks, Counted(3))
        await seen.press("up", "space")
        assert seen.where == "✓ 2 marked · 5 of 9"


async def test_a_star_marks_all_that_match_not_just_what_is_here() -> None:
    async with listing(Endless()) as seen:
        await seen.press("asterisk")
        assert seen.where == "✓ 1,000,000 marked · 1 of 1,000,000"
        await seen.press("space", "end", "space")
        assert seen.table.marks == Marks(frozenset({"line:0", "line:999999"}), everything=True)
        assert seen.where == "✓ 999,998 marked · 1,000,000 of 1,000,000"
        assert seen.lines[-1][1] == " "
        assert seen.lines[-2][1] == "✓"
        await seen.press("asterisk")
        assert not seen.table.marks
        assert seen.all(MarksChanged)[-1].count == Counted(0)


async def test_how_many_are_marked_is_told_again_when_it_becomes_known() -> None:
    source = Gated(Endless())
    source.exact.clear()
    async with listing() as seen:
        seen.table.show(source)
        await seen.until(lambda: seen.where == "1 of 10,000+")
        await seen.pilot.press("asterisk")
        await seen.until(lambda: seen.where == "✓ 10,000+ marked · 1 of 10,000+")
        source.open()
        await seen.settled()
        counts = [told.count for told in seen.all(MarksChanged)]
        assert counts == [Counted(10_000, more=True), Counted(1_000_000)]


async def test_the_mouse_marks_in_front_of_a_row() -> None:
    async with listing(Kept(*range(9))) as seen:
        await seen.pilot.click("#lines", offset=(2, 5))
        await seen.settled()
        assert seen.table.marks.keys == {"line:3"}
        await seen.pilot.click("#lines", offset=(2, 5))
        await seen.settled()
        assert not seen.table.marks


async def test_nothing_can_be_marked_in_an_empty_list() -> None:
    async with listing(Kept()) as seen:
        await seen.press("asterisk", "space")
        assert not seen.table.marks
        assert not seen.all(MarksChanged)


async def test_marks_go_with_their_rows_when_those_are_seen_missing() -> None:
    source = Kept(*range(9))
    async with listing(source) as seen:
        await seen.press("space", "space", "space")
        source.drop(1)
        source.add(100)
        await seen.reload()
        assert seen.table.marks.keys == {"line:0", "line:2"}
        assert seen.all(MarksChanged)[-1].count == Counted(2)
