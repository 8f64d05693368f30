"""Lists of customers at any size: page by page, slice by slice, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from billing_tui.domain.customers import (
    Brake,
    CustomerFilter,
    CustomerLine,
    CustomerSort,
    Status,
    as_identifier,
)
from billing_tui.domain.money import Money
from billing_tui.domain.pages import Counted, Page, Place, Slice, page_size
from billing_tui.domain.text import clean
from billing_tui.domain.trees import survivor
from storage.repos.customers import TREES, numbers_of
from storage.uow import Unit

from .criteria import CUSTOMER, KEY, OURS, holds
from .orders import KEYS, Order, counted, rows, rows_from

_LINE = [
    CUSTOMER.c[name]
    for name in (
        "id", "number", "name", "currency", "parent", "merged_into", "archived_at", "brakes",
        "tags", "terms", "credit_limit", "created_at", "sort_name", "sort_number",
    )
]  # fmt: skip
_PLACE = [CUSTOMER.c.id, *KEYS.values()]
_FARTHEST = 2**63 - 1


def page(
    unit: Unit,
    asked: CustomerFilter,
    sort: CustomerSort = CustomerSort.NAME,
    descending: bool = False,
    cursor: str = "",
    limit: int = 50,
) -> Page[CustomerLine]:
    found, following = _page(unit, Order(asked, sort, descending), cursor, limit, _LINE)
    return Page(_lines(unit, found), following)


def ids(
    unit: Unit, asked: CustomerFilter, sort: CustomerSort, cursor: str, limit: int
) -> Page[UUID]:
    """The same list, for whoever reads the customers whole."""
    found, following = _page(unit, Order(asked, sort), cursor, limit, _PLACE)
    return Page(tuple(row.id for row in found), following)


def all_ids(unit: Unit, asked: CustomerFilter, most: int) -> list[UUID]:
    """At once, by number, for what is done to all of them."""
    found = rows(unit, Order(asked, CustomerSort.NUMBER), _PLACE, most)
    return [row.id for row in found]


def slice_at(unit: Unit, order: Order, place: Place, limit: int) -> Slice[CustomerLine]:
    """Neighbouring customers in the order of the list, wherever in it they lie."""
    size = page_size(limit)
    if place.end or place.before:
        backwards = order.reversed()
        before = None if place.end else order.place(place.before)
        found = rows(unit, backwards, _LINE, size, before)[::-1]
    elif place.skip > 0:
        found = rows_from(unit, order, _LINE, size, min(place.skip, _FARTHEST))
    else:
        found = rows(unit, order, _LINE, size, order.place(place.after))
    if not found:
        return Slice(())
    return Slice(_lines(unit, found), order.cursor(found[0]), order.cursor(found[-1]))


def count(unit: Unit, asked: CustomerFilter, most: int | None) -> Counted:
    if most is None:
        return Counted(counted(unit, asked, None))
    found = counted(unit, asked, most + 1)
    return Counted(min(found, most), found > most)


def numbered(unit: Unit, text: str, limit: int) -> tuple[CustomerLine, ...]:
    """Those with a number, tax id or e-mail address that begins so, in the order of these; none
    where the text is no such thing."""
    identifier = as_identifier(clean(text, "text"))
    if identifier is None:
        return ()
    given = {"o": unit.organisation}
    held = select(KEY.c.customer).where(holds(identifier), KEY.c.gone_at.is_(None))
    ids = unit.connection.execute(held.order_by(KEY.c.kind, KEY.c.key).limit(limit), given)
    wanted = list(dict.fromkeys(ids.scalars()))
    some = select(*_LINE).where(OURS, CUSTOMER.c.id.in_(wanted))
    found = sorted(unit.connection.execute(some, given), key=lambda row: wanted.index(row.id))
    return _lines(unit, found)


def _page(
    unit: Unit, order: Order, cursor: str, limit: int, columns: Sequence[Any]
) -> tuple[Sequence[Any], str]:
    size = page_size(limit)
    found = rows(unit, order, columns, size + 1, order.place(cursor))
    if len(found) <= size:
        return found, ""
    return found[:size], order.cursor(found[size - 1])


def _lines(unit: Unit, found: Sequence[Any]) -> tuple[CustomerLine, ...]:
    parents = numbers_of(unit, [row.parent for row in found if row.parent is not None])
    merged = [row.id for row in found if row.merged_into is not None]
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
            terms=row.terms,
            credit_limit=None
            if row.credit_limit is None
            else Money(row.credit_limit, row.currency),
            created_at=row.created_at,
        )
        for row in found
    )


def _status(row: Any) -> Status:
    if row.merged_into is not None:
        return Status.MERGED
    return Status.ACTIVE if row.archived_at is None else Status.ARCHIVED
