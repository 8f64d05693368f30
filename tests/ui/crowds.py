"""Very many customers, put behind the program's back as copies of one that is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from billing_tui.domain.customers.finding import compact, number_sort
from storage.engine import sqlite_module

# So many of a crowd have the tag.
TAGGED, TAG = 5000, "harvest"
_ID_MS = 1_767_225_600_000


def name_of(n: int) -> str:
    return f"Meadow {n:06d} Farm"


def crowd_on_sqlite(path: Path, count: int) -> None:
    with closing(sqlite_module().connect(str(path))) as store, store:
        found = store.execute("SELECT * FROM customer ORDER BY sort_number LIMIT 1")
        columns = [column[0] for column in found.description]
        one = dict(zip(columns, found.fetchone(), strict=True))
        marks = ",".join("?" * len(columns))
        rows = _rows(one, columns, count, TAGGED)
        store.executemany(f"INSERT INTO customer ({','.join(columns)}) VALUES ({marks})", rows)
        store.executemany(
            "INSERT INTO customer_key (organisation, kind, key, customer) VALUES (?, ?, ?, ?)",
            _keys(one["organisation"], count, TAGGED),
        )
        store.execute("ANALYZE")


def crowd_on_postgres(connection: psycopg.Connection[Any], organisation: str, count: int) -> None:
    """As the superuser, whom no policy keeps from copying."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM customer WHERE organisation = %s ORDER BY sort_number LIMIT 1",
            (organisation,),
        )
        columns = [column.name for column in cursor.description or ()]
        one = dict(zip(columns, cursor.fetchone() or (), strict=True))
        _copy(cursor, "customer", columns, _rows(one, columns, count, TAGGED))
        keys = ["organisation", "kind", "key", "customer"]
        _copy(cursor, "customer_key", keys, _keys(organisation, count, TAGGED))
        cursor.execute("ANALYZE customer; ANALYZE customer_key")


def _copy(
    cursor: psycopg.Cursor[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    names = sql.SQL(",").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _id(n: int) -> str:
    stamp = f"{_ID_MS + n:012x}"
    return f"{stamp[:8]}-{stamp[8:]}-7000-8000-{n:012x}"


def _number(n: int) -> str:
    return f"M-{n:06d}"


def _rows(
    one: dict[str, Any], columns: Sequence[str], count: int, tagged: int
) -> Iterator[list[Any]]:
    for n in range(count):
        name = name_of(n)
        row = one | {
            "id": _id(n), "number": _number(n), "name": name, "sort_name": name.lower(),
            "sort_number": number_sort(_number(n)), "skeleton": f"meadow{n:06d}farm",
            "parent": None, "merged_into": None, "archived_at": None, "version": 1,
            "tags": f'["{TAG}"]' if n < tagged else "[]", "brakes": "{}", "allocations": "[]",
            "tax_ids": "[]", "contacts": "[]", "credit_limit": None,
        }  # fmt: skip
        yield [row[column] for column in columns]


def _keys(organisation: str, count: int, tagged: int) -> Iterator[tuple[str, ...]]:
    for n in range(count):
        id = _id(n)
        for word in ("meadow", f"{n:06d}", "farm"):
            yield organisation, "word", word, id
        yield organisation, "number", compact(_number(n)), id
        if n < tagged:
            yield organisation, "tag", TAG, id
