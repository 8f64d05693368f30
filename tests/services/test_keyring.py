import dataclasses
import os
import sys
import threading
from pathlib import Path

import pytest

from billing_tui.credentials import (
    CredentialNotKept,
    Credentials,
    KeyringFailed,
    KeyringForgets,
    NoKeyring,
    Place,
    Secret,
    SecretFileNotWritten,
    UnsafeSecretFile,
    ring,
)
from billing_tui.domain.recovery import RecoveryCodeWrong, to_code
from billing_tui.settings import Settings, StoreUrl
from tests.keyrings import (
    KWALLET,
    SECRET_SERVICE,
    Broken,
    FakeRing,
    Forgetful,
    Mangling,
    Put,
    putter,
)

CANARY = "hunter2-canary"
KEY = bytes(range(32))
CODE = to_code(KEY)


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


def test_kept_in_the_keyring_per_store(settings: Settings, put: Put) -> None:
    put(FakeRing)
    vault = Credentials(settings, {})
    kept = vault.set("store-password", CANARY)
    assert (kept.place, kept.detail, kept.note) == (Place.KEYRING, SECRET_SERVICE, "")
    assert FakeRing.kept == {("billing-tui", "postgresql://ann@db/books/store-password"): CANARY}
    assert vault.get("store-password") == Secret(CANARY)
    other = vault.for_store(StoreUrl.parse("postgresql://bob@db/books"))
    assert other.get("store-password") is None
    assert vault.remove("store-password") == [Place.KEYRING]
    assert FakeRing.kept == {}
    with pytest.raises(CredentialNotKept):
        vault.remove("store-password")


def test_the_first_allowed_backend_that_works_is_taken(settings: Settings, put: Put) -> None:
    put(FakeRing, KWALLET)
    assert Credentials(settings, {}).backend().name == KWALLET
    put(FakeRing)
    assert Credentials(settings, {}).backend().name == SECRET_SERVICE


@pytest.mark.parametrize(
    "named", ["keyring.backends.null.Keyring", "keyrings.alt.file.PlaintextKeyring", "evil.Keyring"]
)
def test_a_class_of_another_module_is_refused(settings: Settings, put: Put, named: str) -> None:
    put(FakeRing, named=named)
    vault = Credentials(settings, {})
    assert vault.backend().name is None
    with pytest.raises(NoKeyring, match="BILLING_TUI_STORE_PASSWORD_FILE"):
        vault.set("store-password", CANARY)
    assert FakeRing.kept == {}


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ("keyring.backends.null.Keyring", "forgets everything"),
        ("keyring.backends.fail.Keyring", "refuses everything"),
        ("keyrings.alt.file.PlaintextKeyring", "readable text"),
        ("keyring.backends.chainer.ChainerBackend", "not a keyring of the operating system"),
        ("evil_backend.Keyring", "not a keyring of the operating system"),
        (f"{CANARY} x", "The keyring configured"),
    ],
)
def test_a_configured_backend_never_widens_the_list(
    settings: Settings, put: Put, named: str, sentence: str
) -> None:
    vault = Credentials(settings, {"PYTHON_KEYRING_BACKEND": named})
    assert sentence in vault.backend().note
    with pytest.raises(NoKeyring, match=sentence):
        vault.set("store-password", CANARY)
    put(FakeRing)
    vault = Credentials(settings, {"PYTHON_KEYRING_BACKEND": named})
    assert vault.set("store-password", CANARY).detail == SECRET_SERVICE
    assert sentence in vault.backend().note


