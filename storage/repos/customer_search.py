"""Lists of customers, page by page, at any size.

A page is found in one of two ways. Where a filter leaves few customers, those are looked up and
sorted. Where every filter leaves many, the order's index is walked and each row is tried, since
the next match is never far. Which of the two is decided by counting, up to a bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, func, select, tuple_

from billing_tui.domain.currencies import currency
from billing_tui.domain.customers import (
    Brake,
    CustomerFilter,
    CustomerLine,
    CustomerSort,
    KeyKind,
    Status,
    Wanted,
    as_identifier,
    as_words,
    key_range,
)
from billing_tui.domain.dates import parse_utc, utc_text
from billing_tui.domain.pages import CursorRefused, Page, page_size, read_cursor, write_cursor
from billing_tui.domain.text import clean, sort_key
from billing_tui.domain.trees import survivor
from storage import models
from storage.models.base import table_of
from storage.uow import Unit

from . import departments
from .customers import TREES, find, numbers_of

FEW = 5_000
_CUSTOMER = table_of(models.Customer)
_KEY = table_of(models.CustomerKey)
_OURS = _CUSTOMER.c.organisation == bindparam("o")
_ORDER = {
    CustomerSort.NAME: _CUSTOMER.c.sort_name,
    CustomerSort.NUMBER: _CUSTOMER.c.sort_number,
    CustomerSort.CREATED: _CUSTOMER.c.created_at,
}
_LINE = [
    _CUSTOMER.c[name]
    for name in (
        "id", "number", "name", "currency", "parent", "merged_into", "archived_at", "brakes",
        "tags", "created_at", "sort_name", "sort_number",
    )
]  # fmt: skip
_PLACE = [_CUSTOMER.c.id, *_ORDER.values()]


@dataclass(frozen=True, slots=True)
class _Criterion:
    """`hits` are the ids it leaves, where an index gives them; `probe` tries one row."""

    probe: ColumnElement[bool]
    hits: Select[Any] | None = None


def page(
    unit: Unit,
    asked: CustomerFilter,
    sort: CustomerSort = CustomerSort.NAME,
    descending: bool = False,
    cursor: str = "",
    limit: int = 50,
) -> Page[CustomerLine]:
    found, following = _found(unit, asked, sort, descending, cursor, limit)
    return Page(_lines(unit, found), following)


def ids(
    unit: Unit, asked: CustomerFilter, sort: CustomerSort, cursor: str, limit: int
) -> Page[UUID]:
    """The same list, for whoever reads the customers whole."""
    found, following = _found(unit, asked, sort, False, cursor, limit, _PLACE)
    return Page(tuple(row.id for row in found), following)


def _found(
    unit: Unit,
    asked: CustomerFilter,
    sort: CustomerSort,
    descending: bool,
    cursor: str,
    limit: int,
    columns: Sequence[Any] = (),
) -> tuple[Sequence[Any], str]:
    size = page_size(limit)
    told = [sort, descending, asdict(asked)]
    after = _after(sort, read_cursor(cursor, "customers", told, 2)) if cursor else None
    statement = _statement(unit, asked, sort, descending, after).limit(size + 1)
    if columns:
        statement = statement.with_only_columns(*columns, maintain_column_froms=True)
    found: Sequence[Any] = unit.connection.execute(statement, {"o": unit.organisation}).all()
    if len(found) <= size:
        return found, ""
    return found[:size], write_cursor("customers", told, _place(sort, found[size - 1]))


def _statement(
    unit: Unit,
    asked: CustomerFilter,
    sort: CustomerSort,
    descending: bool,
    after: tuple[Any, UUID] | None,
) -> Select[Any]:
    criteria = _criteria(unit, asked)
    few = _fewest(unit, criteria)
    keys: list[ColumnElement[Any]] = [_ORDER[sort], _CUSTOMER.c.id]
    if few is not None and few.hits is not None:
        hits = few.hits.distinct().cte("hits").prefix_with("MATERIALIZED")
        same = (_CUSTOMER.c.organisation == hits.c.organisation) & (_CUSTOMER.c.id == hits.c.id)
        statement = select(*_LINE).select_from(hits.join(_CUSTOMER, same))
        keys = [_no_index(key) for key in keys]
    else:
        statement = select(*_LINE).where(_OURS)
    statement = statement.where(*(c.probe for c in criteria if c is not few))
    if after is not None:
        place = tuple_(*after, types=[_ORDER[sort].type, _CUSTOMER.c.id.type])
        here = tuple_(*keys)
        statement = statement.where(here < place if descending else here > place)
    return statement.order_by(*(key.desc() if descending else key for key in keys))


def _fewest(unit: Unit, criteria: Sequence[_Criterion]) -> _Criterion | None:
    """The criterion that leaves the fewest customers, if that is few."""
    best, fewest = None, FEW + 1
    for criterion in criteria:
        if criterion.hits is None:
            continue
        some = criterion.hits.limit(fewest).subquery()
        counted: Any = unit.connection.execute(
            select(func.count()).select_from(some), {"o": unit.organisation}
        ).scalar_one()
        if int(counted) < fewest:
            best, fewest = criterion, int(counted)
    return best


def _criteria(unit: Unit, asked: CustomerFilter) -> list[_Criterion]:
    found = [_by_status(unit, asked.status)] if asked.status else []
    found += [_by_key(wanted) for wanted in _wanted(unit, asked)]
    found += _by_text(unit, clean(asked.text, "text"))
    if asked.currency:
        code = currency(asked.currency).code
        probe = _tried(unit, _CUSTOMER.c.currency) == code
        found.append(_Criterion(probe, _ids(_CUSTOMER.c.currency == code)))
    if asked.parent:
        parent = find(unit, asked.parent).id
        ids = [parent, *TREES.merged_into(unit, parent)]
        probe = _tried(unit, _CUSTOMER.c.parent).in_(ids)
        found.append(_Criterion(probe, _ids(_CUSTOMER.c.parent.in_(ids))))
    return found


def _by_status(unit: Unit, status: Status) -> _Criterion:
    merged, archived = _CUSTOMER.c.merged_into, _CUSTOMER.c.archived_at
    if status is Status.MERGED:
        return _Criterion(_tried(unit, merged).is_not(None), _ids(merged.is_not(None)))
    unmerged = _tried(unit, merged).is_(None)
    if status is Status.ARCHIVED:
        hits = _ids(archived.is_not(None)).where(unmerged)
        return _Criterion(unmerged & _tried(unit, archived).is_not(None), hits)
    return _Criterion(unmerged & _tried(unit, archived).is_(None))


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


def _by_text(unit: Unit, text: str) -> list[_Criterion]:
    """A number, tax id or e-mail address if one begins so, else words of the name."""
    if not text.strip():
        return []
    identifier = as_identifier(text)
    if identifier is not None:
        some = select(_KEY.c.customer).where(_holds(identifier)).limit(1)
        if unit.connection.execute(some, {"o": unit.organisation}).first() is not None:
            return [_by_key(identifier)]
    words = as_words(text)
    return [_by_key(word) for word in words] if words else [_Criterion(false())]


def _by_key(wanted: Wanted) -> _Criterion:
    holds = _holds(wanted)
    probe = exists(select(1).select_from(_KEY).where(_KEY.c.customer == _CUSTOMER.c.id, holds))
    return _Criterion(
        probe, select(_KEY.c.organisation, _no_index(_KEY.c.customer).label("id")).where(holds)
    )


def _holds(wanted: Wanted) -> ColumnElement[bool]:
    first, last = key_range(wanted.key)
    whole = _KEY.c.key == wanted.key
    return and_(
        _KEY.c.organisation == bindparam("o"),
        _KEY.c.kind.in_(wanted.kinds),
        (_KEY.c.key >= first) & (_KEY.c.key < last) if wanted.prefix else whole,
        _KEY.c.gone_at.is_(None),
    )


def _ids(condition: ColumnElement[bool]) -> Select[Any]:
    id = _no_index(_CUSTOMER.c.id).label("id")
    return select(_CUSTOMER.c.organisation, id).where(_OURS, condition)


def _tried(unit: Unit, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column to try rows by. SQLite knows no frequencies and would trust any index it has on
    it; Postgres does, and needs to see the column to use them."""
    return _no_index(column) if unit.sqlite else column


