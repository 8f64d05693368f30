"""A backup is whole, private and of one moment, or there is none."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from billing_tui.domain.acts import Request
from storage import backup
from storage.backup import BackupFailed, BackupUnsound, back_up
from storage.engine import sqlite_module
from storage.store import Store
from storage.uow import Unit
from tests.store.trouble import largest_file, ordinary_rights
from tests.stores import as_text


@pytest.fixture
def source(local_store: Store) -> Path:
    return Path(str(local_store.engine.url.database))


def content(path: Path) -> list[tuple[Any, ...]]:
    copy = sqlite_module().connect(path)
    rows: list[tuple[Any, ...]] = copy.execute("SELECT * FROM audit_log").fetchall()
    copy.close()
    return rows


def say(unit: Unit) -> str:
    unit.note("test.said", "test:1")
    return ""


def test_a_backup_holds_what_the_store_holds(source: Path, tmp_path: Path) -> None:
    made = back_up(source, tmp_path)
    assert content(made) == content(source)
    assert len(content(made)) == 4, "also what lies in the log and not yet in the file"


def test_a_backup_is_for_its_owner_alone(source: Path, tmp_path: Path) -> None:
    made = back_up(source, tmp_path)
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.backup-*")), "no log or index is left beside it"


def test_no_backup_is_overwritten(source: Path, tmp_path: Path) -> None:
    os.utime(source, (1_000_000_000, 1_000_000_000))
    made = []
    for _ in range(3):
        made.append(back_up(source, tmp_path).name)
        os.utime(source, (1_000_000_000, 1_000_000_000))
    assert made == [
        "store-20010909T014640.backup",
        "store-20010909T014640-2.backup",
        "store-20010909T014640-3.backup",
    ]


def test_a_backup_is_of_one_moment(
    source: Path, local_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody writes between the counting and the copying."""
    real = backup._counts
    counted: list[int] = []

    def counts(connection: Any) -> dict[str, int]:
        found = real(connection)
        if not counted:
            local_store.write(say, Request.new(), as_text())
        counted.append(found["audit_log"])
        return found

    monkeypatch.setattr(backup, "_counts", counts)
    made = back_up(source, tmp_path)
    assert counted == [4, 4]
    assert len(content(made)) == 4
    assert len(content(source)) == 5


def test_a_copy_that_differs_is_no_backup(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([{"audit_log": 4}, {"audit_log": 3}])
    monkeypatch.setattr(backup, "_counts", lambda connection: next(answers))
    with pytest.raises(BackupUnsound, match="does not match"):
        back_up(source, tmp_path)


def test_a_damaged_store_gives_no_backup(source: Path, local_store: Store, tmp_path: Path) -> None:
    local_store.close()
    data = bytearray(source.read_bytes())
    data[len(data) // 2 :] = b"\xff" * (len(data) - len(data) // 2)
    source.write_bytes(data)
    with pytest.raises((BackupUnsound, BackupFailed)):
        back_up(source, tmp_path)


def test_a_folder_that_is_not_there(source: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="nothing was changed"):
        back_up(source, tmp_path / "missing")


def test_a_folder_one_may_not_write(source: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with ordinary_rights(), pytest.raises(BackupFailed, match="rights"):
        back_up(source, closed)


def test_a_disk_too_small_leaves_no_half_backup(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    with largest_file(8192), pytest.raises(BackupFailed, match="free space"):
        back_up(source, folder)
    assert list(folder.iterdir()) == []
