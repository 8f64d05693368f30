"""What screens do for their looks: lists that are empty, other themes, terminals of other sizes."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from screens.settings.people import PeoplePart
from screens.widgets.form import Form
from tests.ui.areas import keys
from tests.ui.office import Office
from tests.ui.pictures import styles_of
from tests.ui.seat import Seat, seated
from tests.ui.stage import strips, words


@pytest.mark.parametrize("office", ["founded"], indirect=True)
@pytest.mark.parametrize(
    ("area", "said"),
    [
        ("c", "No customer yet. n adds the first"),
        ("d", "No department yet. n makes the first"),
        ("l", "Nothing to take note of."),
    ],
)
async def test_a_list_of_nothing_says_how_to_begin(office: Office, area: str, said: str) -> None:
    async with seated() as seat:
        await keys(seat, "g", area, f"?{said}")


@pytest.mark.parametrize(("area", "said"), [("c", "No customer fits"), ("d", "No department fits")])
async def test_a_list_where_nothing_fits_says_how_to_go_on(
    office: Office, area: str, said: str
) -> None:
    async with seated() as seat:
        await keys(seat, "g", area, "slash", "=qqqq", "enter", f"?{said}")


@pytest.mark.parametrize("drive", [(), ("g", "c", "space")], ids=["home", "marked"])
async def test_another_theme_leaves_no_colour_of_the_one_before(
    office: Office, drive: tuple[str, ...]
) -> None:
    async with seated() as seat:
        await keys(seat, *drive)
        seat.app.theme = "billing-light"
        await seat.settled()
        changed = _inks(seat)
    async with seated(theme="billing-light") as seat:
        await keys(seat, *drive)
        assert changed == _inks(seat)


def _inks(seat: Seat) -> list[str]:
    """How each letter looks that is read."""
    drawn = strips(seat.app)
    lines = zip(words(drawn), styles_of(drawn), strict=True)
    cells = (cell for line in lines for cell in zip(*line, strict=False))
    return [look for letter, look in cells if letter.isalnum()]


async def test_a_page_in_sight_is_not_read_again_for_another_size(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "s", "down", "down")
        part, read = seat.one(PeoplePart), []
        part.reload = lambda: read.append(1)
        await seat.pilot.resize_terminal(130, 40)
        await seat.settled()
        assert not read


async def test_a_wider_terminal_shows_the_page_the_cursor_is_on(office: Office) -> None:
    async with seated((80, 24)) as seat:
        await keys(seat, "g", "s", "down", "down")
        assert not seat.app.screen.query(PeoplePart)
        await seat.pilot.resize_terminal(120, 36)
        await seat.sees("Grace Lund")


@pytest.mark.parametrize("height", [24, 36])
async def test_a_short_form_has_room_between_its_lines_where_there_is_some(
    office: Office, height: int
) -> None:
    async with seated((120, height)) as seat:
        await keys(seat, "g", "d", "n")
        first, second, *_ = seat.one(Form).fields.values()
        between = second.region.y - first.region.bottom
        assert between == (height > 30)


@pytest.mark.parametrize("office", ["damaged"], indirect=True)
async def test_what_cannot_be_opened_is_told_in_lines_that_begin_together(office: Office) -> None:
    async with seated() as seat:
        state = seat.one("#state", Static)
        assert state.styles.text_align == "left"
