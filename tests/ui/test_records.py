"""The list: moving in it, what is asked of the source, what is seen when there is nothing."""

from __future__ import annotations

import pytest
from textual.strip import Strip

from billing_tui.domain.pages import TOP
from screens.widgets.records import Failed, Highlighted, Opened, SortAsked
from screens.widgets.records.window import PAGE
from tests.ui.lists import Away, Endless, Gated, Kept, ListApp, listing

pytestmark = pytest.mark.unspared


async def test_the_first_rows_are_shown() -> None:
    async with listing(Kept(*range(6))) as seen:
        assert seen.numbers == [0, 1, 2, 3, 4, 5]
        assert seen.at == 0
        assert seen.where == "1 of 6"
        assert "Number" in seen.lines[0]
        assert seen.table.border_title == "Lines"


async def test_every_place_of_a_million_rows_is_a_key_away() -> None:
    source = Endless()
    async with listing(source) as seen:
        height = seen.table._height
        assert seen.where == "1 of 1,000,000"
        await seen.press("end")
        assert (seen.at, seen.where) == (999_999, "1,000,000 of 1,000,000")
        assert seen.numbers == list(range(1_000_000 - height, 1_000_000))
        await seen.press("pageup", "up")
        assert seen.at == 999_999 - height - 1
        await seen.press("home", "pagedown", "down")
        assert seen.at == height + 1
        await seen.press("home", "up")
        assert seen.at == 0
        assert {place.skip for place in source.asked} == {0}


async def test_neighbours_are_found_by_cursor_and_only_jumps_are_counted() -> None:
    source = Endless()
    async with listing(source) as seen:
        for _ in range(20):
            await seen.press("pagedown")
        assert source.asked[0] == TOP
        assert all(place.after for place in source.asked[1:])
        seen.table.scroll_to(y=500_000, animate=False)
        await seen.settled()
        assert seen.numbers[0] == 500_000
        jump = [place for place in source.asked if place.skip]
        assert len(jump) == 1
        assert abs(jump[0].skip - 500_000) < PAGE
        for _ in range(10):
            seen.table.scroll_to(y=seen.table.scroll_y - seen.table._height, animate=False)
            await seen.settled()
        assert seen.numbers[0] == 500_000 - 10 * seen.table._height
        assert [place for place in source.asked if place.skip] == jump
        assert any(place.before for place in source.asked)


async def test_a_held_key_outruns_the_source_and_shows_dots() -> None:
    source = Gated(Endless())
    async with listing(source) as seen:
        source.slices.clear()
        await seen.pilot.press(*["pagedown"] * 30)
        assert seen.table.cursor == 30 * seen.table._height
        assert seen.table.row is None
        assert set(seen.numbers) == {None}
        source.open()
        await seen.settled()
        assert seen.at == 30 * seen.table._height


async def test_the_rows_are_counted_up_to_a_bound_then_all() -> None:
    source = Gated(Endless())
    source.exact.clear()
    async with listing() as seen:
        seen.table.show(source)
        await seen.until(lambda: seen.where)
        await seen.until(lambda: seen.where == "1 of 10,000+")
        source.open()
        await seen.settled()
        assert seen.where == "1 of 1,000,000"


async def test_the_end_is_there_before_the_rows_are_counted() -> None:
    source = Gated(Endless())
    source.exact.clear()
    async with listing() as seen:
        seen.table.show(source)
        await seen.until(lambda: seen.where == "1 of 10,000+")
        await seen.pilot.press("end")
        await seen.until(lambda: seen.at == 999_999)
        assert seen.where == "end of 10,000+"
        await seen.pilot.press(*["pageup"] * 20)
        await seen.until(lambda: seen.at == 999_999 - 20 * seen.table._height)
        in_sight = seen.numbers
        source.open()
        await seen.settled()
        assert seen.numbers == in_sight
        assert seen.at == 999_999 - 20 * seen.table._height
        assert seen.where == f"{seen.at + 1:,} of 1,000,000"


async def test_the_end_of_a_short_list_is_there_before_it_is_counted() -> None:
    source = Gated(Kept(*range(300)), counts=False)
    async with listing() as seen:
        seen.table.show(source)
        await seen.until(lambda: seen.where == "1 of 200+")
        await seen.pilot.press("end")
        await seen.until(lambda: seen.at == 299)
        await seen.pilot.press(*["pageup"] * 12)
        await seen.until(lambda: seen.at == 0)
        assert seen.where == "1 of 300"
        source.open()
        await seen.settled()
        assert (seen.at, seen.where) == (0, "1 of 300")


async def test_rows_beyond_a_count_that_never_comes_are_reached() -> None:
    source = Gated(Endless(1_000), counts=False)
    async with listing() as seen:
        seen.table.show(source)
        await seen.until(lambda: seen.where == "1 of 200+")
        for _ in range(40):
            await seen.pilot.press("pagedown")
            await seen.until(lambda: not seen.table._reader._reading)
        assert seen.at == 999
        assert seen.where == "1,000 of 1,000"
        source.open()


