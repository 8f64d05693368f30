"""Engines as they really open: settings in force on every connection, no secret, safe journals."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from storage import engine as engine_module
from storage import filesystem
from storage.engine import SAFE_WAL, journal_settings, open_engine, sqlite_module
from storage.errors import NetworkFileSystem
from storage.filesystem import file_system, is_network, mounted_type
from storage.repos import audit
from storage.store import Store
from tests.guards.project import ROOT
from tests.stores import ADMIN, PASSWORD, Database

Opening = Callable[..., Engine]


@pytest.mark.parametrize(
    ("version", "settings"),
    [
        ((3, 6, 23), ("TRUNCATE", "EXTRA")),
        ((3, 40, 1), ("TRUNCATE", "EXTRA")),
        ((3, 51, 2), ("TRUNCATE", "EXTRA")),
        ((3, 51, 3), ("WAL", "FULL")),
        ((3, 53, 4), ("WAL", "FULL")),
        ((4, 0, 0), ("WAL", "FULL")),
    ],
)
def test_the_journal_follows_the_version(
    version: tuple[int, ...], settings: tuple[str, str]
) -> None:
    """From 3.7.0 to 3.51.2 a log that is reset at the wrong moment loses what was committed."""
    assert journal_settings(version) == settings


PRAGMAS = {
    "busy_timeout": engine_module.BUSY_MS, "foreign_keys": 1, "trusted_schema": 0,
    "cell_size_check": 1, "mmap_size": 0, "journal_mode": "wal", "synchronous": 2,
}  # fmt: skip


def _in_force(engine: Engine) -> list[dict[str, Any]]:
    """Asked on several connections at once, so that each is a new one."""
    connections = [engine.connect() for _ in range(3)]
    found = [
        {name: c.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
        for c in connections
    ]
    for connection in connections:
        connection.close()
    return found


@pytest.mark.skipif(
    sqlite_module().sqlite_version_info < SAFE_WAL, reason="this SQLite's log is not safe"
)
def test_settings_are_in_force_on_each_connection(tmp_path: Path, opening: Opening) -> None:
    assert _in_force(opening(f"sqlite:///{tmp_path / 'store.db'}")) == [PRAGMAS] * 3


def test_an_older_library_keeps_a_rollback_journal(
    tmp_path: Path, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "SAFE_WAL", (99, 0, 0))
    expected = PRAGMAS | {"journal_mode": "truncate", "synchronous": 3}
    assert _in_force(opening(f"sqlite:///{tmp_path / 'store.db'}")) == [expected] * 3


def test_the_bundled_library_comes_first() -> None:
    assert sqlite_module().sqlite_version_info >= (3, 40)
    assert "pysqlite3" in sqlite_module().__name__


def test_foreign_keys_hold(session_store: Store) -> None:
    with session_store.engine.connect().execution_options(writing=True) as connection:
        undone = connection.begin()
        with pytest.raises(DBAPIError, match="FOREIGN KEY"):
            connection.execute(
                text("INSERT INTO customer_key VALUES (:o, 'tag', 'x', 'nobody', NULL)"),
                {"o": str(session_store.identity.organisation)},
            )
        undone.rollback()


@pytest.mark.parametrize("name", ["a b.db", "100%.db", "what?.db", "#1.db", "käse.db", "a;b.db"])
def test_a_path_may_hold_any_character(tmp_path: Path, name: str) -> None:
    engine = engine_module._open_sqlite(tmp_path / name)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA user_version").scalar()
    engine.dispose()
    assert name in {path.name for path in tmp_path.iterdir()}


SETTINGS = {
    "lock_timeout": "3s", "statement_timeout": "15s", "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC", "transaction_isolation": "read committed",
    "application_name": "billing-tui", "client_encoding": "UTF8",
}  # fmt: skip


def test_settings_are_in_force_on_the_server(session_server_store: Store) -> None:
    with session_server_store.engine.connect() as connection:
        found = {n: connection.exec_driver_sql(f"SHOW {n}").scalar_one() for n in SETTINGS}
    assert found == SETTINGS


def test_signing_in_needs_the_password(database: Database, opening: Opening) -> None:
    """The server of these tests trusts nobody, so what works here works by password."""
    with opening(database.server.url(ADMIN, database.name)).connect() as connection:
        method = "SELECT current_setting('password_encryption')"
        assert connection.exec_driver_sql(method).scalar_one() == "scram-sha-256"


def test_no_secret_in_what_an_engine_prints(database: Database) -> None:
    engine = open_engine(database.server.url(ADMIN, database.name), lambda: PASSWORD)
    with engine.connect() as connection:
        asked = text("SELECT missing FROM customer WHERE name = :secret")
        with pytest.raises(DBAPIError) as raised:
            connection.execute(asked, {"secret": "4111111111111111"})
        told = [repr(engine), str(engine.url), repr(connection), str(engine.pool.status())]
    engine.dispose()
    assert not any(PASSWORD in words for words in told)
    assert "hidden" in str(raised.value)
    assert "4111" not in str(raised.value)


def test_the_password_is_asked_for_at_each_connection(database: Database) -> None:
    asked: list[str] = []

    def password() -> str:
        asked.append("")
        return PASSWORD

    engine = open_engine(database.server.url(ADMIN, database.name), password)
    assert asked == [], "opening asks for nothing"
    for _ in range(2):
        engine.connect().close()
        engine.dispose()
    assert len(asked) == 2


_WRITER = """
import sys
from pathlib import Path
from uuid import UUID
from storage.engine import open_engine
from storage.repos import organisations
from storage.store import Identity, Store, Written
from billing_tui.domain.acts import Request
from tests.stores import KEY, NOON, ORIGIN

