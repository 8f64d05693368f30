"""Whoever may append to the trail by hand may write anything there; it is shown all the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import CustomerDraft
from billing_tui.services.customers import Customers
from billing_tui.services.trace import Traces
from storage.store import Store
from storage.uow import AuditLine, Unit
from tests.stores import as_text

BODIES: list[Any] = [
    [],
    None,
    5,
    {"after": [1], "before": 5},
    {"after": {"parent": "nobody", "merged_into": 7}, "before": {"parent": {}}},
    {"after": {"credit_limit": 5, "currency": ["EUR"]}},
    {"after": {"credit_limit": "much", "currency": "EUR"}},
    {"after": {"contacts": "sha256:" + "0" * 64}},
    {"first": 1e308, "last": [], "digest": 1, "marks": 2},
]


@pytest.mark.parametrize("body", [*map(json.dumps, BODIES), "[" * 100_000, "{"])
def test_what_nobody_would_write_stops_no_list(store: Store, body: str) -> None:
    customers = Customers(store)
    saved = customers.create(Request.new(), CustomerDraft("Acme", "EUR"))
    request = Request.new()

    def forge(unit: Unit) -> str:
        for action, version in (("customers.edit", 2), ("ledger.post", None)):
            unit.audit.append(AuditLine(action, f"customer:{saved.id}", version, "", body))
        return ""

    store.write(forge, request, as_text())
    assert len(customers.history(saved.number).items) == 3
    assert len(Traces(store).show(request.id).audit) == 2
    with pytest.raises(Exception, match="Somebody changed") as refused:
        customers.edit(Request.new(), saved.number, 2, {"terms": "net7"})
    assert "net7" in str(refused.value)
