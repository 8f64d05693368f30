"""Bulk edit: the diff of one change to many customers, and the change itself, unit after unit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from billing_tui.domain.acts import Request
from billing_tui.domain.audit import canonical
from billing_tui.domain.customers import CustomerNotFound
from billing_tui.domain.customers.bulk import (
    CHANGED_MEANWHILE,
    MOST,
    BulkChange,
    BulkDiff,
    BulkLine,
    BulkReport,
    Chosen,
    Outcome,
    TooManyChosen,
    changed,
    checked_change,
    lines,
)
from billing_tui.domain.rights import Right, require
from storage.repos import customer_bulk, customer_search, customers
from storage.uow import Unit

from .cases import Service, reads, writes

UNIT_ROWS = 200
Tell = Callable[[int, int], None]
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Seen:
    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class NotChanged:
    """One customer of a unit that did not come to be as the diff said."""

    id: UUID
    outcome: Outcome
    why: str = ""


class CustomerBulk(Service):
    @reads("customers.bulk_preview", Right.BULK_CUSTOMERS, snapshot=True)
    def preview(self, unit: Unit, chosen: Chosen, change: BulkChange) -> BulkDiff:
        """What the change would do to each of the chosen."""
        kept = _admitted(unit, change)
        ids = _ids(unit, chosen)
        return BulkDiff(tuple(lines(kept, customer_bulk.standings(unit, ids))))

    def apply(
        self,
        request: Request,
        diff: BulkDiff,
        change: BulkChange,
        tell: Tell = lambda _done, _total: None,
        stop: Stop = lambda: False,
    ) -> BulkReport:
        """Do what a diff showed, in requests within this one, to those that nobody has changed
        since. Called again it goes on where it was cut off, and changes nothing twice."""
        waiting = [line for line in diff.lines if line.outcome is Outcome.CHANGED]
        told: dict[UUID, BulkLine] = {}
        for n in range(0, len(waiting), UNIT_ROWS):
            if stop():
                break
            some = waiting[n : n + UNIT_ROWS]
            seen = tuple(Seen(line.id, line.version) for line in some)
            others = self.change_unit(request.within(_named(seen)), change, seen)
            told |= {line.id: line for line in some} | _others(some, others)
            tell(len(told), len(waiting))
        left = {line.id: replace(line, outcome=Outcome.LEFT) for line in waiting} | told
        reported = tuple(left.get(line.id, line) for line in diff.lines)
        return BulkReport(reported, stopped=len(told) < len(waiting))

    @writes("customers.bulk", Right.BULK_CUSTOMERS)
    def change_unit(
        self, unit: Unit, change: BulkChange, seen: tuple[Seen, ...]
    ) -> tuple[NotChanged, ...]:
        """Change those that still are as they were seen; gives the others."""
        kept = _admitted(unit, change)
        now = customer_bulk.held(unit, [one.id for one in seen])
        others: list[NotChanged] = []
        wanted = []
        for one in seen:
            standing = now.get(one.id)
            if standing is None or standing.version != one.version:
                others.append(NotChanged(one.id, Outcome.CONFLICT, CHANGED_MEANWHILE))
                continue
            (line,) = lines(kept, [standing])
            if line.outcome is Outcome.CHANGED:
                wanted.append((standing, changed(kept, standing)))
            else:
                others.append(NotChanged(one.id, line.outcome, line.why))
        customer_bulk.change_many(unit, wanted, "customers.bulk")
        return tuple(others)


def _admitted(unit: Unit, change: BulkChange) -> BulkChange:
    if change.brakes:
        require(unit.actor.roles, Right.BRAKE_CUSTOMERS)
    return checked_change(change)


def _ids(unit: Unit, chosen: Chosen) -> list[UUID]:
    """The chosen, each once, by number or as they were named; without those left out."""
    named = list(dict.fromkeys(chosen.numbers))
    if len(named) > MOST or len(chosen.without) > MOST:
        raise TooManyChosen
    known = _known(unit, [*named, *chosen.without])
    out = {known[number] for number in chosen.without if number in known}
    if chosen.asked is None:
        for number in named:
            if number not in known:
                raise CustomerNotFound(number)
        return [known[number] for number in named if known[number] not in out]
    found = customer_search.all_ids(unit, chosen.asked, MOST + len(out) + 1)
    ids = [id for id in found if id not in out]
    if len(ids) > MOST:
        raise TooManyChosen
    return ids


def _known(unit: Unit, numbers: list[str]) -> dict[str, UUID]:
    found: dict[str, UUID] = {}
    for n in range(0, len(numbers), customer_bulk.AT_ONCE):
        found |= customers.ids_of(unit, numbers[n : n + customer_bulk.AT_ONCE])
    return found


def _named(seen: tuple[Seen, ...]) -> str:
    """The name of a unit's request: of the same rows at the same versions the same one."""
    told = canonical([[one.id, one.version] for one in seen])
    return f"bulk {hashlib.sha256(told.encode()).hexdigest()}"


def _others(some: list[BulkLine], others: tuple[NotChanged, ...]) -> dict[UUID, BulkLine]:
    by_id = {line.id: line for line in some}
    return {one.id: replace(by_id[one.id], outcome=one.outcome, why=one.why) for one in others}
