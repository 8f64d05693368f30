"""Each trouble with a store is one sentence that says what to do, tried with its real cause."""

from __future__ import annotations

import inspect
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from billing_tui.domain.acts import Request
from billing_tui.domain.errors import BillingError, StoreError
from billing_tui.domain.ids import new_id
from storage import engine as engine_module
from storage import errors
from storage.engine import sqlite_module
from storage.errors import as_store_error
from storage.store import Store, outside_units
from storage.uow import Unit
from tests.store.proxies import closing_server, refusing_server, silent_server
from tests.store.trouble import largest_file, ordinary_rights
from tests.stores import ADMIN, Database, as_text, sqlite_store

Opening = Callable[..., Engine]


@contextmanager
def refused_as(case: type[StoreError]) -> Iterator[None]:
    with pytest.raises(case) as told:
        yield
    assert isinstance(told.value, StoreError)
    assert told.value.__cause__ is None, "the driver's words, and with them values, are cut off"


def look(engine: Engine) -> None:
    with outside_units(engine) as connection:
        connection.execute(text("SELECT count(*) FROM customer")).scalar_one()


def url(database: Database, login: str = ADMIN, name: str = "") -> str:
    return database.server.url(login, name or database.name)


# --- Postgres ---


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password(database: Database, opening: Opening, password: str) -> None:
    with refused_as(errors.SignInRefused):
        look(opening(url(database), password))


def test_a_login_that_does_not_exist(database: Database, opening: Opening) -> None:
    with refused_as(errors.SignInRefused):
        look(opening(url(database, "nobody_by_that_name")))


def test_a_login_that_may_not_sign_in(database: Database, opening: Opening) -> None:
    with refused_as(errors.SignInRefused):
        look(opening(url(database, f"{database.name}_owner")))


def test_a_database_that_does_not_exist(database: Database, opening: Opening) -> None:
    with refused_as(errors.DatabaseUnknown):
        look(opening(url(database, name="no_such_database")))


def test_a_database_one_may_not_enter(database: Database, opening: Opening) -> None:
    with database.server.superuser() as admin:
        admin.execute("CREATE ROLE not_invited LOGIN PASSWORD 'correct horse'")
    with refused_as(errors.LoginLacksRight):
        look(opening(url(database, "not_invited")))


def test_a_login_with_too_many_connections(database: Database, opening: Opening) -> None:
    database.add_login("crowded")
    with database.server.superuser() as admin:
        admin.execute("ALTER ROLE crowded CONNECTION LIMIT 0")
    with refused_as(errors.StoreBusy):
        look(opening(url(database, "crowded")))


def test_a_right_that_is_missing(session_server_store: Store) -> None:
    with refused_as(errors.LoginLacksRight):
        session_server_store.write(
            lambda unit: unit.connection.exec_driver_sql("DELETE FROM customer"),
            Request.new(),
            as_text(),
        )


def test_a_port_where_nobody_listens(opening: Opening) -> None:
    with refused_as(errors.StoreAway):
        look(opening(f"postgresql://{ADMIN}@127.0.0.1:1/billing"))


def test_a_folder_without_a_socket(opening: Opening, tmp_path: Path) -> None:
    with refused_as(errors.StoreAway):
        look(opening(f"postgresql://{ADMIN}@/billing?host={tmp_path}"))


REFUSALS = [
    ("57P03", "the database system is starting up", errors.StoreAway),
    ("57P03", "the database system is shutting down", errors.StoreAway),
    ("57P03", "the database system is in recovery mode", errors.StoreAway),
    ("53300", "sorry, too many clients already", errors.StoreBusy),
    (
        "53300",
        "remaining connection slots are reserved for roles with the SUPERUSER attribute",
        errors.StoreBusy,
    ),
    ("28P01", 'password authentication failed for user "x"', errors.SignInRefused),
    ("28000", 'no pg_hba.conf entry for host "::1", user "x"', errors.SignInRefused),
    ("28000", 'role "x" does not exist', errors.SignInRefused),
    ("3D000", 'database "x" does not exist', errors.DatabaseUnknown),
    ("42501", 'permission denied for database "x"', errors.LoginLacksRight),
    ("XX000", "something new", errors.StoreAway),
]


