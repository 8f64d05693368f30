"""What the schema promises to other tools, read from the files and catalogues themselves."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.services.acceptance.conftest import Place

# Where rows of one organisation are kept; what belongs to the whole store has no policy.
WHOLE_STORE = {"alembic_version", "store_meta"}
_LOCAL_ORDER = (
    "SELECT c.relname, a.attname FROM pg_class i JOIN pg_index x ON x.indexrelid = i.oid"
    " JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (x.indkey)"
    " WHERE n.nspname = 'public' AND a.atttypid = 'text'::regtype"
    " AND a.attcollation <> (SELECT oid FROM pg_collation WHERE collname = 'C')"
)


def test_plain_sqlite_reads_and_writes_every_table(local: Place) -> None:
    local.machine.does("seed", "--customers", "2")
    with closing(sqlite3.connect(local.machine.store)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        for table, sql in tables:
            assert "COLLATE" not in sql, table
            assert "WITHOUT ROWID" not in sql, table
            columns = [c[1] for c in file.execute(f"PRAGMA table_info({table})")]
            first = columns[0]
            file.execute(f"SELECT * FROM {table} ORDER BY {', '.join(columns)}").fetchall()
            if table != "audit_log":
                file.execute(f"UPDATE {table} SET {first} = {first}")
        file.execute("UPDATE customer SET name = 'by hand', version = version + 1")
        file.rollback()


def test_sqlite_keeps_only_whole_numbers_and_texts(local: Place) -> None:
    """An amount that is no integer is refused by the schema, whoever writes it."""
    local.machine.does("seed", "--customers", "1")
    columns = local.raw(
        "SELECT m.name, p.name, p.type FROM sqlite_master m, pragma_table_info(m.name) p"
        " WHERE m.type = 'table' AND m.name <> 'alembic_version'"
    )
    assert {kind for _, _, kind in columns} == {"TEXT", "INTEGER"}
    for value in ("10.75", "1e308", "'ten'", "x'00'"):
        with pytest.raises(sqlite3.IntegrityError, match="cannot store"):
            local.raw(f"UPDATE customer SET credit_limit = {value}, version = version + 1")


def test_what_is_indexed_for_an_order_is_never_null(local: Place) -> None:
    for table, sql in local.raw(
        "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%, id)'"
    ):
        inside = sql.split("(", 1)[1].rstrip(")").split(", ")
        null = {
            name for name, needed in local.raw(
                f"SELECT name, \"notnull\" FROM pragma_table_info('{table}')"
            ) if not needed
        }  # fmt: skip
        assert not null & set(inside), sql


def test_postgres_orders_texts_byte_by_byte(shared: Place) -> None:
    """As SQLite does, whatever the locale of the database."""
    assert not {
        (table, column)
        for table, column in shared.raw(_LOCAL_ORDER)
        if column in ("login", "code", "number", "key", "account", "sort_name", "sort_number")
    }


def test_postgres_knows_no_type_that_bends_a_value(shared: Place) -> None:
    kinds = shared.raw(
        "SELECT DISTINCT data_type FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
    )
    assert {kind for (kind,) in kinds} == {
        "bigint", "boolean", "date", "numeric", "text", "timestamp with time zone", "uuid",
    }  # fmt: skip


def test_every_table_is_behind_forced_policies(shared: Place) -> None:
    tables = shared.raw(
        "SELECT relname, relforcerowsecurity AND relrowsecurity,"
        " EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid), relowner::regrole::text"
        " FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    )
    assert shared.database is not None
    for table, forced, policed, owner in tables:
        assert (forced and policed) != (table in WHOLE_STORE), table
        assert owner == f"{shared.database.name}_owner"


def test_postgres_hands_out_no_right_that_destroys(shared: Place) -> None:
    given = shared.raw(
        "SELECT DISTINCT grantee, privilege_type FROM information_schema.role_table_grants"
        " WHERE table_schema = 'public' AND grantee NOT LIKE ?", "%\\_owner",
    )  # fmt: skip
    assert {kind for _, kind in given} == {"SELECT"}
    written = shared.raw(
        "SELECT DISTINCT grantee, privilege_type, table_name"
        " FROM information_schema.column_privileges WHERE table_schema = 'public'"
        " AND privilege_type <> 'SELECT' AND grantee NOT LIKE ?", "%\\_owner",
    )  # fmt: skip
    assert {who.rsplit("_", 1)[1] for who, _, _ in written} == {"app"}
    closed = {"audit_log", "audit_head", "ledger_entry", "posting", "app_user", "membership"}
    assert not closed & {table for _, _, table in written}
    functions = shared.raw(
        "SELECT proname, prosecdef, proconfig IS NULL, has_function_privilege('public', oid,"
        " 'EXECUTE') FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    assert not [name for name, _, _, public in functions if public]
    assert not [name for name, definer, loose, _ in functions if definer and loose]


def test_references_stay_inside_an_organisation(place: Place) -> None:
    source = {
        "sqlite": 'SELECT m.name || f.id, f."from" FROM sqlite_master m,'
        " pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
        "postgres": "SELECT k.conname, a.attname FROM pg_constraint k JOIN pg_attribute a"
        " ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) WHERE k.contype = 'f'"
        " AND k.connamespace = 'public'::regnamespace",
    }
    keys: dict[str, set[str]] = {}
    for name, column in place.raw(source[place.engine]):
        keys.setdefault(str(name), set()).add(column)
    assert len(keys) > 15
    assert not [name for name, columns in keys.items() if "organisation" not in columns]