async def test_answers_of_an_earlier_source_are_dropped() -> None:
    slow = Gated(Kept(1, 2, 3), slices=False)
    async with listing() as seen:
        seen.table.show(slow)
        await seen.pilot.pause()
        seen.table.show(Kept(7, 8))
        await seen.until(lambda: seen.numbers == [7, 8])
        slow.open()
        await seen.settled()
        assert seen.numbers == [7, 8]
        assert seen.where == "1 of 2"


async def test_sources_that_hang_do_not_hold_up_the_newest() -> None:
    hanging = [Gated(Kept(n), slices=False, counts=False) for n in range(20)]
    async with listing() as seen:
        for source in hanging:
            seen.table.show(source)
            await seen.pilot.pause()
        assert len(seen.table._reader._reading) <= 4
        seen.table.show(Kept(*range(50)))
        for source in hanging:
            source.open()
        await seen.settled()
        assert seen.where == "1 of 50"


async def test_while_another_list_is_on_its_way_nothing_can_be_opened_or_marked() -> None:
    async with listing(Kept(1, 2, 3)) as seen:
        slow = Gated(Kept(7), slices=False)
        seen.table.show(slow)
        await seen.pilot.press("enter", "space", "asterisk")
        assert seen.numbers == [1, 2, 3]
        assert seen.at is None
        assert not seen.table.marks
        assert not seen.all(Opened)
        slow.open()
        await seen.settled()
        assert seen.at == 7


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_nothing_yet_nothing_found_and_nothing_readable(size: tuple[int, int]) -> None:
    source = Gated(Kept(), slices=False)
    async with listing(size=size) as seen:
        assert "· · ·" in seen.lines[2]
        seen.table.show(source)
        await seen.pilot.pause()
        assert "· · ·" in seen.lines[2]
        source.open()
        await seen.settled()
        assert "No lines yet. n writes the first one." in seen.lines[2]
        source.error = Away()
        await seen.press("f5")
        assert "✗ The database cannot be reached. F5 tries again." in seen.lines[2]
        assert [failed.error for failed in seen.all(Failed)] == [source.error]
        source.error, source.inner = None, Kept(1)
        await seen.press("f5")
        assert seen.numbers == [1]


async def test_the_key_that_tries_again_is_the_one_of_the_key_map() -> None:
    source = Gated(Kept())
    source.error = Away()
    async with listing() as seen:
        seen.app.set_keymap({"records.again": "ctrl+r"})
        await seen.show(source)
        assert "cannot be reached. ^r tries again." in seen.lines[2]


async def test_rows_that_cannot_be_read_are_missing_and_come_back() -> None:
    source = Gated(Endless())
    async with listing(source) as seen:
        source.error = Away()
        await seen.press("end")
        assert all("✗ not read" in line for line in seen.lines[1:])
        assert len(seen.all(Failed)) == 1
        await seen.press("up")
        source.error = None
        await seen.press("up")
        assert seen.at == 999_997


async def test_a_fault_of_the_source_is_told_like_a_refusal() -> None:
    source = Gated(Kept())
    source.error = ZeroDivisionError()
    async with listing(source) as seen:
        assert "✗ The list could not be read." in seen.lines[2]
        assert [failed.error for failed in seen.all(Failed)] == [source.error]


async def test_the_owner_hears_where_the_cursor_rests_and_what_is_opened() -> None:
    async with listing(Kept(*range(50))) as seen:
        assert [told.row.n for told in seen.all(Highlighted)] == [0]
        await seen.pilot.press("down", "down", "down")
        await seen.until(lambda: len(seen.all(Highlighted)) == 2)
        assert [told.row.n for told in seen.all(Highlighted)] == [0, 3]
        await seen.press("enter")
        assert [told.row.n for told in seen.all(Opened)] == [3]
        assert seen.all(Opened)[0].control is seen.table
        await seen.show(Kept())
        assert seen.all(Highlighted)[-1].row is None


async def test_another_list_keeps_the_cursor_on_its_row_if_asked() -> None:
    async with listing(Kept(*range(50))) as seen:
        await seen.press("down", "down", "down", "space")
        await seen.show(Kept(2, 3, 5), keep=True)
        assert seen.at == 2
        await seen.press("home", "down")
        await seen.show(Kept(0, 1, 2, 3), keep=True)
        assert seen.at == 3
        assert seen.table.marks.keys == {"line:3"}
        await seen.show(Kept(0, 1, 2, 3))
        assert seen.at == 0
        assert not seen.table.marks


