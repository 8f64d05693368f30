import copy
import dataclasses
import logging
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

from billing_tui.credentials import (
    KNOWN,
    CredentialGarbled,
    CredentialInEnvironment,
    Credentials,
    NoKeyring,
    Place,
    Secret,
    UnfitSecret,
    UnknownCredential,
    UnsafeSecretFile,
)
from billing_tui.credentials.files import read_private
from billing_tui.domain.errors import BillingError
from billing_tui.domain.recovery import to_code
from billing_tui.settings import Settings, StoreUrl
from tests.commands import ROOT
from tests.keyrings import (
    Broken,
    FakeRing,
    Forgetful,
    Put,
    putter,
)

CANARY = "hunter2-canary"
KEY = bytes(range(32))
CODE = to_code(KEY)
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Put:
    return putter(monkeypatch)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        store=StoreUrl.parse("postgresql://ann@db/books?sslmode=require"),
        store_from="--store",
        state=tmp_path / "state",
        file=tmp_path / "settings.toml",
    )


def private(path: Path, text: str = CANARY, mode: int = 0o600) -> str:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return str(path)


def test_file_variable_before_variable_before_keyring(
    settings: Settings, put: Put, tmp_path: Path
) -> None:
    put(FakeRing)
    Credentials(settings, {}).set("store-password", "from keyring")
    file = private(tmp_path / "password", "from file\r\n")
    environ = {"PGPASSWORD": "from variable", "BILLING_TUI_STORE_PASSWORD_FILE": file}
    vault = Credentials(settings, environ)
    assert vault.get("store-password") == Secret("from file")
    assert vault.list()[0].detail == "BILLING_TUI_STORE_PASSWORD_FILE"
    assert "BILLING_TUI_STORE_PASSWORD_FILE" in vault.set("store-password", "x").note
    del environ["BILLING_TUI_STORE_PASSWORD_FILE"]
    assert vault.get("store-password") == Secret("from variable")
    assert vault.list()[0].place is Place.VARIABLE
    assert Credentials(settings, {}).get("store-password") == Secret("x")
    vault.remove("store-password")
    with pytest.raises(CredentialInEnvironment, match="PGPASSWORD"):
        vault.remove("store-password")


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o601, 0o700 | 0o007])
def test_a_file_others_can_reach_is_refused(
    settings: Settings, put: Put, tmp_path: Path, mode: int
) -> None:
    file = private(tmp_path / CANARY, mode=mode)
    vault = Credentials(settings, {"BILLING_TUI_STORE_PASSWORD_FILE": file})
    with pytest.raises(UnsafeSecretFile, match="chmod 600") as caught:
        vault.get("store-password")
    assert CANARY not in caught.value.message


