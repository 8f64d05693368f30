"""Tags that customers have: one step on the index from each to the next, however many have it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, literal, select

from billing_tui.domain.customers import KeyKind, key_range
from billing_tui.domain.text import clean, sort_key
from storage import models
from storage.models.base import table_of
from storage.uow import Unit

_CUSTOMER = table_of(models.Customer)
_KEY = table_of(models.CustomerKey)


def _held(table: Any) -> ColumnElement[bool]:
    return and_(
        table.c.organisation == bindparam("o"),
        table.c.kind == KeyKind.TAG,
        table.c.key < bindparam("last"),
        table.c.gone_at.is_(None),
    )


def _next_after(key: ColumnElement[Any], inclusive: bool = False) -> Any:
    next_one = _KEY.alias()
    beyond = next_one.c.key >= key if inclusive else next_one.c.key > key
    found = select(next_one.c.key).where(_held(next_one), beyond)
    return found.order_by(next_one.c.key).limit(1).scalar_subquery()


def _statement() -> Any:
    first = _next_after(bindparam("first"), inclusive=True)
    known = select(first.label("key"), literal(1, Integer).label("n")).cte("known", recursive=True)
    further = select(_next_after(known.c.key), known.c.n + 1)
    known = known.union_all(further.where(known.c.key.is_not(None), known.c.n < bindparam("most")))
    holder = _KEY.alias("holder")
    one = select(holder.c.customer).where(_held(holder), holder.c.key == known.c.key).limit(1)
    return select(known.c.key, one.scalar_subquery().label("customer"))


_STATEMENT = _statement()
_TAGS = select(_CUSTOMER.c.id, _CUSTOMER.c.tags).where(
    _CUSTOMER.c.organisation == bindparam("o"),
    _CUSTOMER.c.id.in_(bindparam("ids", expanding=True)),
)


def tags(unit: Unit, prefix: str, limit: int) -> tuple[str, ...]:
    """Tags that begin so, in order, each as one of its customers spells it."""
    first, last = key_range(sort_key(clean(prefix, "tag")))
    given = {"o": unit.organisation, "first": first, "last": last, "most": limit}
    found = unit.connection.execute(_STATEMENT, given).all()
    holders = {row.key: row.customer for row in found if row.key is not None}
    asked = {"o": unit.organisation, "ids": sorted(set(holders.values()))}
    spelt = {row.id: row.tags for row in unit.connection.execute(_TAGS, asked)}
    return tuple(
        next((tag for tag in spelt[holder] if sort_key(tag) == key), key)
        for key, holder in sorted(holders.items())
    )
