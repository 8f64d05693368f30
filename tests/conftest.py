"""Stores of both engines for every test that wants one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store
from tests.commands import Machine
from tests.stores import Database, Server, make_database, serving, sqlite_store


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    yield from serving()


@pytest.fixture(scope="session")
def database(server: Server) -> Database:
    return make_database(server, "billing")


@pytest.fixture
def local_store(tmp_path: Path) -> Iterator[Store]:
    store = sqlite_store(tmp_path / "store.db")
    yield store
    store.close()


@pytest.fixture
def shared_store(database: Database) -> Iterator[Store]:
    store = database.store()
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """The same test on both engines."""
    name = "local_store" if request.param == "sqlite" else "shared_store"
    found: Store = request.getfixturevalue(name)
    return found


@pytest.fixture
def machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Machine:
    """A bare machine to run commands on."""
    home = tmp_path / "home"
    home.mkdir()
    return Machine(home, monkeypatch, capsys)
