"""Alerts: raised once while open, whoever notices the same thing again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, bindparam, case, func, or_, select, tuple_
from sqlalchemy.types import Integer

from billing_tui.domain.alerts import Alert, AlertDraft, AlertFilter, AlertSort, Severity
from billing_tui.domain.dates import parse_utc, utc_text
from billing_tui.domain.errors import InputError
from billing_tui.domain.ids import new_id
from billing_tui.domain.pages import (
    Counted,
    CursorRefused,
    Page,
    Place,
    Slice,
    page_size,
    read_cursor,
    write_cursor,
)
from billing_tui.domain.text import clean
from storage.locking import hold_name
from storage.models import Alert as AlertRow
from storage.models import AppUser
from storage.models.base import table_of
from storage.rows import insert, update
from storage.uow import Unit

_ALERT = table_of(AlertRow)
_OWNER = table_of(AppUser).alias("owner_user")
_BY = table_of(AppUser).alias("by_user")


def _names(user: Any, column: Any) -> ColumnElement[bool]:
    return and_(user.c.organisation == _ALERT.c.organisation, user.c.id == column)


_ALL = (
    select(_ALERT, _OWNER.c.login.label("owner_login"), _BY.c.login.label("by_login"))
    .outerjoin_from(_ALERT, _OWNER, _names(_OWNER, _ALERT.c.owner))
    .outerjoin(_BY, _names(_BY, _ALERT.c.acknowledged_by))
    .where(_ALERT.c.organisation == bindparam("o"))
)
_ONE = _ALL.where(_ALERT.c.id == bindparam("alert"))
_OPEN = _ALL.where(
    _ALERT.c.kind == bindparam("about"),
    _ALERT.c.key == bindparam("about_key"),
    _ALERT.c.acknowledged_at.is_(None),
)
_KINDS = (select(_ALERT.c.kind).where(_ALERT.c.organisation == bindparam("o")).distinct()).order_by(
    _ALERT.c.kind
)
_LIST = "alerts"
# Severe ones are sorted in memory: open alerts have a key of their own each, so they are few, and
# closed ones are asked for by when they were raised.
_RANK = case({one: one.rank for one in Severity}, value=_ALERT.c.severity)
_KEYS: dict[AlertSort, list[ColumnElement[Any]]] = {
    AlertSort.SEVERITY: [_RANK, _ALERT.c.raised_at, _ALERT.c.id],
    AlertSort.RAISED: [_ALERT.c.raised_at, _ALERT.c.id],
}


@dataclass(frozen=True, slots=True)
class Order:
    """A list as it is asked for; its cursors fit no other one."""

    asked: AlertFilter
    sort: AlertSort
    descending: bool = True

    def reversed(self) -> Order:
        return replace(self, descending=not self.descending)

    def cursor(self, alert: Alert) -> str:
        rank = [str(alert.severity.rank)] if self.sort is AlertSort.SEVERITY else []
        last = [*rank, utc_text(alert.raised_at), str(alert.id)]
        return write_cursor(_LIST, self._told(), last)

    def place(self, cursor: str) -> Any:
        if not cursor:
            return None
        keys = _KEYS[self.sort]
        *rank, at, id = read_cursor(cursor, _LIST, self._told(), len(keys))
        if not all(each.isascii() and each.isdecimal() and len(each) == 1 for each in rank):
            raise CursorRefused
        types = [*(Integer() for _ in rank), _ALERT.c.raised_at.type, _ALERT.c.id.type]
        return tuple_(*map(int, rank), *_seen([at, id]), types=types)

    def _told(self) -> list[Any]:
        return [*_asked(self.asked), self.sort, self.descending]


def raise_alert(unit: Unit, draft: AlertDraft, action: str = "alerts.raise") -> Alert:
    """The open alert of this kind and key, new or raised to this severity; never lowered."""
    hold_name(unit, f"alert {draft.kind} {draft.key}")
    asked = {"o": unit.organisation, "about": draft.kind, "about_key": draft.key}
    row = unit.connection.execute(_OPEN, asked).one_or_none()
    if row is None:
        id = new_id()
        insert(unit, AlertRow, _values(unit, id, draft), action)
        return _found(unit, id)
    if draft.severity.rank > row.severity.rank:
        changes = {"severity": draft.severity, "message": draft.message, "due_at": draft.due_at}
        update(unit, AlertRow, row.id, row.version, changes, action)
        return _found(unit, row.id)
    return _alert(row)


def find(unit: Unit, id: UUID) -> Alert | None:
    asked = {"o": unit.organisation, "alert": id}
    row = unit.connection.execute(_ONE, asked).one_or_none()
    return None if row is None else _alert(row)


def change(unit: Unit, alert: Alert, changes: Mapping[str, Any], action: str) -> Alert:
    update(unit, AlertRow, alert.id, alert.version, changes, action)
    return _found(unit, alert.id)


def page(unit: Unit, wanted: AlertFilter, limit: int, cursor: str) -> Page[Alert]:
    """The newest first."""
    asked = _asked(wanted)
    size = page_size(limit)
    statement = _ALL.where(*_conditions(wanted))
    if cursor:
        at, id = _seen(read_cursor(cursor, _LIST, asked, 2))
        same = and_(_ALERT.c.raised_at == at, _ALERT.c.id < id)
        statement = statement.where(or_(_ALERT.c.raised_at < at, same))
    statement = statement.order_by(_ALERT.c.raised_at.desc(), _ALERT.c.id.desc()).limit(size + 1)
    rows = unit.connection.execute(statement, {"o": unit.organisation}).all()
    items = tuple(_alert(row) for row in rows[:size])
    if len(rows) <= size:
        return Page(items)
    return Page(
        items, write_cursor(_LIST, asked, [utc_text(items[-1].raised_at), str(items[-1].id)])
    )


def slice_at(unit: Unit, order: Order, place: Place, limit: int) -> Slice[Alert]:
    """Neighbouring alerts in the order of the list, wherever in it they lie."""
    size = page_size(limit)
    if place.end or place.before:
        before = None if place.end else order.place(place.before)
        found = _neighbours(unit, order.reversed(), before, size)[::-1]
    else:
        found = _neighbours(unit, order, order.place(place.after), size, max(0, place.skip))
    if not found:
        return Slice(())
    items = tuple(_alert(row) for row in found)
    return Slice(items, order.cursor(items[0]), order.cursor(items[-1]))


def count(unit: Unit, wanted: AlertFilter, most: int | None) -> Counted:
    some = _ALL.where(*_conditions(wanted)).with_only_columns(_ALERT.c.id)
    limited = some.limit(None if most is None else most + 1).subquery()
    asked = select(func.count()).select_from(limited)
    found: int = unit.connection.execute(asked, {"o": unit.organisation}).scalar_one()
    return Counted(found) if most is None else Counted(min(found, most), found > most)


def kinds(unit: Unit) -> tuple[str, ...]:
    return tuple(unit.connection.execute(_KINDS, {"o": unit.organisation}).scalars())


def _neighbours(
    unit: Unit, order: Order, after: Any, size: int, skip: int = 0
) -> Sequence[Row[Any]]:
    keys = _KEYS[order.sort]
    statement = _ALL.where(*_conditions(order.asked))
    if after is not None:
        here = tuple_(*keys)
        statement = statement.where(here < after if order.descending else here > after)
    by = [key.desc() if order.descending else key for key in keys]
    statement = statement.order_by(*by).limit(size).offset(skip)
    return unit.connection.execute(statement, {"o": unit.organisation}).all()


def _seen(parts: list[str]) -> tuple[datetime, UUID]:
    try:
        return parse_utc(parts[0]), UUID(parts[1])
    except (InputError, ValueError):
        raise CursorRefused from None


def _asked(wanted: AlertFilter) -> list[Any]:
    return [wanted.closed, wanted.kind, wanted.severity, wanted.owner, wanted.text]


def _conditions(wanted: AlertFilter) -> list[ColumnElement[bool]]:
    least = [severity for severity in Severity if severity.rank >= wanted.severity.rank]
    acknowledged = _ALERT.c.acknowledged_at
    conditions: list[ColumnElement[bool]] = [
        acknowledged.is_not(None) if wanted.closed else acknowledged.is_(None)
    ]
    if wanted.severity.rank:
        conditions.append(_ALERT.c.severity.in_(least))
    if wanted.kind:
        conditions.append(_ALERT.c.kind == wanted.kind)
    if wanted.owner:
        conditions.append(_OWNER.c.login == wanted.owner)
    message = func.lower(_ALERT.c.message)
    words = clean(wanted.text, "text").lower().split()
    return conditions + [message.contains(word, autoescape=True) for word in words]


def _values(unit: Unit, id: UUID, draft: AlertDraft) -> dict[str, Any]:
    return {
        "id": id,
        "kind": draft.kind,
        "key": draft.key,
        "severity": draft.severity,
        "message": draft.message,
        "object": draft.object,
        "owner": None,
        "raised_at": unit.now,
        "due_at": draft.due_at,
        "acknowledged_at": None,
        "acknowledged_by": None,
    }


def _found(unit: Unit, id: UUID) -> Alert:
    return _alert(unit.connection.execute(_ONE, {"o": unit.organisation, "alert": id}).one())


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        row.id,
        row.kind,
        row.key,
        row.severity,
        row.message,
        row.object,
        row.owner_login or "",
        row.raised_at,
        row.due_at,
        row.acknowledged_at,
        row.by_login or "",
        row.version,
    )
