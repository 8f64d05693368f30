"""What a store says about itself: versions, protection, rights and the head of its chains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, text

from .logins import Login, look
from .migrations.objects import postgres, sqlite
from .models import AuditLog, metadata
from .models.base import table_of
from .repos.users import server_clock
from .roles import PARTS, owner_of, session_login

LEAST_SERVER = 160000  # the first whose grants say who may only act as a role
_LOG = table_of(AuditLog)
_TRIGGER = re.compile(r"\s*CREATE TRIGGER (\S+)")
_HASH_AT = select(_LOG.c.hash).where(
    _LOG.c.organisation == bindparam("o"), _LOG.c.seq == bindparam("n")
)


def server_version(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())


def server_name(connection: Connection) -> str:
    """Its version, and whether what is said to it is encrypted."""
    version = connection.exec_driver_sql("SHOW server_version").scalar_one()
    driver: Any = connection.connection.driver_connection
    said = "encrypted" if driver.pgconn.ssl_in_use else "not encrypted"
    return f"PostgreSQL {version.split()[0]}, {said}"


def clock(connection: Connection) -> datetime:
    return server_clock(connection)


def hash_at(connection: Connection, organisation: UUID, seq: int) -> str | None:
    return connection.execute(_HASH_AT, {"o": organisation, "n": seq}).scalar()


def wrong_triggers(connection: Connection) -> list[str]:
    """Those of our own that are gone, off or say something else, and any that are not ours: without
    them rows could be changed unseen."""
    if connection.dialect.name == "sqlite":
        expected = _named(_TRIGGER, sqlite.create(connection))
        rows = connection.exec_driver_sql(_SQLITE_TRIGGERS)
        there: dict[str, str] = {row.name: row.sql for row in rows}
        return sorted(n for n in expected.keys() | there if expected.get(n) != _words(there.get(n)))
    ours = _named(_TRIGGER, postgres.create(connection)).keys()
    return sorted(ours ^ set(connection.exec_driver_sql(_POSTGRES_TRIGGERS).scalars()))


def _named(pattern: re.Pattern[str], statements: Iterable[str]) -> dict[str, str | None]:
    return {m[1]: _words(each) for each in statements if (m := pattern.match(each))}


def _words(sql: str | None) -> str | None:
    return None if sql is None else " ".join(sql.split())


_SQLITE_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
# One that is off, or calls anything but our refusal, is as good as none.
_POSTGRES_TRIGGERS = (
    "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgfoid = 'public.refuse'::regproc"
    " AND c.relnamespace = 'public'::regnamespace"
)


def wrong_functions(connection: Connection) -> list[str]:
    """Those of our own on Postgres that are gone, or do something else than they were made to."""
    made = _named(_FUNCTION, (each.replace("%%", "%") for each in postgres.create(connection)))
    there = {row.proname: row for row in connection.exec_driver_sql(_FUNCTIONS)}
    return sorted(n for n, sql in made.items() if not _does(there.get(n), sql or ""))


def _does(found: Any, sql: str) -> bool:
    """What is written as one expression is kept by the server in a form of its own."""
    if found is None or found.prosecdef != ("SECURITY DEFINER" in sql):
        return False
    body = sql.split("$$")[1].strip() if "$$" in sql else ""
    return bool(_words(found.prosrc) == body)


_FUNCTION = re.compile(r"(?:\s*--[^\n]*\n)*\s*CREATE FUNCTION (\w+)")
_FUNCTIONS = (
    "SELECT proname, prosrc, prosecdef FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
)


def unguarded_tables(connection: Connection) -> list[str]:
    """Tables of organisations without forced row-level security, without their own policy, or with
    another one beside it, which would let more people in."""
    names = [table.name for table in metadata.sorted_tables if "organisation" in table.columns]
    found = connection.execute(_GUARDED, {"names": names}).scalars()
    return sorted(set(names) - set(found))


_GUARDED = text(
    "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
    " AND c.relname = ANY (:names) AND c.relrowsecurity AND c.relforcerowsecurity"
    " AND (SELECT string_agg(polname::text, ' ' ORDER BY polname) FROM pg_policy p"
    " WHERE p.polrelid = c.oid AND pg_get_expr(polqual, polrelid) LIKE"
    " CASE polname WHEN 'member' THEN '%membership%SESSION_USER%' || c.relname || '.organisation%'"
    " WHEN 'own' THEN '%login = (SESSION_USER)%' ELSE 'true' END)"
    " = CASE c.relname WHEN 'membership' THEN 'own owner' ELSE 'member' END"
    " AND (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid)"
    " = CASE c.relname WHEN 'membership' THEN 2 ELSE 1 END"
)


@dataclass(frozen=True, slots=True)
class Roles:
    """The store's own roles and the login at hand; `troubles` are sentences."""

    login: str
    found: Login | None
    troubles: Sequence[str]


def roles_of(connection: Connection) -> Roles:
    login = session_login(connection)
    prefix = owner_of(connection).removesuffix("owner")
    owner, app, read = (prefix + part for part in PARTS)
    troubles = []
    for name in (owner, app, read):
        found = look(connection, name)
        if found is None:
            troubles.append(f"The role {name} is missing.")
        elif found.active or found.above_rules:
            troubles.append(f"The role {name} may sign in or is above the policies.")
    if not troubles:
        strangers = connection.execute(_NOT_OWNED, {"owner": owner}).scalars().all()
        troubles += [f"{name} does not belong to {owner}." for name in strangers]
        for name, rights in ((app, "DELETE, TRUNCATE"), (read, "INSERT, UPDATE, DELETE, TRUNCATE")):
            asked = {"name": name, "rights": rights}
            for table in connection.execute(_TOO_MUCH, asked).scalars():
                troubles.append(f"{name} may do more on {table} than it should.")
    return Roles(login, look(connection, login), troubles)


_OURS = "c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
_NOT_OWNED = text(
    f"SELECT c.relname FROM pg_class c WHERE {_OURS}"  # noqa: S608 - our own words
    " AND pg_get_userbyid(c.relowner) <> :owner ORDER BY 1"
)
_TOO_MUCH = text(
    f"SELECT c.relname FROM pg_class c WHERE {_OURS}"  # noqa: S608 - our own words
    " AND has_table_privilege(:name, c.oid, :rights) ORDER BY 1"
)
