"""Text of several lines: kept to the character, and inert where it is shown."""

from __future__ import annotations

import pytest

from billing_tui.domain.errors import BillingError
from screens.widgets.fields import NotesField, TextField
from screens.widgets.fields.notes import ExactDocument
from screens.widgets.form import Form
from tests.hostile import CARD, TEXTS, UNREADABLE
from tests.ui.stage import SIZES, Stage, inert, paste, picture

ODD_LINES = "a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i\rj"


@pytest.mark.parametrize("text", [*TEXTS.values(), ODD_LINES], ids=[*TEXTS, "odd lines"])
async def test_text_is_kept_exactly_and_shown_inert(text: str) -> None:
    field = NotesField("note", "Note")
    app = Stage(field)
    async with app.run_test(size=(80, 24)) as pilot:
        field.text = text
        await pilot.pause()
        assert field.value == text
        assert inert(app)
        await pilot.press("ctrl+end", "x", "backspace")
        assert field.value == text


@pytest.mark.parametrize("size", SIZES)
async def test_keys_write_lines_and_tab_goes_on(size: tuple[int, int]) -> None:
    field, after = NotesField("note", "Note", text="one"), TextField("name", "Name")
    app = Stage(Form(field, after))
    async with app.run_test(size=size) as pilot:
        await pilot.press("end", "enter", *"two")
        assert field.value == "one\ntwo"
        assert [line.split()[-1] for line in picture(app)[:2]] == ["one", "two"]
        await pilot.press("tab")
        assert app.focused is after.input


async def test_a_paste_has_the_line_ends_of_a_terminal() -> None:
    field = NotesField("note", "Note", most=1_000_000)
    app = Stage(field)
    async with app.run_test() as pilot:
        await paste(app, pilot, "one\r\ntwo\rthree\x1b[2J")
        assert field.value == "one\ntwo\nthree\x1b[2J"
        assert inert(app)
        await paste(app, pilot, "x" * 100_001)
        assert field.value == "one\ntwo\nthree\x1b[2J"
        assert "100,001 characters" in field.error


@pytest.mark.parametrize("text", [*UNREADABLE.values(), CARD], ids=[*UNREADABLE, "card"])
async def test_what_is_not_kept_is_refused_beside_the_field(text: str) -> None:
    field = NotesField("note", "Note")
    app = Stage(field)
    async with app.run_test() as pilot:
        await paste(app, pilot, text)
        assert field.error
        assert inert(app)
        with pytest.raises(BillingError):
            field.collect()


async def test_undo_brings_back_what_was_replaced() -> None:
    field = NotesField("note", "Note", text="a\u2028b\nc")
    app = Stage(field)
    async with app.run_test() as pilot:
        field.area.select_all()
        await pilot.press("backspace")
        assert field.typed() == ""
        await pilot.press("ctrl+z")
        assert field.text == "a\u2028b\nc"


@pytest.mark.parametrize(
    ("start", "end", "put", "after", "stops"),
    [
        ((0, 1), (1, 1), "", "aetc", (0, 1)),
        ((0, 0), (0, 0), "x\n", "x\nab\nbetc", (1, 0)),
        ((1, 4), (1, 4), "\n", "ab\nbetc\n", (2, 0)),
        ((1, 1), (0, 1), "1\n2\u20283\n4", "a1\n2\u20283\n4etc", (2, 1)),
    ],
)
def test_a_document_replaces_ranges(
    start: tuple[int, int], end: tuple[int, int], put: str, after: str, stops: tuple[int, int]
) -> None:
    document = ExactDocument("ab\nbetc")
    done = document.replace_range(start, end, put)
    assert document.text == after
    assert done.end_location == stops
