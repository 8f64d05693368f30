"""Customers on both engines: created, edited by two people, moved, merged and braked."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from billing_tui.adapters.passwords import Argon2, Cost
from billing_tui.credentials import Secret
from billing_tui.domain.acts import Request
from billing_tui.domain.customers import (
    Address,
    AddressKind,
    Allocation,
    Brake,
    BrakeIsSet,
    BrakeNotSet,
    Contact,
    CustomerChanged,
    CustomerDraft,
    CustomerNotFound,
    Delivery,
    DraftRefused,
    LookAlike,
    NoteChanged,
    NoteNotFound,
    NoteOfAnother,
    NumberTaken,
    Status,
)
from billing_tui.domain.departments import DepartmentDraft, DepartmentNotFound
from billing_tui.domain.errors import InputError
from billing_tui.domain.money import Money
from billing_tui.domain.rights import Role
from billing_tui.domain.tax_ids import TaxId
from billing_tui.domain.trees import TreeCircle
from billing_tui.domain.users import UserDraft
from billing_tui.services.customers import Customers
from billing_tui.services.departments import Departments
from billing_tui.services.users import Users
from storage.repos import audit
from storage.store import Identity, Store
from tests.stores import ORIGIN, PASSWORD

FULL = CustomerDraft(
    name="Äsop & Söhne GmbH",
    currency="eur",
    terms="EOM + 10",
    credit_limit=Money(500_000, "EUR"),
    delivery=Delivery.POST,
    language="de",
    addresses=(Address(AddressKind.BILLING, "de", ("Hauptstr. 1",), "10115", "Berlin"),),
    contacts=(Contact("Ada", "Ada@Example.com", "+49 30 123456"),),
    tax_ids=(TaxId("DE", "DE 136 695 976"),),
    tags=("Key Account", "north"),
    meta_data={"crm": "42"},
)
HOSTILE = "\x1b]52;c;aGk=\x07 [bold]x[/] \u202eevil\u202c 'DROP --\n\t\uffff"


@pytest.fixture
def customers(store: Store) -> Customers:
    return Customers(store)


def create(customers: Customers, name: str, **fields: object) -> str:
    draft = CustomerDraft(**({"name": name, "currency": "EUR"} | fields))  # type: ignore[arg-type]
    return customers.create(Request.new(), draft, confirmed=True).number


def test_what_is_created_is_shown(customers: Customers) -> None:
    saved = customers.create(Request.new(), FULL)
    shown = customers.show(saved.number)
    assert (saved.number, saved.version, shown.status) == ("C-00001", 1, Status.ACTIVE)
    assert shown.draft() == replace(
        FULL,
        number="C-00001",
        currency="EUR",
        terms="eom+10",
        addresses=(replace(FULL.addresses[0], country="DE"),),
        tax_ids=(TaxId("DE", "136695976"),),
    )
    assert customers.show("c-00001") == customers.show(str(saved.id)) == shown


def test_the_same_request_makes_one_customer(customers: Customers) -> None:
    request = Request.new()
    assert customers.create(request, FULL) == customers.create(request, FULL)
    assert len(customers.list().items) == 1


def test_nothing_personal_is_in_the_chain_or_the_answer(store: Store, customers: Customers) -> None:
    customers.create(Request.new(), FULL)
    chain = store.read(lambda unit: [row.body for row in audit.rows_after(unit, 0)])
    assert not any("Ada" in body or "Hauptstr" in body or "10115" in body for body in chain)
    assert any("Söhne" in body for body in chain)


def test_a_number_of_ones_own(customers: Customers) -> None:
    assert create(customers, "One", number="C-00002") == "C-00002"
    assert [create(customers, name) for name in ("Two", "Three")] == ["C-00001", "C-00003"]
    with pytest.raises(NumberTaken):
        create(customers, "Four", number="C-00003")


def test_what_the_store_refuses_names_its_field_and_comes_at_once(customers: Customers) -> None:
    create(customers, "One", number="C-00002")
    with pytest.raises(CustomerNotFound) as unknown:
        create(customers, "Two", parent="hoek")
    assert unknown.value.field == "parent"
    with pytest.raises(NumberTaken) as taken:
        create(customers, "Two", number="C-00002")
    assert taken.value.field == "number"
    shares = (Allocation("OPS", Decimal(100)),)
    with pytest.raises(DraftRefused) as refused:
        create(customers, "Two", number="C-00002", parent="hoek", allocations=shares)
    fields = [error.field for error in refused.value.errors]
    assert sorted(fields) == ["allocations[0].department", "number", "parent"]
    with pytest.raises(DraftRefused) as refused:
        customers.edit(Request.new(), "C-00002", 1, {"parent": "hoek", "allocations": shares})
    assert [error.field for error in refused.value.errors] == [
        "parent", "allocations[0].department",
    ]  # fmt: skip
    below = create(customers, "Two", parent="C-00002")
    with pytest.raises(TreeCircle) as circle:
        customers.edit(Request.new(), "C-00002", 1, {"parent": below})
    assert circle.value.field == "parent"


def test_a_limit_is_not_blamed_for_a_wrong_currency(customers: Customers) -> None:
    with pytest.raises(DraftRefused) as refused:
        create(customers, "One", currency="XYZ", credit_limit=Money(100, "EUR"))
    assert [error.field for error in refused.value.errors] == ["currency"]


def test_every_error_of_a_draft_is_said(customers: Customers) -> None:
    with pytest.raises(DraftRefused) as refused:
        create(customers, " ", currency="XYZ", terms="soon", tags=("",), number="?")
    fields = {error.field for error in refused.value.errors}
    assert fields == {"name", "currency", "terms", "tags[0]", "number"}


def test_hostile_text_is_kept_as_given(customers: Customers) -> None:
    number = create(
        customers,
        HOSTILE,
        addresses=(Address(AddressKind.SHIPPING, "FR", (HOSTILE,), "7", HOSTILE, HOSTILE),),
        contacts=(Contact(HOSTILE, "", "\u202e12", HOSTILE),),
        tags=("\x1b[31m",),
        meta_data={"note": HOSTILE},
    )
    shown = customers.show(number)
    assert shown.name == shown.meta_data["note"] == shown.contacts[0].name == HOSTILE
    assert shown.addresses[0].lines == (HOSTILE,)
    assert shown.tags == ("\x1b[31m",)
    customers.add_note(Request.new(), number, HOSTILE)
    customers.set_brake(Request.new(), number, Brake.HOLD, HOSTILE)
    assert customers.notes(number).items[0].text == HOSTILE
    assert customers.show(number).brakes == {Brake.HOLD: HOSTILE}
    assert customers.search("evil").items[0].number == number


def test_text_that_grows_when_it_is_folded_fits_its_index(customers: Customers) -> None:
    number = create(customers, "\ufdfa" * 200)
    assert customers.show(number).name == "\ufdfa" * 200
    assert customers.list().items[0].number == number


@pytest.mark.parametrize("text", ["nul\0", "half \ud800"])
def test_unreadable_text_is_refused_everywhere(customers: Customers, text: str) -> None:
    number = create(customers, "Acme")
    for act in (
        lambda: create(customers, text),
        lambda: create(customers, "B", contacts=(Contact(text),)),
        lambda: create(customers, "B", meta_data={"k": text}),
        lambda: create(customers, "B", tags=(text,)),
        lambda: customers.show(text),
        lambda: customers.search(text),
        lambda: customers.add_note(Request.new(), number, text),
        lambda: customers.set_brake(Request.new(), number, Brake.HOLD, text),
    ):
        with pytest.raises(InputError):
            act()


def test_two_editors_the_second_gets_the_difference(customers: Customers) -> None:
    number = customers.create(Request.new(), FULL).number
    customers.edit(
        Request.new(), number, 1, {"terms": "net14", "contacts": (Contact("Bob", "b@x.org"),)}
    )
    with pytest.raises(CustomerChanged) as changed:
        customers.edit(Request.new(), number, 1, {"terms": "net60", "language": "fr"})
    told = {one.field: one for one in changed.value.differences}
    assert changed.value.version == 2
    assert (told["terms"].base, told["terms"].theirs, told["terms"].yours) == (
        "eom+10", "net14", "net60",
    )  # fmt: skip
    assert told["terms"].clashes
    assert (told["language"].theirs, told["language"].yours) == ("de", "fr")
    assert not told["language"].clashes
    assert "Ada" in told["contacts"].base
    assert "Bob" in told["contacts"].theirs
    assert customers.edit(Request.new(), number, 2, {"language": "fr"}).version == 3


def test_an_edit_that_changes_nothing_makes_no_version(customers: Customers) -> None:
    number = customers.create(Request.new(), FULL).number
    same = {"tags": FULL.tags, "name": FULL.name, "addresses": customers.show(number).addresses}
    assert customers.edit(Request.new(), number, 1, same).version == 1


def test_keys_follow_an_edit(customers: Customers) -> None:
    number = customers.create(Request.new(), FULL).number
    customers.edit(Request.new(), number, 1, {"name": "Neue Firma", "contacts": ()})
    assert not customers.search("Söhne").items
    assert not customers.search("ada@").items
    assert customers.search("firm").items
    customers.edit(Request.new(), number, 2, {"name": "Söhne"})
    assert customers.search("sohne").items


def test_the_currency_and_the_limit_change_together(customers: Customers) -> None:
    number = customers.create(Request.new(), FULL).number
    with pytest.raises(DraftRefused, match="write it in JPY"):
        customers.edit(Request.new(), number, 1, {"currency": "JPY"})
    limit = Money(9_000, "JPY")
    customers.edit(Request.new(), number, 1, {"currency": "JPY", "credit_limit": limit})
    assert customers.show(number).credit_limit == limit
    (act,) = customers.history(number, limit=1).items
    assert {c.field: (c.before, c.after) for c in act.changes} == {
        "currency": ("EUR", "JPY"), "credit_limit": ("5,000.00 EUR", "9,000 JPY"),
    }  # fmt: skip


def test_look_alikes_are_shown_before_they_are_saved(customers: Customers) -> None:
    create(customers, "Apple Pay")
    with pytest.raises(LookAlike) as refused:
        customers.create(Request.new(), CustomerDraft("\u0410pple Pay", "EUR"))
    assert (refused.value.number, refused.value.scripts) == ("C-00001", ("Cyrillic", "Latin"))
    saved = customers.create(Request.new(), CustomerDraft("\u0410pple Pay", "EUR"), confirmed=True)
    assert saved.number == "C-00002"


def test_a_name_that_another_has_is_asked_about(customers: Customers) -> None:
    create(customers, "Orange")
    create(customers, "Apple")
    with pytest.raises(LookAlike, match="C-00001 is called 'Orange' already"):
        customers.create(Request.new(), CustomerDraft("ORANGE", "EUR"))
    with pytest.raises(LookAlike):
        customers.edit(Request.new(), "C-00002", None, {"name": "Orange"})
    customers.edit(Request.new(), "C-00001", None, {"name": "ORANGE"})
    saved = customers.create(Request.new(), CustomerDraft("Orange", "EUR"), confirmed=True)
    assert saved.number == "C-00003"


def test_brakes_have_reasons(customers: Customers) -> None:
    number = create(customers, "Acme")
    with pytest.raises(InputError):
        customers.set_brake(Request.new(), number, Brake.HOLD, "  ")
    customers.set_brake(Request.new(), number, Brake.HOLD, "disputes the last three")
    with pytest.raises(BrakeIsSet, match="disputes"):
        customers.set_brake(Request.new(), number, Brake.HOLD, "again")
    assert customers.show(number).brakes == {Brake.HOLD: "disputes the last three"}
    customers.release_brake(Request.new(), number, Brake.HOLD)
    with pytest.raises(BrakeNotSet):
        customers.release_brake(Request.new(), number, Brake.HOLD)


def test_notes_are_kept_edited_and_marked_deleted(customers: Customers) -> None:
    number = create(customers, "Acme")
    first = customers.add_note(Request.new(), number, "called")
    second = customers.add_note(Request.new(), number, "called again")
    assert [n.id for n in customers.notes(number).items] == [second.id, first.id]
    page = customers.notes(number, limit=1)
    assert [n.id for n in customers.notes(number, page.next).items] == [first.id]
    customers.edit_note(Request.new(), first.id, 1, "called twice")
    with pytest.raises(NoteChanged):
        customers.edit_note(Request.new(), first.id, 1, "called thrice")
    customers.delete_note(Request.new(), second.id)
    assert [n.text for n in customers.notes(number).items] == ["called twice"]
    with pytest.raises(NoteNotFound):
        customers.delete_note(Request.new(), second.id)


def test_a_note_does_not_end_with_empty_lines(customers: Customers) -> None:
    number = create(customers, "Acme")
    noted = customers.add_note(Request.new(), number, "  called\n them \n\n")
    assert customers.notes(number).items[0].text == "  called\n them"
    customers.edit_note(Request.new(), noted.id, 1, "called twice\n")
    assert customers.notes(number).items[0].text == "called twice"


def test_a_note_belongs_to_its_author(local_store: Store) -> None:
    ours = Customers(local_store)
    number = create(ours, "Acme")
    note = ours.add_note(Request.new(), number, "mine")
    draft = UserDraft("bob", "Bob", (Role.CLERK,))
    Users(local_store, Argon2(Cost(1, 8, 1))).add(Request.new(), draft, Secret(PASSWORD))
    other = local_store.acting_as(Identity(local_store.identity.organisation, "bob", ORIGIN))
    with pytest.raises(NoteOfAnother):
        Customers(other).edit_note(Request.new(), note.id, 1, "his")
    with pytest.raises(NoteOfAnother):
        Customers(other).delete_note(Request.new(), note.id)


def test_what_was_erased_is_said_to_be(local_store: Store) -> None:
    customers = Customers(local_store)
    number = customers.create(Request.new(), FULL).number
    with local_store.engine.connect().execution_options(writing=True) as raw, raw.begin():
        raw.exec_driver_sql("UPDATE personal_value SET value = '', salt = ''")
    (made,) = customers.history(number).items
    contacts = next(change for change in made.changes if change.field == "contacts")
    assert "(erased)" in contacts.after
    assert "Ada" not in contacts.after


def test_history_tells_who_changed_what(customers: Customers) -> None:
    top = create(customers, "Top")
    number = customers.create(Request.new(), FULL).number
    customers.edit(Request.new("moved"), number, 1, {"parent": top, "contacts": ()})
    customers.add_note(Request.new(), number, "hello")
    page = customers.history(number, limit=2)
    note, moved = page.items
    assert (note.action, note.changes[-1].field) == ("customers.note", "written_at")
    assert "hello" in {change.after for change in note.changes}
    changes = {change.field: change for change in moved.changes}
    assert (moved.reason, changes["parent"].after) == ("moved", top)
    assert "Ada@Example.com" in changes["contacts"].before
    assert changes["contacts"].after == ""
    (made,) = customers.history(number, page.next).items
    assert made.action == "customers.create"
    assert made.who


def test_shares_of_departments(store: Store, customers: Customers) -> None:
    Departments(store).create(Request.new(), DepartmentDraft("MKT", "Marketing"))
    half = Decimal(50)
    with pytest.raises(DepartmentNotFound):
        create(customers, "A", allocations=(Allocation("MKT", half), Allocation("OPS", half)))
    with pytest.raises(DraftRefused, match="sums to 50 percent"):
        create(customers, "A", allocations=(Allocation("MKT", half),))
    number = create(customers, "A", allocations=(Allocation("mkt", Decimal("100.00")),))
    assert customers.show(number).allocations == (Allocation("MKT", Decimal(100)),)
