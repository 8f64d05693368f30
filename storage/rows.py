"""Writing business rows: the row, its version and its audit line always go together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, RowMapping, Table, and_, select
from sqlalchemy import update as change
from sqlmodel import SQLModel

from billing_tui.domain.audit import as_given

from .bulk import insert_rows, update_rows
from .errors import StaleVersion
from .models.base import business_columns, table_of
from .types import JsonText
from .uow import Unit


def object_name(table: Table, id: UUID) -> str:
    return f"{table.name}:{id}"


def insert(unit: Unit, model: type[SQLModel], values: Mapping[str, Any], action: str) -> None:
    insert_many(unit, model, [values], action)


def insert_many(
    unit: Unit, model: type[SQLModel], rows: Sequence[Mapping[str, Any]], action: str
) -> None:
    """Add rows at version 1; each is one line in the chain."""
    table = table_of(model)
    said = business_columns(table)
    insert_rows(
        unit, table, [{"organisation": unit.organisation, "version": 1} | dict(row) for row in rows]
    )
    for row in rows:
        name = object_name(table, row["id"])
        after = {column.name: _told(unit, name, column, row[column.name]) for column in said}
        unit.note(action, name, {"after": after}, version=1)


def update(
    unit: Unit,
    model: type[SQLModel],
    id: UUID,
    version: int,
    changes: Mapping[str, Any],
    action: str,
) -> int:
    """Change the row if it still has the version that was seen; what stays the same is left out,
    and bookkeeping alone raises no version."""
    table = table_of(model)
    key = and_(table.c.organisation == unit.organisation, table.c.id == id)
    before = unit.connection.execute(select(table).where(key)).mappings().one_or_none()
    name = object_name(table, id)
    if before is None or before["version"] != version:
        raise StaleVersion(name, version)
    differing, changed = _compared(table, before, changes)
    if not differing:
        return version
    values = {column.name: changes[column.name] for column in differing}
    if changed:
        values["version"] = version + 1
    done = unit.connection.execute(
        change(table).where(key, table.c.version == version).values(values)
    )
    if done.rowcount != 1:
        raise StaleVersion(name, version)
    if not changed:
        return version
    unit.note(action, name, _body(unit, name, changed, before, changes), version=version + 1)
    return version + 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a row is to be changed to, and the version that was seen of it."""

    id: UUID
    version: int
    changes: Mapping[str, Any]


def update_many(unit: Unit, model: type[SQLModel], wanted: Sequence[Wanted], action: str) -> None:
    """Change what business columns say of some hundred rows, which nobody else changes until we
    commit; each is one line in the chain."""
    table = table_of(model)
    found = unit.connection.execute(
        select(table).where(
            table.c.organisation == unit.organisation, table.c.id.in_([one.id for one in wanted])
        )
    )
    before = {row["id"]: row for row in found.mappings()}
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one in wanted:
        name, row = object_name(table, one.id), before.get(one.id)
        if row is None or row["version"] != one.version:
            raise StaleVersion(name, one.version)
        _, changed = _compared(table, row, one.changes)
        if not changed:
            continue
        names = tuple(column.name for column in changed)
        values = {n: one.changes[n] for n in names}
        groups.setdefault(names, []).append({"id": one.id, "version": one.version + 1} | values)
        body = _body(unit, name, changed, row, one.changes)
        unit.note(action, name, body, version=one.version + 1)
    for rows in groups.values():
        if update_rows(unit, table, rows) != len(rows):
            raise StaleVersion(table.name, rows[0]["version"] - 1)


def _compared(
    table: Table, before: RowMapping, changes: Mapping[str, Any]
) -> tuple[list[Column[Any]], list[Column[Any]]]:
    """The columns that come to differ, and which of them are not mere bookkeeping."""
    differing = [table.c[n] for n, new in changes.items() if _differ(table.c[n], before[n], new)]
    return differing, [column for column in business_columns(table) if column in set(differing)]


def _body(
    unit: Unit,
    name: str,
    changed: Sequence[Column[Any]],
    before: RowMapping,
    after: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "before": {c.name: _told(unit, name, c, before[c.name]) for c in changed},
        "after": {c.name: _told(unit, name, c, after[c.name]) for c in changed},
    }


def _differ(column: Column[Any], old: Any, new: Any) -> bool:
    return as_given(old) != as_given(new) if isinstance(column.type, JsonText) else bool(old != new)


def _told(unit: Unit, object: str, column: Column[Any], value: Any) -> Any:
    return unit.hashed(object, value) if column.info.get("personal") else value