def _no_index(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same value in a form for which no planner finds an index: neither to try rows by, nor to
    sort or compare them, for which SQLite would read all there is in that order."""
    return func.coalesce(column, column, type_=column.type)


def _place(sort: CustomerSort, row: Any) -> list[str]:
    match sort:
        case CustomerSort.NAME:
            return [row.sort_name, str(row.id)]
        case CustomerSort.NUMBER:
            return [row.sort_number, str(row.id)]
    return [utc_text(row.created_at), str(row.id)]


def _after(sort: CustomerSort, parts: list[str]) -> tuple[Any, UUID]:
    try:
        id = UUID(parts[1])
    except ValueError:
        raise CursorRefused from None
    return (parse_utc(parts[0]) if sort is CustomerSort.CREATED else parts[0]), id


def _lines(unit: Unit, rows: Sequence[Any]) -> tuple[CustomerLine, ...]:
    parents = numbers_of(unit, [row.parent for row in rows if row.parent is not None])
    merged = [row.id for row in rows if row.merged_into is not None]
    nodes = TREES.nodes_above(unit, merged)
    return tuple(
        CustomerLine(
            id=row.id,
            number=row.number,
            name=row.name,
            currency=row.currency,
            parent=parents.get(row.parent, ""),
            merged_into=survivor(nodes, row.id).name if row.merged_into else "",
            status=_status(row),
            brakes=tuple(Brake(brake) for brake in sorted(row.brakes)),
            tags=tuple(row.tags),
            created_at=row.created_at,
        )
        for row in rows
    )


def _status(row: Any) -> Status:
    if row.merged_into is not None:
        return Status.MERGED
    return Status.ACTIVE if row.archived_at is None else Status.ARCHIVED