def test_only_a_plain_file_of_ones_own_is_read(
    settings: Settings, put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(private(tmp_path / "password"))
    link, pipe, folder = tmp_path / "link", tmp_path / "pipe", tmp_path / "folder"
    link.symlink_to(file)
    os.mkfifo(pipe, 0o600)
    folder.mkdir(mode=0o700)
    empty, large = private(tmp_path / "empty", "\n"), private(tmp_path / "large", "x" * 20_000)
    for named in (link, pipe, folder, empty, large, CANARY, "\0", "~nobody/x", file / "x"):
        vault = Credentials(settings, {"BILLING_TUI_STORE_PASSWORD_FILE": str(named)})
        with pytest.raises(UnsafeSecretFile) as caught:
            vault.get("store-password")
        assert CANARY not in caught.value.message
        assert "BILLING_TUI_STORE_PASSWORD_FILE" in caught.value.message
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    with pytest.raises(UnsafeSecretFile, match="belongs to somebody else"):
        Credentials(settings, {"BILLING_TUI_STORE_PASSWORD_FILE": str(file)}).get("store-password")


def test_a_garbled_key_names_its_place_only(settings: Settings, put: Put, tmp_path: Path) -> None:
    file = private(tmp_path / "key", CANARY)
    vault = Credentials(settings, {"BILLING_TUI_AUDIT_KEY_FILE": file})
    with pytest.raises(CredentialGarbled, match="BILLING_TUI_AUDIT_KEY_FILE") as caught:
        vault.key("audit-key")
    assert CANARY not in caught.value.message


def test_children_do_not_inherit_plain_variables(
    settings: Settings, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", CANARY)
    vault = Credentials(settings)
    assert vault.get("store-password") == Secret(CANARY)
    assert vault.for_store(StoreUrl.parse("postgresql://db/b")).get("store-password")
    child = subprocess.run(["/usr/bin/env"], capture_output=True, text=True, check=True)
    assert CANARY not in child.stdout
    assert "PGPASSWORD" not in os.environ


@pytest.mark.parametrize("value", ["", "two\nlines", "nul\0", "half \ud800"])
def test_values_that_cannot_be_a_password(settings: Settings, put: Put, value: str) -> None:
    put(FakeRing)
    with pytest.raises(UnfitSecret):
        Credentials(settings, {}).set("store-password", value)


def test_an_unknown_name_is_refused_unrepeated(settings: Settings, put: Put) -> None:
    vault = Credentials(settings, {})
    for act in (lambda: vault.get(CANARY), lambda: vault.set(CANARY, "x")):
        with pytest.raises(UnknownCredential) as caught:
            act()
        assert CANARY not in caught.value.message
        assert "audit-key" in caught.value.message


def test_a_secret_hides_itself() -> None:
    secret = Secret(CANARY)
    shown = f"{secret} {secret!r} {secret!s} {[secret]} {secret:>40}"
    record = logging.LogRecord("x", logging.INFO, "", 0, "%s", (secret,), None)
    assert CANARY not in shown + record.getMessage()
    assert secret.reveal() == CANARY
    assert secret != Secret("other")
    assert secret != CANARY
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="neither"):
            copied(secret)
    with pytest.raises(TypeError):
        hash(secret)


def test_every_error_hides_the_value(settings: Settings, put: Put) -> None:
    for cls in (FakeRing, Forgetful, Broken):
        put(cls)
        vault = Credentials(settings, {"PGPASSWORD": CANARY})
        seen = [repr(vault.__dict__), repr(vault.list()), repr(vault.backend()), repr(KNOWN)]
        try:
            seen.append(repr(vault.set("store-password", CANARY)))
        except BillingError as error:
            seen += [repr(error), error.message, error.title]
        assert CANARY not in " ".join(seen)


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "e\u0301" * 300])
def test_a_name_that_no_file_has_is_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsafeSecretFile, match="cannot be opened"):
        read_private(tmp_path / name, "--password-file")


def test_what_was_just_typed_wins_over_every_place(
    settings: Settings, put: Put, tmp_path: Path
) -> None:
    put(FakeRing)
    file = private(tmp_path / "password", "from file")
    environ = {"PGPASSWORD": "from variable", "BILLING_TUI_STORE_PASSWORD_FILE": file}
    vault = Credentials(settings, environ)
    vault.use("store-password", Secret(CANARY))
    assert vault.get("store-password") == Secret(CANARY)
    assert vault.list()[0].place is Place.TYPED
    assert FakeRing.kept == {}
    other = vault.for_store(StoreUrl.parse("postgresql://ann@elsewhere/books"))
    assert other.get("store-password") == Secret("from file")
    assert vault.remove("store-password") == [Place.TYPED]
    assert vault.get("store-password") == Secret("from file")
    vault.use("store-password", Secret(CANARY))
    vault.set("store-password", "kept")
    assert vault.get("store-password") == Secret("from file")
    vault.use("store-password", Secret(CANARY))
    vault.drop_typed()
    assert vault.get("store-password") == Secret("from file")
    with pytest.raises(UnfitSecret):
        vault.use("store-password", Secret("two\nlines"))


def test_a_password_is_remembered_for_one_person_of_one_store(settings: Settings, put: Put) -> None:
    put(FakeRing)
    vault = Credentials(settings, {})
    assert vault.remembered("ann") is None
    assert vault.remember("ann", Secret(CANARY)).place is Place.KEYRING
    assert FakeRing.kept == {
        ("billing-tui", "postgresql://ann@db/books/sign-in-password:ann"): CANARY
    }
    assert vault.remembered("ann") == Secret(CANARY)
    assert vault.remembered("bob") is None
    assert vault.for_store(StoreUrl.parse("/other.db")).remembered("ann") is None
    vault.forget("bob")
    vault.forget("ann")
    assert FakeRing.kept == {}
    vault.forget("ann")


