"""Many rows in one statement: executemany on SQLite, arrays unnested on Postgres.

COPY would be faster still, but Postgres refuses COPY FROM under row-level security.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.engine import make_url

from .uow import Unit

FEW = 4
_POSTGRES = make_url("postgresql+psycopg://").get_dialect()()


def insert_rows(unit: Unit, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns."""
    if not rows:
        return
    if unit.sqlite or len(rows) <= FEW:
        unit.connection.execute(insert(table), [dict(row) for row in rows])
        return
    names = tuple(rows[0])
    unit.connection.exec_driver_sql(_unnest(table, names), _arrays(table, names, rows))


@lru_cache(maxsize=128)
def _unnest(table: Table, names: tuple[str, ...]) -> str:
    columns = ", ".join(names)
    arrays = ", ".join(f"%s::{_type_name(table, name)}[]" for name in names)
    # Names come from the models, never from data.
    return f"INSERT INTO {table.name} ({columns}) SELECT * FROM unnest({arrays})"  # noqa: S608


def _type_name(table: Table, name: str) -> str:
    kind = table.c[name].type.dialect_impl(_POSTGRES)
    return str(kind.compile(_POSTGRES)).split(" COLLATE", 1)[0]


def _arrays(
    table: Table, names: tuple[str, ...], rows: Sequence[Mapping[str, Any]]
) -> tuple[list[Any], ...]:
    binds = [table.c[name].type.bind_processor(_POSTGRES) for name in names]
    return tuple(
        [row[name] if bind is None else bind(row[name]) for row in rows]
        for name, bind in zip(names, binds, strict=True)
    )
