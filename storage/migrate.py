"""Bringing a store's schema up to this program, and refusing stores it cannot understand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, select

from billing_tui.domain.errors import StoreError

from .backup import back_up, row_counts
from .errors import as_ours
from .migrations import objects
from .migrations.objects.postgres import role
from .models import StoreMeta
from .models.base import table_of

_META = table_of(StoreMeta)
_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x62696C6C  # one migration at a time per Postgres database
_WAIT_FOR_OTHERS = "15s"


class SchemaTooOld(StoreError):
    def __init__(self, revision: str | None) -> None:
        self.revision = revision
        super().__init__(
            "Store needs an upgrade",
            "This program needs a newer schema. Run `billing-tui migrate`; on SQLite a verified "
            "backup is made first.",
        )


class SchemaTooNew(StoreError):
    def __init__(self, oldest: str) -> None:
        self.oldest = oldest
        super().__init__(
            "Program too old",
            f"A newer program upgraded this store; it needs version {oldest or 'unknown'} or "
            "later. Update billing-tui on this machine.",
        )


class MigrationBroken(StoreError):
    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(
            "Upgrade stopped", f"The upgrade was rolled back and nothing changed: {why}."
        )


def scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def newest() -> str:
    return scripts().get_current_head() or ""


def revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def check(connection: Connection, program: str) -> None:
    """Refuse a store this program would misread or damage."""
    revision = revision_of(connection)
    oldest, latest = (_meta(connection, name) for name in ("oldest_program", "newest_program"))
    known = revision is None or revision in {s.revision for s in scripts().walk_revisions()}
    if (oldest and _numbers(program) < _numbers(oldest)) or not (known or oldest):
        raise SchemaTooNew(oldest)
    if (known and revision != newest()) or (latest and _numbers(program) > _numbers(latest)):
        raise SchemaTooOld(revision)


def _meta(connection: Connection, name: str) -> str:
    if not inspect(connection).has_table(_META.name):
        return ""
    found = connection.execute(select(_META.c.value).where(_META.c.name == name))
    return found.scalar() or ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())


def upgrade(engine: Engine, to: str = "head", backups: Path | None = None) -> Path | None:
    """Upgrade in one transaction; on SQLite gives the path of the backup made before it."""
    with as_ours():
        if engine.dialect.name == "sqlite":
            return _upgrade_sqlite(engine, to, backups)
        with _postgres(engine) as connection:
            _run(connection, to)
    return None


def _upgrade_sqlite(engine: Engine, to: str, backups: Path | None) -> Path | None:
    path = Path(engine.url.database or "")
    saved = back_up(path, backups or path.parent) if path.exists() and path.stat().st_size else None
    with _sqlite(engine) as connection:
        before = row_counts(connection)
        _run(connection, to)
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        after = row_counts(connection)
        if broken is not None:
            raise MigrationBroken(f"a row of {broken[0]} points nowhere")
        for table, rows in before.items():
            if table in after and table not in _MAY_CHANGE and after[table] != rows:
                raise MigrationBroken(f"{table} had {rows} rows and would have {after[table]}")
    return saved


_MAY_CHANGE = frozenset({"alembic_version", "store_meta"})


def _run(connection: Connection, to: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    if to == "head":
        objects.recreate(connection)


@contextmanager
def _sqlite(engine: Engine) -> Iterator[Connection]:
    """Foreign keys go off before the transaction: inside it the pragma does nothing, and a table
    rebuild would cascade its deletes."""
    with engine.connect() as plain:
        driver: Any = plain.connection.driver_connection
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            connection = plain.execution_options(writing=True)
            with connection.begin():
                yield connection
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


@contextmanager
def _postgres(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.begin():
        if connection.exec_driver_sql("SHOW server_encoding").scalar_one() != "UTF8":
            raise MigrationBroken("the database must be made with ENCODING UTF8")
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WAIT_FOR_OTHERS}'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        connection.exec_driver_sql(f"SET LOCAL ROLE {role(connection, 'owner')}")
        yield connection
