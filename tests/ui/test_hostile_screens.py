"""Hostile text in every field and on every list: not one escape of theirs, not one hidden mark."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import cycle, islice
from typing import Any

import pytest
from textual.app import App
from textual.widgets import Input, TextArea

import screens
from billing_tui.domain.safe import HIDDEN
from screens.palette import PaletteInput
from screens.widgets.fields.completion import CompletionField, TagsField
from screens.widgets.fields.dates import DateField
from screens.widgets.fields.drop_list import Suggestion
from screens.widgets.fields.field import Field
from screens.widgets.fields.inputs import FieldInput
from screens.widgets.fields.notes import NotesArea, NotesField
from screens.widgets.fields.numbers import MoneyField, NumberField, PercentField
from screens.widgets.fields.texts import CodeField, SecretField, TextField
from screens.widgets.query_line import QueryLine
from storage.engine import sqlite_module
from tests.hostile import ESCAPES, MARK, foreign, many
from tests.ui.homes import Kept, run
from tests.ui.office import Office
from tests.ui.scenes import SCENES, Scene
from tests.ui.seat import seated
from tests.ui.stage import Stage, picture
from tests.ui.terminals import Terminal
from tests.ui.ways import to_customers

STRINGS = 2000
_BY_NAME = {scene.name: scene for scene in SCENES}
# Scenes with something to type into, in whose fields every string is put.
TYPED = [
    _BY_NAME[name]
    for name in (
        "wizard-company", "wizard-you", "sign-in", "customer-new", "customer-edit", "customer-note",
        "customers-change", "customers-export", "customers-import", "department-new",
        "settings-organisation-edit", "settings-person-new",
    )
]  # fmt: skip
LISTS = [_BY_NAME[name] for name in ("customers", "departments", "audit", "alerts")]


@pytest.mark.parametrize(
    ("scene", "office"),
    [pytest.param(scene, scene.world, id=scene.name) for scene in TYPED],
    indirect=["office"],
)
async def test_fields(scene: Scene, office: Office) -> None:
    async with seated((80, 24)) as seat:
        await scene.drive(seat)
        screen = seat.app.screen
        fields: list[Input | TextArea] = list(screen.query(Input).results())
        fields += screen.query(TextArea).results()
        assert fields, "nothing to type into"
        strings = islice(cycle(many(STRINGS)), max(STRINGS // len(TYPED), len(fields)) + 1)
        for batch in batches(strings, len(fields)):
            for field, text in zip(fields, batch, strict=False):
                fill(field, text)
            await seat.pilot.pause()
            nothing_hidden(seat.app)
        await seat.press("ctrl+s")
        nothing_hidden(seat.app)


def nobody(_typed: str) -> list[Suggestion]:
    return []


def kinds() -> list[Field[Any]]:
    """One field of each kind that can be typed into."""
    return [
        TextField("text", "Text"), CodeField("code", "Code"), SecretField("secret", "Secret"),
        MoneyField("money", "Money", currency="EUR"), NumberField("number", "Number"),
        PercentField("percent", "Percent"), DateField("day", "Day", today=date(2026, 11, 24)),
        CompletionField("parent", "Parent", suggest=nobody), NotesField("notes", "Notes"),
        TagsField("tags", "Tags", suggest=nobody),
    ]  # fmt: skip


async def test_every_string_in_every_kind_of_field() -> None:
    """Ten at a time, on a screen so wide that all of them are drawn."""
    fields = kinds()
    app = Stage(*fields)
    async with app.run_test(size=(8000, 40)) as pilot:
        for entry in app.query("FieldInput, NotesArea").results():
            entry.styles.max_width = 8000
        for strings in batches(many(STRINGS, seed=5), 10):
            text = " ".join(strings)
            for field in fields:
                field.text = text
            await pilot.pause()
            nothing_hidden(app)
            assert strings[-1].split()[0] in "".join(picture(app))


def test_whatever_is_typed_into_draws_like_these() -> None:
    for module in pkgutil.walk_packages(screens.__path__, "screens."):
        importlib.import_module(module.name)
    inputs = set(ours(Input))
    assert {one._value for one in inputs} == {FieldInput._value, PaletteInput._value}
    assert set(ours(TextArea)) == {NotesArea}


def ours(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield from ours(one)
        if one.__module__.startswith("screens."):
            yield one


@pytest.mark.parametrize("scene", LISTS, ids=lambda scene: scene.name)
async def test_query_lines(scene: Scene, office: Office) -> None:
    async with seated((80, 24)) as seat:
        await scene.drive(seat)
        await seat.press("slash")
        for text in many(40, seed=3):
            for line in seat.app.screen.query(QueryLine).results():
                line.show("")
                line._input.value = text
            await seat.settled()
            nothing_hidden(seat.app)


async def test_the_palette(office: Office) -> None:
    async with seated((80, 24)) as seat:
        await seat.press("ctrl+p")
        for text in many(40, seed=4):
            seat.app.screen.query_one("CommandInput").value = text.replace("\n", " ")  # type: ignore[attr-defined]
            await seat.settled()
            nothing_hidden(seat.app)


def fill(field: Input | TextArea, text: str) -> None:
    """As a paste does, with whatever is in it."""
    if isinstance(field, TextArea):
        field.text = text
    else:
        field.value = text


def batches(strings: Iterator[str], size: int) -> Iterator[list[str]]:
    while batch := list(islice(strings, size)):
        yield batch


def nothing_hidden(app: App[Any]) -> None:
    for line in picture(app):
        assert HIDDEN.search(line) is None, ascii(line)


@pytest.fixture(scope="module")
def hostile_home() -> Kept:
    """Whatever has a text has a hostile one, as somebody would put it there who opens the file."""
    kept = Kept()
    run(kept.home, "setup", "--yes", "--demo", "--organisation", "Northwind")
    strings = cycle(many(STRINGS, seed=2))
    with closing(sqlite_module().connect(str(kept.home / STORE))) as store, store:
        for (id,) in store.execute("SELECT id FROM customer").fetchall():
            said = [next(strings) for _ in range(10)]
            contact = [{"name": said[1], "email": said[2], "phone": said[3], "role": said[4]}]
            address = {"kind": "billing", "country": "DE", "lines": [said[5], ""], "city": said[6]}
            address |= {"postcode": said[7], "region": said[8]}
            store.execute(
                "UPDATE customer SET name = ?, contacts = ?, addresses = ?, tags = ?,"
                " meta_data = ?, version = version + 1 WHERE id = ?",
                (said[0], json.dumps(contact), json.dumps([address]), json.dumps([said[9]]),
                 json.dumps({"erp": said[3]}), id),
            )  # fmt: skip
        for table, column in (
            ("department", "name"),
            ("organisation", "name"),
            ("app_user", "name"),
        ):
            for (id,) in store.execute(f"SELECT id FROM {table}").fetchall():
                store.execute(
                    f"UPDATE {table} SET {column} = ?, version = version + 1 WHERE id = ?",
                    (next(strings), id),
                )
    kept.keep()
    return kept


STORE = ".local/share/billing-tui/billing.db"


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo terminal")
@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
def test_lists_on_a_terminal(hostile_home: Kept, size: tuple[int, int]) -> None:
    with Terminal(hostile_home.put_back(), size=size) as terminal:
        to_customers(terminal)
        for _ in range(4):
            terminal.press(*["pagedown"] * 2, *["down"] * 8, "enter")
            terminal.expect("Back")
            terminal.press("escape")
            terminal.expect("Search")
        for area in "dash":
            terminal.press("g", area, "down", "down", "end")
        terminal.expect("To do")
        terminal.press("ctrl+q")
        assert terminal.ended() == 0
        said = terminal.sent.decode(errors="replace")
    assert MARK in said, "the strings were not seen at all"
    assert foreign(said) == ""
    shown = [letter for letter in HIDDEN.findall(said) if letter not in "\x1b\r\n\x07\x08\x0f\t"]
    assert shown == []


@pytest.mark.parametrize("escape", ESCAPES, ids=ascii)
def test_an_escape_of_theirs_would_be_known(escape: str) -> None:
    assert foreign(f"\x1b[1m{escape}\x1b[0m")
