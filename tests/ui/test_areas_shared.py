"""The areas over a shared store: what one person does there stands for the others at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from billing_tui.app.given import Options
from billing_tui.domain.customers import Brake, CustomerDraft
from billing_tui.services.customers import Customers
from storage.store import Store
from tests.commands import Machine
from tests.stores import ADMIN, Database
from tests.ui.areas import done, fill, keys, last_told, on_row, screens, sign_in, told
from tests.ui.seat import seated


@pytest.fixture
def others(machine: Machine, database: Database) -> Iterator[Store]:
    """An organisation of its own with some customers, and somebody else at work in it."""
    store = database.store()
    customers = Customers(store)
    for name in ("Aachen Works", "Bergen Fish", "Calais Ferries"):
        done(customers.create, CustomerDraft(name, "EUR", tags=("kept",)))
    machine.patch.setenv("BILLING_TUI_ORGANISATION", str(store.identity.organisation))
    yield store
    store.close()


@pytest.fixture
def options(database: Database) -> Options:
    return Options(store=database.server.url(ADMIN, database.name))


async def test_two_people_work_on_the_same_customers(others: Store, options: Options) -> None:
    customers = Customers(others)
    async with seated(options=options) as seat:
        await sign_in(seat)
        await keys(seat, "g", "c", "?Aachen Works", "?1 of 3", "slash", "=berg", "enter", "?1 of 1")
        await keys(seat, "escape", "?1 of 3")
        await on_row(seat, "C-00002")
        await keys(seat, "a", "?Free fields")
        done(customers.edit, "C-00002", None, {"terms": "net14", "name": "Bergen Fisk"})
        await fill(seat, "Bergen Fish and Chips")
        await keys(seat, "ctrl+s", "?Changed meanwhile", "right", "enter")
        assert last_told(seat) == "Saved C-00002."
        now = customers.show("C-00002")
        assert (now.name, now.terms) == ("Bergen Fish and Chips", "net14")
        done(customers.set_brake, "C-00002", Brake.HOLD, "told by somebody else")
        seat.app.look()
        await keys(seat, "?■ on hold", "?told by somebody else")


async def test_many_are_changed_and_the_record_is_checked(others: Store, options: Options) -> None:
    customers = Customers(others)
    async with seated((80, 24), options=options) as seat:
        await sign_in(seat)
        await keys(seat, "g", "c", "?1 of 3", "asterisk", "down", "space", "c")
        await keys(seat, "?Change 2 customers", "=bulk", "ctrl+s", "?1 all 2", "enter")
        await keys(seat, "?2 changed.", "escape")
        assert [one.tags for one in customers.list().items].count(("kept", "bulk")) == 2
        await keys(seat, "g", "a", "?customers.bulk", "enter", "?Hash before", "t", "?Trace")
        await keys(seat, "escape", "escape", "c", "2", "?Everything holds", "escape")
        assert screens(seat) == ["AuditScreen"]


async def test_a_draft_a_view_and_a_department_are_kept(others: Store, options: Options) -> None:
    async with seated(options=options) as seat:
        await sign_in(seat)
        await keys(seat, "g", "c", "slash", "=tag:kept", "enter", "v", "=Kept ones", "enter")
        await keys(seat, "?6 Kept ones", "n", "=Half typed", "escape")
        await keys(seat, "g", "d", "n", "=OPS", "tab", "=Operations", "ctrl+s", "?Operations  OPS")
        await keys(seat, "z", "?○ archived", "u", "?● active")
        await keys(seat, "g", "h", "?1 form of yours is not saved")
        assert not [text for text in told(seat) if "✗" in text]
