"""One valid row of any table, derived from the models, so that a new table is covered at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, Engine, Table, insert, inspect

from billing_tui.domain.ids import new_id
from storage import types
from storage.models import metadata
from storage.models.base import Kind, kind_of
from tests.stores import NOON

Row = dict[str, Any]
# What a table's own CHECKs ask for.
_SPECIAL: dict[str, Row] = {"posting": {"account": "receivable"}}
TENANT_TABLES = [t for t in metadata.sorted_tables if "organisation" in t.columns]


def sample(table: Table, organisation: UUID, known: dict[str, Row], login: str = "") -> Row:
    """A row whose references point to `known` rows, and whose other values are its own."""
    fresh = new_id()
    row = {column.name: _value(column, fresh) for column in table.columns}
    for constraint in table.foreign_key_constraints:
        for element in constraint.elements:
            parent = known.get(element.column.table.name)
            if element.parent.nullable or parent is None:
                row[element.parent.name] = None
            else:
                row[element.parent.name] = parent[element.column.name]
    row["organisation"] = organisation
    if table.name == "organisation":
        row["id"] = organisation
    if "login" in row and login:
        row["login"] = login
    return row | _SPECIAL.get(table.name, {})


def _value(column: Column[Any], fresh: UUID) -> Any:
    match column.type:
        case types.Id():
            return fresh
        case types.Choice(choices=choices):
            return next(iter(choices))
        case types.ExactDecimal():
            return Decimal("1.50")
        case types.UtcTime():
            return NOON
        case types.Day():
            return date(2026, 1, 1) if column.name != "closed_through" else date(2020, 1, 1)
        case types.Flag():
            return True
        case types.JsonText():
            return []
        case types.Words() | types.SortKey():
            return f"{column.name} {fresh}"
        case types.Whole():
            return 1
    raise AssertionError(f"no sample for {column}")


def fill(connection: Connection, organisation: UUID, login: str) -> dict[str, Row]:
    """One row in every table of an organisation; gives them by table. A store of an older revision
    has fewer."""
    rows: dict[str, Row] = {}
    there = set(inspect(connection).get_table_names())
    for table in (table for table in TENANT_TABLES if table.name in there):
        rows[table.name] = sample(table, organisation, rows, login)
        connection.execute(insert(table), rows[table.name])
    return rows


def filled(engine: Engine, login: str = "nobody") -> tuple[UUID, dict[str, Row]]:
    """A fresh organisation with one row everywhere, written past all services."""
    organisation = new_id()
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        return organisation, fill(connection, organisation, login)


def of_kind(kind: Kind) -> list[Table]:
    return [table for table in metadata.sorted_tables if kind_of(table) is kind]
