import os
import stat
from pathlib import Path

import pytest

from billing_tui.settings import (
    BadAddress,
    Engine,
    PasswordInAddress,
    Settings,
    SettingsError,
    StoreUrl,
    load,
    write_private,
)

CANARY = "hunter2-canary"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [each for each in os.environ if each.startswith(("BILLING_TUI_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def settings_file(home: Path, text: str) -> Path:
    file = home / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("sqlite:////data/books.db", "/data/books.db"),
        ("sqlite:/data/books.db", "/data/books.db"),
        ("/data/books.db", "/data/books.db"),
        ("SQLITE:/data/a%20b%3f.db", "/data/a b?.db"),
        ("/data/a%20b?.db", "/data/a%20b?.db"),
        ("/data/me@home:old.db", "/data/me@home:old.db"),
        ("sqlite:////data/me:x@home.db", "/data/me:x@home.db"),
    ],
)
def test_file_addresses(text: str, path: str) -> None:
    url = StoreUrl.parse(text)
    assert (url.engine, url.path.as_posix()) == (Engine.SQLITE, path)
    assert StoreUrl.parse(url.text) == url


def test_relative_files_are_fixed_when_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for text in ("sqlite:///books.db", "sqlite:books.db", "books.db", "./x/../books.db"):
        assert StoreUrl.parse(text).path == tmp_path / "books.db"


@pytest.mark.parametrize(
    ("text", "libpq"),
    [
        (
            "postgresql://ann@db.example:6432/books?sslmode=verify-full&sslrootcert=/ca.pem",
            "host=db.example user=ann dbname=books port=6432 sslmode=verify-full"
            " sslrootcert=/ca.pem",
        ),
        ("postgres://localhost/books", "host=localhost dbname=books"),
        ("postgresql://ann%40acme@[::1]/books", "host=::1 user=ann@acme dbname=books"),
        (
            "postgresql://ann:@/books?host=/run/pg&port=5433",
            "host=/run/pg user=ann dbname=books port=5433",
        ),
        (
            "postgresql://ann@db/books?passfile=/a/pass",
            "host=db user=ann dbname=books passfile=/a/pass",
        ),
    ],
)
def test_server_addresses(text: str, libpq: str) -> None:
    url = StoreUrl.parse(text)
    assert url.libpq() == dict(each.split("=", 1) for each in libpq.split(" "))
    assert StoreUrl.parse(url.text) == url
    assert StoreUrl.parse(url.scope).libpq().keys() >= {"host", "dbname"}


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://ann:{CANARY}@db/books",
        f"postgresql://ann:%68{CANARY}@db/books",
        f"postgresql://ann:a/{CANARY}@db/books",
        f"postgresql://ann:a?{CANARY}@db/books",
        f"postgresql://ann:a#{CANARY}@db/books",
        f"postgresql://ann:a@{CANARY}@db/books",
        f"postgresql://ann@db/books?password={CANARY}",
        f"postgresql://ann@db/books?%70assword={CANARY}",
        f"postgresql://ann@db/books?sslmode=require&PASSWORD={CANARY}",
        f"postgresql://ann@db/books?sslpassword={CANARY}",
        f"mysql://ann:{CANARY}@db/books",
        f"ann:{CANARY}@db/books",
        f"host=db password={CANARY}",
        f"PGPASSWORD={CANARY}",
        f"sqlite:books.db?password={CANARY}",
    ],
)
def test_an_address_with_a_password_is_refused_unrepeated(text: str) -> None:
    with pytest.raises(PasswordInAddress) as caught:
        StoreUrl.parse(text, "BILLING_TUI_STORE")
    assert "BILLING_TUI_STORE" in caught.value.message
    assert CANARY not in repr(caught.value) + caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite://host/books.db",
        "sqlite:books.db?mode=ro",
        ":memory:",
        "sqlite:///:memory:",
        "/data/",
        "/data/bo\0oks.db",
        "/data/bo\x1b[2Joks.db",
        "mysql://db/books",
        "https://db/books",
        "postgresql:books",
        "postgresql://",
        "postgresql://db",
        "postgresql://db/",
        "postgresql://db/books/more",
        "postgresql://db:0/books",
        "postgresql://db:99999/books",
        "postgresql://db:port/books",
        "postgresql://a,b/books",
        "postgresql://[::1/books",
        "postgresql://db/books#x",
        "postgresql://db/books?x",
        "postgresql://db/books?options=-csearch_path%3Dx",
        "postgresql://db/books?sslmode=maybe",
        "postgresql://db/books?sslmode=require&sslmode=disable",
        "postgresql://db/books?host=/run/pg",
        "postgresql:///books?host=other",
        "postgresql://db/books?service=x",
        "host=db dbname=books",
        f"postgresql://ann@x:{CANARY}@db/books",
    ],
)
def test_other_addresses_are_refused_unrepeated(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        StoreUrl.parse(text)
    assert CANARY not in caught.value.message
    assert caught.value.message.endswith(("?sslmode=MODE.", "_FILE."))


def test_defaults_lie_under_the_home_folder(home: Path) -> None:
    settings = load()
    assert settings.store_from == "default"
    assert settings.store.sqlite
    for path in (settings.store.path, settings.state, settings.file):
        assert path.is_relative_to(home)
    assert (settings.organisation, settings.log_level) == (None, "info")
    assert settings.keyring
    assert not settings.state.exists()


def test_command_line_beats_environment_beats_file(home: Path) -> None:
    file = settings_file(home, f'store = "{home}/file.db"\norganisation = "acme"\n')
    environ = {"BILLING_TUI_CONFIG": str(file)}
    assert load(environ=environ).store.path == home / "file.db"
    assert load(environ=environ).store_from == str(file)
    environ |= {"BILLING_TUI_STORE": f"{home}/env.db", "BILLING_TUI_ORGANISATION": "beta"}
    assert load(environ=environ).store.path == home / "env.db"
    assert load(environ=environ).organisation == "beta"
    assert load(f"{home}/flag.db", environ).store.path == home / "flag.db"
    with pytest.raises(BadAddress, match="--store"):
        load("", environ)


def test_a_password_is_refused_from_every_source(home: Path) -> None:
    address = f"postgresql://ann:{CANARY}@db/books"
    file = settings_file(home, f'store = "{address}"\n')
    sources: list[tuple[str | None, dict[str, str]]] = [
        (address, {}),
        (None, {"BILLING_TUI_STORE": address}),
        (None, {"BILLING_TUI_CONFIG": str(file)}),
    ]
    for store, environ in sources:
        with pytest.raises(PasswordInAddress) as caught:
            load(store, environ)
        assert CANARY not in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "store = ",
        "store = 7",
        "log_level = 'loud'",
        "keyring = 'yes'",
        f"password = '{CANARY}'",
        f"[stripe]\nkey = '{CANARY}'",
        f"store = '{CANARY}",
        "state = 'a\\u0000b'\n".replace("'", '"'),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(home: Path, text: str) -> None:
    file = settings_file(home, text)
    with pytest.raises(SettingsError) as caught:
        load(environ={"BILLING_TUI_CONFIG": str(file)})
    assert caught.value.title
    assert CANARY not in caught.value.message


def test_a_file_that_is_no_text_is_refused(home: Path) -> None:
    file = home / "settings.toml"
    file.write_bytes(b"store = '\xff'")
    with pytest.raises(SettingsError, match="UTF-8"):
        load(environ={"BILLING_TUI_CONFIG": str(file)})
    with pytest.raises(SettingsError, match="directory"):
        load(environ={"BILLING_TUI_CONFIG": str(home)})


def make(home: Path, **changes: str) -> Settings:
    return load(environ={f"BILLING_TUI_{key.upper()}": value for key, value in changes.items()})


def test_the_state_folder_is_private(home: Path) -> None:
    folder = make(home, state=str(home / "a" / "state")).state_dir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_state_folder_others_can_write_is_refused_and_left_alone(home: Path) -> None:
    shared = home / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    with pytest.raises(SettingsError, match="chmod 700"):
        make(home, state=str(shared)).state_dir()
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777


def test_a_file_in_the_way_of_the_state_folder(home: Path) -> None:
    (home / "state").write_text("")
    with pytest.raises(SettingsError, match="BILLING_TUI_STATE"):
        make(home, state=str(home / "state" / "more")).state_dir()


def test_the_store_is_remembered_and_the_rest_kept(home: Path) -> None:
    file = settings_file(home, '# mine\nlog_level = "debug"\nstore = "/old.db"\n')
    settings = load(environ={"BILLING_TUI_CONFIG": str(file)})
    settings.remember("store", StoreUrl.parse('/data/q"u\\o te.db').text)
    again = load(environ={"BILLING_TUI_CONFIG": str(file)})
    assert again.store.path == Path('/data/q"u\\o te.db')
    assert again.log_level == "debug"
    assert "# mine" in file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in home.iterdir()] == ["settings.toml"]


