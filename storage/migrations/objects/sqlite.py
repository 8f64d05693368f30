"""SQLite's triggers: versions rise by one, append-only rows stay, books do not open again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import Connection, Table, UniqueConstraint

from storage.models import metadata
from storage.models.base import Kind, business_columns, kind_of


def drop(connection: Connection) -> Iterator[str]:
    found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in found.all():
        yield f'DROP TRIGGER "{name}"'


def create(_connection: Connection) -> Iterator[str]:
    for table in metadata.sorted_tables:
        if kind_of(table) is Kind.BUSINESS:
            yield from _versioned(table)
        elif kind_of(table) is Kind.APPEND_ONLY:
            yield from _append_only(table)
    yield _CLOSED_BOOKS


def _versioned(table: Table) -> Iterator[str]:
    watched = ", ".join([column.name for column in business_columns(table)] + ["version"])
    yield _refusal(
        f"{table.name}_version", f"UPDATE OF {watched}", table, "a change raises version by one",
        "NEW.version <> OLD.version + 1",
    )  # fmt: skip
    # rowid has three names, so only a trigger on every update sees it change.
    yield _refusal(
        f"{table.name}_key", "UPDATE", table, "a row keeps its key",
        "NEW.organisation <> OLD.organisation OR NEW.id <> OLD.id OR NEW.rowid <> OLD.rowid",
    )  # fmt: skip
    yield _refusal(
        f"{table.name}_first", "INSERT", table, "a new row has version one", "NEW.version <> 1"
    )
    yield _refusal(f"{table.name}_kept", "DELETE", table, "rows are marked, never deleted")
    yield _no_replace(table)
    yield from _no_overwrite(table)


def _append_only(table: Table) -> Iterator[str]:
    for verb in ("UPDATE", "DELETE"):
        yield _refusal(f"{table.name}_no_{verb.lower()}", verb, table, "rows are only added")
    yield _no_replace(table)


def _no_replace(table: Table) -> str:
    """INSERT OR REPLACE deletes the old row without firing a delete trigger."""
    clash = " OR ".join([*_clashes(table), "rowid = NEW.rowid"])
    return _refusal(
        f"{table.name}_no_replace", "INSERT", table, "rows are never replaced",
        f"EXISTS (SELECT 1 FROM {table.name} WHERE {clash})",
    )  # fmt: skip


def _no_overwrite(table: Table) -> Iterator[str]:
    """UPDATE OR REPLACE deletes whatever other row stands in its way."""
    watched = {name for names, where in _unique(table) for name in [*names, *_named(table, where)]}
    watched -= {"organisation"}
    if not watched:
        return
    yield _refusal(
        f"{table.name}_no_overwrite", f"UPDATE OF {', '.join(sorted(watched))}", table,
        "rows are never replaced",
        f"EXISTS (SELECT 1 FROM {table.name} WHERE rowid <> OLD.rowid"
        f" AND ({' OR '.join(_clashes(table))}))",
    )  # fmt: skip


def _clashes(table: Table) -> Iterator[str]:
    """When a row of the table has one of the keys of NEW."""
    keys = [([column.name for column in table.primary_key.columns], ""), *_unique(table)]
    for names, where in keys:
        same = [f"{name} = NEW.{name}" for name in names]
        if where:
            same += [where, _of_new(table, where)]
        yield f"({' AND '.join(same)})"


def _of_new(table: Table, where: str) -> str:
    return _any_column(table).sub(r"NEW.\1", where)


def _named(table: Table, where: str) -> list[str]:
    """The columns that decide whether a row is in the part that a key binds."""
    return _any_column(table).findall(where)


def _any_column(table: Table) -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(column.name for column in table.columns)})\b")


def _unique(table: Table) -> list[tuple[list[str], str]]:
    """The columns of each unique key but the first, and the condition of a partial one."""
    constraints = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    indexes = [index for index in table.indexes if index.unique]
    found = [([column.name for column in c.columns], "") for c in constraints]
    for index in indexes:
        where = index.dialect_options["sqlite"]["where"]
        found.append(([c.name for c in index.columns], "" if where is None else str(where)))
    return sorted(found)


def _refusal(name: str, act: str, table: Table, why: str, when: str = "1") -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {act} ON {table.name} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{table.name}: {why}'); END"
    )


_CLOSED_BOOKS = """
CREATE TRIGGER ledger_entry_closed BEFORE INSERT ON ledger_entry
WHEN NEW.booked_on <= (
    SELECT closed_through FROM legal_entity
    WHERE organisation = NEW.organisation AND id = NEW.entity
)
BEGIN SELECT RAISE(ABORT, 'ledger_entry: the books are closed on that day'); END
"""
