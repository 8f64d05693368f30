"""Credentials in a real keyring of the operating system, on a session bus of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.keyrings import SECRET_SERVICE

NEEDED = ("gnome-keyring-daemon", "dbus-run-session")
MISSING = [name for name in NEEDED if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

CANARY = "canary-5c1e never seen"
OWN, OTHER = "canary-77d0 wonders", "canary-12ab planets"
# Nothing starts by itself on this bus, so no other keyring answers and nobody is prompted.
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <policy context="default">
    <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>
  </policy>
</busconfig>
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("k")
    (folder / "run").mkdir(mode=0o700)
    (folder / "bus.conf").write_text(BUS.format(folder=folder / "run"), encoding="utf-8")
    for name, text in (("value", CANARY), ("own", OWN), ("other", OTHER)):
        (folder / name).write_text(text + "\n", encoding="utf-8")
        (folder / name).chmod(0o600)
    return folder


@pytest.fixture(scope="module")
def told(home: Path) -> dict[str, Any]:
    foreign = ("BILLING_TUI_", "XDG_", "PG", "DBUS_", "DISPLAY", "WAYLAND_", "GNOME_", "PYTHON_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    session = [sys.executable, str(Path(__file__).parent / "keyring_session.py")]
    done = subprocess.run(
        ["dbus-run-session", f"--config-file={home / 'bus.conf'}", "--", *session],
        env=kept | {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def answer(told: dict[str, Any], step: str) -> Any:
    assert told[step]["code"] == 0, told[step]
    return json.loads(told[step]["out"])


def refusal(told: dict[str, Any], step: str) -> tuple[int, str]:
    return told[step]["code"], json.loads(told[step]["out"])["error"]["code"]


def place_of(told: dict[str, Any], step: str, name: str) -> Any:
    return {one["name"]: one for one in answer(told, step)["items"]}[name]["place"]


def test_a_value_is_kept_by_the_daemon_and_found_by_other_processes(told: dict[str, Any]) -> None:
    kept = answer(told, "set")
    assert (kept["place"], kept["detail"]) == ("keyring", SECRET_SERVICE)
    assert place_of(told, "list", "store-password") == "keyring"
    assert answer(told, "test")["name"] == SECRET_SERVICE
    assert answer(told, "test one")["outcome"] == "not tried: this store needs none"
    assert answer(told, "remove")["removed_from"] == ["keyring"]
    assert refusal(told, "removed") == (3, "credential_not_kept")


def test_the_key_of_a_new_store_goes_there_and_seals(told: dict[str, Any]) -> None:
    assert answer(told, "setup")["audit_key"]["place"] == "keyring"
    assert answer(told, "seal")["outcome"] == "it seals the audit trail"


def test_a_password_is_remembered_until_it_changes(told: dict[str, Any]) -> None:
    assert refusal(told, "asked") == (5, "password_needed")
    assert refusal(told, "wrong") == (5, "password_wrong")
    assert answer(told, "remember")["place"] == "keyring"
    assert answer(told, "remembered")["items"]
    assert answer(told, "sign-in")["outcome"] == "the store let you in by it"
    assert answer(told, "change") == {"changed": True}
    assert refusal(told, "forgotten") == (3, "credential_not_set")


def test_a_daemon_that_is_gone_or_locked_is_refused_in_a_sentence(told: dict[str, Any]) -> None:
    assert refusal(told, "gone") == refusal(told, "gone set") == (2, "no_keyring")
    assert refusal(told, "locked") == refusal(told, "locked set") == (2, "keyring_failed")
    assert place_of(told, "locked list", "audit-key") is None


def test_no_value_is_shown_or_written_down_readably(told: dict[str, Any], home: Path) -> None:
    assert "canary" not in json.dumps(told)
    given = {home / name for name in ("value", "own", "other")}
    written = [path for path in home.rglob("*") if path.is_file() and path not in given]
    assert any(path.suffix == ".keyring" for path in written)
    for path in written:
        assert b"canary" not in path.read_bytes(), path
