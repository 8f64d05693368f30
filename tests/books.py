"""Small books for tests: a customer, a legal entity, and entries between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import (
    Address,
    AddressKind,
    Contact,
    CustomerDraft,
    NewCustomer,
)
from billing_tui.domain.ids import new_id
from billing_tui.domain.ledger import Entry, EntryKind, lines_of
from storage.repos import balances, customers, ledger
from storage.store import Store
from storage.uow import Unit
from tests.stores import as_text

T = TypeVar("T")
DAY = date(2026, 11, 20)
DUE = date(2026, 12, 20)

CAFE = CustomerDraft(
    "Łódź Café",
    "EUR",
    addresses=(Address(AddressKind.BILLING, "PL", ("1 Main St", ""), city="Łódź"),),
    contacts=(Contact("Zoë", "zoe@example.com"),),
    tags=("vip",),
    meta_data={"crm": "42"},
)


@dataclass(frozen=True)
class Books:
    store: Store
    entity: UUID
    customer: UUID

    def entry(
        self, kind: EntryKind, *amounts: tuple[str, int], currency: str = "EUR", **more: Any
    ) -> Entry:
        lines = lines_of(amounts, self.customer, more.pop("due_on", DUE))
        return Entry(self.entity, more.pop("booked_on", DAY), kind, currency, lines, **more)

    def invoice(self, amount: int = 11900, **more: Any) -> Entry:
        tax = amount * 19 // 119
        return self.entry(
            EntryKind.INVOICE_ISSUED,
            ("receivable", amount),
            ("revenue:ads", tax - amount),
            ("tax_payable:DE", -tax),
            **more,
        )

    def post(self, *entries: Entry) -> list[int]:
        return self.write(lambda unit: ledger.post(unit, entries))

    def write(self, fn: Callable[[Unit], T]) -> T:
        results: list[T] = []

        def act(unit: Unit) -> str:
            results.append(fn(unit))
            return "done"

        self.store.write(act, Request.new(), as_text())
        return results[-1]


def add_customer(unit: Unit, number: str = "C-00001", draft: CustomerDraft = CAFE) -> UUID:
    id = new_id()
    customers.create_many(unit, [NewCustomer(id, number, draft)], {})
    return id


def books(store: Store) -> Books:
    def start(unit: Unit) -> Sequence[UUID]:
        found = balances.entity_by_code(unit, "MAIN")
        assert found is not None
        return [found[0], add_customer(unit)]

    first = Books(store, new_id(), new_id())
    return Books(store, *first.write(start))
