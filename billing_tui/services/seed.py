"""Demo data: written like any other, in units, and the same again whoever runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import NewCustomer
from billing_tui.domain.demo import DEPARTMENTS, Demo, gl_code
from billing_tui.domain.errors import Refused
from billing_tui.domain.ledger import ACCOUNTS
from billing_tui.domain.rights import Right
from billing_tui.resources import asset_text
from storage.repos import customers, departments, gl, organisations, rates
from storage.statistics import refresh_as_it_grows
from storage.uow import Unit

from .cases import Service, writes

UNIT = 200
REASON = "demo data"


class SeedInProduction(Refused):
    def __init__(self) -> None:
        super().__init__(
            "No demo data in production",
            "This organisation is in production; demo data would stay in its books for ever.",
        )


@dataclass(frozen=True, slots=True)
class Seeded:
    """How much was added; nothing when it was all there."""

    customers: int
    departments: int
    mappings: int
    rates: int


@lru_cache(maxsize=4)
def demo(seed: int) -> Demo:
    return Demo(seed, json.loads(asset_text("demo/names.json"))["locales"])


class Seed(Service):
    def fill(
        self,
        request: Request,
        seed: int,
        count: int,
        tell: Callable[[int], None] = lambda _done: None,
    ) -> Seeded:
        """Departments, accounts and rates first, then customers unit by unit."""
        request = Request(request.id, request.reason or REASON)
        added = self.departments(request.within("departments"))
        mappings, dated = self.accounts(request.within("accounts"), seed)
        written = 0
        for start in range(0, count, UNIT):
            last = min(start + UNIT, count)
            written += self.customers(request.within(f"customers {start}"), seed, start, last)
            tell(last)
        return Seeded(written, added, mappings, dated)

    @writes("seed.departments", Right.EDIT_DEPARTMENTS)
    def departments(self, unit: Unit) -> int:
        _refuse_production(unit)
        departments.hold_tree(unit)
        known = departments.by_codes(unit, (draft.code for draft in DEPARTMENTS))
        ids = {code: one.id for code, one in known.items()}
        for draft in DEPARTMENTS:
            if draft.code not in ids:
                ids[draft.code] = departments.create(unit, draft, ids.get(draft.parent), None)
        return len(ids) - len(known)

    @writes("seed.accounts", Right.EDIT_ACCOUNTS)
    def accounts(self, unit: Unit, seed: int) -> tuple[int, int]:
        """Codes for every account of every legal entity, and two years of exchange rates."""
        _refuse_production(unit)
        organisations.hold(unit, "accounts")
        day = unit.today.replace(month=1, day=1)
        mapped = 0
        for entity in organisations.entities(unit):
            there = {one.account for one in gl.mappings(unit, entity.id)}
            for place, account in enumerate(sorted(ACCOUNTS - there)):
                code = gl_code(account, place)
                gl.put(unit, entity.id, None, account, day, code, "accounts.set")
                mapped += 1
        dated = sum(rates.put(unit, rate) for rate in demo(seed).rates(unit.today))
        return mapped, dated

    @writes("seed.customers", Right.BULK_CUSTOMERS)
    def customers(self, unit: Unit, seed: int, start: int, last: int) -> int:
        """Those from `start` up to `last` that are not there yet."""
        _refuse_production(unit)
        made = [demo(seed).customer(n) for n in range(start, last)]
        there = customers.numbers_of(unit, (one.id for one in made))
        missing = [one for one in made if one.id not in there]
        if not missing:
            return 0
        customers.hold_tree(unit)
        numbers = customers.fresh_numbers(unit, len(missing))
        news = [
            NewCustomer(one.id, number, one.draft)
            for one, number in zip(missing, numbers, strict=True)
        ]
        parents = {one.id: one.parent for one in missing if one.parent is not None}
        customers.create_many(unit, news, parents)
        for one in missing:
            if one.brakes:
                customer = customers.find(unit, str(one.id))
                customers.change(unit, customer, {"brakes": dict(one.brakes)}, "customers.brake")
        refresh_as_it_grows(unit, start // UNIT)
        return len(missing)


def _refuse_production(unit: Unit) -> None:
    if organisations.organisation(unit).production:
        raise SeedInProduction
