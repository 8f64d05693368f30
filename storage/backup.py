"""A verified copy of a SQLite store, made by SQLite's own backup call (never by copying a file)."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from billing_tui.domain.errors import StoreError

from .engine import BUSY_MS, sqlite_module


class BackupUnsound(StoreError):
    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            "Backup not sound",
            f"The backup at {path} does not match the store, so nothing was changed. "
            "Run `billing-tui doctor`, and check the disk.",
        )


class BackupFailed(StoreError):
    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(
            "No backup made",
            f"The backup at {path} could not be made ({why}), so nothing was changed. "
            "Check the disk's free space and rights there.",
        )


def back_up(source: Path, folder: Path) -> Path:
    """Copy, then compare: whole, and every table with as many rows."""
    module = sqlite_module()
    taken = datetime.fromtimestamp(source.stat().st_mtime, UTC).strftime("%Y%m%dT%H%M%S")
    target = _unused(folder / f"{source.stem}-{taken}.backup")
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(module, source, target)
    except (OSError, module.Error) as error:
        target.unlink(missing_ok=True)
        raise BackupFailed(target, str(error)) from None
    return target


def _copy(module: Any, source: Path, target: Path) -> None:
    original, copy = (module.connect(path, isolation_level=None) for path in (source, target))
    try:
        # Copied and counted in one transaction, because others may be writing meanwhile.
        original.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        original.execute("BEGIN")
        counted = _counts(original)
        original.backup(copy)
        sound = copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        if not sound or _counts(copy) != counted:
            raise BackupUnsound(target)
    finally:
        original.close()
        copy.close()


def _unused(path: Path) -> Path:
    n = 1
    found = path
    while found.exists():
        n += 1
        found = path.with_name(f"{path.stem}-{n}{path.suffix}")
    return found


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def _counts(connection: Any) -> dict[str, int]:
    names = [name for (name,) in connection.execute(_TABLES)]
    return {n: connection.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in names}  # noqa: S608


def row_counts(connection: Connection) -> dict[str, int]:
    return _counts(connection.connection.driver_connection)
