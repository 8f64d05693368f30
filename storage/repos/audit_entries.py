"""One entry of the audit trail whole, told in logins, numbers and amounts instead of keys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, select

from billing_tui.domain.acts import Origin
from billing_tui.domain.audit_log import AuditEntry, Fact
from billing_tui.domain.currencies import CURRENCIES
from billing_tui.domain.customers import told
from billing_tui.domain.history import Change
from billing_tui.domain.money import Money
from storage.models import AuditLog, metadata
from storage.models.base import table_of
from storage.types import MinorUnits
from storage.uow import Unit

from . import history, labels
from .audit_log import lines

_LOG = table_of(AuditLog)
_SIDES = ("before", "after")
_ONE = select(_LOG).where(_LOG.c.organisation == bindparam("o"), _LOG.c.seq == bindparam("seq"))


def entry(unit: Unit, seq: int) -> AuditEntry | None:
    row = unit.connection.execute(_ONE, {"o": unit.organisation, "seq": seq}).one_or_none()
    if row is None:
        return None
    (line,) = lines(unit, [row])
    said, sides = _said(row.body), history.told(row.body)
    teller = _Teller(unit, row.object, said, sides)
    return AuditEntry(
        line=line,
        actor=row.actor,
        database_user=row.database_user or "",
        origin=_origin(row.origin),
        changes=tuple(teller.changes(sides)),
        facts=tuple(teller.facts(said)),
        prev=row.prev,
        hash=row.hash,
        sealed=bool(row.mac) if unit.sqlite else None,
    )


def _said(body: str) -> Mapping[str, Any]:
    """Everything a row says. Whoever may append by hand may write anything there."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {"body": body}
    return said if isinstance(said, dict) else {"body": body}


def _origin(text: str) -> Origin:
    said = _said(text)
    names = ("kind", "host", "os_user", "program")
    if not isinstance(said.get("kind"), str):
        return Origin(text)
    return Origin(*(told(said.get(name, "")) for name in names))


class _Teller:
    """Looks up once what the keys and hashes of one entry stand for."""

    def __init__(
        self, unit: Unit, object: str, said: Mapping[str, Any], sides: Mapping[str, Any]
    ) -> None:
        self._unit = unit
        kind, _, id = object.partition(":")
        self._table, self._id = metadata.tables.get(kind), labels.as_id(id)
        # What stands beside the sides may be a hash too, such as the words of an export.
        beside = {name: value for name, value in said.items() if name not in _SIDES}
        self._clear = history.clear_values(unit, [{**beside, **sides}])
        self._names = {
            name: self._named(name, target, sides) for name, target in _references(self._table)
        }

    def changes(self, sides: Mapping[str, Any]) -> Iterator[Change]:
        before, after = sides.get("before", {}), sides.get("after", {})
        for name in sorted({*before, *after}):
            was, now = self._value(name, before), self._value(name, after)
            if was != now:
                yield Change(name, was, now)

    def facts(self, said: Mapping[str, Any]) -> Iterator[Fact]:
        for name, value in sorted(said.items()):
            if name not in _SIDES or not isinstance(value, dict):
                yield Fact(name, told(history.readable(value, self._clear)))

    def _value(self, name: str, side: Mapping[str, Any]) -> str:
        value = side.get(name)
        if name in self._names and value is not None:
            id = labels.as_id(value)
            return told(value) if id is None else self._names[name].get(id, told(value))
        if type(value) is int and self._is_amount(name):
            code = side.get("currency") or self._currency()
            if str(code) in CURRENCIES:
                return told(Money(value, str(code)))
        return told(history.readable(value, self._clear))

    def _named(self, name: str, target: str, sides: Mapping[str, Any]) -> Mapping[UUID, str]:
        ids = (labels.as_id(side.get(name)) for side in sides.values())
        return labels.of_kind(self._unit, target, (id for id in ids if id))

    def _is_amount(self, name: str) -> bool:
        table = self._table
        return table is not None and name in table.c and isinstance(table.c[name].type, MinorUnits)

    def _currency(self) -> str:
        """Of the row as it is now, where the entry itself names none."""
        table = self._table
        if table is None or self._id is None or "currency" not in table.c:
            return ""
        asked = select(table.c.currency).where(
            table.c.organisation == self._unit.organisation, table.c.id == self._id
        )
        found: str | None = self._unit.connection.execute(asked).scalar()
        return found or ""


def _references(table: Table | None) -> Iterator[tuple[str, str]]:
    """The columns of a table that name rows of others, and which."""
    for constraint in () if table is None else table.foreign_key_constraints:
        for element in constraint.elements:
            if element.column.name == "id" and element.parent.name != "organisation":
                yield element.parent.name, element.column.table.name
