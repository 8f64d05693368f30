"""Hostile text and secrets go through commands that fail in every way; the log has none of it."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from billing_tui import cli
from billing_tui.domain.acts import Request
from billing_tui.domain.alerts import AlertDraft, Severity
from billing_tui.logs import NAME, close_log, log_failure, open_log
from storage.models import Alert
from storage.repos import alerts
from storage.rows import insert
from storage.store import Store
from storage.uow import Unit
from tests.consoles import local_console
from tests.stores import as_text

# What must never be found, alone or in hostile company.
CANARY = "hunter2"
HOSTILE = [
    f"Müller & Söhne {CANARY}",
    f"{CANARY}\n2026-01-01 forged line",
    f"\x1b]52;c;{CANARY}\x07",
    f"{CANARY}\u202e'; DROP TABLE alert; --",
    f"%s %(x)s {{0}} {CANARY}",
    f"{CANARY}\udcff",
    CANARY.upper() + "x" * 5000 + CANARY,
]
COMMANDS = [
    ["jobs", "run", "{}"],
    ["jobs", "schedule", "cleanup", "{}"],
    ["jobs", "enable", "{}", "--reason", "{}"],
    ["features", "set", "{}", "--on"],
    ["features", "set", "bulk_import", "--off", "--reason", "{}"],
    ["features", "set", "bulk_import", "--role", "{}"],
    ["alerts", "list", "--kind", "{}"],
    ["alerts", "list", "--cursor", "{}"],
    ["alerts", "assign", "0190b0b0-0000-7000-8000-000000000001", "{}"],
    ["trace", "{}"],
    ["{}"],
    ["jobs", "{}"],
    ["jobs", "list", "--organisation", "{}"],
    ["jobs", "list", "--user", "{}"],
    ["jobs", "list", "--request", "{}"],
    ["jobs", "list", "--store", "postgresql://ann:{}@localhost/books"],
    ["jobs", "list", "--store", "/nowhere/{}/store.db"],
]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BILLING_TUI_STORE_PASSWORD_FILE", str(tmp_path / "secret"))
    (tmp_path / "secret").write_text(CANARY, encoding="utf-8")
    (tmp_path / "secret").chmod(0o600)
    return local_console(tmp_path, monkeypatch)


def logged(state: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in state.glob(f"{NAME}*"))


def refuse_canary(text: str) -> None:
    assert CANARY.lower() not in text.lower()
    assert "Söhne" not in text
    assert "forged" not in text
    for line in text.splitlines():
        assert isinstance(json.loads(line), dict)


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_typed_reaches_the_log(
    state: Path, capsys: pytest.CaptureFixture[str], hostile: str
) -> None:
    for command in COMMANDS:
        assert cli.run([part.replace("{}", hostile) for part in command]) != 9
    capsys.readouterr()
    cli.run(["jobs", "list"])
    text = logged(state)
    assert "command.ended" in text
    refuse_canary(text)


def broken(unit: Unit) -> str:
    """A row the database refuses, quoting it: PostgreSQL says which key exists already."""
    draft = AlertDraft("kind", CANARY, Severity.INFO, HOSTILE[0])
    first = alerts.raise_alert(unit, draft)
    insert(unit, Alert, alerts._values(unit, first.id, draft), "alerts.raise")
    return ""


def test_what_the_database_quotes_does_not_reach_the_log(store: Store, tmp_path: Path) -> None:
    open_log(tmp_path / "state")
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each engine has its own
        store.write(broken, Request.new(HOSTILE[0]), as_text())
    log_failure(caught.value)
    close_log()
    text = logged(tmp_path / "state")
    assert "IntegrityError" in text
    refuse_canary(text)


def test_libraries_say_nothing_even_when_asked_to_say_all(
    store: Store, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    said: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record)

    root, keep = logging.getLogger(), Keep()
    before = root.level
    root.addHandler(keep)
    root.setLevel(logging.DEBUG)
    try:
        open_log(tmp_path / "state", "debug")
        draft = AlertDraft("kind", CANARY, Severity.INFO, HOSTILE[0])
        store.write(lambda unit: str(alerts.raise_alert(unit, draft)), Request.new(), as_text())
        with pytest.raises(Exception):  # noqa: B017, PT011
            store.write(broken, Request.new(), as_text())
    finally:
        close_log()
        root.removeHandler(keep)
        root.setLevel(before)
    assert [record.getMessage() for record in said if CANARY in record.getMessage()] == []
    assert {record.name.split(".")[0] for record in said} <= {"asyncio", "billing_tui"}
    refuse_canary(logged(tmp_path / "state"))
    assert CANARY not in "".join(capfd.readouterr())


def test_a_fault_of_the_program_names_only_its_reference(
    state: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Odd(Exception):
        def __init__(self, text: Any) -> None:
            super().__init__(text)
            self.sqlstate = text

    def fail(*_: object) -> None:
        raise Odd(HOSTILE[0]) from ValueError(os.environ["BILLING_TUI_STORE"], CANARY)

    monkeypatch.setattr(alerts, "page", fail)
    assert cli.run(["alerts", "list", "--kind", CANARY]) == 9
    printed = capsys.readouterr()
    assert CANARY not in printed.out + printed.err
    refuse_canary(logged(state))
    assert '"exit": 9' in logged(state)
