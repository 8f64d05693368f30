"""What a bulk action would do, at any length."""

from __future__ import annotations

import pytest

from screens.dialogs import Changing, DiffCounts, DiffLine, DiffView, Outcome, steps_told
from tests.ui.stage import SIZES, Stage, inert, picture

COUNTS = DiffCounts(changed=4_812, same=100, refused=88)


class Counted(list[DiffLine]):
    """Lines that count how many were looked at one by one."""

    looked = 0

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        self.looked += 1
        return super().__getitem__(index)


def lines(count: int) -> list[DiffLine]:
    def one(n: int) -> DiffLine:
        outcome = (Outcome.CHANGED, Outcome.CHANGED, Outcome.SAME, Outcome.REFUSED)[n % 4]
        reason = "It is merged." if outcome is Outcome.REFUSED else ""
        cells = (f"C-{n:05}", f"Customer \x1b[2J {n}", [Changing("a", "b", "terms")])
        return DiffLine(cells, outcome, reason)

    return [one(n) for n in range(count)]


def diff(count: int = 50, counts: DiffCounts = COUNTS) -> DiffView:
    columns = ["Number", "Name", "Tags"]
    return DiffView("Tag vip", columns, lines(count), counts, doing="change", noun="customers")


async def opened(app: Stage, pilot, dialog: DiffView) -> None:  # type: ignore[no-untyped-def]
    app.ask(dialog)
    await pilot.pause()
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_it_names_the_count_and_shows_before_and_after(size: tuple[int, int]) -> None:
    app = Stage()
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot, diff())
        shown = "\n".join(picture(app))
        assert "Enter: change 4,812 customers · Esc cancel" in shown
        assert "2 would change 4,812" in shown
        assert "○ 100 the same" in shown
        assert "● would change C-00000" in shown
        assert "terms a → b" in shown
        assert inert(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.answers == [True]


def test_what_comes_and_goes_stands_together_and_apart_from_the_next_thing() -> None:
    steps = [
        Changing("", "big", "tags"),
        Changing("", "vip", "tags"),
        Changing("new", "", "tags"),
        Changing("net30", "net45", "terms"),
        Changing("", "brake hold: late", "brakes"),
    ]
    assert steps_told(steps) == "+big +vip −new · terms net30 → net45 · +brake hold: late"


async def test_only_some_of_the_rows() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, diff())
        await pilot.press("3")
        await pilot.pause()
        rows = [line for line in picture(app) if "C-000" in line and "Number" not in line]
        assert len(rows) > 5
        assert all("✗ refused" in row for row in rows)
        assert "✗ It is merged." in "\n".join(picture(app))
        await pilot.press("2", "end")
        await pilot.pause()
        assert "refused C-" not in "\n".join(picture(app))
        await pilot.press("1", "escape")
        await pilot.pause()
        assert app.answers == [False]


async def test_rows_of_a_kind_that_is_not_there() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, diff(3))
        await pilot.press("3", "down", "end")
        await pilot.pause()
        assert "no row of that kind" in "\n".join(picture(app))


async def test_nothing_to_change_cannot_be_confirmed() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, diff(counts=DiffCounts(0, 100, 0)))
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert not app.answers
        assert "nothing to do · Esc back" in "\n".join(picture(app))


async def test_only_rows_in_sight_are_drawn() -> None:
    dialog = diff(50_000)
    rows = dialog.list.lines = Counted(dialog.list.lines)
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, dialog)
        await pilot.press("end", "pageup", "home", "pagedown")
        await pilot.pause()
        assert rows.looked < 1_000
        await pilot.press("end")
        await pilot.pause()
        assert "C-49999" in "\n".join(picture(app))


async def test_a_click_moves_to_the_row() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        dialog = diff()
        await opened(app, pilot, dialog)
        await pilot.click(dialog.list, offset=(5, 3))
        await pilot.pause()
        assert dialog.list.cursor == 3
        assert "✗ It is merged." in "\n".join(picture(app))
