"""Stores made by `setup` and looked at with nothing of ours: plain sqlite3 and psycopg."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from tests.commands import Machine
from tests.stores import ADMIN, Database, Server, make_database

_NUMBER = itertools.count(1)


@dataclass(frozen=True)
class Place:
    """A machine with a store on it, and a way around the program."""

    machine: Machine
    setup: str
    database: Database | None = None

    @property
    def engine(self) -> str:
        return "postgres" if self.database else "sqlite"

    def raw(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        if self.database is None:
            with closing(sqlite3.connect(self.machine.store)) as file, file:
                return file.execute(statement, values).fetchall()
        with self.database.server.superuser(self.database.name) as admin:
            done = admin.execute(statement.replace("?", "%s").encode(), values or None)
            return done.fetchall() if done.description else []

    def unguarded(self, *statements: str) -> None:
        """What somebody with full power over the database can do: no trigger stands in the way."""
        if self.database is None:
            with closing(sqlite3.connect(self.machine.store)) as file, file:
                for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
                    file.execute(f"DROP TRIGGER {name}")
                for statement in statements:
                    file.execute(statement)
            return
        with self.database.server.superuser(self.database.name) as admin:
            admin.execute("SET session_replication_role = replica")
            for statement in statements:
                admin.execute(statement.encode())

    def write(self, name: str, text: str) -> str:
        path = self.machine.home / name
        path.write_text(text, encoding="utf-8")
        return str(path)


def _made(machine: Machine, database: Database | None = None) -> Place:
    ran = machine("setup", "--yes", "--organisation", "Acme", "--currency", "EUR")
    assert ran.code == 0, ran
    return Place(machine, ran.out, database)


@pytest.fixture
def local(machine: Machine) -> Place:
    return _made(machine)


@pytest.fixture
def shared(machine: Machine, server: Server, monkeypatch: pytest.MonkeyPatch) -> Place:
    database = make_database(server, f"accepted_{next(_NUMBER)}", migrated=False)
    monkeypatch.setenv("BILLING_TUI_STORE", server.url(ADMIN, database.name))
    monkeypatch.setenv("BILLING_TUI_STORE_PASSWORD_FILE", str(machine.secret()))
    return _made(machine, database)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue("local" if request.param == "sqlite" else "shared")
    return found
