"""The books on both engines: on Postgres one function appends, on SQLite this file does the same.

Summary rows move with the entries, in key order, so that two who post never wait in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, IntegrityError

from billing_tui.domain.ledger import (
    AlreadyReversed,
    Booked,
    BooksClosed,
    Entry,
    EntryNotFound,
    Line,
    checked,
    reversal,
    told,
)
from billing_tui.domain.money import LARGEST, AmountTooLarge
from storage.errors import sqlstate
from storage.models import LedgerEntry, LedgerHead, LegalEntity, Posting, SummaryMoved, SummaryOpen
from storage.models.base import table_of
from storage.uow import Unit

from . import currencies

_ENTRY, _POSTING, _HEAD = table_of(LedgerEntry), table_of(Posting), table_of(LedgerHead)
_OPEN, _MOVED, _ENTITY = table_of(SummaryOpen), table_of(SummaryMoved), table_of(LegalEntity)

POSTED = "ledger.post"
# How the engines say that a sum would not fit 64 bits; SQLite bends it into a float, and its tables
# take none.
_TOO_LARGE, _NOT_WHOLE = "22003", "cannot store REAL value in INTEGER column"
_APPEND = (
    "SELECT first, stamp FROM ledger_append(%s::uuid, %s::uuid,"
    " %s::uuid[], %s::date[], %s::text[], %s::text[], %s::uuid[], %s::bigint[],"
    " %s::int[], %s::bigint[], %s::text[], %s::uuid[], %s::bigint[], %s::date[])"
)
_CLOSED = select(_ENTITY.c.id, _ENTITY.c.closed_through).where(
    _ENTITY.c.organisation == bindparam("o"), _ENTITY.c.id.in_(bindparam("ids", expanding=True))
)
_MOVE_HEAD = (
    update(_HEAD)
    .where(_HEAD.c.organisation == bindparam("o"))
    .values(seq=_HEAD.c.seq + bindparam("step"))
    .returning(_HEAD.c.seq)
)


def _adding(table: Table, *sums: str) -> Any:
    row = sqlite_insert(table)
    return row.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: table.c[name] + row.excluded[name] for name in sums},
    )


_ADD_OPEN, _ADD_MOVED = _adding(_OPEN, "amount"), _adding(_MOVED, "amount", "entries")
_ADD_ENTRY, _ADD_POSTING = insert(_ENTRY), insert(_POSTING)

_KEYS = (_ENTRY.c.organisation == bindparam("o"), _ENTRY.c.seq.in_(bindparam("n", expanding=True)))
ENTRIES = select(*(c for c in _ENTRY.columns if c.name != "organisation")).where(*_KEYS)
POSTINGS = (
    select(*(c for c in _POSTING.columns if c.name not in ("organisation", "currency")))
    .where(
        _POSTING.c.organisation == bindparam("o"),
        _POSTING.c.entry.in_(bindparam("n", expanding=True)),
    )
    .order_by(_POSTING.c.entry, _POSTING.c.line)
)
_REVERSED = select(_ENTRY.c.seq).where(
    _ENTRY.c.organisation == bindparam("o"), _ENTRY.c.reverses == bindparam("seq")
)


def post(unit: Unit, entries: Sequence[Entry]) -> list[int]:
    """Append entries, each as the posting table allows it; gives their numbers."""
    if not entries:
        return []
    for entry in entries:
        checked(entry)
    currencies.freeze(unit, {entry.currency for entry in entries})
    first, at = _post_sqlite(unit, entries) if unit.sqlite else _post_postgres(unit, entries)
    asked = unit.request
    if asked is None:
        raise TypeError("entries are booked for a request")
    seqs = list(range(first, first + len(entries)))
    made = [Booked(seq, at, asked, each) for seq, each in zip(seqs, entries, strict=True)]
    unit.note(POSTED, f"{_ENTRY.name}:{first}", told(made))
    return seqs


def _post_postgres(unit: Unit, entries: Sequence[Entry]) -> tuple[int, datetime]:
    lines = [(i, n, line) for i, e in enumerate(entries, 1) for n, line in enumerate(e.lines, 1)]
    arguments = (
        unit.organisation,
        unit.request,
        [entry.entity for entry in entries],
        [entry.booked_on for entry in entries],
        [entry.kind.value for entry in entries],
        [entry.currency for entry in entries],
        [entry.document for entry in entries],
        [entry.reverses for entry in entries],
        [i for i, _, _ in lines],
        [n for _, n, _ in lines],
        [line.account for _, _, line in lines],
        [line.customer for _, _, line in lines],
        [line.amount for _, _, line in lines],
        [line.due_on for _, _, line in lines],
    )
    try:
        first, stamp = unit.connection.exec_driver_sql(_APPEND, arguments).one()
    except DBAPIError as error:
        _explain(error, entries)
        raise
    return first, stamp


def _explain(error: DBAPIError, entries: Sequence[Entry]) -> None:
    """Name the refusals that only the function sees, because others post and close too."""
    if sqlstate(error) == _TOO_LARGE:
        raise AmountTooLarge(max(entry.moved.amount for entry in entries)) from None
    told: Any = getattr(error.orig, "diag", None)
    constraint = getattr(told, "constraint_name", None)
    if constraint == "books_open":
        raise BooksClosed(date.fromisoformat(told.message_detail)) from None
    if constraint == "ix_ledger_entry_organisation_reverses":
        raise AlreadyReversed(next(e.reverses for e in entries if e.reverses)) from None


def _post_sqlite(unit: Unit, entries: Sequence[Entry]) -> tuple[int, datetime]:
    o = unit.organisation
    _refuse_closed(unit, entries)
    run = unit.connection.execute
    opened, moved = summaries(entries)
    try:
        if opened:
            run(_ADD_OPEN, [_row(unit, _OPEN, key, sums) for key, sums in sorted(opened.items())])
        run(_ADD_MOVED, [_row(unit, _MOVED, key, sums) for key, sums in sorted(moved.items())])
    except IntegrityError as error:
        if _NOT_WHOLE in str(error.orig):
            raise AmountTooLarge(max(entry.moved.amount for entry in entries)) from None
        raise
    last: int = run(_MOVE_HEAD, {"o": o, "step": len(entries)}).scalar_one()
    first = last - len(entries) + 1
    at_request = {"organisation": o, "at": unit.now, "request": unit.request}
    run(_ADD_ENTRY, [at_request | _entry_row(seq, e) for seq, e in enumerate(entries, first)])
    run(
        _ADD_POSTING,
        [
            {"organisation": o, "entry": seq, "line": n, "currency": e.currency} | asdict(line)
            for seq, e in enumerate(entries, first)
            for n, line in enumerate(e.lines, 1)
        ],
    )
    return first, unit.now


def _refuse_closed(unit: Unit, entries: Sequence[Entry]) -> None:
    asked = {"o": unit.organisation, "ids": list({entry.entity for entry in entries})}
    closed = {row.id: row.closed_through for row in unit.connection.execute(_CLOSED, asked)}
    inside = [e.booked_on for e in entries if e.booked_on <= closed.get(e.entity, date.min)]
    if inside:
        raise BooksClosed(min(inside))


def _entry_row(seq: int, entry: Entry) -> dict[str, Any]:
    return {
        "seq": seq,
        "entity": entry.entity,
        "booked_on": entry.booked_on,
        "kind": entry.kind,
        "currency": entry.currency,
        "document": entry.document,
        "reverses": entry.reverses,
    }


Sums = dict[tuple[Any, ...], tuple[int, ...]]


def summaries(entries: Sequence[Entry]) -> tuple[Sums, Sums]:
    """What entries add to the summaries: (entity, currency, due_on) -> amount, and
    (entity, currency, booked_on, kind) -> amount and entries."""
    opened: Sums = {}
    moved: Sums = {}
    for entry in entries:
        what = (entry.entity, entry.currency, entry.booked_on, entry.kind)
        _add(moved, what, entry.moved.amount, 1)
        for line in entry.lines:
            if line.due_on is not None:
                _add(opened, (entry.entity, entry.currency, line.due_on), line.amount)
    for total in (total for sums in (*opened.values(), *moved.values()) for total in sums):
        if abs(total) > LARGEST:
            raise AmountTooLarge(total)
    return opened, moved


def _add(sums: Sums, key: tuple[Any, ...], *more: int) -> None:
    before = sums.get(key, (0,) * len(more))
    sums[key] = tuple(old + new for old, new in zip(before, more, strict=True))


def _row(unit: Unit, table: Table, key: tuple[Any, ...], sums: tuple[int, ...]) -> dict[str, Any]:
    names = [column.name for column in table.columns]
    return dict(zip(names, (unit.organisation, *key, *sums), strict=True))


def booked(unit: Unit, seqs: Sequence[int]) -> dict[int, Booked]:
    """Entries with their postings, by number."""
    asked = {"o": unit.organisation, "n": list(seqs)}
    lines: dict[int, list[Line]] = {}
    for row in unit.connection.execute(POSTINGS, asked):
        line = Line(row.account, row.amount, row.customer, row.due_on)
        lines.setdefault(row.entry, []).append(line)
    return {
        row.seq: Booked(row.seq, row.at, row.request, _entry(row, tuple(lines.get(row.seq, ()))))
        for row in unit.connection.execute(ENTRIES, asked)
    }


def _entry(row: Any, lines: tuple[Line, ...]) -> Entry:
    return Entry(
        row.entity, row.booked_on, row.kind, row.currency, lines, row.document, row.reverses
    )


def entry_at(unit: Unit, seq: int) -> Booked:
    found = booked(unit, [seq]).get(seq)
    if found is None:
        raise EntryNotFound(seq)
    return found


def reverse(unit: Unit, seq: int, booked_on: date) -> int:
    """Book the exact mirror of an entry; gives the mirror's number."""
    mirror = reversal(seq, entry_at(unit, seq).entry, booked_on)
    asked = {"o": unit.organisation, "seq": seq}
    if unit.connection.execute(_REVERSED, asked).first() is not None:
        raise AlreadyReversed(seq)
    return post(unit, [mirror])[0]
