"""Whatever is wrong with the place or the server: one sentence, a stable code, no traceback."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from storage import engine, store
from tests.commands import Machine
from tests.stores import ADMIN, PASSWORD, Database

SECRET = "hunter2-canary"


def refused(machine: Machine, *argv: str | Path) -> tuple[int, str]:
    ran = machine(*argv, "--json")
    error = ran.doc["error"]
    assert error["title"]
    assert error["message"].endswith((".", ";"))
    plain = machine(*argv)
    assert plain.code == ran.code
    assert plain.err.count("\n") == 1, "one line for a person"
    return ran.code, error["code"]


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://anna:{SECRET}@db.example/books",
        f"postgresql://db.example/books?password={SECRET}",
        f"postgres://anna:{SECRET}@/books?host=/tmp",
        f"host=db.example user=anna password={SECRET}",
        f"mysql://anna:{SECRET}@db.example/books",
    ],
)
def test_a_password_in_the_address_is_refused_from_wherever_it_comes(
    machine: Machine, url: str
) -> None:
    argv = ("users", "list")
    config = machine.home / "settings.toml"
    for arrange in ("option", "variable", "file"):
        if arrange == "option":
            ran = machine("--store", url, *argv)
        elif arrange == "variable":
            machine.patch.setenv("BILLING_TUI_STORE", url)
            ran = machine(*argv)
            machine.patch.delenv("BILLING_TUI_STORE")
        else:
            config.write_text(f"store = '{url}'\n", encoding="utf-8")
            machine.patch.setenv("BILLING_TUI_CONFIG", str(config))
            ran = machine(*argv)
        assert ran.code == 2, arrange
        assert SECRET not in ran.out + ran.err
        assert "credentials set store-password" in ran.err


@pytest.mark.parametrize(
    "url", ["oracle://db/books", "postgresql://", "postgresql://h:99999/books", "sqlite:", "a\x1bb"]
)
@pytest.mark.parametrize("argv", [("users", "list"), ("setup", "--yes"), ("doctor",), ("migrate",)])
def test_a_wrong_address_is_a_usage_error(
    machine: Machine, url: str, argv: tuple[str, ...]
) -> None:
    assert refused(machine, "--store", url, *argv) == (2, "unusable_settings")


def test_no_store_yet(machine: Machine) -> None:
    assert refused(machine, "users", "list") == (7, "store_missing")
    assert machine.alone("users", "list").code == 7


def test_nobody_listens(machine: Machine) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    url = f"postgresql://anna@127.0.0.1:{port}/books"
    for argv in (("users", "list"), ("setup", "--yes"), ("migrate",), ("organisations", "list")):
        assert refused(machine, "--store", url, *argv) == (7, "store_away")
    assert machine("--store", url, "doctor").code == 1
    ran = machine.alone("--store", url, "users", "list")
    assert (ran.code, "No connection" in ran.err) == (7, True)


def test_the_server_says_no(machine: Machine, database: Database) -> None:
    server, name = database.server, database.name
    machine.patch.setenv("BILLING_TUI_STORE_PASSWORD_FILE", str(machine.secret("wrong one")))
    right = ("--store", server.url(ADMIN, name))
    assert refused(machine, *right, "users", "list") == (7, "sign_in_refused")
    assert refused(machine, *right, "setup", "--yes") == (7, "sign_in_refused")
    machine.secret(PASSWORD)
    nobody, nowhere = server.url("nobody_here", name), server.url(ADMIN, "no_such_books")
    assert refused(machine, "--store", nobody, "users", "list") == (7, "sign_in_refused")
    assert refused(machine, "--store", nowhere, "users", "list") == (7, "database_unknown")
    machine.patch.setenv("BILLING_TUI_STORE_PASSWORD_FILE", str(machine.home / "gone"))
    assert refused(machine, *right, "users", "list") == (2, "unsafe_secret_file")


def test_a_database_nobody_set_up(machine: Machine, database: Database) -> None:
    name = "bare_books"
    with database.server.superuser() as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name} OWNER {ADMIN}")
    machine.patch.setenv("BILLING_TUI_STORE_PASSWORD_FILE", str(machine.secret()))
    url = ("--store", database.server.url(ADMIN, name))
    assert refused(machine, *url, "users", "list") == (7, "store_missing")
    assert refused(machine, *url, "migrate") == (7, "store_missing")


@pytest.fixture
def local(machine: Machine) -> Machine:
    machine.does("setup", "--yes")
    return machine


def test_a_newer_program_was_here(local: Machine) -> None:
    local.behind_its_back(
        "UPDATE alembic_version SET version_num = '9999'",
        "UPDATE store_meta SET value = '99.0.0' WHERE name = 'oldest_program'",
    )
    for argv in (("users", "list"), ("migrate",), ("setup", "--yes"), ("organisations", "list")):
        assert refused(local, *argv) == (7, "schema_too_new")
    assert "99.0.0" in local("users", "list").err
    assert local("doctor").code == 1


def test_a_file_that_is_no_store(machine: Machine, tmp_path: Path) -> None:
    for content in (b"not a database, but long enough to be one\n" * 100, b"\0" * 5000):
        path = tmp_path / "odd.db"
        path.write_bytes(content)
        for argv in (("users", "list"), ("migrate",), ("setup", "--yes")):
            code, name = refused(machine, "--store", path, *argv)
            assert (code, name) == (7, "not_a_store")
        assert path.read_bytes() == content
        assert machine("--store", path, "doctor").code == 1


def test_a_folder_is_no_file(machine: Machine, tmp_path: Path) -> None:
    for argv in (("users", "list"), ("setup", "--yes"), ("migrate",)):
        assert machine("--store", tmp_path, *argv).code == 7


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="needs a folder nobody can write to")
def test_a_folder_that_cannot_be_written(machine: Machine) -> None:
    ran = refused(machine, "--store", "/sys/kernel/billing.db", "setup", "--yes")
    assert ran == (7, "store_read_only")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_store_that_cannot_be_written(local: Machine) -> None:
    local.store.chmod(0o400)
    local.store.parent.chmod(0o500)
    try:
        code = local("users", "add", "anna", "--no-password").code
    finally:
        local.store.parent.chmod(0o700)
    assert code == 7


def test_a_file_somebody_else_holds(local: Machine) -> None:
    local.patch.setattr(store, "PATIENCE_SECONDS", 0.1)
    local.patch.setattr(engine, "BUSY_MS", 20)
    # The same library in one process: another one would not see its locks.
    other = engine.sqlite_module().connect(local.store, isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        assert refused(local, "users", "add", "anna", "--no-password") == (7, "store_busy")
    finally:
        other.close()
    assert local("users", "add", "anna", "--no-password").code == 0


def test_a_network_drive(machine: Machine, tmp_path: Path) -> None:
    machine.patch.setattr(engine, "is_network", lambda _path: True)
    place = tmp_path / "far.db"
    assert refused(machine, "--store", place, "setup", "--yes") == (7, "network_file_system")
    assert not place.exists()


def test_a_state_folder_that_is_a_file(machine: Machine) -> None:
    (machine.home / "state").write_text("in the way", encoding="utf-8")
    machine.patch.setenv("BILLING_TUI_STATE", str(machine.home / "state"))
    assert refused(machine, "setup", "--yes") == (2, "unusable_settings")
    assert machine("doctor").code == 1
    machine.patch.delenv("BILLING_TUI_STATE")
    machine.does("setup", "--yes")


def test_a_fault_of_the_program_gives_a_reference(local: Machine) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError(f"holding {SECRET}")

    local.patch.setattr("billing_tui.services.users.users.everybody", broken)
    ran = local("users", "list", "--json")
    assert (ran.code, ran.doc["error"]["code"]) == (9, "internal_error")
    log = (local.state / "billing-tui.log").read_text(encoding="utf-8")
    reference = ran.doc["error"]["message"].split("Reference: ")[1].rstrip(".")
    assert reference in log
    assert SECRET not in ran.out + ran.err + log


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")
def test_the_process_shows_no_traceback_either(local: Machine) -> None:
    for argv, code in (
        (("users", "show", "nobody"), 3),
        (("users", "add"), 2),
        (("nonsense",), 2),
        (("--store", f"postgresql://a:{SECRET}@h/d", "doctor"), 2),
    ):
        ran = local.alone(*argv)
        assert ran.code == code
        assert ran.err.count("\n") == 1
        assert SECRET not in ran.out + ran.err
