"""Many rows in one statement: executemany on SQLite, arrays unnested on Postgres.

COPY would be faster still, but Postgres refuses COPY FROM under row-level security. Values pass the
same column types as everywhere, a column at a time: what holds for all of them is asked once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Dialect, Table, insert
from sqlalchemy.engine import make_url

from .types import SortKey, Words
from .uow import Unit

FEW = 4
_POSTGRES = make_url("postgresql+psycopg://").get_dialect()()
_SQLITE = make_url("sqlite://").get_dialect()()


def insert_rows(unit: Unit, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns."""
    if not rows:
        return
    if len(rows) <= FEW:
        unit.connection.execute(insert(table), [dict(row) for row in rows])
        return
    insert_columns(unit, table, {name: [row[name] for row in rows] for name in rows[0]})


def insert_columns(unit: Unit, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
    """The same, given by column; all are of one length."""
    names = tuple(columns)
    if unit.sqlite:
        kept = [_kept(table.c[name], _SQLITE, columns[name]) for name in names]
        unit.connection.exec_driver_sql(_values(table, names), list(zip(*kept, strict=True)))
    else:
        kept = [_kept(table.c[name], _POSTGRES, columns[name]) for name in names]
        unit.connection.exec_driver_sql(_unnest(table, names), tuple(kept))


def update_rows(unit: Unit, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Give rows their next version and other values, all in the same columns; gives how many still
    had the version before."""
    names = tuple(name for name in rows[0] if name != "id")
    keys = {
        "organisation": [unit.organisation] * len(rows),
        "id": [row["id"] for row in rows],
        "version": [row["version"] - 1 for row in rows],
    }
    dialect = _SQLITE if unit.sqlite else _POSTGRES
    given = [_kept(table.c[name], dialect, [row[name] for row in rows]) for name in names]
    given += [_kept(table.c[name], dialect, values) for name, values in keys.items()]
    if unit.sqlite:
        changes = list(zip(*given, strict=True))
        done = unit.connection.exec_driver_sql(_changes(table, names), changes)
    else:
        done = unit.connection.exec_driver_sql(_unnested_changes(table, names), tuple(given))
    return int(done.rowcount)


@lru_cache(maxsize=128)
def _values(table: Table, names: tuple[str, ...]) -> str:
    marks = ", ".join("?" for _ in names)
    # Names come from the models, never from data.
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608


@lru_cache(maxsize=128)
def _unnest(table: Table, names: tuple[str, ...]) -> str:
    columns = ", ".join(names)
    arrays = ", ".join(f"%s::{_type_name(table, name)}[]" for name in names)
    return f"INSERT INTO {table.name} ({columns}) SELECT * FROM unnest({arrays})"  # noqa: S608


@lru_cache(maxsize=128)
def _changes(table: Table, names: tuple[str, ...]) -> str:
    values = ", ".join(f"{name} = ?" for name in names)
    seen = "organisation = ? AND id = ? AND version = ?"
    return f"UPDATE {table.name} SET {values} WHERE {seen}"  # noqa: S608


@lru_cache(maxsize=128)
def _unnested_changes(table: Table, names: tuple[str, ...]) -> str:
    values = ", ".join(f"{name} = new.{name}" for name in names)
    keys = ("organisation", "id", "version")
    arrays = ", ".join(f"%s::{_type_name(table, name)}[]" for name in (*names, *keys))
    seen = " AND ".join(f"{table.name}.{name} = new.seen_{name}" for name in keys)
    columns = ", ".join([*names, *(f"seen_{name}" for name in keys)])
    return (
        f"UPDATE {table.name} SET {values}"  # noqa: S608
        f" FROM unnest({arrays}) AS new({columns}) WHERE {seen}"
    )


def _type_name(table: Table, name: str) -> str:
    kind = table.c[name].type.dialect_impl(_POSTGRES)
    return str(kind.compile(_POSTGRES)).split(" COLLATE", 1)[0]


def _kept(column: Column[Any], dialect: Dialect, values: Sequence[Any]) -> list[Any]:
    """The values as the engine takes them, or refused by their column's type."""
    bind = column.type.bind_processor(dialect)
    first = values[0]
    if all(value is first for value in values):
        return [bind(first) if bind else first] * len(values)
    if bind is None or (isinstance(column.type, Words | SortKey) and _all_kept(values)):
        return list(values)
    return [bind(value) for value in values]


def _all_kept(values: Sequence[Any]) -> bool:
    """Whether every one is text that both engines keep; anything doubtful is asked one by one."""
    try:
        whole = "".join(values)
        return "\0" not in whole and (whole.isascii() or bool(whole.encode()))
    except (TypeError, UnicodeEncodeError):
        return False
