"""Fields of one line: how they read what is typed, what they refuse, and how they look at it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from textual.message import Message
from textual.message_pump import MessagePump

from billing_tui.domain.customers import Delivery
from billing_tui.domain.errors import BillingError
from billing_tui.domain.money import Money
from screens.widgets.fields import (
    ChoiceField,
    CodeField,
    CurrencyField,
    DateField,
    Field,
    FieldChanged,
    FieldEntered,
    MoneyField,
    NumberField,
    PercentField,
    SecretField,
    SwitchField,
    TextField,
)
from screens.widgets.form import Form
from tests.hostile import CARD, TEXTS, UNREADABLE
from tests.ui.stage import SIZES, Stage, inert, paste, picture

TODAY = date(2026, 11, 24)


def money(**more: Any) -> MoneyField:
    return MoneyField("limit", "Credit limit", currency="EUR", decimal=",", **more)


def day() -> DateField:
    return DateField("due", "Due", today=TODAY)


def delivery() -> ChoiceField[Delivery]:
    options = [(each, each.value) for each in Delivery]
    return ChoiceField("delivery", "Delivery", options=options, value=Delivery.POST)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("make", "typed", "value", "beside"),
    [
        (money, "1.234,56", Money(123456, "EUR"), "= 1,234.56 EUR"),
        (money, "1234", Money(123400, "EUR"), "= 1,234.00 EUR"),
        (lambda: NumberField("n", "Days"), "1,250.5", Decimal("1250.5"), "= 1,250.5"),
        (lambda: PercentField("p", "Share"), "7.5 %", Decimal("7.5"), "= 7.5 %"),
        (day, "+30", date(2026, 12, 24), "= Thu 24 Dec 2026"),
        (day, "eom", date(2026, 11, 30), "= Mon 30 Nov 2026"),
        (day, "fri", date(2026, 11, 27), "= Fri 27 Nov 2026"),
        (lambda: CodeField("number", "Number"), "C-1", "C-1", ""),
        (lambda: TextField("name", "Name"), "Müller", "Müller", ""),
    ],
)
async def test_what_is_meant_stands_beside_what_is_typed(
    make: Callable[[], Field[Any]],
    typed: str,
    value: Any,
    beside: str,
    size: tuple[int, int],
) -> None:
    field = make()
    app = Stage(field)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*typed)
        await pilot.pause()
        assert field.value == value
        assert field.text == typed
        assert picture(app)[0].endswith(beside)
        assert not field.error
        assert app.heard(FieldChanged)[-1].field is field


@pytest.mark.parametrize(
    ("make", "typed", "says"),
    [
        (money, "12k", "'12k' is not taken; write all zeros instead of 'k'."),
        (money, "1,2345", "'1,2345' has 4 decimals, but EUR has at most 2."),
        (
            lambda: PercentField("p", "Share"),
            "x",
            "'x' is not a number; type digits, like 1234.50.",
        ),
        (day, "1/2/2026", "1/2/2026 can be read as two dates; write the year first, like"),
        (
            lambda: NumberField("n", "Days", least=1, places=0),
            "0",
            "must be at least 1.",
        ),
        (
            lambda: CodeField("number", "Number"),
            "a!",
            "takes letters A to Z, digits, inner spaces",
        ),
        (
            lambda: TextField("name", "Name", most=3),
            "abcd",
            "has 4 characters; at most 3 are kept.",
        ),
        (lambda: TextField("name", "Name"), CARD, "this looks like a payment card number"),
    ],
)
async def test_a_refusal_says_why_while_typing(
    make: Callable[[], Field[Any]], typed: str, says: str
) -> None:
    field = make()
    app = Stage(field)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*(key if key != " " else "space" for key in typed))
        await pilot.pause()
        assert says in field.error
        assert any(f"✗ {says[:20]}" in line for line in picture(app))
        assert field.has_class("-wrong")
        with pytest.raises(BillingError):
            _ = field.value


async def test_a_short_error_stands_beside_and_a_long_one_below() -> None:
    field = NumberField("n", "Days", least=1)
    app = Stage(field)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("0")
        await pilot.pause()
        assert picture(app)[0].endswith("✗ must be at least 1.")
        await pilot.resize_terminal(50, 24)
        await pilot.pause()
        assert "✗" not in picture(app)[0]
        assert "✗ must be at least 1." in picture(app)[1]


async def test_an_error_from_outside_stays_until_the_field_is_changed() -> None:
    field = TextField("name", "Name", text="Acme")
    app = Stage(field)
    async with app.run_test() as pilot:
        field.text = "Acme 2"
        field.error = "is taken."
        await pilot.pause()
        assert field.error == "is taken."
        await pilot.press("end", "x")
        await pilot.pause()
        assert not field.error


async def test_an_empty_field_is_only_wrong_when_it_is_collected() -> None:
    field = money(required=True)
    app = Stage(field)
    async with app.run_test() as pilot:
        await pilot.press("1", "backspace")
        await pilot.pause()
        assert not field.has_class("-wrong")
        with pytest.raises(BillingError):
            field.collect()
        assert field.error == "must be filled in."
    assert money().value is None


async def test_another_currency_is_read_at_once() -> None:
    currency = CurrencyField("currency", "Currency", text="EUR", required=True)
    field = money(text="1,50", follows=currency)
    app = Stage(Form(currency, field))
    async with app.run_test() as pilot:
        field.complain("", "is in EUR; write it in XYZ.")
        currency.text = "JPY"
        await pilot.pause()
        assert "JPY has none" in field.error
        assert "write it" not in field.error
        currency.text = "US Dollar"
        assert field.value == Money(150, "USD")
        currency.text = "XYZ"
        await pilot.pause()
        assert not field.error


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_hostile_text_is_kept_as_it_is_and_shown_inert(text: str) -> None:
    field = TextField("name", "Na\x1b[2Jme", most=1000)
    app = Stage(field)
    async with app.run_test(size=(80, 24)) as pilot:
        await paste(app, pilot, text)
        assert field.text == text
        assert field.value == text
        assert inert(app)
        await pilot.press("home", *["right"] * len(text), "x")
        assert field.text == f"{text}x"


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("make", [lambda: TextField("name", "Name"), lambda: SecretField("s", "S")])
async def test_unreadable_text_is_refused_beside_the_field(
    make: Callable[[], Field[Any]], text: str
) -> None:
    field = make()
    app = Stage(field)
    async with app.run_test() as pilot:
        await paste(app, pilot, text)
        assert field.error.startswith("character 2 is")
        assert inert(app)


async def test_a_paste_arrives_whole() -> None:
    field = TextField("name", "Name")
    app = Stage(field)
    async with app.run_test() as pilot:
        await paste(app, pilot, "one\ntwo\r\n")
        assert field.text == "one\ntwo"
        await paste(app, pilot, "x" * 10_001)
        assert field.text == "one\ntwo"
        assert "10,001 characters" in field.error


async def test_a_secret_shows_and_gives_nothing() -> None:
    field = SecretField("password", "Password")
    app = Stage(field)
    async with app.run_test() as pilot:
        await pilot.press(*"hunter2")
        await pilot.press("ctrl+shift+a", "ctrl+c", "ctrl+x")
        await pilot.pause()
        assert field.value == "hunter2"
        assert app.heard(FieldChanged)
        assert app.clipboard == ""
        assert "•••••••" in picture(app)[0]
        assert "hunter2" not in "".join(picture(app))
        assert "hunter2" not in repr(app.told) + repr(field) + repr(field.input)
        field.fill("other")
        assert field.value == "hunter2"


async def test_a_secret_is_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    dispatch = MessagePump._dispatch_message

    async def listening(pump: MessagePump, message: Message) -> None:
        told.append(repr(message))
        await dispatch(pump, message)

    monkeypatch.setattr(MessagePump, "_dispatch_message", listening)
    async with Stage(Form(SecretField("password", "Password"))).run_test() as pilot:
        await pilot.press(*"hunter2", "enter")
        await pilot.pause()
    assert any("Submitted" in message for message in told)
    assert not any("hunter2" in message for message in told)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (["right"], Delivery.DOWNLOAD),
        (["space", "space"], Delivery.EMAIL),
        (["left"], Delivery.EMAIL),
        (["d"], Delivery.DOWNLOAD),
        (["e", "p"], Delivery.POST),
        (["z"], Delivery.POST),
    ],
)
async def test_choices_go_by_arrows_space_and_letters(keys: list[str], value: Delivery) -> None:
    field = delivery()
    app = Stage(field)
    async with app.run_test() as pilot:
        await pilot.press(*keys, "enter")
        assert field.value is value
        assert field.text == value.value
        assert f"● {value.value}" in picture(app)[0]
        assert app.heard(FieldEntered)


async def test_choices_by_mouse_and_where_there_is_no_room() -> None:
    field = delivery()
    app = Stage(field)
    async with app.run_test() as pilot:
        await pilot.click(field.box, offset=(22, 0))
        assert field.text == "download"
        await pilot.resize_terminal(40, 24)
        await pilot.pause()
        assert "‹ download ›" in picture(app)[0]
        await pilot.click(field.box)
        assert field.text == "email"


async def test_a_switch() -> None:
    field = SwitchField("hold", "On hold")
    app = Stage(field)
    async with app.run_test() as pilot:
        assert field.value is False
        await pilot.press("y")
        assert field.value is True
        field.fill("False")
        assert field.value is False
        field.fill("perhaps")
        assert field.value is False