def test_what_is_remembered_of_a_login_is_apart_from_what_was_set(
    settings: Settings, put: Put
) -> None:
    put(FakeRing)
    vault = Credentials(settings, {})
    vault.forget_login()
    vault.remember_login(Secret(CANARY))
    assert vault.get("store-password") == Secret(CANARY)
    assert vault.kept("store-password").place is Place.KEYRING
    vault.renew("store-password", Secret("newer"))
    vault.drop_typed()
    assert vault.get("store-password") == Secret("newer")
    vault.forget_login()
    assert FakeRing.kept == {}
    # What is set takes the place of what is remembered, and stays where that would be forgotten.
    vault.remember_login(Secret("newer"))
    vault.set("store-password", "set")
    vault.remember_login(Secret(CANARY))
    vault.forget_login()
    assert list(FakeRing.kept.values()) == [CANARY]
    vault.remove("store-password")
    vault.remember_login(Secret(CANARY))
    assert vault.remove("store-password") == [Place.KEYRING]
    assert FakeRing.kept == {}


def test_a_login_is_remembered_in_no_file(settings: Settings, put: Put) -> None:
    vault = Credentials(settings, {})
    with pytest.raises(NoKeyring, match="BILLING_TUI_STORE_PASSWORD_FILE"):
        vault.remember_login(Secret(CANARY))
    assert not settings.state.exists()


def test_a_password_is_remembered_in_no_file(settings: Settings, put: Put) -> None:
    vault = Credentials(settings, {})
    with pytest.raises(NoKeyring, match="BILLING_TUI_PASSWORD_FILE"):
        vault.remember("ann", Secret(CANARY))
    assert not settings.state.exists()


def test_a_keyring_that_fails_remembers_nothing(settings: Settings, put: Put) -> None:
    put(Broken)
    vault = Credentials(settings, {})
    assert vault.remembered("ann") is None
    vault.forget("ann")


def test_the_own_password_is_listed_for_local_stores_only(settings: Settings, put: Put) -> None:
    local = dataclasses.replace(settings, store=StoreUrl.parse("/books.db"))
    names = [one.name for one in Credentials(local, {}).for_person("ann").list()]
    assert "sign-in-password" in names
    for vault in (Credentials(local, {}), Credentials(settings, {}).for_person("ann")):
        assert "sign-in-password" not in [one.name for one in vault.list()]


def test_a_new_password_replaces_the_one_in_the_keyring(settings: Settings, put: Put) -> None:
    put(FakeRing)
    vault = Credentials(settings, {"PGPASSWORD": "old"})
    assert vault.renew("store-password", Secret("new")) is None
    assert FakeRing.kept == {}
    assert vault.get("store-password") == Secret("new")
    vault.set("store-password", "old")
    kept = vault.renew("store-password", Secret("newer"))
    assert kept
    assert (kept.place, "PGPASSWORD" in kept.note) == (Place.KEYRING, True)
    assert list(FakeRing.kept.values()) == ["newer"]
    assert vault.get("store-password") == Secret("newer")


_LOOK = """
import subprocess, sys
from pathlib import Path
from billing_tui.credentials import Credentials
from billing_tui.settings import load
vault = Credentials(load())
shown = Path("/proc/self/environ").read_text()
child = ["/bin/cat", "/proc/self/environ"]
told = subprocess.run(child, capture_output=True, text=True, check=True)
sys.stdout.write(f"{vault.get('store-password').reveal() == sys.argv[1]}\\n{shown}\\n{told.stdout}")
"""


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc on this system")
def test_the_system_shows_no_secret_of_a_plain_variable(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "BILLING_TUI_KEYRING": "off", "KEPT": "as it was"}
    done = subprocess.run(
        [sys.executable, "-c", _LOOK, CANARY],
        env=home | {"PGPASSWORD": CANARY},
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.startswith("True\n")
    assert done.stdout.count("KEPT=as it was") == 2
    assert CANARY not in done.stdout


def test_the_readme_has_each_credential_and_its_variables_in_one_table() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \|[^|]+\|([^|]*)\|([^|]*)\|$", README, re.MULTILINE)
    found = {name: (file.strip(" `"), plain.strip(" `")) for name, file, plain in rows}
    assert found == {one.name: (one.file_variable, one.variable) for one in KNOWN}
