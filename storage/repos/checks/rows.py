"""Business rows beside what the chain says of them: read in step, so memory stays small."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, bindparam, text

from billing_tui.domain.audit import plain
from billing_tui.domain.invariants import Findings
from billing_tui.domain.replay import Clear, faults
from storage import types
from storage.models import AuditLog, PersonalValue, metadata
from storage.models.base import Kind, business_columns, kind_of, table_of
from storage.uow import Unit

from . import PAGE, as_bytes, as_text, names

BATCH = 500
_SHORT = 50
_LOG, _PERSONAL = table_of(AuditLog), table_of(PersonalValue)
_SAID = [_LOG.c.object, _LOG.c.version, _LOG.c.body]
_CLEAR = [_PERSONAL.c.object, _PERSONAL.c.digest, _PERSONAL.c.salt, _PERSONAL.c.value]
Stream = Iterator[tuple[bytes, int, Any]]


def business_tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if kind_of(table) is Kind.BUSINESS]


def check(unit: Unit, table: Table, found: Findings, ids: Sequence[UUID] | None = None) -> None:
    """Every row of the table, or the named ones."""
    if ids is None:
        _check(unit, table, found, None)
    for start in range(0, len(ids or ()), BATCH):
        _check(unit, table, found, (ids or ())[start : start + BATCH])


def _check(unit: Unit, table: Table, found: Findings, ids: Sequence[UUID] | None) -> None:
    columns = business_columns(table)
    personal = {column.name for column in columns if column.info.get("personal")}
    streams = [_rows(unit, table, columns, ids), _said(unit, table, ids)]
    if personal:
        streams.append(_clear(unit, table, ids))
    readers = [(column.name, _reader(unit, column)) for column in columns]
    for object, group in groupby(merge(*streams, key=itemgetter(0, 1)), itemgetter(0)):
        rows, said, hidden = _sorted(group)
        if not rows and not said:
            continue
        version, values = None, {}
        if rows:
            version, cells = rows[0][1], rows[0][2:]
            values = {n: read(cell) for (n, read), cell in zip(readers, cells, strict=True)}
        found.checked += 1
        clear = _clear_values(hidden, found)
        key = as_text(object.partition(b":")[2])
        for what in faults(version, values, [each[1:] for each in said], personal, clear):
            found.add(table.name, key, what)


def _sorted(group: Iterable[tuple[bytes, int, Any]]) -> tuple[list[Any], list[Any], list[Any]]:
    parts: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
    for _, kind, item in group:
        parts[kind].append(item)
    return parts


def _clear_values(hidden: Iterable[Sequence[Any]], found: Findings) -> dict[str, Clear]:
    clear = {}
    for _, raw, salt, value in hidden:
        digest, one = as_text(raw), Clear(as_text(salt), as_text(value))
        clear[digest] = one
        if not one.erased and not one.gives(digest, one.value):
            found.add(_PERSONAL.name, digest, "the clear value does not give its hash")
    return clear


def _rows(
    unit: Unit, table: Table, columns: list[Column[Any]], ids: Sequence[UUID] | None
) -> Stream:
    head = f"{table.name}:".encode()
    select = names(unit, [table.c.id, table.c.version, *columns])
    narrowed = "" if ids is None else "AND id IN :ids"
    sql = f"SELECT {select} FROM {table.name} WHERE organisation = :o {narrowed} ORDER BY id"  # noqa: S608
    keys = None if ids is None else [str(id) if unit.sqlite else id for id in ids]
    for row in _stream(unit, sql, {}, keys):
        yield head + (as_bytes(row[0]) or b""), 0, row


def _said(unit: Unit, table: Table, ids: Sequence[UUID] | None) -> Stream:
    sql = (
        f"SELECT {names(unit, _SAID)} FROM audit_log WHERE organisation = :o"  # noqa: S608
        f" AND {_of(ids)} AND version IS NOT NULL ORDER BY audit_log.object, version"
    )
    for row in _stream(unit, sql, *_objects(table, ids)):
        yield as_bytes(row[0]) or b"", 1, row


def _clear(unit: Unit, table: Table, ids: Sequence[UUID] | None) -> Stream:
    sql = (
        f"SELECT {names(unit, _CLEAR)} FROM personal_value WHERE organisation = :o"  # noqa: S608
        f" AND {_of(ids)} ORDER BY personal_value.object"
    )
    for row in _stream(unit, sql, *_objects(table, ids)):
        yield as_bytes(row[0]) or b"", 2, row


def _of(ids: Sequence[UUID] | None) -> str:
    return "object >= :from AND object < :to" if ids is None else "object IN :ids"


def _objects(table: Table, ids: Sequence[UUID] | None) -> tuple[dict[str, Any], list[Any] | None]:
    if ids is None:
        return {"from": f"{table.name}:", "to": f"{table.name};"}, None
    return {}, [f"{table.name}:{id}" for id in ids]


def _stream(
    unit: Unit, sql: str, values: dict[str, Any], ids: list[Any] | None
) -> Iterable[Sequence[Any]]:
    statement = text(sql)
    if ids is not None:
        statement = statement.bindparams(bindparam("ids", expanding=True))
        values = values | {"ids": ids}
    organisation = str(unit.organisation) if unit.sqlite else unit.organisation
    streamed = statement.execution_options(stream_results=True, max_row_buffer=PAGE)
    found = unit.connection.execute(streamed, values | {"o": organisation})
    for page in found.partitions(PAGE):
        yield from page


def _reader(unit: Unit, column: Column[Any]) -> Callable[[Any], Any]:
    """From a raw cell to what the chain would say of it."""
    if isinstance(column.type, types.JsonText):
        return _json
    return _normal if unit.sqlite else plain


def _normal(value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    return value.decode() if value.isascii() else unicodedata.normalize("NFC", as_text(value))


def _json(value: Any) -> Any:
    return _few_json(value) if value is not None and len(value) < _SHORT else _any_json(value)


def _any_json(value: Any) -> Any:
    try:
        return plain(json.loads(value))
    except (ValueError, TypeError, RecursionError):
        return None if value is None else f"no JSON: {as_text(value)}"


_few_json = lru_cache(maxsize=4096)(_any_json)  # most rows have no tags, or the same ones
