"""Dialogs: answered by keys and by mouse, left by Esc, whole at 80x24, inert whatever they show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Button, Input

from billing_tui.domain.customers.changes import Difference
from screens.acts import Act
from screens.dialogs import (
    Ask,
    AskFields,
    AskSecret,
    Changing,
    Choose,
    Confirm,
    Conflict,
    DiffCounts,
    DiffLine,
    DiffView,
    Explain,
    ExplainLine,
    Failure,
    Help,
)
from screens.widgets.fields import Field, NumberField, TextField
from tests.hostile import TEXTS, UNREADABLE
from tests.ui.stage import SIZES, Stage, inert, picture

Dialogs = dict[str, Callable[[str], ModalScreen[Any]]]
LINES = [ExplainLine("25 × 10.00", "250.00 EUR", "contract 7"), ExplainLine("Fee", "2.50 EUR")]
TOTAL = ExplainLine("Net", "252.50 EUR", total=True)

EVERY: Dialogs = {
    "confirm": lambda t: Confirm(t, [t, ExplainLine(t, t, t), t], t, danger=True),
    "ask": lambda t: Ask(t, t, lines=[t]),
    "fields": lambda t: AskFields(t, [TextField("a", t), NumberField("b", t)]),
    "secret": lambda t: AskSecret(t, t, lines=[t]),
    "choose": lambda t: Choose(t, [(1, t), (2, t)]),
    "choose many": lambda t: Choose(t, [(n, f"{n} {t}") for n in range(40)]),
    "explain": lambda t: Explain(t, [ExplainLine(t, t, t), ExplainLine(t, t, t, total=True)]),
    "failure": lambda t: Failure(t, t, t),
    "help": lambda t: Help(t, [Act(t, t, t, t, t), Act("n", "New", t, "new", "")], t),
    "conflict": lambda t: Conflict(t, [Difference(t, t, "x", t), Difference(t, f'["{t}"]', t, "")]),
    "diff": lambda t: DiffView(
        t,
        [t, "Tags"],
        [DiffLine((t, [Changing(t, t, t), Changing("", t), Changing(t, "")]), reason=t)],
        DiffCounts(1),
        doing=t,
        noun=t,
    ),
}


async def opened(app: Stage, pilot: Any, dialog: ModalScreen[Any]) -> None:
    app.ask(dialog)
    await pilot.pause()
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", EVERY)
async def test_hostile_text_is_inert_in_every_dialog(name: str, size: tuple[int, int]) -> None:
    text = " ".join([*TEXTS.values(), *UNREADABLE.values()])
    app = Stage()
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot, EVERY[name](text))
        assert inert(app)
        assert "␛[2J" in "\n".join(picture(app))
        await pilot.press("down", "up", "tab", "shift+tab")
        await pilot.pause()
        assert inert(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.answers in ([None], [False])


@pytest.mark.parametrize("name", EVERY)
async def test_the_focus_stays_in_the_dialog(name: str) -> None:
    below = TextField("below", "Below")
    app = Stage(below)
    async with app.run_test() as pilot:
        await opened(app, pilot, EVERY[name]("x"))
        dialog = app.screen
        for _ in range(5):
            await pilot.press("tab")
            assert app.focused is None or dialog in app.focused.ancestors
        assert below.text == ""


@pytest.mark.parametrize(
    ("keys", "danger", "answer"),
    [
        (["y"], True, True),
        (["n"], False, False),
        (["escape"], False, False),
        (["enter"], False, True),
        (["enter", "enter"], True, False),
        (["right", "enter"], True, True),
        (["left", "enter"], False, False),
    ],
)
async def test_a_confirmation_by_keys(keys: list[str], danger: bool, answer: bool) -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, Confirm("Pay", ["All of it."], "Pay 5.00 EUR", danger=danger))
        await pilot.press(*keys)
        await pilot.pause()
        assert app.answers == [answer]


async def test_a_confirmation_by_mouse() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, Confirm("Pay", ["All of it."], "Pay", danger=True))
        await pilot.click("Button.-accept")
        await pilot.pause()
        assert app.answers == [True]


@pytest.mark.parametrize("size", SIZES)
async def test_a_long_confirmation_keeps_its_buttons_in_sight(size: tuple[int, int]) -> None:
    app = Stage()
    async with app.run_test(size=size) as pilot:
        lines = [f"Invoice {n} goes out." for n in range(100)]
        await opened(app, pilot, Confirm("Send", lines, "Send 100", danger=True))
        shown = "\n".join(picture(app))
        assert "Send 100" in shown
        assert "Cancel" in shown
        assert "Invoice 0 goes out." in shown
        assert "Esc cancel" in shown
        await pilot.press("end")
        await pilot.pause()
        assert "Invoice 99 goes out." in "\n".join(picture(app))


async def test_amounts_stand_under_each_other() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, Confirm("Pay", ["To Acme:", *LINES, TOTAL], "Pay"))
        lines = [line for line in picture(app) if "EUR" in line]
        assert len({line.index("EUR") for line in lines}) == 1
        assert len(lines) == 3


async def test_a_question_gives_what_is_typed() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, Ask("Hold", "Reason", most=5))
        await pilot.press("enter")
        assert "✗ must be filled in." in "\n".join(picture(app))
        await pilot.press(*"because", "enter")
        assert "at most 5 are kept" in "\n".join(picture(app))
        await pilot.press("backspace", "backspace", "enter", "enter")
        await pilot.pause()
        assert app.answers == ["becau"]


async def test_fields_give_their_values() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        fields: list[Field[Any]] = [TextField("a", "A", text="x"), NumberField("b", "B")]
        await opened(app, pilot, AskFields("Two", fields))
        await pilot.press("enter", "7", "enter")
        await pilot.pause()
        assert app.answers == [{"a": "x", "b": 7}]


async def test_a_secret_is_asked_twice() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, AskSecret("New password", "Password", twice=True))
        await pilot.press(*"pass", "enter", *"path", "enter")
        await pilot.pause()
        assert "✗ is not the same as the first one." in "\n".join(picture(app))
        await pilot.press("backspace", "backspace", *"ss", "enter")
        await pilot.pause()
        assert app.answers == ["pass"]


@pytest.mark.parametrize(("keys", "answer"), [(["2"], "b"), (["down", "down", "enter"], "c")])
async def test_few_options_by_number_and_arrows(keys: list[str], answer: str) -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, Choose("Which?", [(letter, f"{letter}…") for letter in "abc"]))
        await pilot.press("9", *keys)
        await pilot.pause()
        assert app.answers == [answer]


async def test_many_options_are_narrowed_by_typing() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        options = [(n, f"Département {n:03}") for n in range(300)]
        await opened(app, pilot, Choose("Which?", options))
        await pilot.press(*"departement", "space", *"29")
        await pilot.pause()
        assert "Département 290" in "\n".join(picture(app))
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.answers == [291]


async def test_nothing_that_fits_chooses_nothing() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, Choose("Which?", [(n, f"D{n}") for n in range(12)]))
        await pilot.press("z", "enter")
        await pilot.pause()
        assert not app.answers
        app.screen.query_one(Input).value = "d11"
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert app.answers == [11]


async def test_the_last_option_comes_into_sight() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, Choose("Which?", [(n, f"D{n:03}") for n in range(100)]))
        await pilot.press(*["down"] * 30)
        await pilot.pause()
        assert any("▸ D030" in line for line in picture(app))


async def test_an_explanation_is_copied_as_text() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, Explain("Net of 7", [*LINES, TOTAL]))
        await pilot.press("y")
        assert app.clipboard.splitlines() == [
            "Net of 7",
            "25 × 10.00  250.00 EUR  contract 7",
            "Fee           2.50 EUR",
            "Net         252.50 EUR",
        ]
        await pilot.press("escape")
        await pilot.pause()
        assert app.answers == [None]


async def test_a_failure_is_copied_with_its_reference() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, Failure("It broke", "Bad \x1b[2J", "a1b2"))
        await pilot.press("y")
        assert app.clipboard == "It broke\nBad ␛[2J\nEntry in the log: a1b2"
        await pilot.press("enter")
        await pilot.pause()
        assert app.answers == [None]


async def test_help_tells_the_keys_and_why_one_does_nothing() -> None:
    app = Stage()
    acts = [
        Act("n", "New", "Make a customer", "new", ""),
        Act("^x", "Archive", "Archive", "archive", "Your role may not."),
    ]
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, Help("Customers", acts, "About\n\n  this screen."))
        shown = [line.strip("│ ") for line in picture(app)]
        assert "n   New: Make a customer" in shown
        assert "^x  Archive  (not now: Your role may not.)" in shown
        assert "this screen." in shown
        await pilot.press("question_mark")
        await pilot.pause()
        assert app.answers == [None]


@pytest.mark.parametrize("size", SIZES)
async def test_long_help_scrolls(size: tuple[int, int]) -> None:
    app = Stage()
    acts = [Act("n", f"Act {n}", "", "n", "") for n in range(80)]
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot, Help("Customers", acts, "the very end"))
        await pilot.press("end")
        await pilot.pause()
        assert "the very end" in "\n".join(picture(app))


CHANGES = [
    Difference("name", "Acme", "Acme Ltd", "Acme Inc"),
    Difference("terms", "net30", "net14", "net30"),
    Difference("language", "en", "en", "de"),
    Difference("addresses", "", '[{"city":"Ulm","lines":["Road 1"]}]', ""),
]


@pytest.mark.parametrize("size", SIZES)
async def test_a_conflict_is_settled_field_by_field(size: tuple[int, int]) -> None:
    app = Stage()
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot, Conflict("Changed meanwhile", CHANGES))
        await pilot.press("down", "enter")
        await pilot.pause()
        assert not app.answers
        shown = "\n".join(picture(app))
        assert "choose for 1 more" in shown
        assert "▲ name" in shown
        assert "● Ulm, Road 1" in shown
        await pilot.press("right", "down", "right", "enter")
        await pilot.pause()
        assert app.answers == [
            {"name": "yours", "terms": "yours", "language": "yours", "addresses": "theirs"}
        ]


async def test_back_from_a_conflict_decides_nothing() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, Conflict("Changed meanwhile", CHANGES))
        await pilot.press("left", "escape")
        await pilot.pause()
        assert app.answers == [None]


async def test_long_values_of_a_conflict_are_shown_whole() -> None:
    app = Stage()
    long = "x" * 60 + "END"
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, Conflict("Changed", [Difference("name", "a", long, "b")]))
        assert "END" in "\n".join(picture(app))


@pytest.mark.parametrize("name", EVERY)
async def test_every_dialog_says_how_it_is_left(name: str) -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, EVERY[name]("x"))
        assert "Esc" in "\n".join(picture(app))
        bindings = app.screen._bindings.key_to_bindings["escape"]
        assert all(isinstance(binding, Binding) for binding in bindings)


async def test_a_button_shows_no_markup() -> None:
    app = Stage()
    async with app.run_test() as pilot:
        await opened(app, pilot, Confirm("x", ["x"], "[bold]Go[/]"))
        assert str(app.screen.query(Button).last().label) == "[bold]Go[/]"
