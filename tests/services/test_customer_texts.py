"""Text of every spelling stays as it was given, in every field, and the record of it verifies."""

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import Address, AddressKind, Contact, CustomerDraft
from billing_tui.services.customers import Customers
from billing_tui.services.verify import Verify
from storage.store import Store

# Composed, decomposed, a mark after a line break, compatibility signs, Hangul in single letters.
SPELLINGS = (
    "Ame\u0301lie",
    "Am\u00e9lie",
    "line\n\u0303end",
    "\u2126 \u212b",
    "\u1112\u1161\u11ab",
)


@pytest.mark.parametrize("text", SPELLINGS)
def test_no_spelling_is_changed(store: Store, text: str) -> None:
    customers = Customers(store)
    draft = CustomerDraft(
        text,
        "EUR",
        addresses=(Address(AddressKind.BILLING, "KR", (text,), city=text),),
        contacts=(Contact(text, role=text),),
        tags=(text,),
        meta_data={"spelt": text},
    )
    made = customers.create(Request.new(text), draft, True)
    customers.add_note(Request.new(), made.number, text)
    found = customers.show(made.number)
    assert found.name == found.contacts[0].name == found.addresses[0].lines[0] == text
    assert found.meta_data == {"spelt": text}
    assert found.tags == (text,)
    other = text + "!"
    customers.edit(Request.new(), made.number, found.version, {"contacts": (Contact(other),)}, True)
    assert customers.show(made.number).contacts[0].name == other
    assert Verify(store).run().exit == 0