@pytest.mark.parametrize(
    ("state", "words", "case"), REFUSALS, ids=[words for _, words, _ in REFUSALS]
)
def test_how_a_server_refuses(
    opening: Opening, state: str, words: str, case: type[StoreError]
) -> None:
    with refusing_server(state, words) as port, refused_as(case):
        look(opening(f"postgresql://{ADMIN}@127.0.0.1:{port}/database_role_password"))


@pytest.mark.parametrize("mode", ["require", "verify-full"])
def test_a_server_without_encryption(
    opening: Opening, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with refusing_server("XX000", "never asked") as port, refused_as(errors.EncryptionRefused):
        look(opening(f"postgresql://{ADMIN}@127.0.0.1:{port}/billing?sslmode={mode}"))


def test_a_server_that_hangs_up(opening: Opening) -> None:
    with closing_server() as port, refused_as(errors.StoreAway):
        look(opening(f"postgresql://{ADMIN}@127.0.0.1:{port}/billing"))


def test_a_server_that_says_nothing(opening: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "CONNECT_SECONDS", 1)
    with silent_server() as port, refused_as(errors.StoreAway):
        look(opening(f"postgresql://{ADMIN}@127.0.0.1:{port}/billing"))


def _broken(orig: BaseException) -> DBAPIError:
    return DBAPIError("SELECT 1", None, orig)


STATES = {
    "08006": errors.StoreAway, "25006": errors.StoreReadOnly, "25P03": errors.StoreAway,
    "40001": errors.StoreBusy, "40P01": errors.StoreBusy, "42501": errors.LoginLacksRight,
    "53100": errors.DiskFull, "55P03": errors.StoreBusy, "57014": errors.TooSlow,
    "57P01": errors.StoreAway, "57P02": errors.StoreAway, "57P03": errors.StoreAway,
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_what_a_servers_code_means(session_server_store: Store, state: str) -> None:
    """Raised by the server itself, since a full disk or a standby cannot be had in a test."""
    with session_server_store.engine.connect() as connection, pytest.raises(DBAPIError) as raised:
        connection.exec_driver_sql(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")
    assert type(as_store_error(raised.value)) is STATES[state]


@pytest.mark.parametrize("state", ["23505", "23514", "42P01", "22003", "XX000"])
def test_the_programs_own_faults_are_no_store_errors(
    session_server_store: Store, state: str
) -> None:
    with session_server_store.engine.connect() as connection, pytest.raises(DBAPIError) as raised:
        connection.exec_driver_sql(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")
    assert as_store_error(raised.value) is None


def test_a_driver_error_without_a_code_is_ours() -> None:
    assert as_store_error(_broken(psycopg.ProgrammingError("no such placeholder"))) is None
    assert as_store_error(_broken(ValueError("not a driver's"))) is None


# --- SQLite ---


def test_a_folder_that_does_not_exist(tmp_path: Path, opening: Opening) -> None:
    with pytest.raises(errors.FolderMissing, match=re.escape(str(tmp_path / "missing"))):
        opening(f"sqlite:///{tmp_path / 'missing' / 'store.db'}")


def test_a_folder_instead_of_a_file(tmp_path: Path, opening: Opening) -> None:
    with refused_as(errors.StoreReadOnly):
        look(opening(f"sqlite:///{tmp_path}"))


def test_a_file_nobody_may_write(tmp_path: Path, opening: Opening) -> None:
    path = tmp_path / "store.db"
    store = sqlite_store(path)
    identity = store.identity
    store.close()
    path.chmod(0o400)
    with ordinary_rights(), refused_as(errors.StoreReadOnly):
        store = Store(opening(f"sqlite:///{path}"), identity, store._clock)
        store.write(add_key, Request.new(), as_text())


def test_a_folder_nobody_may_write(tmp_path: Path, opening: Opening) -> None:
    folder = tmp_path / "closed"
    folder.mkdir()
    store = sqlite_store(folder / "store.db")
    identity = store.identity
    store.close()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with ordinary_rights(), refused_as(errors.StoreReadOnly):
            store = Store(opening(f"sqlite:///{folder / 'store.db'}"), identity, store._clock)
            store.write(add_key, Request.new(), as_text())
        with ordinary_rights(), refused_as(errors.StoreReadOnly):
            look(opening(f"sqlite:///{folder / 'new.db'}"))
    finally:
        folder.chmod(0o700)


def test_a_file_that_is_no_store(tmp_path: Path, opening: Opening) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear customer, " * 100, encoding="utf-8")
    with refused_as(errors.NotAStore):
        look(opening(f"sqlite:///{path}"))
    assert path.read_text(encoding="utf-8").startswith("Dear customer"), "it is left as it was"


def test_a_damaged_file(tmp_path: Path, opening: Opening) -> None:
    path = tmp_path / "store.db"
    sqlite_store(path).close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with refused_as(errors.NotAStore):
        look(opening(f"sqlite:///{path}"))


def add_key(unit: Unit) -> str:
    text_of = {"o": str(unit.organisation), "d": new_id().hex, "v": "x" * 100_000}
    unit.connection.execute(
        text("INSERT INTO personal_value VALUES (:o, :d, 'test:1', '', :v)"), text_of
    )
    return ""


def test_a_full_disk_leaves_nothing_half_done(local_store: Store) -> None:
    """SQLite's own limit of pages gives the same error as a disk without space."""
    with local_store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
    with refused_as(errors.DiskFull):
        local_store.write(add_key, Request.new(), as_text())
    left = local_store.read(
        lambda unit: unit.connection.execute(text("SELECT * FROM personal_value")).all()
    )
    assert left == []
    with local_store.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5000}")
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    local_store.write(add_key, Request.new(), as_text())


def test_a_disk_that_will_not_write(local_store: Store) -> None:
    size = Path(str(local_store.engine.url.database)).stat().st_size
    with largest_file(size // 2), refused_as(errors.DiskTrouble):
        local_store.write(add_key, Request.new(), as_text())
    local_store.write(add_key, Request.new(), as_text())
    with local_store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


@pytest.mark.parametrize(
    ("code", "case"),
    [
        (5, errors.StoreBusy),
        (6, errors.StoreBusy),
        (261, errors.StoreBusy),  # another process replays the log
        (517, errors.StoreBusy),  # a snapshot too old to write from
        (8, errors.StoreReadOnly),
        (1032, errors.StoreReadOnly),  # the file was moved away
        (10, errors.DiskTrouble),
        (3850, errors.DiskTrouble),
        (11, errors.NotAStore),
        (13, errors.DiskFull),
        (14, errors.StoreReadOnly),
        (15, errors.StoreBusy),
        (26, errors.NotAStore),
        (1, None),
        (19, None),
        (2067, None),
    ],
)
def test_what_a_code_of_sqlite_means(code: int, case: type[StoreError] | None) -> None:
    orig = sqlite_module().OperationalError("some words")
    orig.sqlite_errorcode = code
    found = as_store_error(_broken(orig))
    assert (None if found is None else type(found)) is case


# --- All of them ---

CASES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type)
    and issubclass(value, BillingError)
    and value.__module__ == errors.__name__
]
FACTS = {"path": Path("/srv/store.db"), "folder": Path("/srv"), "url": "sqlite:///x",
         "object": "customer:1", "seen": 1}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_every_case_says_what_to_do(case: type[BillingError]) -> None:
    names = list(inspect.signature(case).parameters)
    made = case(*(FACTS[name] for name in names))  # type: ignore[arg-type]
    assert made.title
    assert made.message.endswith(".")
    assert "\n" not in made.message
    for name in names:
        assert getattr(made, name) == FACTS[name]