async def test_an_order_is_asked_for_by_key_and_by_the_header() -> None:
    async with listing(Kept(1, 2), sort="number") as seen:
        assert "Number ↑" in seen.lines[0]
        await seen.press("s", "S")
        seen.table.show(Kept(1, 2), keep=True, sort="total", descending=True)
        await seen.press("s", "S")
        assert "Total ↓" in seen.lines[0]
        asked = [(told.column_key, told.descending) for told in seen.all(SortAsked)]
        assert asked == [("name", False), ("number", True), ("number", False), ("total", False)]
        seen.app.told.clear()
        for x in (3, seen.lines[0].index("Total"), seen.lines[0].index("Due")):
            await seen.pilot.click("#lines", offset=(x + 1, 1))
        asked = [(told.column_key, told.descending) for told in seen.all(SortAsked)]
        assert asked == [("number", False), ("total", False)]


async def test_the_mouse_selects_opens_and_scrolls() -> None:
    async with listing(Endless()) as seen:
        await seen.pilot.click("#lines", offset=(20, 6))
        await seen.settled()
        assert (seen.at, seen.all(Opened)) == (4, [])
        await seen.pilot.click("#lines", offset=(20, 6))
        assert [told.row.n for told in seen.all(Opened)] == [4]
        await seen.pilot.click("#lines", offset=(20, 9), times=2)
        assert [told.row.n for told in seen.all(Opened)] == [4, 7]
        seen.table.scroll_down(animate=False)
        await seen.settled()
        assert seen.numbers[0] == 1
        assert seen.table.cursor == 7
        await seen.pilot.click("#lines", offset=(60, 30))
        await seen.settled()
        assert seen.at == 29


async def test_a_row_is_copied_with_tabs_between_its_cells() -> None:
    source = Kept(1, 2)
    source.change(1, name="Acme\t\x1b[31mPartners", total="1,204.50")
    async with listing(source) as seen:
        await seen.press("y")
        assert seen.app.copied == [
            "L-0000001\tAcme␉␛[31mPartners\t19 Nov\t3 d\t1,204.50\t—\t▲ overdue"
        ]


async def test_a_terminal_that_grows_and_shrinks_keeps_the_cursor_in_sight() -> None:
    async with listing(Endless()) as seen:
        await seen.press(*["down"] * 30)
        await seen.pilot.resize_terminal(80, 24)
        await seen.settled()
        assert seen.at == 30
        await seen.pilot.resize_terminal(200, 60)
        await seen.settled()
        assert seen.at == 30
        assert all(len(line) <= 200 for line in seen.lines)


@pytest.mark.parametrize("ansi", [True, False])
async def test_it_is_drawn_in_the_colours_of_the_terminal_too(ansi: bool) -> None:
    async with listing(Kept(1, 2, 3), app=ListApp(ansi_color=ansi)) as seen:
        await seen.press("space")
        assert seen.lines[1].startswith(" ✓L-0000001")
        assert seen.lines[2].startswith("▌ L-0000002")


async def test_without_colour_the_cursor_and_the_marks_are_signs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with listing(Kept(1, 2, 3)) as seen:
        await seen.press("space")
        assert seen.lines[1].startswith(" ✓")
        assert seen.lines[2].startswith("▌ ")
        assert "✓ 1 marked · 2 of 3" in seen.where
        assert "▲ overdue" in seen.lines[1]


async def test_a_place_that_was_counted_wrongly_is_counted_again() -> None:
    source = Kept(*range(1_000))
    async with listing(source) as seen:
        source.lines = source.lines[:300]
        seen.table.scroll_to(y=700, animate=False)
        await seen.settled()
        await seen.press("end")
        assert (seen.at, seen.where) == (299, "300 of 300")
        await seen.press(*["pageup"] * 12)
        assert (seen.at, seen.numbers[0]) == (0, 0)


async def test_another_theme_colours_the_same_rows_anew() -> None:
    async with listing(Kept(1, 2, 3)) as seen:
        before = [segment.style for segment in seen.table.render_line(1)]
        seen.app.theme = "textual-light"
        await seen.pilot.pause()
        assert [segment.style for segment in seen.table.render_line(1)] != before
        seen.app.set_focus(None)
        focused = [segment.style for segment in seen.table.render_line(1)]
        await seen.pilot.pause()
        assert [segment.style for segment in seen.table.render_line(1)] != focused


async def test_a_step_of_the_cursor_paints_two_rows_and_where_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with listing(Kept(*range(20))) as seen:
        await seen.pilot.pause()
        painted: list[int] = []
        render_line = seen.table.render_line

        def spied(y: int) -> Strip:
            painted.append(y)
            return render_line(y)

        monkeypatch.setattr(seen.table, "render_line", spied)
        await seen.press("down")
        assert painted == [1, 2]
        assert "2 of 20" in seen.table.render_lines(seen.table.outer_size.region)[-1].text
