"""The first start: whole by keys, left and taken up again, and every refusal beside its step."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from billing_tui.app.given import Options
from billing_tui.bootstrap import os_user
from billing_tui.domain.recovery import from_code
from billing_tui.services.checkpoints import Checkpoints
from screens.dialogs import Help
from screens.widgets.fields.field import Field
from screens.widgets.fields.texts import InputField
from tests.commands import Machine
from tests.hostile import TEXTS, UNREADABLE
from tests.ui.front import sitting
from tests.ui.wizarding import (
    answers,
    code_of,
    confirmed,
    on_from,
    step,
    to_summary,
    typed_to_summary,
)

LOCAL_PASSWORD = "correct horse battery"
# What a terminal would act on, or draw in another order.
ACTING = set("\x1b\x07\x9b\x85\u202e\u2066\u2028\ud800\0")


@pytest.fixture(autouse=True)
def germany(machine: Machine) -> None:
    machine.patch.setenv("LANG", "de_DE.UTF-8")
    machine.patch.setenv("TZ", "Europe/Berlin")


async def test_a_store_is_made_by_keys_alone_as_setup_makes_it(machine: Machine) -> None:
    async with sitting(size=(80, 24)) as front:
        assert front.mode == "wizard"
        assert front.says("Demo data", "Recovery code", str(machine.store))
        await typed_to_summary(front)
        assert front.says("Nordwind GmbH, DE", "EUR", "de, Europe/Berlin", "Ann Bell", "a trial")
        assert not machine.store.exists()
        await front.press("enter")
        assert step(front) == "code"
        (key,) = (machine.state / "credentials").glob("*-audit-key")
        assert from_code(key.read_text()) == from_code(code_of(front))
        assert front.says(key.name[:16])
        await front.press("tab")
        await front.answer(code_of(front)[-5:].lower())
        assert front.mode == "home"
    by_wizard = facts(machine)
    machine.patch.setenv("HOME", str(machine.home / "other"))
    machine.does(
        *("setup", "--yes", "--organisation", "Nordwind", "--entity", "Nordwind GmbH"),
        *("--name", "Ann Bell"),
    )
    assert facts(machine) == by_wizard


def facts(machine: Machine) -> Any:
    found = machine.does("organisations", "show") | {"users": machine.does("users", "list")}
    assert machine("setup", "--yes").code == 4
    changing = r'"(id|version|public_key|at|created_at)": ("[^"]*"|\d+),?'
    return re.sub(changing, "", json.dumps(found, sort_keys=True))


async def test_made_up_customers_are_added_to_a_trial(machine: Machine) -> None:
    async with sitting() as front:
        await to_summary(front, demo=True)
        await front.press("enter")
        await confirmed(front)
        assert front.mode == "home"
    assert machine.behind_its_back("SELECT count(*) FROM customer") == [(200,)]
    failed = [one for one in machine.does("doctor")["checks"] if one["result"] == "failed"]
    assert failed == []


async def test_real_books_take_no_made_up_customers(machine: Machine) -> None:
    async with sitting() as front:
        await to_summary(front, demo=True)
        await front.press("escape", "right", "enter")
        assert front.says("production")
        await front.press("enter")
        await confirmed(front)
    assert machine.does("organisations", "show")["production"]
    assert machine.behind_its_back("SELECT count(*) FROM customer") == [(0,)]


async def test_a_password_opens_the_new_store_at_once_and_is_asked_for_later(
    machine: Machine,
) -> None:
    async with sitting() as front:
        await to_summary(front, password=LOCAL_PASSWORD)
        assert LOCAL_PASSWORD not in str(
            [field.text for field in front.app.screen.walk_children(Field)]
        )
        await front.press("enter")
        await confirmed(front)
        assert front.mode == "home"
        assert front.app.session.lockable
    async with sitting() as front:
        assert front.mode == "sign_in"


@pytest.mark.parametrize("enters", [0, 2, 5, 8])
async def test_it_is_left_anywhere_and_goes_on_with_what_was_typed(
    machine: Machine, enters: int
) -> None:
    typed = ["", "Nordwind", "Nordwind GmbH", "", "", "", "", "Ann Bell", LOCAL_PASSWORD]
    async with sitting() as front:
        for text in typed[:enters]:
            await front.answer(text)
        await front.seat.type("Zz")
        at = step(front)
        await front.pilot.press("ctrl+q")
    assert not machine.store.exists()
    file = machine.state / "setup-answers.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert LOCAL_PASSWORD not in file.read_text()
    kept = answers(machine)
    async with sitting() as front:
        fields = {field.key: field for field in front.app.screen.walk_children(Field)}
        for name, text in kept.items():
            assert fields[name].text == text, at
    if enters > 2:
        assert kept["organisation"] == "Nordwind"


@pytest.mark.parametrize("junk", ["", "{", "[]", '{"organisation": [1]}', "[" * 5000, "\xff"])
async def test_answers_that_cannot_be_read_are_left_out(machine: Machine, junk: str) -> None:
    machine.state.mkdir(parents=True, mode=0o700)
    (machine.state / "setup-answers.json").write_text(junk, encoding="latin-1")
    async with sitting() as front:
        assert (front.mode, step(front)) == ("wizard", "place")


async def test_a_setup_that_died_before_its_code_was_confirmed_shows_it_again(
    machine: Machine,
) -> None:
    async with sitting() as front:
        await to_summary(front, demo=True)
        await front.press("enter")
        code = code_of(front)
        await front.pilot.press("ctrl+q")
    async with sitting() as front:
        assert (front.mode, step(front), code_of(front)) == ("wizard", "code", code)
        await front.press("escape")
        assert step(front) == "code"
        await confirmed(front)
        assert front.mode == "home"
    assert not (machine.state / "setup-answers.json").exists()
    assert len(machine.does("organisations", "list")["items"]) == 1
    assert machine.behind_its_back("SELECT count(*) FROM customer") == [(200,)]


async def test_a_setup_of_the_command_line_that_died_is_finished_here(machine: Machine) -> None:
    with pytest.MonkeyPatch.context() as patch:

        def killed(*_given: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(Checkpoints, "sign", killed)
        assert machine("setup", "--yes", "--organisation", "Begun").code == 130
    async with sitting() as front:
        assert step(front) == "code"
        await confirmed(front)
        assert (front.mode, front.app.session.organisation) == ("home", "Begun")


@pytest.mark.parametrize("spelling", ["whole", "spaced"])
async def test_the_whole_code_confirms_it_too(machine: Machine, spelling: str) -> None:
    async with sitting() as front:
        await to_summary(front)
        await front.press("enter")
        code = code_of(front)
        await front.fill("typed", code if spelling == "whole" else code.replace("-", " "))
        await on_from(front, "typed")
        assert front.mode == "home"


async def test_its_last_group_can_be_typed_at_once(machine: Machine) -> None:
    async with sitting() as front:
        await to_summary(front)
        await front.press("enter")
        await front.answer(code_of(front)[-5:])
        assert front.mode == "home"


async def test_a_code_typed_wrong_does_not_go_on(machine: Machine) -> None:
    async with sitting() as front:
        await to_summary(front)
        await front.press("enter")
        for wrong in ("", "A", "ABCDE", code_of(front)[:5]):
            await front.fill("typed", wrong)
            await on_from(front, "typed")
            assert step(front) == "code"
            assert front.field("typed").error
        mark = machine.behind_its_back("SELECT value FROM store_meta WHERE name = 'setup'")
        assert mark == [("begun",)]


async def test_y_copies_the_code_and_nothing_keeps_it_afterwards(machine: Machine) -> None:
    async with sitting() as front:
        await to_summary(front)
        await front.press("enter")
        code = code_of(front)
        await front.press("y")
        assert front.app.clipboard == code
        assert code not in str(front.told())
        await confirmed(front)
        assert front.app.clipboard == ""
        logs = "".join(path.read_text() for path in machine.state.glob("*.log*"))
        assert code[:11] not in logs


async def test_what_is_wrong_is_said_beside_its_field(machine: Machine) -> None:
    async with sitting() as front:
        await front.press("enter", "enter", "enter", "enter")
        assert (step(front), front.field("organisation").error) == ("company", "must be filled in.")
        await front.fill("organisation", "Nordwind")
        await front.fill("country", "Narnia")
        await front.press("tab", "tab", "enter")
        assert "not a country" in front.field("country").error
        await front.fill("country", "uk")
        await front.press("enter")
        assert step(front) == "books"
        await front.fill("zone", "Mars/Base")
        await front.fill("currency", "Taler")
        await front.press("enter", "enter", "enter")
        assert "not a currency" in front.field("currency").error
        assert "not a time zone" in front.field("zone").error
        assert step(front) == "books"


async def test_what_people_call_it_stands_for_its_code(machine: Machine) -> None:
    async with sitting() as front:
        await front.press("enter")
        await front.answer("Nordwind")
        await front.press("enter")
        await front.fill("country", "Austria")
        await front.press("enter")
        await front.fill("currency", "Swiss Franc")
        await front.press("enter", "enter")
        await front.fill("zone", "vienna")
        await front.press("enter")
        assert step(front) == "you"
        await front.press("escape")
        codes = [front.field(name).text for name in ("currency", "locale", "zone")]
        assert codes == ["CHF", "de", "Europe/Vienna"]


async def test_the_currency_follows_the_country_until_another_is_typed(machine: Machine) -> None:
    async def lies_in(country: str) -> str:
        await front.fill("country", country)
        await front.to_field("country")
        await front.press("enter")
        return str(front.field("currency").text)  # on the next step

    async with sitting() as front:
        await front.press("enter")
        await front.answer("Nordwind")
        await front.press("enter")
        assert await lies_in("Switzerland") == "CHF"
        await front.press("escape")
        assert await lies_in("DE") == "EUR"
        await front.fill("currency", "SEK")
        await front.press("escape")
        assert await lies_in("CH") == "SEK"


async def test_a_password_has_to_be_good_and_the_same_twice(machine: Machine) -> None:
    wrong = {
        ("short", "short"): "at least 12",
        (LOCAL_PASSWORD, "correct horse batterz"): "differs",
        ("a" * 15, "a" * 15): "repeats",
    }
    async with sitting() as front:
        await front.press("enter")
        await front.fill("organisation", "Nordwind")
        await on_from(front, "country")
        await on_from(front, "zone")
        for (first, second), told in wrong.items():
            await front.fill("password", first)
            await front.fill("again", second)
            await on_from(front, "again")
            assert step(front) == "you"
            assert told in front.field("password").error + front.field("again").error


async def test_hostile_answers_are_shown_inert_in_every_field(machine: Machine) -> None:
    async with sitting() as front:
        await front.press("right")
        for at in ("place", "company", "books", "you"):
            assert step(front) == at
            for field in [one for one in front.fields() if isinstance(one, InputField)]:
                before = field.text
                for text in [*TEXTS.values(), *UNREADABLE.values()]:
                    field.text = text
                    await front.pilot.pause()
                    assert not set(front.seat.text) & ACTING
                field.text = before
            if at == "place":
                await front.to_field("place")
                await front.press("left")
            elif at == "company":
                await front.fill("organisation", "Nordwind")
            front.fields()[-1].focus()
            await front.press("enter")


@pytest.mark.parametrize("name", ["ansi", "bidi", "markup"])
async def test_hostile_names_are_founded_as_they_are_and_shown_inert(
    machine: Machine, name: str
) -> None:
    async with sitting() as front:
        await front.press("enter")
        await front.fill("organisation", TEXTS[name])
        await front.press(*["enter"] * 6)
        await front.fill("name", TEXTS[name])
        await front.press(*["enter"] * 5)
        assert step(front) == "summary"
        assert not set(front.seat.text) & ACTING
        await front.press("enter")
        await confirmed(front)
        session = front.app.session
        assert (session.organisation, session.name) == (TEXTS[name], TEXTS[name])


async def test_a_card_number_is_neither_taken_nor_kept(machine: Machine) -> None:
    async with sitting() as front:
        await front.press("enter")
        await front.fill("organisation", "4111 1111 1111 1111")
        await front.press("enter", "enter", "enter")
        assert "card number" in front.field("organisation").error
        await front.pilot.press("ctrl+q")
    assert "4111" not in (machine.state / "setup-answers.json").read_text()


@pytest.mark.parametrize("named_by", ["--store", "BILLING_TUI_STORE"])
async def test_a_named_file_that_is_not_there_yet_is_made(
    machine: Machine, tmp_path: Path, named_by: str
) -> None:
    place = tmp_path / "books.db"
    options = Options(store=str(place)) if named_by == "--store" else Options()
    if named_by != "--store":
        machine.patch.setenv(named_by, str(place))
    async with sitting(options) as front:
        assert front.says(place.name, f"named by {named_by}")
        await to_summary(front)
        await front.press("enter")
        await confirmed(front)
        assert front.mode == "home"
    assert place.exists()
    assert not machine.store.exists()
    async with sitting() as front:
        assert front.mode == "home"


async def test_a_folder_that_is_missing_is_said_where_the_place_is(
    machine: Machine, tmp_path: Path
) -> None:
    async with sitting(Options(store=str(tmp_path / "no" / "x.db"))) as front:
        await to_summary(front)
        await front.press("enter")
        assert step(front) == "place"
        assert front.says("does not exist")


async def test_somebody_else_as_first_admin_needs_a_password(machine: Machine) -> None:
    async with sitting(Options(user="anna")) as front:
        await front.press("enter")
        await front.answer("Nordwind")
        await front.press(*["enter"] * 5)
        await front.press("enter", "enter", "enter")
        assert (step(front), front.field("password").error) == ("you", "must be filled in.")
        await front.fill("password", LOCAL_PASSWORD)
        await front.fill("again", LOCAL_PASSWORD)
        await front.press("tab", "enter", "enter", "enter", "enter")
        await confirmed(front)
        assert (front.mode, front.app.session.login) == ("home", "anna")
    assert os_user() != "anna"


async def test_the_keys_told_are_those_that_work_before_anybody_is_in(machine: Machine) -> None:
    async with sitting() as front:
        await to_summary(front)
        await front.press("question_mark")
        shown = front.app.screen
        assert isinstance(shown, Help)
        names = {act.name for act in shown.known}
        assert {"Continue", "Back", "Quit", "Keys"} <= names
        assert not names & {"Go to", "Palette", "Running", "Lock", "Sign out", "Undo"}
