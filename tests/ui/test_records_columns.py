"""What stands in the cells of a list, and how wide they are."""

from __future__ import annotations

from itertools import pairwise

import pytest
from rich.cells import cell_len

from screens.widgets.records import Cell, Column
from screens.widgets.records.columns import fitted, placed
from tests.hostile import ACTS, TEXTS, UNREADABLE
from tests.ui.lists import COLUMNS, Kept, Line, ListApp, listing

pytestmark = pytest.mark.unspared

HOSTILE = TEXTS | UNREADABLE


def titles(room: int) -> list[str]:
    return [one.column.title for one in placed(COLUMNS, room)]


def test_columns_go_by_priority_when_it_is_narrow() -> None:
    assert titles(200) == [column.title for column in COLUMNS]
    assert titles(75) == ["Number", "Customer", "Due", "Total", "Balance", "Status"]
    assert titles(52) == ["Number", "Customer", "Total", "Status"]
    assert titles(20) == ["Customer"]
    assert placed(COLUMNS, 5)[0].width == 5


def test_columns_fill_the_room_and_never_more() -> None:
    for room in range(1, 220):
        found = placed(COLUMNS, room)
        assert found[-1].at + found[-1].width == room
        for one, other in pairwise(found):
            assert one.at + one.width + 2 == other.at
            assert one.width >= one.column.least


def test_names_get_the_room() -> None:
    width = {one.column.title: one.width for one in placed(COLUMNS, 197)}
    assert width["Customer"] == 14 + 87
    assert width["Status"] == 10 + 29
    assert width["Total"] == 12


def test_columns_without_weights_leave_the_rest_empty() -> None:
    column: Column[Line] = Column("N", lambda line: Cell(""), 4)
    assert [one.width for one in placed([column, column], 50)] == [4, 4]


@pytest.mark.parametrize("width", [1, 2, 3, 7, 30])
@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize(
    "text", [*HOSTILE.values(), "漢字株式会社", "e\u0301" * 9, "x" * 5_000, ""]
)
def test_text_fits_exactly(text: str, width: int, right: bool) -> None:
    shown = fitted(text, width, right)
    assert cell_len(shown) == width
    assert not ACTS.search(shown)


def test_what_is_cut_says_so() -> None:
    assert fitted("Acme Partners", 8) == "Acme Pa…"
    assert fitted("漢字株式会社", 8) == "漢字株 …"
    assert fitted("12.50", 8, right=True) == "   12.50"


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_lines_are_as_wide_as_the_list(size: tuple[int, int]) -> None:
    source = Kept(*range(100))
    for n, text in enumerate(["漢字株式会社 東京", "Café", "👩‍👩‍👧 Fam", *TEXTS.values()]):
        source.change(n, name=text * 7)
    async with listing(source, size=size) as seen:
        for y in range(seen.table.size.height):
            assert cell_len(seen.table.render_line(y).text) == size[0] - 3
        assert "Total" in seen.lines[0]
        assert ("Balance" in seen.lines[0]) == (size[0] >= 80)
        assert ("Late" in seen.lines[0]) == (size[0] > 80)
        assert not seen.table.show_horizontal_scrollbar


@pytest.mark.parametrize("name", HOSTILE)
async def test_no_text_acts_on_the_terminal(name: str) -> None:
    text = HOSTILE[name]
    columns = (
        Column[Line](text, lambda line: Cell(line.name), 10, weight=1, sort="name"),
        Column[Line]("Total", lambda line: Cell(line.total), 10, right=True),
    )
    source = Kept(1, 2)
    source.change(1, name=text, total=text)
    source.change(2, name=text * 50, total=text * 50)
    async with listing(source, app=ListApp(columns), sort="name") as seen:
        seen.table.border_title = None
        await seen.press("space", "y")
        for line in seen.lines:
            assert not ACTS.search(line)
        for copied in seen.app.copied:
            assert not ACTS.search(copied.replace("\t", ""))
        seen.table.empty = text
        await seen.show(Kept())
        for line in seen.lines:
            assert not ACTS.search(line)
