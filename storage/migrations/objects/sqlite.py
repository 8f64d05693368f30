"""SQLite's triggers: versions rise by one, append-only rows stay, books do not open again."""

from __future__ import annotations

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
    yield _refusal(
        f"{table.name}_key", "UPDATE OF organisation, id", table, "a row keeps its key",
        "NEW.organisation <> OLD.organisation OR NEW.id <> OLD.id",
    )  # fmt: skip
    yield _refusal(
        f"{table.name}_first", "INSERT", table, "a new row has version one", "NEW.version <> 1"
    )
    yield _refusal(f"{table.name}_kept", "DELETE", table, "rows are marked, never deleted")
    yield _no_replace(table)


def _append_only(table: Table) -> Iterator[str]:
    for verb in ("UPDATE", "DELETE"):
        yield _refusal(f"{table.name}_no_{verb.lower()}", verb, table, "rows are only added")
    yield _no_replace(table)


def _no_replace(table: Table) -> str:
    """INSERT OR REPLACE deletes the old row without firing a delete trigger."""
    keys = [[column.name for column in table.primary_key.columns]]
    keys += [
        [column.name for column in constraint.columns]
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    same = [" AND ".join(f"{name} = NEW.{name}" for name in key) for key in keys]
    clash = " OR ".join(f"({one})" for one in (*same, "rowid = NEW.rowid"))
    return _refusal(
        f"{table.name}_no_replace", "INSERT", table, "rows are never replaced",
        f"EXISTS (SELECT 1 FROM {table.name} WHERE {clash})",
    )  # fmt: skip


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
