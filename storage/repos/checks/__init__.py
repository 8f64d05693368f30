"""Reading a store that may have been tampered with.

Columns are read as they lie, without the types of the models: a broken value must become a finding,
never an error. On SQLite text is read as bytes, because it need not be UTF-8 any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, text

from billing_tui.domain.audit import plain
from storage import types
from storage.uow import Unit

_NUMBERS = (types.Whole, types.Flag)
PAGE = 5000
_AS_TEXT = 0  # the format of a column, as psycopg numbers them


@contextmanager
def reading(unit: Unit) -> Iterator[None]:
    """No time limit, and text that is none any more does not stop the reading."""
    driver: Any = unit.connection.connection.driver_connection
    if not unit.sqlite:
        unit.connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        with _any_date(driver.adapters):
            yield
        return
    driver.text_factory = _tolerant
    try:
        yield
    finally:
        driver.text_factory = str


def _tolerant(text: bytes) -> str:
    return text.decode("utf-8", "backslashreplace")


@contextmanager
def _any_date(adapters: Any) -> Iterator[None]:
    """Postgres keeps days that Python has no date for, such as infinity; they are read as text."""
    from psycopg import DataError
    from psycopg.types import datetime as dates

    before = {}
    for kind, usual in (("date", dates.DateLoader), ("timestamptz", dates.TimestamptzLoader)):

        class Tolerant(usual):  # type: ignore[misc, valid-type]  # one of two
            def load(self, data: Any) -> Any:
                try:
                    return super().load(data)
                except DataError:
                    return bytes(data).decode()

        oid = adapters.types[kind].oid
        before[oid] = adapters.get_loader(oid, _AS_TEXT)
        adapters.register_loader(oid, Tolerant)
    try:
        yield
    finally:
        for oid, loader in before.items():
            adapters.register_loader(oid, loader)


def names(unit: Unit, columns: list[Column[Any]], prefix: str = "") -> str:
    """The select list that reads columns raw."""
    return ", ".join(_raw(unit, column, prefix) for column in columns)


def _raw(unit: Unit, column: Column[Any], prefix: str) -> str:
    name = f'{prefix}"{column.name}"'
    return name if not unit.sqlite or isinstance(column.type, _NUMBERS) else f"CAST({name} AS BLOB)"


def run(unit: Unit, sql: str, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
    """`:o` is the organisation. Names in `sql` come from the models, never from data."""
    return unit.connection.execute(text(sql), _bound(unit, values)).all()


def act(unit: Unit, sql: str) -> None:
    unit.connection.execute(text(sql), _bound(unit, None))


def pages(
    unit: Unit, sql: str, values: Mapping[str, Any] | None = None, size: int = PAGE
) -> Iterator[Sequence[Any]]:
    """One statement read in pages through a cursor, so that a million rows need little memory."""
    statement = text(sql).execution_options(stream_results=True, max_row_buffer=size)
    yield from unit.connection.execute(statement, _bound(unit, values)).partitions(size)


def _bound(unit: Unit, values: Mapping[str, Any] | None) -> dict[str, Any]:
    organisation = str(unit.organisation) if unit.sqlite else unit.organisation
    return {"o": organisation} | dict(values or {})


def as_bytes(value: Any) -> bytes | None:
    """The text of a cell as it is hashed."""
    match value:
        case None | bytes():
            return value
        case str():
            return value.encode()
    return str(plain(value, str)).encode()


def as_text(value: Any) -> str:
    """The text of a cell as it is shown; what is no text any more shows its bytes."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str(plain(value, str))


def key_of(row: Sequence[Any]) -> str:
    """The parts of a key after the organisation, as a finding names them."""
    return "/".join(map(as_text, row))
