"""Reading the books: entries newest first, and balances as of one day, as known on another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, bindparam, func, literal_column, select, type_coerce

from billing_tui.domain.dates import zone
from billing_tui.domain.ledger import Booked, EntryFilter
from storage.models import LedgerEntry, LegalEntity, Organisation, Posting
from storage.models.base import table_of
from storage.uow import Unit

from . import ledger

_ENTRY, _POSTING = table_of(LedgerEntry), table_of(Posting)
_ENTITY, _ORGANISATION = table_of(LegalEntity), table_of(Organisation)
_ZONE = select(_ORGANISATION.c.zone).where(
    _ORGANISATION.c.organisation == bindparam("o"), _ORGANISATION.c.id == bindparam("o")
)
_ENTITY_BY_CODE = select(_ENTITY.c.id, _ENTITY.c.version, _ENTITY.c.closed_through).where(
    _ENTITY.c.organisation == bindparam("o"), _ENTITY.c.code == bindparam("code")
)


def entries(
    unit: Unit, wanted: EntryFilter, before: int | None, limit: int, entity: UUID | None = None
) -> list[Booked]:
    """Entries below number `before`, newest first."""
    chosen = select(_ENTRY.c.seq).where(
        _ENTRY.c.organisation == unit.organisation, *_conditions(unit, wanted)
    )
    if before is not None:
        chosen = chosen.where(_ENTRY.c.seq < before)
    if entity is not None:
        chosen = chosen.where(_ENTRY.c.entity == entity)
    seqs = unit.connection.execute(chosen.order_by(_ENTRY.c.seq.desc()).limit(limit)).scalars()
    found = ledger.booked(unit, list(seqs))
    return [found[seq] for seq in sorted(found, reverse=True)]


def _conditions(unit: Unit, wanted: EntryFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        conditions.append(_ENTRY.c.kind == wanted.kind)
    if wanted.document is not None:
        conditions.append(_ENTRY.c.document == wanted.document)
    if wanted.booked_from is not None:
        conditions.append(_ENTRY.c.booked_on >= wanted.booked_from)
    if wanted.booked_to is not None:
        conditions.append(_ENTRY.c.booked_on <= wanted.booked_to)
    touched = select(_POSTING.c.entry).where(_POSTING.c.organisation == unit.organisation)
    if wanted.account:
        conditions.append(_ENTRY.c.seq.in_(touched.where(_POSTING.c.account == wanted.account)))
    if wanted.customer is not None:
        conditions.append(_ENTRY.c.seq.in_(touched.where(_POSTING.c.customer == wanted.customer)))
    return conditions


def trial_balance(
    unit: Unit, as_of: date, known_on: date | None = None, entity: UUID | None = None
) -> Sequence[tuple[str, str, int]]:
    """(account, currency, balance) over entries booked on or before `as_of`, and written down by
    the end of `known_on` in the organisation's zone."""
    sums = (
        select(_POSTING.c.account, _POSTING.c.currency, *_summed(unit))
        .join(
            _ENTRY,
            (_ENTRY.c.organisation == _POSTING.c.organisation) & (_ENTRY.c.seq == _POSTING.c.entry),
        )
        .where(_POSTING.c.organisation == unit.organisation, _ENTRY.c.booked_on <= as_of)
        .group_by(_POSTING.c.account, _POSTING.c.currency)
        .order_by(_POSTING.c.account, _POSTING.c.currency)
    )
    if known_on is not None:
        sums = sums.where(_ENTRY.c.at < _end_of(unit, known_on))
    if entity is not None:
        sums = sums.where(_ENTRY.c.entity == entity)
    found = unit.connection.execute(sums)
    balances = ((account, code, int(high) * _HALF + int(low)) for account, code, high, low in found)
    return [balance for balance in balances if balance[2]]


_HALF = 2**32
_AMOUNT = type_coerce(_POSTING.c.amount, Integer)


def _summed(unit: Unit) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """The sum in two halves: SQLite's own gives up where it does not fit 64 bits."""
    if unit.sqlite:
        return func.sum(_AMOUNT.bitwise_rshift(32)), func.sum(_AMOUNT.bitwise_and(_HALF - 1))
    return literal_column("0"), func.sum(_POSTING.c.amount)


def _end_of(unit: Unit, day: date) -> datetime:
    name = unit.connection.execute(_ZONE, {"o": unit.organisation}).scalar_one()
    last = day == date.max  # after which Python has no next day
    return datetime.combine(day + timedelta(days=not last), time(), zone(name))


def entity_by_code(unit: Unit, code: str) -> tuple[UUID, int, date] | None:
    """Id, version and last closed day of a legal entity."""
    found = unit.connection.execute(_ENTITY_BY_CODE, {"o": unit.organisation, "code": code})
    row = found.one_or_none()
    return None if row is None else (row.id, row.version, row.closed_through)
