"""Every column has one of our types, so that no engine can bend what is written into it."""

import pytest
from sqlalchemy import Column, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable
from sqlalchemy.types import TypeDecorator

from storage import types
from storage.models import metadata
from storage.models.base import Kind, business_columns, kind_of
from tests.guards.project import refuse

COLUMNS = [column for table in metadata.sorted_tables for column in table.columns]

# Ids that are no references inside the organisation, each with its reason.
NO_REFERENCE = {
    "import_run.started_by": "bookkeeping; the chain says who took a file in",
    "job.lease": "the id of one run of one process, not of a row",
    "ledger_entry.document": "documents are of several kinds, each in its own table",
    "ledger_entry.request": "requests expire, entries do not",
    "summary_moved.entity": "a sum of entries, which name the legal entity",
    "summary_open.entity": "a sum of entries, which name the legal entity",
}
# What says anything about a row is its content, so besides sort keys only these change silently.
MAY_BE_SILENT = {
    "app_user.failures", "app_user.password", "app_user.public_key", "app_user.retry_at",
    "customer.created_at", "customer.skeleton",
}  # fmt: skip


def _named(column: "Column[object]") -> str:
    return f"{column.table.name}.{column.name}"


def test_every_column_has_one_of_our_types() -> None:
    refuse(
        "Engines bend other types silently (10.75 becomes 11, a time loses its zone):",
        (_named(c) for c in COLUMNS if type(c.type) not in types.ALLOWED),
    )


def test_only_our_types_are_allowed() -> None:
    own = {
        found
        for found in vars(types).values()
        if isinstance(found, type) and issubclass(found, TypeDecorator)
    } - {TypeDecorator}
    assert set(types.ALLOWED) == own
    assert all(kind.cache_ok for kind in types.ALLOWED), "a type outside the cache is slow"


def test_what_sorts_is_never_null() -> None:
    """Keyset paging loses the rows whose sort value is NULL."""
    keys = {
        column
        for table in metadata.tables.values()
        for index in table.indexes
        if index.columns.keys()[-1:] == ["id"]
        for column in index.columns
    }
    refuse(
        "Rows with a NULL sort key are skipped by paging; give them a value:",
        (
            _named(c)
            for c in COLUMNS
            if c.nullable and (c in keys or c.primary_key or isinstance(c.type, types.SortKey))
        ),
    )


def test_text_that_sorts_is_compared_bytewise() -> None:
    paged = {
        column
        for table in metadata.tables.values()
        for index in table.indexes
        if index.columns.keys()[-1:] == ["id"]
        for column in index.columns
    }
    refuse(
        "The engines sort text differently unless it is a SortKey:",
        (_named(c) for c in paged if type(c.type) is types.Words),
    )


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_sqlite_keeps_types_and_rows_in_order(table: Table) -> None:
    made = str(CreateTable(table).compile(dialect=sqlite.dialect()))
    assert "STRICT" in made, "without STRICT a text lands in an integer column"
    # Without a rowid there is no order of appending, and triggers could not see a row move.
    assert "WITHOUT ROWID" not in made


def test_ids_refer_inside_the_organisation() -> None:
    known = {
        _named(element.parent)
        for table in metadata.tables.values()
        for constraint in table.foreign_key_constraints
        for element in constraint.elements
    }
    loose = {
        _named(c)
        for c in COLUMNS
        if isinstance(c.type, types.Id) and c.name not in ("id", "organisation")
    } - known
    refuse("An id must be a foreign key, or say why it is none:", loose - NO_REFERENCE.keys())
    refuse("These have become foreign keys, or are gone:", NO_REFERENCE.keys() - loose)


def test_foreign_keys_stay_inside_the_organisation() -> None:
    refuse(
        "A foreign key without the organisation lets a row point into another one:",
        (
            f"{table.name} -> {constraint.referred_table.name}"
            for table in metadata.tables.values()
            for constraint in table.foreign_key_constraints
            if ("organisation", "organisation")
            not in [(e.parent.name, e.column.name) for e in constraint.elements]
            and constraint.referred_table.name != "organisation"
        ),
    )


def test_what_changes_silently_is_chosen() -> None:
    silent = {
        _named(column)
        for table in metadata.tables.values()
        if kind_of(table) is Kind.BUSINESS
        for column in set(table.columns) - set(business_columns(table))
        if column.name not in ("organisation", "id", "version")
        and not column.name.startswith("sort_")
    }
    assert silent == MAY_BE_SILENT, "a bookkeeping column changes without version and audit"


def test_amounts_have_their_currency_beside_them() -> None:
    refuse(
        "An amount without a currency in its row is no money:",
        (
            _named(c)
            for c in COLUMNS
            if type(c.type) is types.MinorUnits and "currency" not in c.table.columns
        ),
    )
