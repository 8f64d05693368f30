"""Forms: keys through the fields, saving once, errors at their fields, drafts without secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from billing_tui.domain.customers import AddressKind, Delivery
from billing_tui.domain.errors import Refused
from billing_tui.domain.fields import FieldError, FieldsRefused
from billing_tui.domain.money import Money
from screens.widgets.fields import (
    ChoiceField,
    CodeField,
    Field,
    MoneyField,
    NotesField,
    RowsField,
    SecretField,
    SwitchField,
    TagsField,
    TextField,
)
from screens.widgets.form import Form
from tests.hostile import TEXTS
from tests.ui.stage import SIZES, Stage, inert, picture


def contact() -> list[list[Field[Any]]]:
    return [[TextField("name", "Name", required=True), TextField("email", "Email")]]


def address() -> list[list[Field[Any]]]:
    kinds = [(kind, kind.value) for kind in AddressKind]
    return [
        [
            ChoiceField("kind", "Kind", options=kinds, value=AddressKind.BILLING),
            TextField("lines", "Street"),
        ],
        [TextField("city", "City"), CodeField("country", "Country")],
    ]


def whole() -> Form:
    return Form(
        TextField("name", "Name", required=True),
        MoneyField("limit", "Credit limit", currency="EUR", decimal=","),
        ChoiceField("delivery", "Delivery", value=Delivery.EMAIL,
                    options=[(each, each.value) for each in Delivery]),
        SwitchField("hold", "On hold"),
        TagsField("tags", "Tags", suggest=lambda _text: []),
        RowsField("contacts", "Contacts", noun="contact", make=contact),
        RowsField("addresses", "Addresses", noun="address", make=address),
        NotesField("note", "Note"),
        SecretField("password", "Password", required=False),
    )  # fmt: skip


def small() -> Form:
    return Form(TextField("name", "Name", required=True), TextField("city", "City"))


@pytest.mark.parametrize("size", SIZES)
async def test_keys_alone_fill_and_save(size: tuple[int, int]) -> None:
    form = whole()
    app = Stage(form)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*"Acme", "enter", *"1.500,5", "enter", "p", "enter", "y", "enter")
        await pilot.press(*"vip", "enter", "ctrl+n")
        await pilot.press(*"Ann", "enter", *"a@b.example", "enter", "ctrl+n")
        await pilot.press("right", "enter", *"Road", "enter", *"Ulm", "enter", *"DE", "enter")
        await pilot.press(*"hello", "tab", *"pw", "enter")
        await pilot.pause()
        (saved,) = app.heard(Form.Submitted)
        assert saved.values == {
            "name": "Acme",
            "limit": Money(150050, "EUR"),
            "delivery": Delivery.POST,
            "hold": True,
            "tags": ("vip",),
            "contacts": ({"name": "Ann", "email": "a@b.example"},),
            "addresses": (
                {"kind": AddressKind.SHIPPING, "lines": "Road", "city": "Ulm", "country": "DE"},
            ),
            "note": "hello",
            "password": "pw",
        }
        assert "pw" not in repr(saved)


async def test_enter_twice_saves_once() -> None:
    form = small()
    app = Stage(form)
    async with app.run_test() as pilot:
        await pilot.press(*"Acme", "enter", "enter", "enter", "ctrl+s", *"zzz", "backspace")
        await pilot.pause()
        assert len(app.heard(Form.Submitted)) == 1
        assert form.busy
        assert form.typed() == {"name": "Acme", "city": ""}
        assert "Saving…" in "".join(picture(app))


async def test_one_request_stands_until_its_outcome_is_known() -> None:
    form = small()
    app = Stage(form)
    async with app.run_test() as pilot:
        first = form.request()
        await pilot.press(*"Acme", "ctrl+s")
        await pilot.pause()
        form.keep_trying()
        assert not form.busy
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert len(app.heard(Form.Submitted)) == 2
        assert form.request("why").id == first.id
        assert form.request("why").reason == "why"
        form.settle()
        assert form.request().id != first.id
        await pilot.press("x")
        assert form.typed()["name"] == "Acmex"


async def test_what_is_wrong_is_said_at_once_and_the_first_gets_the_focus() -> None:
    form = whole()
    app = Stage(form)
    async with app.run_test() as pilot:
        form.fields["limit"].text = "12k"
        form.fields["contacts"].fill([{"email": "only"}])
        await pilot.pause()
        await pilot.press("down", "down", "ctrl+s")
        await pilot.pause()
        assert not app.heard(Form.Submitted)
        assert not form.busy
        assert app.focused is form.fields["name"].entry
        assert form.fields["name"].error == "must be filled in."
        shown = "\n".join(picture(app))
        assert "✗ '12k' is not taken" in shown
        assert "✗ Name: must be filled in." in shown


async def test_refusals_go_to_the_fields_they_are_about() -> None:
    form = whole()
    app = Stage(form)
    async with app.run_test(size=(100, 40)) as pilot:
        form.fill({"contacts": [{"name": "Ann"}, {}, {"name": "Bob"}], "tags": "a, b"})
        await pilot.pause()
        form.busy = True
        errors = [
            FieldError("contacts[1].email", "is no address."),
            FieldError("tags[1]", "is too long."),
            FieldError("limit", "is negative."),
            FieldError("limit", "is silly."),
            FieldError("addresses", "must not be more than 20."),
            FieldError("terms", "is not a payment term."),
        ]
        form.show_errors(FieldsRefused("The customer", errors))
        await pilot.pause()
        assert not form.busy
        rows = form.fields["contacts"]
        assert isinstance(rows, RowsField)
        assert rows.rows[2].cells["email"].error == "is no address."
        shown = "\n".join(picture(app))
        for said in (
            "✗ Email: is no address.",
            "✗ b: is too long.",
            "✗ is negative. is silly.",
            "✗ must not be more than 20.",
            "✗ terms: is not a payment term.",
        ):
            assert said in shown
        assert app.focused is form.fields["limit"].entry
        await pilot.press("5")
        await pilot.pause()
        assert not form.fields["limit"].error


async def test_a_refusal_is_said_once_however_often_it_comes() -> None:
    form = whole()
    app = Stage(form)
    async with app.run_test(size=(100, 40)) as pilot:
        form.fill({"contacts": [{"name": "Ann"}]})
        await pilot.pause()
        first = [
            FieldError("limit", "is silly."),
            FieldError("limit", "is silly."),
            FieldError("contacts[0]", "is there twice."),
            FieldError("contacts[0].email", "is no address."),
        ]
        for _ in range(3):
            form.show_errors(FieldsRefused("It", first))
        assert form.fields["limit"].error == "is silly."
        await pilot.pause()
        assert "\n".join(picture(app)).count("is there twice.") == 1
        form.show_errors(FieldsRefused("It", [FieldError("name", "is taken.")]))
        await pilot.pause()
        shown = "\n".join(picture(app))
        assert "✗ is taken." in shown
        assert not any(gone in shown for gone in ("silly", "twice", "is no address"))


async def test_what_was_refused_before_does_not_stay_beside_what_is_wrong_now() -> None:
    form = whole()
    app = Stage(form)
    async with app.run_test() as pilot:
        form.show_errors(FieldsRefused("It", [FieldError("limit", "is silly.")]))
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert form.fields["name"].error == "must be filled in."
        assert not form.fields["limit"].error


async def test_an_error_that_names_its_field_stands_beside_it() -> None:
    form = small()
    app = Stage(form)
    async with app.run_test() as pilot:
        error = Refused("Taken", "Another one is there.")
        error.field = "city"
        form.show_errors(error)
        await pilot.pause()
        assert form.fields["city"].error == "Another one is there."
        assert app.focused is form.fields["city"].entry


async def test_what_the_rules_say_stands_there_at_once_with_what_cannot_be_read() -> None:
    seen: list[dict[str, Any]] = []

    def check(values: Any) -> list[FieldError]:
        seen.append(dict(values))
        return [FieldError("city", "is far away."), FieldError("name", "is not judged twice.")]

    form = Form(TextField("name", "Name", required=True), TextField("city", "City"), check=check)
    app = Stage(form)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+s")
        assert seen == [{"city": ""}]
        assert form.fields["name"].error == "must be filled in."
        assert form.fields["city"].error == "is far away."
        assert app.focused is form.fields["name"].entry
        assert not app.heard(Form.Submitted)


async def test_errors_of_cells_stand_at_their_row() -> None:
    form = whole()
    app = Stage(form)
    async with app.run_test(size=(100, 40)) as pilot:
        form.fill({"addresses": [{"city": "Ulm"}]})
        await pilot.pause()
        errors = [
            FieldError("addresses[0].lines[1]", "is too long."),
            FieldError("addresses[0]", "is the same as another."),
        ]
        form.show_errors(FieldsRefused("The customer", errors))
        await pilot.pause()
        shown = "\n".join(picture(app))
        assert "✗ Street: [1]: is too long." in shown
        assert "✗ is the same as another." in shown
        assert app.focused is not None
        assert form.fields["addresses"] in app.focused.ancestors


async def test_what_is_said_of_a_row_goes_when_any_of_its_cells_changes() -> None:
    form = whole()
    app = Stage(form)
    async with app.run_test(size=(100, 40)) as pilot:
        form.fill({"contacts": [{"name": "Ann"}]})
        await pilot.pause()
        form.show_errors(FieldsRefused("It", [FieldError("contacts[0]", "is there twice.")]))
        await pilot.pause()
        assert "✗ is there twice." in "\n".join(picture(app))
        await pilot.press("tab", "x")
        await pilot.pause()
        assert "twice" not in "\n".join(picture(app))


async def test_a_draft_holds_everything_but_secrets() -> None:
    form, again = whole(), whole()
    hostile = "".join(TEXTS.values())
    async with Stage(form).run_test() as pilot:
        form.mark_clean()
        assert not form.dirty
        form.fill({
            "name": hostile, "limit": "12k", "delivery": "post", "hold": "True", "tags": "a, b",
            "contacts": [{"name": hostile, "email": "x"}, {"name": "", "email": ""}],
            "addresses": [{"kind": "shipping", "lines": "1"}], "note": hostile,
            "password": "canary", "gone": "x",
        })  # fmt: skip
        form.fields["password"].text = "canary"
        await pilot.pause()
        assert form.dirty
        kept = json.loads(json.dumps(form.typed()))
        assert "canary" not in json.dumps(kept)
    app = Stage(again)
    async with app.run_test() as pilot:
        again.mark_clean()
        again.fill(kept)
        await pilot.pause()
        assert again.typed() == form.typed()
        assert again.dirty
        assert again.fields["password"].text == ""
        assert inert(app)


async def test_a_damaged_draft_changes_nothing() -> None:
    form = whole()
    async with Stage(form).run_test():
        before = form.typed()
        form.fill(dict.fromkeys(before, 7) | {"contacts": ["x", None], "delivery": "pigeon"})
        assert form.typed() == before


async def test_a_secret_alone_makes_a_form_dirty() -> None:
    form = Form(SecretField("password", "Password"))
    async with Stage(form).run_test() as pilot:
        assert not form.dirty
        await pilot.press("x")
        assert form.dirty


async def test_a_long_form_scrolls_to_where_the_keys_go() -> None:
    form = Form(*(TextField(f"f{n}", f"Field {n}") for n in range(60)))
    app = Stage(form)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "shift+tab", "shift+tab")
        await pilot.pause()
        assert any(line.split()[:2] == ["Field", "59"] for line in picture(app))


async def test_a_label_is_bright_only_where_the_keys_go() -> None:
    form = small()
    app = Stage(form)
    async with app.run_test() as pilot:
        await pilot.press("tab")
        assert not form.fields["name"].has_class("-here")
        assert form.fields["city"].has_class("-here")
