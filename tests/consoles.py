"""The command line as a person has it: a local store of their own, and nothing of this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from billing_tui import cli
from billing_tui.bootstrap import os_user
from billing_tui.domain.ids import new_id
from billing_tui.services.setup import found
from storage import migrate
from storage.engine import open_engine
from storage.store import Identity, Store
from tests.stores import FOUNDING, NOON, ORIGIN


def local_console(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A founded store that commands open by themselves; gives the state folder."""
    engine = open_engine(f"sqlite:///{folder / 'store.db'}")
    migrate.upgrade(engine)
    found(Store(engine, Identity(new_id(), os_user(), ORIGIN), lambda: NOON), FOUNDING)
    engine.dispose()
    monkeypatch.setenv("BILLING_TUI_STORE", str(folder / "store.db"))
    monkeypatch.setenv("BILLING_TUI_STATE", str(folder / "state"))
    monkeypatch.setenv("BILLING_TUI_CONFIG", str(folder / "none.toml"))
    for name in ("BILLING_TUI_ORGANISATION", "BILLING_TUI_USER", "BILLING_TUI_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    return folder / "state"


def printed(capsys: pytest.CaptureFixture[str], *argv: str, exit_code: int = 0) -> Any:
    """The document a command prints."""
    capsys.readouterr()
    assert cli.run([*argv, "--json"]) == exit_code
    return json.loads(capsys.readouterr().out)