def test_a_store_line_within_a_text_does_not_confuse_it(home: Path) -> None:
    file = settings_file(home, 'organisation = """a\nstore = "x"\n"""\n')
    load(environ={"BILLING_TUI_CONFIG": str(file)}).remember("store", StoreUrl.parse("/b.db").text)
    assert load(environ={"BILLING_TUI_CONFIG": str(file)}).store.path == Path("/b.db")


def test_a_theme_is_remembered_beside_the_store(home: Path) -> None:
    file = settings_file(home, '# mine\ntheme = "old"\nstore = "/a.db"\n')
    settings = load(environ={"BILLING_TUI_CONFIG": str(file)})
    assert settings.theme == "old"
    settings.remember("theme", "nord")
    again = load(environ={"BILLING_TUI_CONFIG": str(file)})
    assert (again.theme, again.store.path) == ("nord", Path("/a.db"))
    assert "# mine" in file.read_text(encoding="utf-8")
    assert load(environ={"BILLING_TUI_THEME": "dracula"}).theme == "dracula"


def test_the_first_store_makes_the_file(home: Path) -> None:
    settings = load()
    settings.remember("store", StoreUrl.parse("postgresql://ann@db/books?sslmode=require").text)
    assert load().store == StoreUrl.parse("postgresql://ann@db/books?sslmode=require")


def test_settings_that_cannot_be_saved_say_so(home: Path) -> None:
    settings = load(environ={"BILLING_TUI_CONFIG": str(home / "file" / "settings.toml")})
    (home / "file").write_text("")
    with pytest.raises(SettingsError):
        settings.remember("store", StoreUrl.parse("/b.db").text)


def test_a_failed_private_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret"
    write_private(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        write_private(path, b"new")
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]
