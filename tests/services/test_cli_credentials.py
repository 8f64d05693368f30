"""`billing-tui credentials`: kept, listed and removed, and never shown."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from billing_tui.cli import asking
from billing_tui.credentials import Secret
from billing_tui.domain.recovery import to_code
from tests.commands import Machine
from tests.keyrings import FakeRing, putter

CANARY = "canary-7f3a-never-seen"


@pytest.fixture
def keyring(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    from billing_tui.credentials import ring

    put = putter(monkeypatch)
    monkeypatch.setattr(ring, "ALLOWED_ELSEWHERE", ("keyring.backends.SecretService.Keyring",))
    put(FakeRing)
    return machine


def kept_in(machine: Machine, name: str) -> str | None:
    (found,) = [one for one in machine.does("credentials", "list")["items"] if one["name"] == name]
    place: str | None = found["place"]
    return place


def test_a_value_goes_to_the_keyring_and_is_never_shown(keyring: Machine) -> None:
    told = [
        keyring("credentials", "set", "store-password", "--file", keyring.secret(CANARY)),
        keyring("credentials", "list"),
        keyring("credentials", "list", "--json"),
        keyring("credentials", "test"),
    ]
    assert [ran.code for ran in told] == [0] * 4
    assert CANARY not in "".join(ran.out + ran.err for ran in told)
    assert CANARY in FakeRing.kept.values()
    assert kept_in(keyring, "store-password") == "keyring"
    assert keyring("credentials", "remove", "store-password").code == 0
    assert FakeRing.kept == {}
    assert keyring("credentials", "remove", "store-password").code == 3


def test_a_value_is_typed_or_piped(keyring: Machine) -> None:
    keyring.patch.setattr(asking, "hidden", lambda _what: Secret(CANARY))
    assert keyring("credentials", "set", "store-password").code == 0
    assert list(FakeRing.kept.values()) == [CANARY]

    class Pipe:
        buffer = io.BytesIO(b"piped-value\n")

    keyring.patch.setattr("sys.stdin", Pipe())
    assert keyring("credentials", "set", "store-password", "--file", "-").code == 0
    assert list(FakeRing.kept.values()) == ["piped-value"]


@pytest.mark.parametrize("extra", [("the-value",), ("--value", "the-value")])
def test_no_value_is_taken_from_the_command_line(keyring: Machine, extra: tuple[str, ...]) -> None:
    assert keyring("credentials", "set", "store-password", *extra).code == 2
    assert FakeRing.kept == {}


def test_without_a_keyring_a_password_is_not_written_down(machine: Machine) -> None:
    file = machine.secret(CANARY)
    ran = machine("credentials", "set", "store-password", "--file", file)
    assert (ran.code, "BILLING_TUI_STORE_PASSWORD_FILE" in ran.err) == (2, True)
    assert CANARY not in ran.out + ran.err
    assert machine("credentials", "test").code == 2


def test_an_unknown_name_is_not_repeated(machine: Machine) -> None:
    for verb in ("set", "remove"):
        ran = machine("credentials", verb, CANARY)
        assert ran.code == 2
        assert CANARY not in ran.out + ran.err


def test_the_recovery_code_brings_the_audit_key_back(machine: Machine) -> None:
    code = machine.does("setup", "--yes")["recovery_code"]
    machine.does("credentials", "remove", "audit-key")
    checks = {one["name"]: one["result"] for one in machine.does("doctor")["checks"]}
    assert checks["seal"] == "warning"
    typed = code.lower().replace("-", " ").replace("0", "o")
    machine.does("credentials", "set", "audit-key", "--file", machine.secret(typed))
    checks = {one["name"]: one["result"] for one in machine.does("doctor")["checks"]}
    assert checks["seal"] == "ok"


def test_a_recovery_code_of_another_store_is_refused(machine: Machine, tmp_path: Path) -> None:
    machine.does("setup", "--yes")
    other = machine.secret(to_code(b"o" * 32))
    ran = machine("credentials", "set", "audit-key", "--file", other, "--json")
    assert (ran.code, ran.doc["error"]["code"]) == (4, "key_of_another_store")
    garbled = machine.secret(to_code(b"o" * 32)[:-1] + "U")
    assert machine("credentials", "set", "audit-key", "--file", garbled).code == 2
    nowhere = ("--store", tmp_path / "not-yet.db")
    other = machine.secret(to_code(b"o" * 32))
    assert machine(*nowhere, "credentials", "set", "audit-key", "--file", other).code == 0


def test_a_chain_without_a_seal_takes_any_code(machine: Machine) -> None:
    machine.does("setup", "--yes")
    machine.behind_its_back(
        "DROP TRIGGER audit_log_no_update",
        "UPDATE audit_log SET key_id = '', mac = ''",
    )
    other = machine.secret(to_code(b"o" * 32))
    assert machine("credentials", "set", "audit-key", "--file", other).code == 0
