"""What the simulated clerks do: mostly what succeeds, some of it refused, all of it drawn."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from billing_tui.domain.acts import Request
from billing_tui.domain.alerts import AlertDraft, Severity
from billing_tui.domain.customers import Brake, CustomerDraft
from billing_tui.domain.departments import DepartmentDraft
from billing_tui.domain.ledger import Entry, EntryKind, Line
from billing_tui.domain.rights import Right
from billing_tui.services.alerts import Alerts
from billing_tui.services.cases import Service, writes
from billing_tui.services.customers import Customers
from billing_tui.services.departments import Departments
from storage.repos import balances, customers, ledger
from storage.store import Store
from storage.uow import Unit

SHARED = 20  # objects everybody works on, so that people really get in each other's way


class Books(Service):
    """What invoices and payments do to the books, without documents."""

    @writes("sim.issue", Right.EDIT_CUSTOMERS)
    def issue(self, unit: Unit, number: str, amounts: list[int], days: int) -> int:
        owner = customers.find(unit, number)
        lines = [Line(f"revenue:{n}", -amount) for n, amount in enumerate(amounts)]
        due = unit.today + timedelta(days=days)
        receivable = Line("receivable", sum(amounts), owner.id, due)
        issued = self._entry(unit, EntryKind.INVOICE_ISSUED, (receivable, *lines))
        return ledger.post(unit, [issued])[0]

    @writes("sim.reverse", Right.EDIT_CUSTOMERS)
    def reverse(self, unit: Unit, seq: int) -> int:
        return ledger.reverse(unit, seq, unit.today)

    @writes("sim.take", Right.EDIT_CUSTOMERS)
    def take(self, unit: Unit, number: str, amount: int) -> int:
        owner = customers.find(unit, number)
        taken = (Line("bank:main", amount), Line("unapplied_cash", -amount, owner.id))
        return ledger.post(unit, [self._entry(unit, EntryKind.MONEY_RECORDED, taken)])[0]

    def _entry(self, unit: Unit, kind: EntryKind, lines: tuple[Line, ...]) -> Entry:
        found = balances.entity_by_code(unit, "MAIN")
        entity: UUID = found[0] if found else UUID(int=0)
        return Entry(entity, unit.today, kind, "EUR", lines)


class Desk:
    """The services of one clerk."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.customers = Customers(store)
        self.departments = Departments(store)
        self.alerts = Alerts(store)
        self.books = Books(store)


Act = Callable[[Desk, Request, random.Random], object]


def prepare(store: Store) -> None:
    desk = Desk(store)
    for n in range(SHARED):
        desk.customers.create(Request.new(), CustomerDraft(f"Shared {n}", "EUR", f"SHARED-{n}"))


def _shared(rng: random.Random) -> str:
    return f"SHARED-{rng.randrange(SHARED)}"


def create(desk: Desk, request: Request, rng: random.Random) -> object:
    name = f"Company {rng.randrange(10**6)} {rng.choice(['Ltd', 'GmbH', 'SA', '株式会社'])}"
    return desk.customers.create(request, CustomerDraft(name, rng.choice(["EUR", "USD", "JPY"])))


def edit(desk: Desk, request: Request, rng: random.Random) -> object:
    number = _shared(rng)
    seen = desk.customers.show(number)
    changes = {"terms": f"net{rng.randrange(1, 90)}", "tags": [f"tag{rng.randrange(9)}"]}
    return desk.customers.edit(request, number, seen.version, changes)


def move(desk: Desk, request: Request, rng: random.Random) -> object:
    number = _shared(rng)
    seen = desk.customers.show(number)
    return desk.customers.edit(request, number, seen.version, {"parent": _shared(rng)})


def brake(desk: Desk, request: Request, rng: random.Random) -> object:
    number, which = _shared(rng), rng.choice(list(Brake))
    if rng.random() < 0.5:
        return desk.customers.set_brake(request, number, which, "late payer")
    return desk.customers.release_brake(request, number, which)


def note(desk: Desk, request: Request, rng: random.Random) -> object:
    return desk.customers.add_note(request, _shared(rng), f"called, case {rng.randrange(999)}")


def department(desk: Desk, request: Request, rng: random.Random) -> object:
    draft = DepartmentDraft(f"D{rng.randrange(10**6)}", "Department")
    return desk.departments.create(request, draft)


def alert(desk: Desk, request: Request, rng: random.Random) -> object:
    draft = AlertDraft("sim", str(rng.randrange(50)), rng.choice(list(Severity)), "look here")
    return desk.alerts.raise_alert(request, draft)


def issue(desk: Desk, request: Request, rng: random.Random) -> object:
    amounts = [rng.randrange(1, 10**6) for _ in range(rng.randrange(1, 4))]
    return desk.books.issue(request, _shared(rng), amounts, rng.choice([0, 14, 30]))


def take(desk: Desk, request: Request, rng: random.Random) -> object:
    return desk.books.take(request, _shared(rng), rng.randrange(1, 10**6))


def reverse(desk: Desk, request: Request, rng: random.Random) -> object:
    return desk.books.reverse(request, rng.randrange(1, 400))


ACTS: dict[Act, int] = {
    create: 20, edit: 15, move: 5, brake: 10, note: 10,
    department: 5, alert: 5, issue: 20, take: 15, reverse: 5,
}  # fmt: skip


def draw(rng: random.Random) -> Callable[[Desk, Request], object]:
    """One act and what it is done with; the same generator state gives the same act again."""
    act = rng.choices(list(ACTS), weights=list(ACTS.values()))[0]
    return lambda desk, request: act(desk, request, rng)
