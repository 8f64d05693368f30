"""Neighbouring rows of a list in its order, found the way that reads the least.

Where a filter leaves few customers, those are looked up and sorted. Otherwise the order's index is
walked for some stretches and each row tried, since the next match is seldom far; where they do not
fill the page, those that all the narrow conditions may leave are looked up after all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, intersect, select, tuple_

from billing_tui.domain.customers import CustomerFilter, CustomerSort, Status
from billing_tui.domain.dates import parse_utc, utc_text
from billing_tui.domain.pages import LARGEST_PAGE, CursorRefused, read_cursor, write_cursor
from storage.uow import Unit

from .criteria import CUSTOMER, OURS, Criterion, Sized, Span, criteria_of, no_index, sized, span_of

FEW = 12_000
STRETCHES = (5_000, 20_000)
MANY = 150_000  # from here on it no longer matters which condition is narrower
NEARLY = 4  # times as wide as the narrowest: reading its hits is quicker than trying each row
KEYS = {
    CustomerSort.NAME: CUSTOMER.c.sort_name,
    CustomerSort.NUMBER: CUSTOMER.c.sort_number,
    CustomerSort.CREATED: CUSTOMER.c.created_at,
}
_UTC = CustomerSort.CREATED  # whose key is an instant, not text
At = tuple[Any, UUID]


@dataclass(frozen=True, slots=True)
class Order:
    """A list as it is asked for; its cursors fit no other one."""

    asked: CustomerFilter
    sort: CustomerSort
    descending: bool = False

    def reversed(self) -> Order:
        return replace(self, descending=not self.descending)

    def cursor(self, row: Any) -> str:
        key = getattr(row, KEYS[self.sort].name)
        return write_cursor(
            "customers", self._told(), [utc_text(key) if self.sort is _UTC else key, str(row.id)]
        )

    def place(self, cursor: str) -> At | None:
        if not cursor:
            return None
        key, id = read_cursor(cursor, "customers", self._told(), 2)
        try:
            return parse_utc(key) if self.sort is _UTC else key, UUID(id)
        except ValueError:
            raise CursorRefused from None

    def _told(self) -> list[Any]:
        return [self.sort, self.descending, asdict(self.asked)]


def rows(
    unit: Unit, order: Order, columns: Sequence[Any], size: int, after: At | None = None
) -> Sequence[Any]:
    """Up to `size` rows after a place, or from the top."""
    criteria = criteria_of(unit, order.asked)
    narrow = sized(unit, criteria, MANY)
    if not narrow:
        return _run(unit, _walked(unit, order, criteria, columns, after).limit(size))
    if size <= LARGEST_PAGE + 1 and narrow[0].size > FEW:
        found = _near(unit, order, criteria, columns, size, after)
        if found is not None:
            return found
    return _run(unit, _gathered(order, criteria, narrow, columns, after).limit(size))


def rows_from(
    unit: Unit, order: Order, columns: Sequence[Any], size: int, skip: int
) -> Sequence[Any]:
    """Up to `size` rows after so many from the top. What is skipped is only counted."""
    criteria = criteria_of(unit, order.asked)
    narrow = sized(unit, criteria, MANY)
    if narrow:
        ids = _gathered(order, criteria, narrow, [CUSTOMER.c.id])
    else:
        ids = _walked(unit, order, criteria, [CUSTOMER.c.id])
    page = ids.limit(size).offset(skip).cte("page").prefix_with("MATERIALIZED")
    whole = select(*columns).join_from(page, CUSTOMER, CUSTOMER.c.id == page.c.id).where(OURS)
    return _run(unit, whole.order_by(*_by(order, [no_index(key) for key in _keys(order)])))


def counted(unit: Unit, asked: CustomerFilter, most: int | None) -> int:
    """How many there are, up to `most`."""
    if most is None and asked == CustomerFilter():
        every = counted(unit, CustomerFilter(status=None), None)
        others = (CustomerFilter(status=status) for status in (Status.ARCHIVED, Status.MERGED))
        return every - sum(counted(unit, each, None) for each in others)
    criteria = criteria_of(unit, asked)
    narrow = sized(unit, criteria, MANY)
    tried = [one.probe for one in criteria]
    # Postgres joins well only with hits it has put down, which of very many costs more than a walk.
    if narrow and (unit.sqlite or narrow[0].size < MANY):
        some = _joined(narrow, [CUSTOMER.c.id], streamed=unit.sqlite).where(*tried)
    else:
        some = select(CUSTOMER.c.id).where(OURS, *tried)
    one = select(func.count()).select_from(some.limit(most).subquery())
    return int(unit.connection.execute(one, {"o": unit.organisation}).scalar_one())


def rank(unit: Unit, order: Order, customer: UUID) -> int | None:
    """How many stand before this one; None where it is not in the list."""
    criteria, given = criteria_of(unit, order.asked), {"o": unit.organisation}
    same = (OURS, CUSTOMER.c.id == customer, *(one.probe for one in criteria))
    found = unit.connection.execute(select(*_keys(order)).where(*same), given).one_or_none()
    if found is None:
        return None
    back, at, narrow = order.reversed(), (found[0], found[1]), sized(unit, criteria, MANY)
    if narrow:
        before = _gathered(back, criteria, narrow, [CUSTOMER.c.id], at)
    else:
        before = _walked(unit, back, criteria, [CUSTOMER.c.id], at)
    count = select(func.count()).select_from(before.order_by(None).subquery())
    return int(unit.connection.execute(count, given).scalar_one())


def _near(
    unit: Unit,
    order: Order,
    criteria: Sequence[Criterion],
    columns: Sequence[Any],
    size: int,
    after: At | None,
) -> Sequence[Any] | None:
    """The rows, if they lie near; None where so few do that walking on would take long."""
    found: list[Any] = []
    for stretch in STRETCHES:
        end = _stretch_end(unit, order, after, stretch)
        walked = _walked(unit, order, criteria, columns, after, end)
        found += _run(unit, walked.limit(size - len(found)))
        if len(found) == size or end is None:
            return found
        if len(found) * len(STRETCHES) * 4 < size:
            return None
        after = end
    return None


def _run(unit: Unit, statement: Select[Any]) -> Sequence[Any]:
    found: Sequence[Any] = unit.connection.execute(statement, {"o": unit.organisation}).all()
    return found


def _walked(
    unit: Unit,
    order: Order,
    criteria: Sequence[Criterion],
    columns: Sequence[Any],
    after: At | None = None,
    end: At | None = None,
) -> Select[Any]:
    """Along the index of the order, after one place and up to another."""
    bounds = _bounds(order, span_of(unit, order.asked), after, end)
    statement = select(*columns).where(OURS, *bounds, *(one.probe for one in criteria))
    return statement.order_by(*_by(order, _keys(order)))


def _stretch_end(unit: Unit, order: Order, after: At | None, rows: int) -> At | None:
    """Where so many rows after a place end, if that is not all there is left."""
    bounds = _bounds(order, span_of(unit, order.asked), after, None)
    keys = _keys(order)
    statement = select(*keys).where(OURS, *bounds).order_by(*_by(order, keys))
    found = unit.connection.execute(
        statement.limit(1).offset(rows), {"o": unit.organisation}
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def _bounds(
    order: Order, span: Span, after: At | None, end: At | None
) -> list[ColumnElement[bool]]:
    """Where to begin and where to end on the index. Each is said once: with two conditions SQLite
    picks either, and may begin far before the place it was sent to."""
    here = tuple_(*_keys(order))
    found: list[ColumnElement[bool]] = []
    if after is not None:
        place = _place(order, after)
        found.append(here < place if order.descending else here > place)
    if end is not None:
        place = _place(order, end)
        found.append(here >= place if order.descending else here <= place)
    if order.sort is not CustomerSort.CREATED:
        return found
    first = after if not order.descending else end
    last = end if not order.descending else after
    if first is None and span.first is not None:
        found.append(CUSTOMER.c.created_at >= span.first)
    if last is None and span.end is not None:
        found.append(CUSTOMER.c.created_at < span.end)
    return found


def _gathered(
    order: Order,
    criteria: Sequence[Criterion],
    narrow: Sequence[Sized],
    columns: Sequence[Any],
    after: At | None = None,
) -> Select[Any]:
    """What the narrow conditions may leave, looked up, tried by all, and sorted."""
    statement = _joined(narrow, columns).where(*(one.probe for one in criteria))
    keys = [no_index(key) for key in _keys(order)]
    if after is not None:
        here, place = tuple_(*keys), _place(order, after)
        statement = statement.where(here < place if order.descending else here > place)
    return statement.order_by(*_by(order, keys))


def _joined(narrow: Sequence[Sized], columns: Sequence[Any], streamed: bool = False) -> Select[Any]:
    """Customers that are among the hits of every narrow condition; `streamed` reads no more hits
    than are needed, where any of them will do."""
    each = [
        one.criterion for one in narrow if one.size <= narrow[0].size * NEARLY and one.size < MANY
    ] or [narrow[0].criterion]
    hits = [one.hits for one in each if one.hits is not None]
    if len(hits) > 1:
        found = intersect(*hits).cte("hits")
    else:
        found = (hits[0].distinct() if each[0].repeats else hits[0]).cte("hits")
    if not streamed:
        found = found.prefix_with("MATERIALIZED")
    same = (CUSTOMER.c.organisation == found.c.organisation) & (CUSTOMER.c.id == found.c.id)
    return select(*columns).select_from(found.join(CUSTOMER, same))


def _keys(order: Order) -> list[ColumnElement[Any]]:
    return [KEYS[order.sort], CUSTOMER.c.id]


def _place(order: Order, at: At) -> Any:
    return tuple_(*at, types=[KEYS[order.sort].type, CUSTOMER.c.id.type])


def _by(order: Order, keys: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [key.desc() if order.descending else key for key in keys]