engine = open_engine(sys.argv[1])
store = Store(engine, Identity(UUID(sys.argv[2]), "tester", ORIGIN), lambda: NOON, KEY)
def draw(unit):
    n = organisations.draw(unit, "customer")
    unit.note("test.drawn", f"test:{n}")
    return n
print("ready", flush=True)
sys.stdin.read(1)
for _ in range(int(sys.argv[3])):
    print(store.write(draw, Request.new(), Written("test", "", str, int)))
"""


def test_two_processes_share_a_file(local_store: Store) -> None:
    url, organisation = str(local_store.engine.url), str(local_store.identity.organisation)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, url, organisation, "100"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    told = [writer.communicate(".", timeout=60) for writer in writers]
    assert [words for _, words in told] == ["", ""]
    numbers = [int(line) for out, _ in told for line in out.split()]
    assert sorted(numbers) == list(range(1, 201)), "no number is drawn twice, none is lost"
    rows = local_store.read(lambda unit: list(audit.rows_after(unit, 0)))
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert sum(row.action == "test.drawn" for row in rows) == 200


# --- Where SQLite must not be used at all ---

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:26 / /mnt/nas rw - nfs4 nas:/export rw
31 22 0:27 / /mnt/nas/local rw - ext4 /dev/sdb1 rw
32 22 0:28 / /mnt/my\\040share rw - cifs //server/share rw
33 22 0:29 / /srv/cloud rw - fuse.sshfs ada@host:/ rw
34 22 0:30 / /over rw - ext4 /dev/sdc1 rw
35 34 0:31 / /over rw - 9p hostshare rw
36 22 0:32 / /tmp rw shared:7 master:1 - tmpfs tmpfs rw
37 22 0:33 / /mnt/büro rw - nfs4 nas:/office rw
38 22 0:34 / /mnt/事務　所 rw - cifs //server/office rw
39 22 0:35 / /mnt/back\\134slash rw - nfs nas:/odd rw
""".splitlines()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "ext4"),
        ("/srv/store.db", "ext4"),
        ("/mnt/nas", "nfs4"),
        ("/mnt/nas/store.db", "nfs4"),
        ("/mnt/nasty/store.db", "ext4"),
        ("/mnt/nas/local/store.db", "ext4"),
        ("/mnt/my share/store.db", "cifs"),
        ("/srv/cloud/a/b/store.db", "fuse.sshfs"),
        ("/over/store.db", "9p"),
        ("/tmp/store.db", "tmpfs"),
        ("/mnt/büro/store.db", "nfs4"),
        ("/mnt/事務　所/store.db", "cifs"),
        ("/mnt/back\\slash/store.db", "nfs"),
    ],
)
def test_the_file_system_of_a_path(path: str, kind: str) -> None:
    assert mounted_type(MOUNTS, path) == kind


@pytest.fixture
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes the system say that the test's folder lies on this file system."""

    def mount(kind: str) -> None:
        table = tmp_path / "mountinfo"
        place = str(tmp_path.resolve()).replace(" ", "\\040")
        table.write_text(f"22 1 8:1 / / rw - ext4 a rw\n40 22 0:9 / {place} rw - {kind} b rw\n")
        monkeypatch.setattr(filesystem, "_MOUNTS", table)

    return mount


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph"])
def test_a_network_drive_is_refused(
    tmp_path: Path, mounts: Callable[[str], None], kind: str
) -> None:
    mounts(kind)
    with pytest.raises(NetworkFileSystem, match="Use a local folder"):
        open_engine(f"sqlite:///{tmp_path / 'store.db'}")
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "store.db")
    assert is_network(link)
    assert not (tmp_path / "store.db").exists(), "nothing was made there"


@pytest.mark.parametrize("kind", ["ext4", "btrfs", "xfs", "tmpfs", "overlay", "apfs", "virtiofs"])
def test_a_local_drive_is_taken(tmp_path: Path, mounts: Callable[[str], None], kind: str) -> None:
    mounts(kind)
    open_engine(f"sqlite:///{tmp_path / 'store.db'}").dispose()


def test_a_system_that_does_not_say_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesystem, "_MOUNTS", tmp_path / "missing")
    assert file_system(tmp_path) == ""
    assert not is_network(tmp_path)
