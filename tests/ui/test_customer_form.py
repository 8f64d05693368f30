"""The form of a customer: new, changed, refused, kept as a draft, and two people at once."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import Allocation, CustomerDraft
from billing_tui.domain.errors import StoreError
from billing_tui.domain.money import Money
from billing_tui.domain.organisations import OrganisationChange
from tests.ui.areas import done, fill, keys, last_told, numbers, on_row, rows, screens, told
from tests.ui.office import Office
from tests.ui.seat import Seat, seated


def some(office: Office) -> str:
    with office.services() as services:
        return numbers(services, limit=60)[-1]


async def edit(seat: Seat, number: str) -> None:
    await keys(seat, "g", "c")
    await on_row(seat, number)
    await keys(seat, "a", "?Free fields")


async def to(seat: Seat, name: str) -> None:
    seat.app.screen.form.fields[name].focus()  # type: ignore[attr-defined]
    await seat.settled()


async def row(seat: Seat, field: str, **cells: str) -> None:
    """A new row of a field of rows, by its key; what goes into it at once, as a paste does."""
    await to(seat, field)
    await keys(seat, "ctrl+n")
    rows = seat.app.screen.form.fields[field].rows  # type: ignore[attr-defined]
    assert rows[-1].has_focus_within
    rows[-1].fill(cells)
    await seat.settled()


async def test_a_new_one_is_filled_in_and_saved(office: Office) -> None:
    async with seated((80, 24)) as seat:
        await keys(seat, "g", "c", "n", "?New customer", "?the next free one")
        await keys(seat, "ctrl+s", "?must be filled in")
        await keys(seat, "=Łódź Café", "enter", "enter")
        await fill(seat, "PLN")
        await keys(seat, "enter")
        await fill(seat, "dom15")
        await keys(seat, "enter", "=1.234,56", "?1,234.56 PLN")
        await row(
            seat,
            "addresses",
            lines="ul. Piotrkowska 1; II p.",
            postcode="90-001",
            city="Łódź",
            country="PL",
        )
        await row(seat, "contacts", name="Anna", email="anna@cafe.example")
        await row(seat, "allocations", department="OPS", percent="100")
        await row(seat, "meta_data", key="erp_id", value="77")
        await keys(seat, "ctrl+s")
        assert screens(seat) == ["CustomersScreen"]
        number = last_told(seat).split()[1].rstrip(".")
        made = seat.app.services.customers.show(number)
        assert (made.name, made.terms, made.credit_limit) == (
            "Łódź Café", "dom15", Money(123456, "PLN"),
        )  # fmt: skip
        assert made.addresses[0].lines == ("ul. Piotrkowska 1", "II p.")
        assert made.contacts[0].email == "anna@cafe.example"
        assert made.meta_data == {"erp_id": "77"}
        await on_row(seat, number)


@pytest.mark.parametrize("office", ["crowded"], indirect=True)
async def test_a_new_one_is_under_the_cursor_wherever_it_stands(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "n", "?New customer", "=Meadow 006000 Farms", "ctrl+s")
        await keys(seat, "?Meadow 006000 Farms")
        table = seat.one("#rows")
        assert table.row.name == "Meadow 006000 Farms"
        above = rows(seat)[table.cursor - round(table.scroll_offset.y) - 1]
        assert "Meadow 006000 Farm " in above
        await keys(seat, "down")
        assert table.row.name == "Meadow 006001 Farm"


async def test_a_new_one_that_a_list_does_not_hold_is_shown_on_its_page(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "2")
        before = seat.one("#rows").row
        await keys(seat, "n", "?New customer", "=Acme", "ctrl+s", "?Timeline", "?Acme")
        assert screens(seat) == ["CustomersScreen", "CustomerPage"]
        assert last_told(seat).endswith("u takes it back.")
        await keys(seat, "escape")
        assert seat.one("#rows").row == before


async def test_one_made_after_another_is_shown_on_a_page_of_its_own(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "enter", "d", "?New customer", "=Acme Nord", "ctrl+s")
        await keys(seat, "?Acme Nord", "escape")
        assert screens(seat) == ["CustomersScreen", "CustomerPage"]


async def test_enter_twice_saves_once(office: Office) -> None:
    async with seated() as seat:
        customers = seat.app.services.customers
        create, calls, go_on = customers.create, [], threading.Event()

        def slow(*given: Any, **named: Any) -> Any:
            calls.append(given)
            assert go_on.wait(20)
            return create(*given, **named)

        seat.app.services.customers.create = slow  # type: ignore[method-assign]
        await keys(seat, "g", "c", "n", "=Once Only")
        await seat.pilot.press("ctrl+s", "ctrl+s", "enter", "escape")
        go_on.set()
        await seat.settled()
        assert len(calls) == 1
        assert [text for text in told(seat) if text.startswith("Saved")] == [last_told(seat)]
        assert screens(seat) == ["CustomersScreen"]


async def test_what_is_wrong_stands_beside_its_field(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "n", "=Some One")
        await to(seat, "terms")
        await fill(seat, "whenever")
        await to(seat, "credit_limit")
        await keys(seat, "=12k", "?✗", "ctrl+u", "=5")
        await to(seat, "allocations")
        await keys(seat, "ctrl+n", "=OPS", "tab", "tab", "=40", "ctrl+s")
        await seat.sees("whenever", "not a payment term")
        assert screens(seat)[-1] == "CustomerForm"
        await to(seat, "terms")
        await fill(seat, "net30")
        await keys(seat, "ctrl+s", "?100")
        assert screens(seat)[-1] == "CustomerForm"


async def test_all_that_is_wrong_is_said_at_once_and_once(office: Office) -> None:
    number = some(office)
    wrong = {"currency": "XYZ", "terms": "net99x", "language": "in prose", "parent": "nobody"}
    async with seated() as seat:
        await keys(seat, "g", "c", "n", "=Some One", "enter", f"={number}")
        form = seat.app.screen.form  # type: ignore[attr-defined]
        for name, text in (*wrong.items(), ("credit_limit", "-1")):
            form.fields[name].text = text
        await row(seat, "addresses", city="Ulm", country="Narnia")
        await row(seat, "contacts", name="Ann", email="nowhere")
        for _ in range(3):
            await keys(seat, "ctrl+s")
            errors = {name: field.error for name, field in form.fields.items() if field.error}
            assert set(errors) == {"currency", "terms", "credit_limit", "language"}
            assert errors["credit_limit"].startswith("must not be negative")
            assert errors["terms"].count("net99x") == 1
            assert seat.text.count("'Narnia' is not a country") == 1
            assert seat.text.count("is not an e-mail address") == 1
            assert seat.app.focused is form.fields["currency"].entry
        await fill(seat, "Euro")
        form.fields["terms"].text, form.fields["language"].text = "net30", "German"
        form.fields["addresses"].rows[0].cells["country"].text = "Germany"
        form.fields["contacts"].rows[0].cells["email"].text = "ann@acme.example"
        form.fields["credit_limit"].text = "1"
        await keys(seat, "ctrl+s")
        assert form.fields["parent"].error.startswith("No customer has the number 'nobody'")
        assert form.fields["number"].error.startswith(f"Another customer has the number {number}")
        assert seat.app.focused is form.fields["number"].entry
        assert not seat.one(".form-state").display
        await keys(seat, "x")
        assert not form.fields["number"].error


async def test_a_new_one_speaks_the_language_of_the_books(office: Office) -> None:
    with office.services() as services:
        done(services.organisations.edit, OrganisationChange(locale="de_AT"))
    async with seated() as seat:
        await keys(seat, "g", "c", "n", "?New customer")
        form = seat.app.screen.form  # type: ignore[attr-defined]
        assert form.fields["language"].text == "de"
        assert "German" in seat.text


async def test_a_parent_is_named_by_a_word_of_its_name(office: Office) -> None:
    async with seated() as seat:
        customers = seat.app.services.customers
        above = done(customers.create, CustomerDraft("Quernstone Zuivel", "EUR")).number
        await keys(seat, "g", "c", "n", "=Some One")
        await to(seat, "parent")
        await keys(seat, "=quern", "?Quernstone Zuivel", "enter", "ctrl+s")
        made = last_told(seat).split()[1].rstrip(".")
        assert customers.show(made).parent == above


async def test_a_name_that_looks_like_another_is_asked_about(office: Office) -> None:
    async with seated() as seat:
        services = seat.app.services
        done(services.customers.create, CustomerDraft("Fjord Shipping", "EUR"))
        await keys(seat, "g", "c", "n", "=Fj0rd Shipping", "ctrl+s", "?Both are real")
        await keys(seat, "escape")
        assert screens(seat)[-1] == "CustomerForm"
        await keys(seat, "ctrl+s", "?Both are real", "y")
        assert last_told(seat).startswith("Saved C-")


async def test_an_unknown_outcome_is_sent_again_as_the_same_request(office: Office) -> None:
    async with seated() as seat:
        customers = seat.app.services.customers
        create, requests = customers.create, []

        def lost(request: Request, *given: Any, **named: Any) -> Any:
            requests.append(request.id)
            saved = create(request, *given, **named)
            if len(requests) == 1:
                raise StoreError("Connection lost", "The connection was lost while saving.")
            return saved

        seat.app.services.customers.create = lost  # type: ignore[method-assign]
        await keys(seat, "g", "c", "n", "=Once Only", "ctrl+s", "?The connection was lost")
        await keys(seat, "ctrl+s")
        assert last_told(seat).startswith("Saved C-")
        assert len(set(requests)) == 1
        assert len(customers.search("Once Only").items) == 1


async def test_a_draft_is_kept_on_leaving_and_brought_back(office: Office) -> None:
    number = some(office)
    async with seated() as seat:
        await edit(seat, number)
        await keys(seat, "end", "= Half", "escape")
        assert last_told(seat).startswith("Kept as a draft")
        await keys(seat, "a", "?Your draft of", "? Half", "ctrl+z")
        assert "Your draft" not in seat.text
        assert " Half" not in seat.text
        await keys(seat, "escape")
        assert not seat.app.services.drafts.list()
        # What was not touched is no draft.
        await keys(seat, "a", "?Free fields", "escape")
        assert not seat.app.services.drafts.list()


async def test_two_people_at_once_choose_field_by_field(office: Office) -> None:
    number = some(office)
    async with seated() as seat:
        customers = seat.app.services.customers
        await edit(seat, number)
        with office.services("grace") as services:
            done(services.customers.edit, number, None, {"terms": "net14", "tags": ("theirs",)})
        await to(seat, "tags")
        await fill(seat, "mine")
        await to(seat, "language")
        await fill(seat, "fr")
        await keys(seat, "ctrl+s", "?Changed meanwhile", "?▲ tags", "enter")
        assert screens(seat)[-1] == "Conflict", "nothing is saved before it is chosen"
        await keys(seat, "escape")
        assert screens(seat)[-1] == "CustomerForm"
        await keys(seat, "ctrl+s", "?choose for 1 more")
        names = [one.field for one in seat.app.screen.differences]  # type: ignore[attr-defined]
        await keys(seat, "home", *["down"] * names.index("tags"), "right", "enter")
        assert last_told(seat) == f"Saved {number}."
        now = customers.show(number)
        assert (now.terms, now.tags, now.language) == ("net14", ("mine",), "fr")


async def test_theirs_stands_where_it_is_chosen(office: Office) -> None:
    number = some(office)
    async with seated() as seat:
        customers = seat.app.services.customers
        await edit(seat, number)
        with office.services("grace") as services:
            done(services.customers.edit, number, None, {"name": "Theirs Ltd"})
        await fill(seat, "Mine Ltd")
        await keys(seat, "ctrl+s", "?Changed meanwhile", "left", "enter")
        assert customers.show(number).name == "Theirs Ltd"
        assert screens(seat) == ["CustomersScreen"]


async def test_an_old_draft_does_not_take_back_what_others_saved(office: Office) -> None:
    number = some(office)
    async with seated() as seat:
        customers = seat.app.services.customers
        await edit(seat, number)
        await to(seat, "language")
        await fill(seat, "fr")
        await keys(seat, "escape")
        with office.services("grace") as services:
            done(services.customers.edit, number, None, {"terms": "net14"})
        await keys(seat, "a", "?Somebody saved this meanwhile", "ctrl+s", "?Changed meanwhile")
        await keys(seat, "enter")
        now = customers.show(number)
        assert (now.terms, now.language) == ("net14", "fr")


async def test_one_is_made_after_another(office: Office) -> None:
    number = some(office)
    async with seated() as seat:
        customers = seat.app.services.customers
        like = customers.show(number)
        await keys(seat, "g", "c")
        await on_row(seat, number)
        await keys(seat, "d", "?New customer", "=Somebody Else", "ctrl+s")
        made = customers.show(last_told(seat).split()[1].rstrip("."))
        assert (made.terms, made.currency, made.tags) == (like.terms, like.currency, like.tags)
        assert not made.tax_ids
        assert not made.contacts


async def test_completions_of_customers_tags_and_departments(office: Office) -> None:
    number = some(office)
    async with seated() as seat:
        await keys(seat, "g", "c", "n", "=Some One")
        await to(seat, "parent")
        await keys(seat, f"={number}", f"?{seat.app.services.customers.show(number).name}")
        await keys(seat, "down", "enter")
        await to(seat, "tags")
        await keys(seat, "=ret", "?retail", "down", "tab")
        await to(seat, "allocations")
        await keys(seat, "ctrl+n", "=sal", "?SALES", "down", "enter")
        typed = seat.app.screen.form.typed()  # type: ignore[attr-defined]
        assert typed["parent"] == number
        assert typed["tags"] == "retail, "
        assert typed["allocations"][0]["department"].startswith("SALES")


async def test_shares_stay_what_they_are_where_a_comma_marks_decimals(office: Office) -> None:
    number = some(office)
    shares = (Allocation("OPS", Decimal("33.333")), Allocation("FIN", Decimal("66.667")))
    with office.services() as services:
        done(services.organisations.edit, OrganisationChange(locale="de"))
        done(services.customers.edit, number, None, {"allocations": shares})
    async with seated() as seat:
        await edit(seat, number)
        await to(seat, "tags")
        await keys(seat, "=comma", "ctrl+s")
        assert last_told(seat) == f"Saved {number}.  u takes it back."
        assert seat.app.services.customers.show(number).allocations == shares


async def test_a_saved_change_is_taken_back_and_leaves_what_it_did_not_change(
    office: Office,
) -> None:
    number = some(office)
    async with seated() as seat:
        before = seat.app.services.customers.show(number)
        await edit(seat, number)
        await to(seat, "tags")
        await keys(seat, "=, gone", "ctrl+s")
        assert "u takes it back" in told(seat)[-1]
        assert seat.app.services.customers.show(number).tags != before.tags
        await keys(seat, "u")
        assert last_told(seat) == f"Took back: “Saved {number}”."
        after = seat.app.services.customers.show(number)
        assert after.draft() == before.draft()
        await keys(seat, "u")
        assert "nothing to take back" in last_told(seat)


async def test_what_somebody_else_changed_since_is_not_taken_back(office: Office) -> None:
    number = some(office)
    async with seated() as seat:
        await edit(seat, number)
        await to(seat, "tags")
        await keys(seat, "=, gone", "ctrl+s")
        with office.services() as services:
            done(services.customers.edit, number, None, {"terms": "net99"})
        await keys(seat, "u")
        after = seat.app.services.customers.show(number)
        assert after.terms == "net99"
        assert "gone" in after.tags


async def test_a_new_one_is_taken_back_by_putting_it_away(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "c", "n", "=Acme", "ctrl+s")
        number = last_told(seat).split()[1].rstrip(".")
        await keys(seat, "u")
        assert last_told(seat).startswith("Took back")
        assert seat.app.services.customers.show(number).archived_at is not None


async def test_amounts_stand_everywhere_as_the_books_write_them(office: Office) -> None:
    number = some(office)
    with office.services() as services:
        done(services.organisations.edit, OrganisationChange(locale="de"))
        for limit in (Money(123450, "EUR"), Money(700000, "EUR")):
            done(services.customers.edit, number, None, {"currency": "EUR", "credit_limit": limit})
    async with seated((200, 60)) as seat:
        await keys(seat, "g", "c", "slash", f"={number}", "enter", "?Credit limit")
        assert seat.text.count("7.000,00 EUR") == 2
        await keys(seat, "e", "?Limit now", "?before: 1.234,50 EUR", "escape", "enter", "?Timeline")
        await seat.sees("1.234,50 EUR → 7.000,00 EUR")
        assert "1,234.50" not in seat.text
