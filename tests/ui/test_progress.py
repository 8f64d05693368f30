"""Progress: told by plain calls, measured by a clock that is given."""

from __future__ import annotations

import pytest

from screens.widgets.progress import Progress, lasting
from tests.hostile import TEXTS
from tests.ui.stage import SIZES, Stage, inert, picture


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize("size", SIZES)
async def test_count_rate_and_time_left(size: tuple[int, int]) -> None:
    clock = Clock()
    view = Progress("Import customers", clock)
    app = Stage(view)
    async with app.run_test(size=size) as pilot:
        clock.seconds += 1
        view.update(100, 4_000)
        await pilot.pause()
        assert picture(app)[2].strip() == "100 of 4,000 · 2 %"
        clock.seconds += 9
        view.update(1_000, 4_000, "rows")
        await pilot.pause()
        shown = [line.strip() for line in picture(app)]
        assert shown[0] == "Import customers · rows"
        assert shown[1].count("━") == (size[0] - 2) // 4
        assert shown[2] == "1,000 of 4,000 · 25 % · 100 a second · 30 s left"
        view.update(1_500)
        await pilot.pause()
        assert picture(app)[2].strip() == "1,500 · 150 a second"


async def test_it_is_stopped_once_and_left_running() -> None:
    view = Progress("Import", Clock())
    app = Stage(view)
    async with app.run_test() as pilot:
        view.focus()
        await pilot.press("c", "c")
        await pilot.pause()
        assert len(app.heard(Progress.StopAsked)) == 1
        assert "stopping after this one…" in picture(app)[3]
        await pilot.press("l", "escape")
        assert len(app.heard(Progress.LeaveAsked)) == 2


async def test_the_end_is_told() -> None:
    view = Progress("Import", Clock())
    app = Stage(view)
    async with app.run_test() as pilot:
        view.update(5, 5)
        view.show_ended("5 rows are in.")
        await pilot.pause()
        shown = [line.strip() for line in picture(app)[:4]]
        assert shown[1:] == ["━" * 78, "5 rows are in.", "Esc close"]
        view.focus()
        await pilot.press("c")
        assert not app.heard(Progress.StopAsked)


async def test_it_is_inert() -> None:
    text = "".join(TEXTS.values())
    view = Progress(text, Clock())
    app = Stage(view)
    async with app.run_test() as pilot:
        view.update(1, 2, text)
        view.show_ended(text)
        await pilot.pause()
        assert inert(app)


@pytest.mark.parametrize(
    ("seconds", "said"), [(5, "5 s"), (65, "1 min 05 s"), (3_725, "1 h 02 min")]
)
def test_how_long(seconds: int, said: str) -> None:
    assert lasting(seconds) == said
