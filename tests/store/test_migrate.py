"""An upgrade happens whole or not at all, and no program opens a store it would misread."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.config import Config
from sqlalchemy import Connection, Engine, func, select

from storage import migrate
from storage.backup import BackupFailed
from storage.engine import sqlite_module
from storage.errors import LoginLacksRight, SignInRefused, StoreBusy
from storage.migrate import MigrationBroken, SchemaTooNew, SchemaTooOld
from storage.models import metadata
from storage.store import Store
from tests.guards.project import ROOT
from tests.store.dumps import dump
from tests.store.samples import filled
from tests.stores import ADMIN, PASSWORD, Database, Server, make_database

REVISION = """
from alembic import op
revision = "later"
down_revision = "{before}"

def upgrade():
    run = op.get_bind().exec_driver_sql
    shared = op.get_bind().dialect.name == "postgresql"
    {body}
"""
# How SQLite changes a table: a new one, its rows, the old one dropped, the name taken over.
REBUILD = """
    if shared:
        run("ALTER TABLE customer ADD COLUMN later TEXT")
    else:
        made = run("SELECT sql FROM sqlite_master WHERE name = 'customer'").scalar_one()
        run(made.replace("TABLE customer (", "TABLE rebuilt (later TEXT, ", 1))
        names = ", ".join(row[1] for row in run("PRAGMA table_info(customer)"))
        run(f"INSERT INTO rebuilt ({names}) SELECT {names} FROM customer")
        run("DROP TABLE customer")
        run("ALTER TABLE rebuilt RENAME TO customer")
        for index in INDEXES:
            run(index)
