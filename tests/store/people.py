"""Two organisations in one Postgres database, and everybody who might try to see or change them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import insert

from billing_tui.domain.ids import new_id
from storage.models import AppUser, AuditHead, LedgerHead, Membership
from storage.models.base import table_of
from tests.store.samples import Row, fill, sample
from tests.stores import PASSWORD, Database

Connection = psycopg.Connection[Any]

# Login, its group, its organisation: "a" and "b" have one each, a stranger belongs nowhere.
LOGINS = {
    "clerk_a": ("app", "a"),
    "clerk_b": ("app", "b"),
    "auditor_a": ("read", "a"),
    "stranger": ("app", ""),
    "passer_by": ("read", ""),
}


@dataclass(frozen=True)
class People:
    database: Database
    organisations: dict[str, UUID]
    rows: dict[str, dict[str, Row]]
    users: dict[str, UUID]
    connections: dict[str, Connection]
    superuser: Connection

    def __getitem__(self, login: str) -> Connection:
        return self.connections[login]

    def own(self, login: str) -> UUID | None:
        return self.organisations.get(LOGINS[login][1])

    def columns(self) -> dict[str, list[str]]:
        """What the catalogue has, whatever the models say."""
        found = self.superuser.execute(
            "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
            " GROUP BY 1 ORDER BY 1"
        )
        return dict(found.fetchall())

    def tables(self) -> list[str]:
        return list(self.columns())

    def tenant_tables(self) -> list[str]:
        return [name for name, columns in self.columns().items() if "organisation" in columns]


def answer(connection: Connection, statement: Any, values: Any = None) -> str:
    """What the database says to a statement whose effect is undone: "" or its error code."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement, values)
    except psycopg.Error as error:
        return error.sqlstate or type(error).__name__
    return ""


def message(connection: Connection, statement: Any, values: Any = None) -> str:
    """Everything an error tells."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement, values)
    except psycopg.Error as error:
        told = error.diag
        return "\n".join(filter(None, [str(error), told.message_detail, told.message_hint]))
    return ""


def insertion(table: str, row: Row) -> tuple[sql.Composed, Row]:
    """A row as psycopg inserts it, past our column types."""
    names = sql.SQL(", ").join(map(sql.Identifier, row))
    values = sql.SQL(", ").join(map(sql.Placeholder, row))
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})")
    return statement.format(sql.Identifier(table), names, values), plain(row)


def plain(row: Row) -> Row:
    return {name: "[]" if isinstance(value, list) else value for name, value in row.items()}


def people_of(database: Database) -> Iterator[People]:
    for login, (part, _) in LOGINS.items():
        database.add_login(login, part)
    organisations = {"a": new_id(), "b": new_id()}
    rows, users = {}, {}
    engine = database.engine("postgres")
    with engine.begin() as connection:
        for name, organisation in organisations.items():
            rows[name] = fill(connection, organisation, f"clerk_{name}")
            users[f"clerk_{name}"] = rows[name]["app_user"]["id"]
        organisation = organisations["a"]
        auditor = sample(table_of(AppUser), organisation, rows["a"], "auditor_a")
        auditor |= {"disabled_at": None, "public_key": ""}
        users["auditor_a"] = auditor["id"]
        connection.execute(insert(table_of(AppUser)), auditor)
        member = {"login": "auditor_a", "organisation": organisation}
        connection.execute(insert(table_of(Membership)), member)
        # As founded: everybody at work, chains and books at their beginning.
        for head in (AuditHead, LedgerHead):
            connection.execute(table_of(head).update().values(seq=1))
        silent = {"disabled_at": None, "public_key": "", "version": 2}
        clerks = table_of(AppUser).update().where(table_of(AppUser).c.version == 1)
        connection.execute(clerks.where(table_of(AppUser).c.login != "auditor_a").values(silent))
    engine.dispose()
    opened = {login: database.server.connect(login, database.name) for login in LOGINS}
    superuser = database.server.superuser(database.name)
    yield People(database, organisations, rows, users, opened, superuser)
    for one in (*opened.values(), superuser):
        one.close()


__all__ = ["LOGINS", "PASSWORD", "People", "answer", "insertion", "message", "people_of", "plain"]
