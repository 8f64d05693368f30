"""`billing-tui credentials`: kept, listed and removed, and never shown."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from billing_tui.cli import asking
from billing_tui.credentials import Secret
from billing_tui.domain.recovery import to_code
from tests.commands import Machine
from tests.keyrings import Broken, FakeRing, Forgetful, Mangling, putter
from tests.stores import ADMIN, PASSWORD, Database

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
    for verb in ("set", "remove", "test"):
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


def test_each_credential_can_be_tried(keyring: Machine) -> None:
    assert keyring("credentials", "test", "audit-key").code == 3
    code = keyring.does("setup", "--yes")["recovery_code"]
    tried = keyring.does("credentials", "test", "audit-key")
    assert (tried["place"], tried["outcome"]) == ("keyring", "it seals the audit trail")
    keyring.does("verify")
    outcome = keyring.does("credentials", "test", "checkpoint-key")["outcome"]
    assert outcome == "what it signs can be verified"
    keyring.does("credentials", "set", "audit-keys-before", "--file", keyring.secret(code))
    outcome = keyring.does("credentials", "test", "audit-keys-before")["outcome"]
    assert outcome == "readable; 1 earlier key"
    keyring.does("credentials", "set", "store-password", "--file", keyring.secret(CANARY))
    outcome = keyring.does("credentials", "test", "store-password")["outcome"]
    assert outcome == "not tried: this store needs none"


def test_a_key_that_seals_nothing_here_does_not_work(keyring: Machine) -> None:
    other = keyring.secret(to_code(b"o" * 32))
    keyring.does("credentials", "set", "audit-key", "--file", other)
    outcome = keyring.does("credentials", "test", "audit-key")["outcome"]
    assert outcome == "readable; no local store is there yet to try it on"
    keyring.does("credentials", "remove", "audit-key")
    keyring.does("setup", "--yes")
    keyring.patch.setenv("BILLING_TUI_AUDIT_KEY_FILE", str(other))
    ran = keyring("credentials", "test", "audit-key", "--json")
    assert (ran.code, ran.doc["error"]["code"]) == (4, "key_of_another_store")
    other.write_text(CANARY, encoding="utf-8")
    ran = keyring("credentials", "test", "audit-key", "--json")
    assert (ran.code, ran.doc["error"]["code"]) == (2, "credential_garbled")
    assert CANARY not in ran.out + ran.err


def test_the_password_of_a_server_is_tried_there(machine: Machine, database: Database) -> None:
    database.store().close()
    machine.patch.setenv("BILLING_TUI_STORE", database.server.url(ADMIN, database.name))
    assert machine("credentials", "test", "store-password").code == 3
    for text, code in ((PASSWORD, 0), (CANARY, 7)):
        file = str(machine.secret(text))
        machine.patch.setenv("BILLING_TUI_STORE_PASSWORD_FILE", file)
        ran = machine("credentials", "test", "store-password")
        assert ran.code == code
        assert text not in ran.out + ran.err
    machine.patch.setenv("BILLING_TUI_STORE", "postgresql://ann@/books?host=/nowhere")
    assert machine("credentials", "test", "store-password").code == 7
    file = str(machine.secret(CANARY))
    ran = machine("credentials", "set", "sign-in-password", "--file", file, "--json")
    assert (ran.code, ran.doc["error"]["code"]) == (4, "password_of_server")


def test_remember_me_by_command(keyring: Machine) -> None:
    right, wrong = keyring.secret(PASSWORD, "right"), keyring.secret(CANARY, "wrong")
    keyring.does("setup", "--yes")
    remember = ("credentials", "set", "sign-in-password", "--file")
    assert keyring(*remember, right).code == 3
    keyring.does("users", "password", "--password-file", right)
    assert keyring("users", "list").code == 5
    assert keyring(*remember, wrong).code == 5
    assert keyring.does(*remember, right)["place"] == "keyring"
    assert kept_in(keyring, "sign-in-password") == "keyring"
    assert keyring("users", "list").code == 0
    told = keyring("credentials", "test", "sign-in-password")
    assert (told.code, PASSWORD in told.out + told.err) == (0, False)
    keyring.does("users", "password", "--password-file", wrong)
    assert keyring("users", "list").code == 5
    assert keyring("credentials", "test", "sign-in-password").code == 3


def test_ones_own_password_is_removed_by_command(keyring: Machine) -> None:
    right = str(keyring.secret(PASSWORD, "right"))
    keyring.does("setup", "--yes", "--password-file", right)
    assert keyring("users", "password", "--remove").code == 5
    keyring.patch.setenv("BILLING_TUI_PASSWORD_FILE", right)
    assert keyring.does("users", "password", "--remove") == {"removed": True}
    keyring.patch.delenv("BILLING_TUI_PASSWORD_FILE")
    assert keyring("users", "list").code == 0
    assert keyring("users", "password", "--remove").code == 3


@pytest.mark.parametrize("cls", [FakeRing, Forgetful, Mangling, Broken])
def test_no_value_is_in_an_answer_a_log_or_a_file(
    keyring: Machine, monkeypatch: pytest.MonkeyPatch, cls: type
) -> None:
    putter(monkeypatch)(cls)
    monkeypatch.setenv("PGPASSWORD", CANARY)
    monkeypatch.setenv("BILLING_TUI_LOG_LEVEL", "debug")
    file, told = keyring.secret(CANARY), ""
    for name in ("store-password", "sign-in-password", "audit-key", "checkpoint-key", CANARY):
        for argv in (("set", name, "--file", file), ("test", name), ("remove", name), ("list",)):
            for extra in ((), ("--json",)):
                ran = keyring("credentials", *argv, *extra)
                assert ran.code != 9
                told += ran.out + ran.err
    assert CANARY not in told
    written = [path for path in keyring.home.rglob("*") if path.is_file() and path != file]
    assert any(path.name == "billing-tui.log" for path in written)
    assert not [path for path in written if CANARY.encode() in path.read_bytes()]
