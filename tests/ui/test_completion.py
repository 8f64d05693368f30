"""Completion: asked for in a thread when typing pauses, and only of use while it fits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from textual.pilot import Pilot

from billing_tui.domain.errors import BillingError, StoreError
from screens.widgets.fields import CompletionField, FieldEntered, Suggestion, TagsField, TextField
from screens.widgets.fields.completion import PAUSE
from screens.widgets.form import Form
from tests.hostile import TEXTS
from tests.ui.stage import SIZES, Stage, inert, paste, picture

PATIENCE = 20
KNOWN = [Suggestion("C-00001", "Acme"), Suggestion("C-00002", "Acme \x1b]52;c;aGk=\x07 Sub")]


class Source:
    """Answers each question only when it is let."""

    def __init__(self, found: Sequence[Suggestion] = KNOWN) -> None:
        self.found = found
        self.asked: list[str] = []
        self.was_asked = threading.Semaphore(0)
        self.let: dict[str, threading.Event] = {}

    def holds(self, text: str) -> threading.Event:
        return self.let.setdefault(text, threading.Event())

    def __call__(self, text: str) -> Sequence[Suggestion]:
        self.asked.append(text)
        self.was_asked.release()
        if text in self.let:
            assert self.let[text].wait(PATIENCE)
        return [Suggestion(f"{text}:{one.text}", one.about) for one in self.found]

    async def wait(self, pilot: Pilot[Any]) -> None:
        assert await asyncio.to_thread(self.was_asked.acquire, True, PATIENCE)
        await pilot.pause()


async def answered(app: Stage, pilot: Pilot[Any]) -> None:
    await app.workers.wait_for_complete()
    await pilot.pause()


def field_of(source: Source, **more: Any) -> CompletionField:
    return CompletionField("parent", "Parent", suggest=source, **more)


@pytest.mark.parametrize("size", SIZES)
async def test_a_suggestion_is_taken_by_keys(size: tuple[int, int]) -> None:
    source = Source()
    field, after = field_of(source), TextField("name", "Name")
    app = Stage(Form(field, after))
    async with app.run_test(size=size) as pilot:
        await pilot.press("C")
        await source.wait(pilot)
        await answered(app, pilot)
        assert inert(app)
        assert picture(app)[1].split() == ["Name", "C:C-00001", "Acme"]
        await pilot.press("down", "down", "up", "down", "enter")
        await pilot.pause()
        assert field.value == "C:C-00002"
        assert app.focused is after.input
        assert not field.list.is_open
    assert source.asked == ["C"]


async def test_tab_takes_it_too_and_escape_closes_the_list() -> None:
    source = Source()
    field = field_of(source, free=False)
    app = Stage(Form(field, TextField("name", "Name")))
    async with app.run_test() as pilot:
        await pilot.press("C")
        await source.wait(pilot)
        await answered(app, pilot)
        await pilot.press("escape")
        assert not field.list.is_open
        assert field.error == "fits more than one; Down chooses."
        await pilot.press("down")
        assert [one.text for one in field.list.suggestions] == ["C:C-00001", "C:C-00002"]
        await pilot.press("escape", "D")
        await source.wait(pilot)
        await answered(app, pilot)
        await pilot.press("tab")
        await pilot.pause()
        assert field.value == "CD:C-00001"
        assert not field.error


async def test_an_answer_that_comes_too_late_is_dropped() -> None:
    source = Source()
    first = source.holds("a")
    field = field_of(source)
    app = Stage(field)
    async with app.run_test() as pilot:
        await pilot.press("a")
        await source.wait(pilot)
        await pilot.press("b")
        await source.wait(pilot)
        await pilot.pause()
        first.set()
        await answered(app, pilot)
        assert [one.text for one in field.list.suggestions] == ["ab:C-00001", "ab:C-00002"]


async def test_an_answer_to_what_stands_there_no_more_is_dropped() -> None:
    source = Source()
    held = source.holds("a")
    field = field_of(source)
    app = Stage(field)
    async with app.run_test() as pilot:
        await pilot.press("a")
        await source.wait(pilot)
        await pilot.press("backspace")
        held.set()
        await answered(app, pilot)
        assert not field.list.is_open


class Pause:
    """A timer that only the test lets pass."""

    def __init__(self, passed: Callable[[], None]) -> None:
        self.passed, self.stopped = passed, False

    def stop(self) -> None:
        self.stopped = True


async def test_typing_on_asks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source()
    field = field_of(source)
    pauses: list[Pause] = []

    def wait(seconds: float, passed: Callable[[], None]) -> Pause:
        assert seconds == PAUSE
        pauses.append(Pause(passed))
        return pauses[-1]

    monkeypatch.setattr(field, "set_timer", wait)
    app = Stage(field)
    async with app.run_test() as pilot:
        await pilot.press(*"Acme")
        await pilot.pause()
        assert [pause.stopped for pause in pauses] == [True, True, True, False]
        pauses[-1].passed()
        await source.wait(pilot)
        await answered(app, pilot)
    assert source.asked == ["Acme"]


async def test_a_mouse_takes_a_suggestion() -> None:
    source = Source()
    field = field_of(source)
    app = Stage(field)
    async with app.run_test() as pilot:
        await pilot.press("C")
        await source.wait(pilot)
        await answered(app, pilot)
        await pilot.click(field.list, offset=(3, 1))
        await pilot.pause()
        assert field.text == "C:C-00002"
        assert app.focused is field.input


async def test_without_an_answer_typing_goes_on() -> None:
    source = Source()

    def away(text: str) -> Sequence[Suggestion]:
        source(text)
        raise StoreError("Away", "The store is away.")

    field = CompletionField("parent", "Parent", suggest=away)
    app = Stage(field)
    async with app.run_test() as pilot:
        await pilot.press("C")
        await source.wait(pilot)
        await answered(app, pilot)
        await pilot.press("x", "enter")
        assert field.value == "Cx"
        assert app.heard(FieldEntered)


async def test_what_is_not_in_the_list_is_refused_where_it_must_be() -> None:
    source = Source(found=())
    field = field_of(source, free=False)
    app = Stage(field)
    async with app.run_test() as pilot:
        await pilot.press("x")
        await source.wait(pilot)
        await answered(app, pilot)
        with pytest.raises(BillingError):
            field.collect()
        assert field.error == "is not in the list; choose one from it."


async def test_the_only_one_that_fits_is_taken_though_enter_came_first() -> None:
    source = Source(KNOWN[:1])
    held, after = source.holds("C"), TextField("name", "Name")
    field = field_of(source, free=False)
    app = Stage(Form(field, after))
    async with app.run_test() as pilot:
        await pilot.press("C", "enter")
        assert app.focused is after.input
        await source.wait(pilot)
        held.set()
        await answered(app, pilot)
        assert field.value == "C:C-00001"
        assert not field.error


async def test_of_several_that_fit_none_is_taken_unseen() -> None:
    source = Source()
    held, after = source.holds("C"), TextField("name", "Name")
    field = field_of(source, free=False)
    app = Stage(Form(field, after))
    async with app.run_test() as pilot:
        await pilot.press("C", "enter")
        await source.wait(pilot)
        held.set()
        await answered(app, pilot)
        assert field.text == "C"
        assert field.error == "fits more than one; Down chooses."
        assert not field.list.is_open
        await pilot.press("up", "down", "down", "enter")
        assert field.value == "C:C-00002"


async def test_what_is_called_just_so_is_the_one_that_is_highlighted() -> None:
    def suggest(_text: str) -> list[Suggestion]:
        return [Suggestion("C-00012"), Suggestion("C-0001")]

    field = CompletionField("parent", "Parent", suggest=suggest, free=False)
    app = Stage(Form(field, TextField("name", "Name")))
    async with app.run_test() as pilot:
        await paste(app, pilot, "c-0001")
        field._ask()
        await answered(app, pilot)
        await pilot.press("enter")
        assert field.value == "C-0001"


async def test_tags_are_completed_one_by_one() -> None:
    source = Source()
    field = TagsField("tags", "Tags", suggest=source, text="old")
    app = Stage(field)
    async with app.run_test() as pilot:
        await pilot.press("end", "comma", "space", "v")
        await source.wait(pilot)
        await answered(app, pilot)
        await pilot.press("down", "enter")
        assert field.text == "old, v:C-00001, "
        assert field.value == ("old", "v:C-00001")
        field.complain("[1]", "is too long.")
        assert field.error == "v:C-00001: is too long."
    assert source.asked == ["v"]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_hostile_suggestions_are_inert(text: str) -> None:
    source = Source([Suggestion(text, text)])
    field = field_of(source)
    app = Stage(field)
    async with app.run_test(size=(80, 24)) as pilot:
        await paste(app, pilot, text)
        await source.wait(pilot)
        await answered(app, pilot)
        assert field.list.is_open
        assert inert(app)
