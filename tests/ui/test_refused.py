"""What cannot be opened: the first frame says why, and which key may help."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from billing_tui.app.given import Options
from billing_tui.bootstrap import os_user
from billing_tui.domain.ids import new_id
from billing_tui.services.setup import found
from storage import migrate
from storage.engine import open_engine
from storage.store import Identity, Store
from tests.commands import Machine
from tests.stores import ADMIN, FOUNDING, NOON, ORIGIN, PASSWORD, Server
from tests.ui.front import sitting


async def test_a_damaged_file_is_said_and_left_alone(machine: Machine, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("dear customer\n" * 500, encoding="utf-8")
    async with sitting(Options(store=str(path))) as front:
        assert front.mode == "start"
        assert front.says("✗ Not a store", "it is damaged")
        await front.press("r")
        assert front.says("✗ Not a store")
        await front.press("m", "g", "ctrl+p", "ctrl+l", "ctrl+o")
        assert (front.mode, front.app.opened) == ("start", None)
    assert path.read_text(encoding="utf-8").startswith("dear")


async def test_it_opens_once_what_stood_in_the_way_is_gone(
    machine: Machine, tmp_path: Path
) -> None:
    machine.does("setup", "--yes")
    kept = machine.store.read_bytes()
    machine.store.write_bytes(b"no database at all, but long enough to be looked at" * 100)
    async with sitting() as front:
        assert front.says("Not a store")
        machine.store.write_bytes(kept)
        await front.press("r")
        assert front.mode == "home"


async def test_an_older_schema_is_upgraded_by_a_key(machine: Machine, tmp_path: Path) -> None:
    path = tmp_path / "older.db"
    engine = open_engine(f"sqlite:///{path}")
    migrate.upgrade(engine, "0001")
    found(Store(engine, Identity(new_id(), os_user(), ORIGIN), lambda: NOON), FOUNDING)
    engine.dispose()
    async with sitting(Options(store=str(path))) as front:
        assert front.mode == "start"
        assert front.says("schema")
        await front.press("m")
        assert (front.mode, front.app.session.organisation) == ("home", FOUNDING.organisation)
    version = machine.behind_its_back("SELECT version_num FROM alembic_version", store=path)
    assert version == [(migrate.newest(),)]
    assert [name for name in os.listdir(tmp_path) if name.endswith(".backup")]  # noqa: PTH208


async def test_a_newer_schema_is_said_and_not_touched(machine: Machine) -> None:
    machine.does("setup", "--yes")
    machine.behind_its_back("UPDATE store_meta SET value = '99' WHERE name = 'oldest_program'")
    before = machine.store.read_bytes()
    async with sitting() as front:
        assert front.mode == "start"
        assert front.says("99")
        await front.press("m")
        assert front.mode == "start"
    assert machine.store.read_bytes() == before


@pytest.mark.parametrize("text", ["store = 1\n", "not toml at all", 'stroe = "x"\n'])
async def test_settings_that_cannot_be_read_are_said(machine: Machine, text: str) -> None:
    machine.does("setup", "--yes")
    file = machine.home / ".config/billing-tui/settings.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    async with sitting() as front:
        assert front.mode == "start"
        assert front.says("✗ Settings not", "settings.toml")
        file.unlink()
        await front.press("r")
        assert front.mode == "home"


async def test_a_password_in_the_address_is_never_repeated(machine: Machine) -> None:
    async with sitting(Options(store="postgresql://ann:hunter22@db/billing")) as front:
        assert front.says("Password in the store's address")
        assert "hunter22" not in front.seat.text


async def test_a_server_that_comes_back_is_opened_by_a_key(
    machine: Machine, server: Server
) -> None:
    with server.superuser() as admin:
        admin.execute("DROP DATABASE IF EXISTS comes_back")
        admin.execute(f"CREATE DATABASE comes_back OWNER {ADMIN} ALLOW_CONNECTIONS true")
    machine.patch.setenv("BILLING_TUI_STORE_PASSWORD_FILE", str(machine.secret(PASSWORD)))
    url = server.url(ADMIN, "comes_back")
    machine.does("--store", url, "setup", "--yes")
    gone = machine.home / "elsewhere"
    link = machine.home / "sockets"
    link.symlink_to(gone)
    away = url.replace(server.socket, str(link))
    async with sitting(Options(store=away)) as front:
        assert front.says("No connection", "The database cannot be reached")
        link.unlink()
        link.symlink_to(server.socket)
        await front.press("r")
        assert front.mode == "home"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_file_that_cannot_be_written_is_said(machine: Machine) -> None:
    machine.does("setup", "--yes")
    machine.store.chmod(0o400)
    machine.store.parent.chmod(0o500)
    async with sitting() as front:
        assert front.says("✗ Read-only")
        machine.store.parent.chmod(0o700)
        machine.store.chmod(0o600)
        await front.press("r")
        assert front.mode == "home"


async def test_a_folder_in_the_files_place_is_said(machine: Machine) -> None:
    machine.store.mkdir(parents=True)
    async with sitting() as front:
        assert front.mode == "start"
        assert front.says("✗")
