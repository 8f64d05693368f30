"""Fields of codes: typed as a code or by the name, and never taken for what was not meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from billing_tui.domain.tax_ids import territory
from screens.widgets.fields import (
    CompletionField,
    CountryField,
    CurrencyField,
    LanguageField,
    RowsField,
    TextField,
)
from screens.widgets.form import Form
from tests.ui.stage import Stage, picture

_KEYS = {" ": "space", "-": "minus"}


def country() -> CountryField:
    return CountryField("field", "Country", locale="de")


def currency() -> CurrencyField:
    return CurrencyField("field", "Currency")


def language() -> LanguageField:
    return LanguageField("field", "Language")


async def asked(app: Stage, pilot: Pilot[None], field: CompletionField) -> None:
    """Typing paused, and the list answered."""
    field._ask()
    await app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.parametrize("pause", [False, True], ids=["at once", "with the list"])
@pytest.mark.parametrize(
    ("make", "typed", "kept"),
    [
        (country, "de", "DE"),
        (country, "Germany", "DE"),
        (country, "deutschland", "DE"),
        (country, "uk", "GB"),
        (currency, "eur", "EUR"),
        (currency, "swiss fr", "CHF"),
        (language, "de", "de"),
        (language, "DE", "de"),
        (language, "german", "de"),
        (language, "pt-BR", "pt-BR"),
    ],
)
async def test_a_code_or_its_name(
    make: Callable[[], CompletionField], typed: str, kept: str, pause: bool
) -> None:
    field = make()
    app = Stage(Form(field, TextField("after", "After")))
    async with app.run_test() as pilot:
        await pilot.press(*(_KEYS.get(letter, letter) for letter in typed))
        if pause:
            await asked(app, pilot, field)
        await pilot.press("enter")
        await pilot.pause()
        assert field.collect() == kept
        assert field.text == kept


@pytest.mark.parametrize("pause", [False, True], ids=["at once", "with the list"])
async def test_too_few_letters_are_no_word_inside_a_name(pause: bool) -> None:
    field = currency()
    app = Stage(Form(field, TextField("after", "After")))
    async with app.run_test() as pilot:
        await pilot.press("d", "e")
        if pause:
            await asked(app, pilot, field)
        await pilot.press("enter")
        await pilot.pause()
        assert field.text == "de"
        assert field.error.startswith("'de' is not a currency in use.")


async def test_a_known_code_opens_no_list() -> None:
    field = country()
    app = Stage(Form(field))
    async with app.run_test() as pilot:
        await pilot.press("d", "e")
        await asked(app, pilot, field)
        assert not field.list.is_open
        assert "Germany" in picture(app)[0]
        await pilot.press("n")
        await asked(app, pilot, field)
        assert [one.text for one in field.list.suggestions] == ["DK"]


async def test_in_a_row_the_error_stands_below_it_once_the_cell_is_left() -> None:
    def make() -> list[list[CountryField | TextField]]:
        cell = CountryField("country", "Country", required=True, check=territory)
        return [[cell, TextField("number", "Number")]]

    rows = RowsField("tax_ids", "Tax numbers", noun="tax number", make=make)
    app = Stage(Form(rows))
    async with app.run_test() as pilot:
        await pilot.press("ctrl+n", *"Narnia")
        assert "✗" not in "\n".join(picture(app))
        await pilot.press("tab")
        await pilot.pause()
        assert "✗ Country: 'Narnia' is not a country." in "\n".join(picture(app))
        rows.rows[0].cells["country"].text = "Austria"
        rows.rows[0].cells["number"].text = "1"
        assert rows.collect() == ({"country": "AT", "number": "1"},)
        rows.rows[0].cells["country"].text = "eu"
        assert rows.collect()[0]["country"] == "EU"


async def test_reading_a_name_takes_away_no_error_that_is_said_right_after() -> None:
    """What was meant takes the place of the name, which is not a change of the row."""

    def make() -> list[list[CountryField | TextField]]:
        return [[CountryField("country", "Country"), TextField("number", "Number")]]

    rows = RowsField("tax_ids", "Tax numbers", noun="tax number", make=make)
    app = Stage(Form(rows))
    async with app.run_test() as pilot:
        rows.fill([{"country": "Austria", "number": "1"}])
        await pilot.pause()
        rows.collect()
        rows.complain("[0]", "is not one of Austria.")
        await pilot.pause()
        assert "✗ is not one of Austria." in "\n".join(picture(app))