"""

BEFORE = migrate.newest()
_numbers = itertools.count()
Later = Callable[[str], None]


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Later:
    """Adds a revision of a newer program, whose body is given."""
    real = migrate._config
    folder = tmp_path / "later"
    folder.mkdir()

    def config() -> Config:
        made = real()
        made.set_main_option("path_separator", "os")
        places = (migrate._FOLDER / "versions", folder)
        made.set_main_option("version_locations", os.pathsep.join(map(str, places)))
        return made

    def add(body: str) -> None:
        text = REVISION.format(before=migrate.newest(), body=body)
        (folder / "later.py").write_text(text, encoding="utf-8")
        monkeypatch.setattr(migrate, "_config", config)

    return add


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, opening: Callable[..., Engine]) -> Engine:
    """A store with rows in every table."""
    if request.param == "sqlite":
        made: Engine = request.getfixturevalue("local_engine")
        filled(made)
        return made
    server: Server = request.getfixturevalue("server")
    name = f"migrate_{next(_numbers)}"
    make_database(server, name)
    filled(opening(server.url("postgres", name)))
    return opening(server.url(ADMIN, name))


def state(engine: Engine) -> tuple[list[str], str | None, dict[str, int]]:
    with engine.connect() as connection, connection.begin():
        count = select(func.count())
        counted = {
            name: connection.execute(count.select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }
        return dump(connection), migrate.revision_of(connection), counted


def test_a_later_revision_keeps_rows_and_triggers(engine: Engine, later: Later) -> None:
    before, _, counted = state(engine)
    indexes = [line.split(": ", 1)[1] for line in before if line.startswith("index customer.")]
    later(REBUILD.replace("INDEXES", repr(indexes)))
    migrate.upgrade(engine)
    after, revision, kept = state(engine)
    assert revision == "later"
    assert kept == counted, "children of the rebuilt table are gone"
    lost = set(before) - set(after)
    assert not [line for line in lost if "trigger" in line.lower()], "triggers went with the table"
    assert any("later" in line for line in set(after) - set(before))


@pytest.mark.parametrize(
    "body",
    [
        'run("CREATE TABLE half (id TEXT)"); run("UPDATE counter SET n = 99"); 1 / 0',
        'run("DROP TABLE posting"); run("SELECT * FROM no_such_table")',
    ],
    ids=["program", "database"],
)
def test_a_failure_leaves_everything_as_it_was(engine: Engine, later: Later, body: str) -> None:
    before = state(engine)
    later(body)
    with pytest.raises(Exception, match=r"division|no_such_table"):
        migrate.upgrade(engine)
    assert state(engine) == before


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ('run("DELETE FROM job_run")', "job_run had 1 rows and would have 0"),
        ("run(\"INSERT INTO counter SELECT organisation, 'more', 1 FROM counter\")", "counter had"),
        ('run("DROP TABLE job")', "a row of job_run points nowhere"),
    ],
)
def test_lost_rows_stop_an_upgrade(local_engine: Engine, later: Later, body: str, why: str) -> None:
    filled(local_engine)
    before = state(local_engine)
    later(body)
    with pytest.raises(MigrationBroken, match=why):
        migrate.upgrade(local_engine)
    assert state(local_engine) == before


def test_a_backup_is_made_before_an_upgrade(
    local_engine: Engine, tmp_path: Path, later: Later
) -> None:
    assert not list(tmp_path.glob("*.backup")), "a new store has nothing to save"
    organisation, _ = filled(local_engine)
    later('run("ALTER TABLE customer ADD COLUMN later TEXT")')
    (tmp_path / "backups").mkdir()
    saved = migrate.upgrade(local_engine, backups=tmp_path / "backups")
    assert saved is not None
    assert saved.parent == tmp_path / "backups"
    copy = sqlite_module().connect(saved)
    assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == (BEFORE,)
    assert copy.execute("SELECT id FROM organisation").fetchall() == [(str(organisation),)]
    copy.close()


def test_without_a_backup_nothing_is_upgraded(
    local_engine: Engine, tmp_path: Path, later: Later
) -> None:
    before = state(local_engine)
    later('run("DROP TABLE posting")')
    with pytest.raises(BackupFailed):
        migrate.upgrade(local_engine, backups=tmp_path / "missing")
    assert state(local_engine) == before


def test_foreign_keys_are_off_before_the_transaction(local_engine: Engine, later: Later) -> None:
    """Inside a transaction the pragma does nothing, and a rebuild takes the children along."""
    filled(local_engine)
    later('assert run("PRAGMA foreign_keys").scalar_one() == 0')
    migrate.upgrade(local_engine)
    with local_engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


@contextmanager
def changed(engine: Engine, *statements: str) -> Iterator[Connection]:
    """A store in which something is different, for a moment."""
    with engine.connect().execution_options(writing=True) as connection:
        undone = connection.begin()
        if engine.dialect.name != "sqlite":
            connection.exec_driver_sql("SET LOCAL ROLE billing_owner")
        for statement in statements:
            connection.exec_driver_sql(statement)
        yield connection
        undone.rollback()


NEWER = "UPDATE alembic_version SET version_num = '9999'"


def test_the_right_schema_is_opened(both: Store) -> None:
    with changed(both.engine) as connection:
        migrate.check(connection, "0.1.0")


def test_a_newer_schema_says_which_program_it_needs(both: Store) -> None:
    needed = "UPDATE store_meta SET value = '0.10.0' WHERE name = 'oldest_program'"
    with changed(both.engine, NEWER, needed) as connection:
        for too_old in ("0.1.0", "0.9.9", ""):
            with pytest.raises(SchemaTooNew, match=r"version 0\.10\.0 or later"):
                migrate.check(connection, too_old)
        migrate.check(connection, "0.10.0")
        migrate.check(connection, "1.0")


def test_a_program_newer_than_the_schema_allows_asks_for_an_upgrade(both: Store) -> None:
    allowed = "UPDATE store_meta SET value = '0.10.0' WHERE name = 'newest_program'"
    with changed(both.engine, NEWER, allowed) as connection:
        migrate.check(connection, "0.10.0")
        with pytest.raises(SchemaTooOld):
            migrate.check(connection, "0.11.0")


@pytest.mark.parametrize("silence", ["DELETE FROM store_meta", "DROP TABLE store_meta"])
def test_a_newer_schema_that_says_nothing_is_refused(both: Store, silence: str) -> None:
    with (
        changed(both.engine, NEWER, silence) as connection,
        pytest.raises(SchemaTooNew, match="unknown"),
    ):
        migrate.check(connection, "99.0")


def test_an_older_schema_is_refused(both: Store, later: Later) -> None:
    later("pass")
    with (
        changed(both.engine) as connection,
        pytest.raises(SchemaTooOld, match="billing-tui migrate") as refused,
    ):
        migrate.check(connection, "0.1.0")
    assert refused.value.revision == BEFORE


def test_an_empty_file_is_no_store_yet(tmp_path: Path, opening: Callable[..., Engine]) -> None:
    engine = opening(f"sqlite:///{tmp_path / 'empty.db'}")
    with engine.connect() as connection, pytest.raises(SchemaTooOld):
        migrate.check(connection, "0.1.0")


_PROGRAM = """
import sys
from storage import migrate
from storage.engine import open_engine
engine = open_engine(sys.argv[1], lambda: sys.argv[2])
sys.stdin.read(1)
migrate.upgrade(engine)
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_upgrades_at_once_are_one(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, opening: Callable[..., Engine]
) -> None:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'store.db'}"
    else:
        server: Server = request.getfixturevalue("server")
        make_database(server, "migrate_twice", migrated=False)
        url = server.url(ADMIN, "migrate_twice")
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, url, PASSWORD],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write(b".")
        program.stdin.flush()
    told = [program.communicate(timeout=60)[1].decode() for program in programs]
    assert [program.returncode for program in programs] == [0, 0], told
    with opening(url).connect() as connection:
        migrate.check(connection, "0.1.0")


def test_an_upgrade_waits_and_then_says_who_is_in_the_way(
    database: Database, opening: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opening(database.server.url(ADMIN, database.name))
    monkeypatch.setattr(migrate, "_WAIT_FOR_OTHERS", "50ms")
    with database.server.connect(ADMIN, database.name) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (migrate._LOCK,))
        with pytest.raises(StoreBusy):
            migrate.upgrade(engine)


def test_an_upgrade_without_the_right_is_a_sentence(
    database: Database, opening: Callable[..., Engine]
) -> None:
    with pytest.raises(SignInRefused):
        migrate.upgrade(opening(database.server.url(ADMIN, database.name), "wrong"))
    database.add_login("migrate_clerk")
    with pytest.raises(LoginLacksRight):
        migrate.upgrade(opening(database.server.url("migrate_clerk", database.name)))
