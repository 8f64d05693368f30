"""What a filter asks for, as conditions: each tries one row, and most give the ids it may leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, func, select

from billing_tui.domain.currencies import currency
from billing_tui.domain.customers import (
    Brake,
    CustomerFilter,
    KeyKind,
    Status,
    Wanted,
    as_identifier,
    as_words,
    key_range,
)
from billing_tui.domain.dates import day_begins
from billing_tui.domain.text import clean, sort_key
from storage import models
from storage.models.base import table_of
from storage.repos import departments
from storage.repos.customers import TREES, find
from storage.uow import Unit

CUSTOMER = table_of(models.Customer)
KEY = table_of(models.CustomerKey)
OURS = CUSTOMER.c.organisation == bindparam("o")


@dataclass(frozen=True, slots=True)
class Criterion:
    """`probe` tries one row. `hits` are the ids it may leave, read from an index alone: some are
    perhaps gone, so that they are tried too, and some come twice if it `repeats`."""

    probe: ColumnElement[bool]
    hits: Select[Any] | None = None
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Sized:
    """How many ids a criterion may leave, counted up to a bound."""

    criterion: Criterion
    size: int


@dataclass(frozen=True, slots=True)
class Span:
    """The instants in which customers were created: from `first` on and before `end`."""

    first: datetime | None = None
    end: datetime | None = None


def criteria_of(unit: Unit, asked: CustomerFilter) -> list[Criterion]:
    found = [_by_status(unit, asked.status)] if asked.status else []
    found += [_by_key(unit, wanted) for wanted in _wanted(unit, asked)]
    found += _by_text(unit, clean(asked.text, "text"))
    if asked.currency:
        code = currency(asked.currency).code
        probe = _tried(unit, CUSTOMER.c.currency) == code
        found.append(Criterion(probe, _ids(CUSTOMER.c.currency == code)))
    if asked.parent:
        parent = find(unit, asked.parent).id
        ids = [parent, *TREES.merged_into(unit, parent)]
        probe = _tried(unit, CUSTOMER.c.parent).in_(ids)
        found.append(Criterion(probe, _ids(CUSTOMER.c.parent.in_(ids))))
    if asked.created_from or asked.created_to:
        span = span_of(unit, asked)
        probe = within(span, _tried(unit, CUSTOMER.c.created_at))
        found.append(Criterion(probe, _ids(within(span, CUSTOMER.c.created_at))))
    return found


def sized(unit: Unit, criteria: Sequence[Criterion], bound: int) -> list[Sized]:
    """Those that an index helps, the narrowest first."""
    found = []
    for criterion in criteria:
        if criterion.hits is not None:
            some = select(func.count()).select_from(criterion.hits.limit(bound).subquery())
            size = unit.connection.execute(some, {"o": unit.organisation}).scalar_one()
            found.append(Sized(criterion, int(size)))
    return sorted(found, key=lambda one: one.size)


def span_of(unit: Unit, asked: CustomerFilter) -> Span:
    """The days asked for, as they begin and end in the organisation's zone."""
    first, last = asked.created_from, asked.created_to
    return Span(
        day_begins(first, unit.zone) if first else None,
        day_begins(last + timedelta(days=1), unit.zone) if last else None,
    )


def within(span: Span, column: ColumnElement[Any]) -> ColumnElement[bool]:
    bounds = [column >= span.first] if span.first else []
    return and_(*bounds, column < span.end) if span.end else and_(*bounds)


def no_index(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same value in a form for which no planner finds an index: neither to try rows by, nor to
    sort or compare them, for which SQLite would read all there is in that order."""
    return func.coalesce(column, column, type_=column.type)


def _by_status(unit: Unit, status: Status) -> Criterion:
    merged, archived = CUSTOMER.c.merged_into, CUSTOMER.c.archived_at
    if status is Status.MERGED:
        return Criterion(_tried(unit, merged).is_not(None), _ids(merged.is_not(None)))
    unmerged = _tried(unit, merged).is_(None)
    if status is Status.ARCHIVED:
        probe = unmerged & _tried(unit, archived).is_not(None)
        return Criterion(probe, _ids(archived.is_not(None)))
    return Criterion(unmerged & _tried(unit, archived).is_(None))


def _wanted(unit: Unit, asked: CustomerFilter) -> list[Wanted]:
    found = []
    if asked.tag:
        found.append(Wanted((KeyKind.TAG,), sort_key(clean(asked.tag, "tag"))))
    if asked.department:
        code = departments.find(unit, asked.department).code
        found.append(Wanted((KeyKind.DEPARTMENT,), sort_key(code)))
    if asked.brake:
        found.append(Wanted((KeyKind.BRAKE,), Brake(asked.brake).value))
    return found


def _by_text(unit: Unit, text: str) -> list[Criterion]:
    """A number, tax id or e-mail address if one begins so, else words of the name."""
    if not text.strip():
        return []
    identifier = as_identifier(text)
    if identifier is not None:
        some = select(KEY.c.customer).where(holds(identifier), KEY.c.gone_at.is_(None)).limit(1)
        if unit.connection.execute(some, {"o": unit.organisation}).first() is not None:
            return [_by_key(unit, identifier)]
    words = as_words(text)
    return [_by_key(unit, word) for word in words] if words else [Criterion(false())]


def _by_key(unit: Unit, wanted: Wanted) -> Criterion:
    held = and_(holds(wanted), KEY.c.gone_at.is_(None))
    probe: ColumnElement[bool] = exists(
        select(1).select_from(KEY).where(KEY.c.customer == CUSTOMER.c.id, held)
    )
    if not unit.sqlite:
        # Else Postgres makes a join of it, and begins that with all who have the key.
        probe = func.coalesce(probe, false())
    hits = select(KEY.c.organisation, no_index(KEY.c.customer).label("id")).where(holds(wanted))
    return Criterion(probe, hits, wanted.prefix)


def holds(wanted: Wanted) -> ColumnElement[bool]:
    first, last = key_range(wanted.key)
    whole = KEY.c.key == wanted.key
    return and_(
        KEY.c.organisation == bindparam("o"),
        KEY.c.kind.in_(wanted.kinds),
        (KEY.c.key >= first) & (KEY.c.key < last) if wanted.prefix else whole,
    )


def _ids(condition: ColumnElement[bool]) -> Select[Any]:
    id = no_index(CUSTOMER.c.id).label("id")
    return select(CUSTOMER.c.organisation, id).where(OURS, condition)


def _tried(unit: Unit, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column to try rows by. SQLite knows no frequencies and would trust any index it has on
    it; Postgres does, and needs to see the column to use them."""
    return no_index(column) if unit.sqlite else column
