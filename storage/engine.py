"""Opening the two engines: safe settings, no secret in a URL, parameters hidden from errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError

from .errors import FolderMissing, NetworkFileSystem, StoreAway
from .filesystem import is_network

SAFE_WAL = (3, 51, 3)
BUSY_MS = 5000
CONNECT_SECONDS = 5
POOL_SECONDS = 10
SILENCE_SECONDS = 20
_POSTGRES_OPTIONS = (
    "-c lock_timeout=3s -c statement_timeout=15s"
    " -c idle_in_transaction_session_timeout=30s -c timezone=UTC"
)


def sqlite_module() -> ModuleType:
    """The bundled SQLite where its wheel is installed, else the standard library's."""
    try:
        import pysqlite3.dbapi2 as module
    except ImportError:
        module = sqlite3
    return module  # type: ignore[no-any-return]  # pysqlite3 ships no types


def journal_settings(version: tuple[int, ...]) -> tuple[str, str]:
    """WAL only where its reset bug is fixed; else a rollback journal with every sync."""
    return ("WAL", "FULL") if version >= SAFE_WAL else ("TRUNCATE", "EXTRA")


def open_engine(url: str | URL, password: Callable[[], str | None] | None = None) -> Engine:
    """An engine for a store's URL. Nothing connects until it is first used."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(Path(parsed.database or ""))
    return _open_postgres(parsed, password or (lambda: None))


def _open_sqlite(path: Path) -> Engine:
    if is_network(path):
        raise NetworkFileSystem(path)
    if not _is_folder(path.parent):
        raise FolderMissing(path.parent)
    module = sqlite_module()
    engine = create_engine(
        URL.create("sqlite", database=str(path)),  # a path may hold any character of a URL
        module=module,
        hide_parameters=True,
        pool_timeout=POOL_SECONDS,
        connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    _stay_with(engine, path)
    return engine


def _stay_with(engine: Engine, path: Path) -> None:
    """Open connections would go on writing to a file that was moved away or replaced, where nobody
    looks any more, and a new one would make an empty store in its place."""
    known = False

    @event.listens_for(engine, "do_connect")
    def make_none(*_given: object) -> None:
        if known and _identity(path) is None:
            raise StoreAway(path)

    @event.listens_for(engine, "connect")
    def know(_connection: object, record: Any) -> None:
        nonlocal known
        known, record.info["file"] = True, _identity(path)

    @event.listens_for(engine, "checkout")
    def look(_connection: object, record: Any, _proxy: object) -> None:
        if record.info["file"] != _identity(path):
            raise DisconnectionError


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # such as a name too long for this system
        return False


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite alone
    journal, synchronous = journal_settings(sqlite_module().sqlite_version_info)
    for pragma in (
        f"busy_timeout = {BUSY_MS}",
        f"journal_mode = {journal}",
        f"synchronous = {synchronous}",
        "foreign_keys = ON",
        "trusted_schema = OFF",
        "cell_size_check = ON",
        "mmap_size = 0",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {0 if writing else 1}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _open_postgres(url: URL, password: Callable[[], str | None]) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_size=4,
        max_overflow=4,
        pool_timeout=POOL_SECONDS,
        isolation_level="READ COMMITTED",
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "billing-tui",
            "options": _POSTGRES_OPTIONS,
            # A server that vanished without a word is noticed, also with a COMMIT on its way.
            "keepalives_idle": SILENCE_SECONDS // 2,
            "keepalives_interval": SILENCE_SECONDS // 4,
            "keepalives_count": 2,
            "tcp_user_timeout": SILENCE_SECONDS * 1000,
        },
    )

    @event.listens_for(engine, "do_connect")
    def give_password(_dialect: Any, _record: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        secret = password()
        if secret is not None:
            kwargs["password"] = secret

    return engine
