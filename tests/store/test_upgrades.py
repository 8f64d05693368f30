"""A store of any older revision, with rows in it, becomes one of today's and loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, inspect, select
from sqlalchemy.exc import DBAPIError

from storage import migrate
from storage.models import SavedView, metadata
from storage.models.base import table_of
from tests.store.samples import filled, sample
from tests.stores import ADMIN, Server, make_database

OLDER = [s.revision for s in migrate.scripts().walk_revisions() if s.revision != migrate.newest()]


@pytest.fixture(params=["sqlite", "postgres"])
def bare(
    request: pytest.FixtureRequest, tmp_path: Path, opening: Callable[..., Engine]
) -> Callable[[str], tuple[Engine, Engine]]:
    """An empty database, opened by its admin and by whoever stands above all rules."""

    def make(name: str) -> tuple[Engine, Engine]:
        if request.param == "sqlite":
            engine = opening(f"sqlite:///{tmp_path / name}.db")
            return engine, engine
        server: Server = request.getfixturevalue("server")
        make_database(server, f"upgrade_{name}", migrated=False)
        urls = (server.url(login, f"upgrade_{name}") for login in (ADMIN, "postgres"))
        admin, superuser = map(opening, urls)
        return admin, superuser

    return make


def contents(connection: Connection, tables: list[str]) -> dict[str, list[Any]]:
    known = (metadata.tables[name] for name in tables if name in metadata.tables)
    return {table.name: list(connection.execute(select(table)).all()) for table in known}


@pytest.mark.parametrize("revision", OLDER)
def test_every_row_of_an_older_store_is_kept(
    bare: Callable[[str], tuple[Engine, Engine]], revision: str
) -> None:
    admin, superuser = bare(f"from_{revision}")
    migrate.upgrade(admin, revision)
    organisation, rows = filled(superuser)
    with superuser.connect() as connection, connection.begin():
        tables = inspect(connection).get_table_names()
        before = contents(connection, tables)
    migrate.upgrade(admin)
    with superuser.connect().execution_options(writing=True) as connection, connection.begin():
        assert contents(connection, tables) == before
        for name in set(metadata.tables) - set(tables):
            table = metadata.tables[name]
            connection.execute(table.insert(), sample(table, organisation, rows))
            assert len(connection.execute(select(table)).all()) == 1


@pytest.mark.parametrize("revision", OLDER)
def test_what_an_upgrade_adds_is_guarded(
    bare: Callable[[str], tuple[Engine, Engine]], revision: str
) -> None:
    admin, superuser = bare(f"guarded_{revision}")
    migrate.upgrade(admin, revision)
    organisation, rows = filled(superuser)
    migrate.upgrade(admin)
    view = table_of(SavedView)
    made = sample(view, organisation, rows)
    with superuser.connect().execution_options(writing=True) as connection, connection.begin():
        connection.execute(view.insert(), made)
    for change in ("UPDATE saved_view SET name = 'x'", "DELETE FROM saved_view"):
        with (
            superuser.connect().execution_options(writing=True) as connection,
            connection.begin(),
            pytest.raises(DBAPIError, match=r"version by one|never deleted"),
        ):
            connection.exec_driver_sql(change)
