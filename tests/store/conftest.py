"""Stores that many tests may share, because each leaves nothing that another would notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage import migrate
from storage.engine import open_engine
from storage.store import Store
from tests.store.people import People, people_of
from tests.stores import PASSWORD, Database, Server, make_database, sqlite_store


@pytest.fixture(scope="session")
def session_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = sqlite_store(tmp_path_factory.mktemp("shared") / "store.db")
    yield store
    store.close()


@pytest.fixture(scope="session")
def session_server_store(database: Database) -> Iterator[Store]:
    store = database.store()
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def both(request: pytest.FixtureRequest) -> Store:
    """One store of each engine for the whole session; cheaper than a new one for each test."""
    name = "session_store" if request.param == "sqlite" else "session_server_store"
    found: Store = request.getfixturevalue(name)
    return found


@pytest.fixture
def opening() -> Iterator[Callable[..., Engine]]:
    """Opens engines and closes them after the test."""
    opened: list[Engine] = []

    def open_one(url: str, password: str = PASSWORD) -> Engine:
        opened.append(open_engine(url, lambda: password))
        return opened[-1]

    yield open_one
    for engine in opened:
        engine.dispose()


@pytest.fixture
def local_engine(tmp_path: Path, opening: Callable[..., Engine]) -> Engine:
    """An upgraded file without any organisation."""
    engine = opening(f"sqlite:///{tmp_path / 'store.db'}")
    migrate.upgrade(engine)
    return engine


@pytest.fixture(scope="session")
def people(server: Server) -> Iterator[People]:
    yield from people_of(make_database(server, "rights"))
