"""The books as people use them: entries, balances, and closing a period."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from uuid import UUID

from billing_tui.domain.errors import Refused
from billing_tui.domain.ledger import Balance, Booked, EntryFilter, TrialBalance
from billing_tui.domain.organisations import EntityNotFound
from billing_tui.domain.pages import CursorRefused, Page, page_size, read_cursor, write_cursor
from billing_tui.domain.rights import Right
from storage.repos import balances, organisations
from storage.uow import Unit

from .cases import Service, reads, writes


class ClosedAlready(Refused):
    def __init__(self, closed_through: date, asked: date) -> None:
        self.closed_through, self.asked = closed_through, asked
        super().__init__(
            "Closed already",
            f"The books are closed through {closed_through}. What is closed does not open again; "
            "choose a later day.",
        )


class DayNotOver(Refused):
    def __init__(self, asked: date, today: date) -> None:
        self.asked, self.today = asked, today
        super().__init__(
            "Day not over", f"Only days before today ({today}) can be closed, not {asked}."
        )


class Ledger(Service):
    @reads("ledger.entries")
    def entries(
        self, unit: Unit, wanted: EntryFilter, limit: int = 50, cursor: str = ""
    ) -> Page[Booked]:
        """Newest first."""
        size, asked = page_size(limit), asdict(wanted)
        before = _seen(read_cursor(cursor, _LIST, asked, 1)) if cursor else None
        entity = _entity(unit, wanted.entity)[0] if wanted.entity else None
        found = balances.entries(unit, wanted, before, size + 1, entity)
        items = tuple(found[:size])
        more = len(found) > size
        return Page(items, write_cursor(_LIST, asked, [str(items[-1].seq)]) if more else "")

    @reads("ledger.balance")
    def balance(
        self, unit: Unit, as_of: date | None = None, known_on: date | None = None, entity: str = ""
    ) -> TrialBalance:
        """Of one legal entity, or of all; as of today if nothing else is said."""
        day = as_of or unit.today
        of = _entity(unit, entity)[0] if entity else None
        sums = balances.trial_balance(unit, day, known_on, of)
        return TrialBalance(day, known_on, tuple(Balance(*each) for each in sums))

    @writes("entities.close", Right.CLOSE_BOOKS)
    def close(self, unit: Unit, entity: str, through: date) -> date:
        """Close the books of a legal entity through a day; nothing is booked there afterwards."""
        id, version, closed_through = _entity(unit, entity)
        if through <= closed_through:
            raise ClosedAlready(closed_through, through)
        if through >= unit.today:
            raise DayNotOver(through, unit.today)
        organisations.close_books(unit, id, version, through)
        return through


_LIST = "ledger.entries"


def _seen(parts: list[str]) -> int:
    if not parts[0].isdecimal():
        raise CursorRefused
    return int(parts[0])


def _entity(unit: Unit, code: str) -> tuple[UUID, int, date]:
    found = balances.entity_by_code(unit, code)
    if found is None:
        raise EntityNotFound(code)
    return found
