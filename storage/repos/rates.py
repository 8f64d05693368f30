"""Exchange rates: one per pair and day."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import bindparam, select, tuple_

from billing_tui.domain.ids import new_id
from billing_tui.domain.pages import CursorRefused, Page, page_size, read_cursor, write_cursor
from billing_tui.domain.rates import Rate
from storage import models
from storage.models.base import table_of
from storage.rows import insert
from storage.rows import update as change_row
from storage.uow import Unit

_RATE = table_of(models.ExchangeRate)
_SELECT = select(_RATE).where(_RATE.c.organisation == bindparam("o"))
_OF_DAY = _SELECT.where(
    _RATE.c.base == bindparam("base"),
    _RATE.c.quote == bindparam("quote"),
    _RATE.c.valid_on == bindparam("on"),
)
_ORDER = (_RATE.c.valid_on, _RATE.c.base, _RATE.c.quote)
_LATEST = (
    _SELECT.where(
        _RATE.c.base == bindparam("base"),
        _RATE.c.quote == bindparam("quote"),
        _RATE.c.valid_on <= bindparam("on"),
    )
    .order_by(_RATE.c.valid_on.desc())
    .limit(1)
)


def put(unit: Unit, rate: Rate) -> bool:
    """Keep the rate of that pair and day, in place of one that is there; False if it was the same.

    The caller holds the guard.
    """
    found = _of_day(unit, rate)
    told = {"rate": rate.rate, "source": rate.source, "inverse": rate.inverse}
    if found is not None:
        after = change_row(unit, models.ExchangeRate, found.id, found.version, told, "rates.set")
        return bool(after != found.version)
    key = {"id": new_id(), "base": rate.base, "quote": rate.quote, "valid_on": rate.on}
    insert(unit, models.ExchangeRate, key | told, "rates.set")
    return True


def latest(unit: Unit, base: str, quote: str, on: date) -> list[Rate]:
    """What may answer for a day, in both directions: the latest rate of each."""
    found = []
    for one, other in ((base, quote), (quote, base)):
        given = {"o": unit.organisation, "base": one, "quote": other, "on": on}
        row: Any = unit.connection.execute(_LATEST, given).first()
        if row is not None:
            found.append(_read(row))
    return found


def page(
    unit: Unit, base: str, quote: str, until: date | None, cursor: str, limit: int
) -> Page[Rate]:
    """The latest day first."""
    size = page_size(limit)
    wanted: Any = _SELECT
    if base:
        wanted = wanted.where(_RATE.c.base == base)
    if quote:
        wanted = wanted.where(_RATE.c.quote == quote)
    if until is not None:
        wanted = wanted.where(_RATE.c.valid_on <= until)
    asked = [base, quote, until]
    if cursor:
        wanted = wanted.where(tuple_(*_ORDER) < _after(cursor, asked))
    wanted = wanted.order_by(*(column.desc() for column in _ORDER)).limit(size + 1)
    rows: Any = unit.connection.execute(wanted, {"o": unit.organisation}).all()
    items = tuple(_read(row) for row in rows[:size])
    if len(rows) <= size:
        return Page(items)
    last = items[-1]
    place = [last.on.isoformat(), last.base, last.quote]
    return Page(items, write_cursor("rates", asked, place))


def _after(cursor: str, asked: Any) -> Any:
    on, base, quote = read_cursor(cursor, "rates", asked, 3)
    try:
        place = (date.fromisoformat(on), base, quote)
    except ValueError:
        raise CursorRefused from None
    return tuple_(*place, types=[column.type for column in _ORDER])


def _of_day(unit: Unit, rate: Rate) -> Any:
    given = {"o": unit.organisation, "base": rate.base, "quote": rate.quote, "on": rate.on}
    return unit.connection.execute(_OF_DAY, given).first()


def _read(row: Any) -> Rate:
    return Rate(row.base, row.quote, row.rate, row.valid_on, row.source, row.inverse)
