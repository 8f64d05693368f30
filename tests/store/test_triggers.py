"""What was added to the books stays, and what changes raises its version: on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Index, Table, UniqueConstraint, insert, text, update
from sqlalchemy.exc import DBAPIError

from billing_tui.domain.ids import new_id
from storage import types
from storage.models import metadata
from storage.models.base import Kind, business_columns, kind_of
from storage.store import Store
from tests.store.samples import Row, fill, of_kind, sample
from tests.stores import Database

BUSINESS, APPEND_ONLY = of_kind(Kind.BUSINESS), of_kind(Kind.APPEND_ONLY)
KEPT = BUSINESS + APPEND_ONLY
by_name = pytest.mark.parametrize("table", KEPT, ids=lambda table: table.name)
business = pytest.mark.parametrize("table", BUSINESS, ids=lambda table: table.name)


@dataclass
class Desk:
    """A filled organisation inside a transaction that is undone, seen past all row security."""

    connection: Connection
    rows: dict[str, Row]

    @property
    def sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"

    def refused(self, statement: Any, why: str, values: Any = None) -> None:
        point = self.connection.begin_nested()
        with pytest.raises(DBAPIError, match=why):
            self.connection.execute(_text(statement), values)
        point.rollback()

    def taken(self, statement: Any, values: Any = None) -> int:
        return self.connection.execute(_text(statement), values).rowcount

    def all_of(self, table: Table) -> list[tuple[Any, ...]]:
        names = ", ".join(column.name for column in table.primary_key.columns)
        found = self.connection.exec_driver_sql(f"SELECT * FROM {table.name} ORDER BY {names}")
        return [tuple(row) for row in found]


def _text(statement: Any) -> Any:
    return text(statement) if isinstance(statement, str) else statement


def _desk(engine: Engine) -> Iterator[Desk]:
    with engine.connect().execution_options(writing=True) as connection:
        undone = connection.begin()
        yield Desk(connection, fill(connection, new_id(), "nobody"))
        undone.rollback()


@pytest.fixture
def local(session_store: Store) -> Iterator[Desk]:
    yield from _desk(session_store.engine)


@pytest.fixture(scope="module")
def superuser(database: Database) -> Iterator[Engine]:
    engine = database.engine("postgres")
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    if request.param == "sqlite":
        yield from _desk(request.getfixturevalue("session_store").engine)
    else:
        yield from _desk(request.getfixturevalue("superuser"))


def this(table: Table, row: Row) -> Any:
    condition = table.c.organisation == row["organisation"]
    for column in table.primary_key.columns:
        condition &= column == row[column.name]
    return condition


def other_value(column: Any, row: Row) -> Any:
    """A value of the same kind that the row does not have, or None where no other fits."""
    kind, old = column.type, row[column.name]
    match kind:
        case types.Choice(choices=choices):
            return next((choice for choice in choices if choice is not old), None)
        case types.Whole():
            return old + 1
        case types.Flag():
            return not old
        case types.JsonText():
            return ["changed"]
        case types.ExactDecimal():
            return old + 1
        case types.Words() | types.SortKey():
            return f"{old} changed"
        case types.UtcTime() | types.Day():
            return old.replace(year=old.year + 1)
    return None  # an id that refers to another row


@by_name
def test_no_row_is_deleted(desk: Desk, table: Table) -> None:
    rows = desk.all_of(table)
    desk.refused(f"DELETE FROM {table.name}", "never deleted|only added|restrict")
    if not desk.sqlite:
        desk.refused(f"TRUNCATE {table.name} CASCADE", "never deleted|only added")
        desk.refused(f"DELETE FROM {table.name} WHERE false", "never deleted|only added")
    assert desk.all_of(table) == rows


@pytest.mark.parametrize("table", APPEND_ONLY, ids=lambda table: table.name)
def test_no_column_of_the_books_changes(desk: Desk, table: Table) -> None:
    for column in table.columns:
        desk.refused(f"UPDATE {table.name} SET {column.name} = {column.name}", "only added")


@business
def test_a_change_raises_the_version_by_one(desk: Desk, table: Table) -> None:
    row = desk.rows[table.name]
    here = this(table, row)
    for column in business_columns(table):
        value = other_value(column, row)
        if value is None:
            continue
        for version in (1, 0, 3, -1):
            wrong = {column.name: value, "version": version}
            desk.refused(update(table).where(here).values(wrong), "raises version by one|version")
        desk.refused(update(table).where(here).values({column.name: value}), "version by one")
        point = desk.connection.begin_nested()
        right = {column.name: value, "version": 2}
        assert desk.connection.execute(update(table).where(here).values(right)).rowcount == 1
        point.rollback()
    desk.refused(update(table).where(here).values(version=3), "version by one")


@business
def test_a_reference_is_content_too(desk: Desk, table: Table) -> None:
    """Setting a reference to nothing, or from nothing, is a change as any other."""
    row = desk.rows[table.name]
    for column in business_columns(table):
        if isinstance(column.type, types.Id) and column.nullable:
            changed = {column.name: row["organisation"]}
            desk.refused(update(table).where(this(table, row)).values(changed), "version by one")


@business
def test_bookkeeping_changes_silently(desk: Desk, table: Table) -> None:
    row = desk.rows[table.name]
    for column in set(table.columns) - set(business_columns(table)):
        if column.name in ("organisation", "id", "version"):
            continue
        silently = update(table).where(this(table, row)).values({column.name: row[column.name]})
        assert desk.taken(silently) == 1
        value = other_value(column, row)
        assert desk.taken(update(table).where(this(table, row)).values({column.name: value})) == 1


@business
def test_a_row_keeps_its_key(desk: Desk, table: Table) -> None:
    row = desk.rows[table.name]
    for name in ("organisation", "id"):
        moved = {name: new_id(), "version": 2}
        desk.refused(update(table).where(this(table, row)).values(moved), "keeps its key")


@business
def test_a_new_row_has_version_one(desk: Desk, table: Table) -> None:
    fresh = sample(table, new_id(), {}) | {"version": 2}
    desk.refused(insert(table), "version one", fresh)


# --- SQLite alone: REPLACE deletes without a word, and rows have a number of their own ---


def unique_keys(table: Table) -> list[list[str]]:
    keys = [[c.name for c in table.primary_key.columns]]
    more = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    keys += [[c.name for c in constraint.columns] for constraint in more]
    keys += [[c.name for c in index.columns] for index in table.indexes if index.unique]
    return sorted(keys)  # a table keeps its indexes in no order


# The row that stands in the way, where the one every organisation has would not; and what keeps a
# new row out of its way.
STANDING: dict[str, Row] = {
    "ledger_entry": {"seq": 2, "reverses": 1},
    "alert": {"acknowledged_at": None},
    "saved_view": {"deleted_at": None},
}
APART: dict[str, Row] = {
    "audit_log": {"seq": 9}, "ledger_entry": {"seq": 9}, "posting": {"line": 9},
    "alert": {"acknowledged_at": None}, "saved_view": {"deleted_at": None, "position": 9},
}  # fmt: skip
CLASHES = [(table, key) for table in KEPT for key in unique_keys(table)]


@pytest.mark.parametrize(
    ("table", "key"), CLASHES, ids=[f"{table.name}-{'-'.join(key[1:])}" for table, key in CLASHES]
)
def test_no_row_is_replaced_by_an_insert(local: Desk, table: Table, key: list[str]) -> None:
    row = local.rows[table.name]
    organisation = row["organisation"]
    if table.name in STANDING:
        row = sample(table, organisation, local.rows) | STANDING[table.name]
        local.connection.execute(insert(table), row)
    before = local.all_of(table)
    clash = sample(table, organisation, local.rows) | APART.get(table.name, {})
    clash |= {name: row[name] for name in key}
    for how in ("OR REPLACE", "OR IGNORE", "OR FAIL", "OR ABORT"):
        local.refused(insert(table).prefix_with(how), "never replaced", clash)
    assert local.all_of(table) == before


@by_name
def test_no_row_is_replaced_by_its_number(local: Desk, table: Table) -> None:
    row = local.rows[table.name]
    before = local.all_of(table)
    (number,) = local.connection.exec_driver_sql(
        f"SELECT rowid FROM {table.name} WHERE organisation = ?", (str(row["organisation"]),)
    ).one()
    names = ", ".join(column.name for column in table.columns)
    for alias in ("rowid", "oid", "_rowid_"):
        local.refused(
            f"INSERT OR REPLACE INTO {table.name} ({alias}, {names})"
            f" SELECT {number}, {names} FROM {table.name} LIMIT 1",
            "never replaced",
        )
    assert local.all_of(table) == before


@business
def test_no_row_is_moved_onto_another(local: Desk, table: Table) -> None:
    for alias in ("rowid", "oid", "_rowid_"):
        for how in ("", "OR REPLACE"):
            local.refused(f"UPDATE {how} {table.name} SET {alias} = 10000 + rowid", "its key")


WALKS = [(table, key) for table, key in CLASHES if kind_of(table) is Kind.BUSINESS]


@pytest.mark.parametrize(
    ("table", "key"),
    [(table, key) for table, key in WALKS if "id" not in key],
    ids=lambda value: value.name if isinstance(value, Table) else "-".join(value[1:]),
)
def test_no_update_walks_over_another_row(local: Desk, table: Table, key: list[str]) -> None:
    first = sample(table, local.rows["organisation"]["id"], local.rows)
    second = sample(table, local.rows["organisation"]["id"], local.rows)
    live = {name: None for name in ("acknowledged_at", "deleted_at") if name in table.columns}
    local.connection.execute(insert(table), [first | live, second | live])
    before = local.all_of(table)
    taken = {name: second[name] for name in key} | {"version": 2}
    for how in ("OR REPLACE", "OR IGNORE", "OR ABORT"):
        walk = update(table).prefix_with(how).where(this(table, first)).values(taken)
        local.refused(walk, "never replaced")
    assert local.all_of(table) == before


def test_a_partial_key_binds_only_its_part(local: Desk) -> None:
    """Alerts that were acknowledged may repeat; open ones may not."""
    table = metadata.tables["alert"]
    done = local.rows["alert"]
    again = sample(table, done["organisation"], local.rows) | {
        "kind": done["kind"],
        "key": done["key"],
    }
    local.connection.execute(insert(table), again)
    opened = again | {"id": new_id(), "acknowledged_at": None}
    local.connection.execute(insert(table), opened)
    owned = {"kind": done["kind"], "key": done["key"], "version": 2}
    assert local.taken(update(table).where(this(table, again)).values(owned)) == 1
    local.refused(insert(table), "never replaced", opened | {"id": new_id()})


def test_all_partial_keys_are_known() -> None:
    """Triggers copy the condition of a partial index, which must read only its own row."""
    partial = [
        index
        for table in KEPT
        for index in table.indexes
        if isinstance(index, Index) and index.dialect_options["sqlite"]["where"] is not None
    ]
    assert sorted(str(index.name) for index in partial) == [
        "uq_alert_open_key", "uq_saved_view_live_name", "uq_saved_view_live_position",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "ends"), [("alert", "acknowledged_at"), ("saved_view", "deleted_at")]
)
def test_no_row_comes_back_over_another(local: Desk, name: str, ends: str) -> None:
    """What is taken back enters the part that a key binds, where another row may be by now."""
    table = metadata.tables[name]
    gone = local.rows[name]
    local.connection.execute(insert(table), gone | {"id": new_id(), ends: None})
    before = local.all_of(table)
    for how in ("OR REPLACE", "OR IGNORE", "OR ABORT"):
        back = update(table).prefix_with(how).where(this(table, gone))
        local.refused(back.values({ends: None, "version": 2}), "never replaced")
    assert local.all_of(table) == before
