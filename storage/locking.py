"""Locks on what has no row yet to lock: names, and a store that is being made."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from .errors import StoreBusy, as_store_error
from .uow import Unit

_NAME = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_SETUP = 0x62696C6D  # one setup at a time per Postgres database
_PATIENCE_SECONDS = 15.0


def hold_name(unit: Unit, name: str) -> None:
    """Let nobody else past this name until we commit; SQLite has one writer at a time anyway."""
    if not unit.sqlite:
        unit.connection.execute(_NAME, {"name": f"{unit.organisation}:{name}"})


@contextmanager
def alone_in_setup(engine: Engine) -> Iterator[None]:
    """One setup of a store at a time: it takes several transactions and a key kept elsewhere, so
    two at once would found two organisations and lose the key of one of them."""
    if engine.dialect.name == "sqlite":
        with _folder_held(Path(engine.url.database or "").parent):
            yield
        return
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"SET lock_timeout = {int(_PATIENCE_SECONDS * 1000)}")
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_SETUP})")
            try:
                yield
            finally:
                connection.invalidate()  # closing it lets go, and takes its settings along
    except DBAPIError as error:
        if case := as_store_error(error):
            raise case from None
        raise


@contextmanager
def _folder_held(folder: Path) -> Iterator[None]:
    """A lock on the folder: one on the file itself would take SQLite's own locks along when it is
    let go. Where there is no such lock, two setups at once are left to the people."""
    if os.name != "posix":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    give_up = time.monotonic() + _PATIENCE_SECONDS
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > give_up:
                    raise StoreBusy from None
                time.sleep(0.05)
        yield
    finally:
        os.close(handle)
