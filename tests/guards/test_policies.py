"""Postgres guards follow from the models: no table without rights, none without its policy.

Looks at the statements alone; tests/store/test_rights.py tries the same on a server.
"""

from __future__ import annotations

import re
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Table

from storage.migrations.objects import postgres, sqlite
from storage.models import metadata
from storage.models.base import Kind, kind_of
from tests.guards.project import refuse

TABLES = metadata.sorted_tables
TENANT = [table for table in TABLES if "organisation" in table.columns]


class _Nameless:
    """Answers the one question the statements ask of a connection: the database's name."""

    def exec_driver_sql(self, _question: str) -> Any:
        return SimpleNamespace(scalar_one=lambda: "shop")


# Functions that do not ask who calls, each with its reason.
ASKS_NOBODY = {
    "purge": "row-level security asks for it, as it is forced on the owner too",
    "statistics_refresh": "it reads and writes no row",
}


@cache
def made() -> tuple[str, ...]:
    return tuple(postgres.create(cast(Connection, _Nameless())))


@cache
def made_on_sqlite() -> str:
    return "\n".join(sqlite.create(cast(Connection, None)))


def test_every_table_says_what_kind_it_is() -> None:
    refuse("A table needs its kind:", (t.name for t in TABLES if not isinstance(kind_of(t), Kind)))
    refuse(
        "Only a table of the whole store may lack an organisation, and a policy with it:",
        (t.name for t in TABLES if t not in TENANT and kind_of(t) is not Kind.STORE),
    )


@pytest.mark.parametrize("table", TENANT, ids=lambda table: table.name)
def test_row_level_security_is_forced(table: Table) -> None:
    for act in ("ENABLE", "FORCE"):
        assert f"ALTER TABLE {table.name} {act} ROW LEVEL SECURITY" in made()
    policies = [s for s in made() if re.match(rf"CREATE POLICY \w+ ON {table.name} ", s)]
    assert policies, "without a policy nobody sees a row; with row security off, everybody"
    to_people = [policy for policy in policies if 'TO "shop_owner"' not in policy]
    assert to_people
    assert all("session_user" in policy for policy in to_people)
    if table.name != "membership":
        assert len(policies) == 1, "policies add up: a second one can only let more through"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_rights_are_taken_before_they_are_given(table: Table) -> None:
    about = [s for s in made() if re.search(rf"^(GRANT|REVOKE)\b.* ON {table.name} ", s)]
    assert about[0] == f'REVOKE ALL ON {table.name} FROM PUBLIC, "shop_app", "shop_read"'
    assert about[1] == f'GRANT SELECT ON {table.name} TO "shop_app", "shop_read"'
    for grant in about[2:]:
        assert re.fullmatch(
            rf'GRANT INSERT \([\w, ]+\), UPDATE \([\w, ]+\) ON {table.name} TO "shop_app"', grant
        ), "only columns, only INSERT and UPDATE, only to those who work"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_rights_name_columns_that_exist(table: Table) -> None:
    names = {column.name for column in table.columns}
    for columns in postgres._writable(table):
        assert {name for name in columns.split(", ") if name} <= names
    inserts, updates = postgres._writable(table)
    assert not {"organisation", "id"} & set(updates.split(", ")), "a row keeps its key"
    if inserts:
        needed = {c.name for c in table.columns if not c.nullable}
        refuse("Without these no row can be written:", needed - set(inserts.split(", ")))


def test_whose_rights_are_decided_exists() -> None:
    known = {table.name for table in TABLES}
    assert set(postgres._TECHNICAL) | postgres._OWNER_ONLY <= known
    technical = {t.name for t in TABLES if kind_of(t) is Kind.TECHNICAL}
    refuse(
        "Say who may write this technical table:",
        technical - set(postgres._TECHNICAL) - postgres._OWNER_ONLY,
    )


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_triggers_follow_the_kind(table: Table) -> None:
    wanted = {
        Kind.BUSINESS: ("version", "key", "first", "no_delete", "no_truncate"),
        Kind.APPEND_ONLY: ("no_update", "no_delete", "no_truncate"),
    }.get(kind_of(table), ())
    trigger = re.compile(rf"TRIGGER {table.name}_(\w+) BEFORE [\w ,]+ ON {table.name}\b")
    assert {name for s in made() for name in trigger.findall(s)} == set(wanted)
    on_sqlite = set(trigger.findall(made_on_sqlite()))
    kept = {
        Kind.BUSINESS: {"version", "key", "first", "kept", "no_replace"},
        Kind.APPEND_ONLY: {"no_update", "no_delete", "no_replace"},
    }.get(kind_of(table), set())
    assert kept <= on_sqlite


def functions() -> dict[str, str]:
    return {s.split("CREATE FUNCTION ")[1].split("(")[0]: s for s in made() if "CREATE FUN" in s}


@pytest.mark.parametrize("name", functions())
def test_functions_run_on_a_fixed_path(name: str) -> None:
    source = functions()[name]
    if "RETURN\n" in source or "IMMUTABLE" in source:
        return  # a body in standard SQL is bound when it is made
    assert "SET search_path = pg_catalog, public, pg_temp" in source
    if "RETURNS trigger" not in source:
        assert "SECURITY DEFINER" in source
        assert "session_user" in source or name in ASKS_NOBODY, "current_user is the owner in there"


def test_functions_are_taken_from_the_public() -> None:
    revoked = made().index("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC")
    last = max(i for i, s in enumerate(made()) if "CREATE FUNCTION" in s)
    granted = [i for i, s in enumerate(made()) if s.startswith("GRANT EXECUTE")]
    assert last < revoked < min(granted)
