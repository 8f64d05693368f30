"""Facts about a store as a whole, and whether anybody founded something in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection, Engine, delete, exists, func, insert, inspect, select

from storage.errors import as_ours
from storage.models import AuditLog, Membership, Organisation, StoreMeta
from storage.models.base import table_of
from storage.roles import owner_of

# For those who hand an engine or a connection on and write no SQL.
StoreEngine = Engine
StoreConnection = Connection
_META = table_of(StoreMeta)
_LOG = table_of(AuditLog)
_MEMBER = table_of(Membership)
_ORGANISATION = table_of(Organisation)


@contextmanager
def acting_as_owner(engine: Engine) -> Iterator[Connection]:
    """A transaction of the store itself, before or beside any person."""
    with (
        as_ours(),
        engine.connect().execution_options(writing=True) as connection,
        connection.begin(),
    ):
        if engine.dialect.name != "sqlite":
            owner = owner_of(connection).replace('"', '""')
            connection.exec_driver_sql(f'SET LOCAL ROLE "{owner}"'.replace("%", "%%"))
        yield connection


def said(connection: Connection, name: str) -> str:
    found = connection.execute(select(_META.c.value).where(_META.c.name == name))
    return found.scalar() or ""


def say(connection: Connection, name: str, value: str) -> None:
    connection.execute(delete(_META).where(_META.c.name == name))
    connection.execute(insert(_META), {"name": name, "value": value})


def founded(connection: Connection) -> bool:
    """Whether any organisation is here. On Postgres memberships tell, and only the owner sees all
    of them; a person sees their own."""
    table = _ORGANISATION if connection.dialect.name == "sqlite" else _MEMBER
    return bool(connection.execute(select(exists().select_from(table))).scalar())


def organisation_of(connection: Connection, login: str) -> UUID | None:
    asked = select(_MEMBER.c.organisation).where(_MEMBER.c.login == login)
    return connection.execute(asked.order_by(_MEMBER.c.organisation)).scalars().first()


def tables(connection: Connection) -> list[str]:
    return inspect(connection).get_table_names()


def last_keys(connection: Connection) -> frozenset[str]:
    """The key that sealed each organisation's chain last; none where no row is sealed."""
    last = (
        select(_LOG.c.organisation, func.max(_LOG.c.seq).label("seq"))
        .where(_LOG.c.key_id != "")
        .group_by(_LOG.c.organisation)
        .subquery()
    )
    same = (_LOG.c.organisation == last.c.organisation) & (_LOG.c.seq == last.c.seq)
    found = connection.execute(select(_LOG.c.key_id).join(last, same))
    return frozenset(found.scalars())