def test_a_configured_path_is_never_imported(
    settings: Settings, put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = tmp_path / "ran"
    code = f"from pathlib import Path\nPath({str(marker)!r}).touch()\n"
    (tmp_path / "evil_backend.py").write_text(code, encoding="utf-8")
    folder = tmp_path / "config" / "python_keyring"
    folder.mkdir(parents=True)
    (folder / "keyringrc.cfg").write_text(
        f"[backend]\ndefault-keyring=evil_backend.Keyring\nkeyring-path={tmp_path}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    vault = Credentials(settings, {})
    assert vault.backend().note.startswith("evil_backend.Keyring is not a keyring of the operating")
    assert str(tmp_path) not in sys.path
    assert not marker.exists()


def test_an_allowed_backend_that_is_configured_needs_no_note(settings: Settings, put: Put) -> None:
    put(FakeRing)
    backend = Credentials(settings, {"PYTHON_KEYRING_BACKEND": SECRET_SERVICE}).backend()
    assert (backend.name, backend.note) == (SECRET_SERVICE, "")


@pytest.mark.parametrize("cls", [Forgetful, Mangling])
def test_a_backend_that_loses_values_is_not_trusted(
    settings: Settings, put: Put, cls: type
) -> None:
    put(cls)
    vault = Credentials(settings, {})
    with pytest.raises(KeyringForgets) as caught:
        vault.set("store-password", CANARY)
    assert FakeRing.kept == {}
    assert CANARY not in caught.value.message
    with pytest.raises(KeyringForgets):
        vault.test()


def test_a_keyring_that_fails_says_so_without_its_words(settings: Settings, put: Put) -> None:
    put(Broken)
    vault = Credentials(settings, {})
    for act in (
        lambda: vault.get("store-password"),
        lambda: vault.set("store-password", CANARY),
        lambda: vault.remove("store-password"),
        vault.test,
    ):
        with pytest.raises(KeyringFailed) as caught:
            act()
        error = caught.value
        assert (error.failure, error.__cause__, error.__context__) == ("RuntimeError", None, None)
        assert not {CANARY, "its own words"} & set(error.message.split())
    assert all(each.place is None and each.note for each in vault.list())


def test_a_prompt_nobody_answers_is_waited_for_once(
    settings: Settings, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()
    asked = []

    class Silent(FakeRing):
        def get_password(self, service: str, username: str) -> str | None:
            asked.append(username)
            answered.wait(10)
            return None

    put(Silent)
    monkeypatch.setattr(ring, "_ANSWER_SECONDS", 0.01)
    vault = Credentials(settings, {})
    for _ in range(3):
        with pytest.raises(KeyringFailed, match="no answer"):
            vault.get("store-password")
    answered.set()
    assert len(asked) == 1


def test_a_password_file_of_postgres_stands_in_for_a_locked_keyring(
    settings: Settings, put: Put
) -> None:
    put(Broken)
    vault = Credentials(settings, {"PGPASSFILE": "/secrets/pgpass"})
    assert vault.get("store-password") is None
    assert vault.list()[0].place is Place.PASSFILE
    url = StoreUrl.parse("postgresql://ann@db/books?passfile=/secrets/pgpass")
    assert Credentials(settings, {}).for_store(url).get("store-password") is None


def test_a_keyring_that_is_switched_off_is_not_asked(settings: Settings, put: Put) -> None:
    put(FakeRing)
    vault = Credentials(dataclasses.replace(settings, keyring=False), {})
    assert vault.set("audit-key", CODE).place is Place.STATE
    assert "switched off" in vault.backend().note
    assert FakeRing.kept == {}


def test_the_keyring_is_tested_by_a_made_up_value(settings: Settings, put: Put) -> None:
    put(FakeRing)
    assert Credentials(settings, {}).test().name == SECRET_SERVICE
    assert FakeRing.kept == {}


def test_without_a_keyring_keys_go_into_a_private_file(settings: Settings, put: Put) -> None:
    vault = Credentials(settings, {})
    kept = vault.set("audit-key", f" {CODE.lower().replace('-', ' ')} ")
    path = Path(kept.detail)
    assert kept.place is Place.STATE
    assert "No keyring" in kept.note
    assert path.read_text(encoding="utf-8") == CODE + "\n"
    assert [oct(each.stat().st_mode & 0o777) for each in (path, path.parent, settings.state)] == [
        "0o600",
        "0o700",
        "0o700",
    ]
    assert vault.key("audit-key") == KEY
    assert vault.key("checkpoint-key") is None
    assert vault.for_store(StoreUrl.parse("/other.db")).get("audit-key") is None
    assert [each.name for each in vault.list() if each.place is Place.STATE] == ["audit-key"]
    assert vault.remove("audit-key") == [Place.STATE]
    assert vault.get("audit-key") is None


def test_the_newest_value_wins_when_a_keyring_comes_or_goes(settings: Settings, put: Put) -> None:
    new = to_code(bytes(32))
    put(FakeRing)
    Credentials(settings, {}).set("audit-key", CODE)
    put(Broken)
    kept = Credentials(settings, {}).set("audit-key", new)
    assert (kept.place, "RuntimeError" in kept.note) == (Place.STATE, True)
    put(FakeRing)
    assert Credentials(settings, {}).key("audit-key") == bytes(32)
    assert Credentials(settings, {}).set("audit-key", CODE).place is Place.KEYRING
    assert not list((settings.state / "credentials").iterdir())
    assert Credentials(settings, {}).key("audit-key") == KEY


def test_a_state_file_that_others_can_read_is_refused(settings: Settings, put: Put) -> None:
    vault = Credentials(settings, {})
    path = Path(vault.set("audit-key", CODE).detail)
    path.chmod(0o644)
    with pytest.raises(UnsafeSecretFile, match="chmod 600"):
        vault.get("audit-key")
    path.unlink()
    path.symlink_to(private(settings.state / "elsewhere", CODE))
    with pytest.raises(UnsafeSecretFile, match="is a link"):
        vault.get("audit-key")
    vault.set("audit-key", CODE)
    assert not path.is_symlink()
    assert vault.key("audit-key") == KEY


def test_a_key_that_cannot_be_written_is_an_error(
    settings: Settings, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SecretFileNotWritten, match="no space"):
        Credentials(settings, {}).set("audit-key", CODE)


def test_a_typing_mistake_in_the_recovery_code_is_named(settings: Settings, put: Put) -> None:
    wrong = ("1" if CODE[0] != "1" else "2") + CODE[1:]
    with pytest.raises(RecoveryCodeWrong, match="Group 1 "):
        Credentials(settings, {}).set("audit-key", wrong)
