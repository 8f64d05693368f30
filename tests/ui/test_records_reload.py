"""A list that others change: cursor and scroll position stay with their rows."""

from __future__ import annotations

import pytest

from billing_tui.domain.pages import Place
from screens.widgets.records import Failed, Highlighted, table
from tests.ui.lists import Away, Gated, Kept, listing

pytestmark = pytest.mark.unspared


def even(rows: int) -> Kept:
    return Kept(*range(0, 2 * rows, 2))


async def test_rows_inserted_above_move_the_cursor_along() -> None:
    source = even(6)
    async with listing(source) as seen:
        await seen.press("down", "down")
        source.add(1, 3)
        await seen.reload()
        assert (seen.at, seen.where) == (4, "5 of 8")


@pytest.mark.parametrize("added", [range(1, 7, 2), range(1, 601, 2), range(1, 3_999, 2)])
async def test_in_the_middle_of_many_rows_nothing_moves_in_sight(added: range) -> None:
    source = even(5_000)
    async with listing(source) as seen:
        await seen.press(*["pagedown"] * 9, *["up"] * 5)
        row, numbers = seen.table.row, seen.numbers
        assert row is not None
        source.add(*(n for n in added if n < row.n - 40))
        await seen.reload()
        assert seen.at == row.n
        assert seen.numbers == numbers
        assert seen.table.cursor == source.lines.index(row)
        assert seen.where.endswith(f"of {len(source.lines):,}")
        await seen.press("home", "end")
        assert seen.at == 9_998


async def test_the_place_of_a_vanished_row_is_taken_by_the_next() -> None:
    source = even(9)
    async with listing(source) as seen:
        await seen.press("down", "down")
        source.drop(4)
        await seen.reload()
        assert (seen.at, seen.where) == (6, "3 of 8")
        await seen.press("end")
        source.drop(16, 14)
        await seen.reload()
        assert (seen.at, seen.where) == (12, "6 of 6")
        await seen.press("home")
        source.drop(0)
        await seen.reload()
        assert (seen.at, seen.where) == (2, "1 of 5")
        source.drop(2, 6)
        await seen.reload()
        assert (seen.at, seen.where) == (8, "1 of 3")
        source.lines.clear()
        await seen.reload()
        assert "No lines yet" in seen.lines[2]
        assert seen.where == ""
        assert seen.all(Highlighted)[-1].row is None
        source.add(1)
        await seen.reload()
        assert seen.at == 1


async def test_a_cursor_out_of_sight_stays_on_its_row_too() -> None:
    source = even(5_000)
    async with listing(source) as seen:
        await seen.press("down", "down")
        seen.table.scroll_to(y=3_000, animate=False)
        await seen.settled()
        numbers = seen.numbers
        source.add(1, 3, 5_001)
        await seen.reload()
        assert seen.numbers == numbers
        assert seen.table.row == source.lines[4]
        await seen.press("down")
        assert seen.at == 6


async def test_rows_of_another_content_are_lit_up_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table, "_CHANGED_SECONDS", 0.5)
    source = even(9)
    async with listing(source) as seen:
        grounds = [seen.table.render_line(y)._segments[2].style for y in (2, 3)]
        assert grounds[0] == grounds[1]
        source.change(2, name="Renamed")
        await seen.reload()
        lit = seen.table.render_line(2)
        assert "Renamed" in lit.text
        assert lit._segments[2].style != grounds[0]
        await seen.until(lambda: seen.table.render_line(2)._segments[2].style == grounds[0])
        await seen.reload(frozenset({"line:4"}))
        assert seen.table.render_line(3)._segments[2].style != grounds[0]


async def test_nothing_is_lit_up_where_animations_are_off() -> None:
    source = even(9)
    async with listing(source) as seen:
        seen.app.animation_level = "none"
        ground = seen.table.render_line(2)._segments[2].style
        source.change(2, name="Renamed")
        await seen.reload()
        assert "Renamed" in seen.table.render_line(2).text
        assert seen.table.render_line(2)._segments[2].style == ground


async def test_the_owner_is_told_the_new_content_of_the_row() -> None:
    source = even(9)
    async with listing(source) as seen:
        source.change(0, name="Renamed")
        await seen.reload()
        assert [told.row.name for told in seen.all(Highlighted)] == ["Customer 0", "Renamed"]
        await seen.reload()
        assert len(seen.all(Highlighted)) == 2


async def test_what_is_shown_stays_while_it_is_read_again_and_when_that_fails() -> None:
    source = Gated(even(9))
    async with listing(source) as seen:
        before = seen.lines
        source.slices.clear()
        seen.table.reload()
        await seen.pilot.press("down")
        assert seen.at == 2
        await seen.pilot.press("up")
        assert seen.lines == before
        source.error = Away()
        source.open()
        await seen.settled()
        assert seen.lines == before
        assert [failed.error for failed in seen.all(Failed)] == [source.error]


async def test_a_row_that_is_sought_is_gone_to_now_or_never() -> None:
    source = Gated(even(5_000))
    source.open()
    async with listing(source) as seen:
        key = seen.table.key
        target = source.inner.slice(Place(skip=4_000), 1).items[0]
        seen.table.seek(key(target), 4_000)
        await seen.settled()
        assert seen.table.cursor == 4_000
        await seen.press("home")
        source.error = Away()
        seen.table.seek(key(target), 4_000)
        await seen.settled()
        source.error = None
        await seen.press("down")
        await seen.reload()
        assert seen.table.cursor == 1
        near = source.inner.slice(Place(skip=9), 1).items[0]
        source.error = Away()
        seen.table.seek(key(near), 9)
        await seen.settled()
        source.error = None
        await seen.reload()
        assert seen.table.cursor == 1


async def test_moves_while_it_is_read_again_are_kept() -> None:
    kept = even(9)
    source = Gated(kept)
    async with listing(source) as seen:
        source.slices.clear()
        seen.table.reload()
        seen.table.reload()
        kept.add(1, 3)
        await seen.pilot.press("down", "down", "down")
        source.open()
        await seen.settled()
        assert (seen.at, seen.where) == (6, "6 of 11")


async def test_a_reload_before_anything_is_here_reads_afterwards() -> None:
    kept = even(3)
    source = Gated(kept, slices=False)
    async with listing() as seen:
        seen.table.reload()
        seen.table.show(source)
        seen.table.reload()
        source.open()
        await seen.settled()
        assert seen.numbers == [0, 2, 4]
        assert len(kept.asked) == 2
