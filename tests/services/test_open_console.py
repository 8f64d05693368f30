"""A store opened for a person at the console: with what was typed, remembered, or not allowed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg import sql
from sqlalchemy import Connection

from billing_tui import bootstrap
from billing_tui.adapters.passwords import Argon2, Cost
from billing_tui.bootstrap import Console, open_console, os_user, starter
from billing_tui.credentials import Credentials, Secret
from billing_tui.domain.acts import Request
from billing_tui.domain.rights import Role
from billing_tui.domain.users import PasswordNeeded, PasswordOfServer, PasswordWrong, UserDraft
from billing_tui.services.users import Users
from billing_tui.settings import Settings, StoreUrl
from storage import engine
from storage.errors import SignInRefused
from storage.repos import audit, users
from storage.store import Store
from tests.keyrings import FakeRing, Put, putter
from tests.stores import FOUNDING, PASSWORD, Database

RIGHT, WRONG = Secret(PASSWORD), Secret("eight planets")


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Put:
    monkeypatch.setattr(bootstrap, "hasher", lambda: Argon2(Cost(1, 8, 1)))
    return putter(monkeypatch)


@pytest.fixture
def local(tmp_path: Path, put: Put) -> Settings:
    """A store whose founder has a password."""
    place = StoreUrl.file(tmp_path / "books" / "books.db")
    settings = Settings(place, "--store", tmp_path / "state", tmp_path / "none.toml")
    place.path.parent.mkdir()
    begun = starter(settings, Credentials(settings, {}))
    begun.start(FOUNDING, RIGHT)
    begun.finish()
    return settings


def opened(settings: Settings, vault: Credentials, given: Secret | None) -> Console:
    return open_console(settings, vault, kind="console", password=lambda _login: given)


def actions(store: Store) -> list[str]:
    return [row.action for row in store.read(lambda unit: list(audit.rows_after(unit, 0)))]


def failures(store: Store) -> int:
    return store.read(lambda unit: users.secrets_of(unit, unit.actor.user)).failures


def test_nothing_typed_counts_as_no_try(local: Settings) -> None:
    vault = Credentials(local, {})
    for _ in range(5):
        with pytest.raises(PasswordNeeded):
            opened(local, vault, None)
    console = opened(local, vault, RIGHT)
    assert actions(console.store)[-1] == "signed_in"
    with pytest.raises(PasswordWrong):
        opened(local, vault, WRONG)
    assert failures(console.store) == 1
    console.close()


def test_what_is_remembered_opens_until_it_is_refused_once(local: Settings, put: Put) -> None:
    put(FakeRing)
    vault, login = Credentials(local, {}), os_user()
    vault.remember(login, RIGHT)
    open_console(local, vault, kind="console", password=vault.remembered).close()
    with pytest.raises(PasswordWrong):
        opened(local, vault, WRONG)
    assert vault.remembered(login) == RIGHT
    vault.remember(login, WRONG)
    with pytest.raises(PasswordWrong):
        open_console(local, vault, kind="console", password=vault.remembered)
    assert vault.remembered(login) is None
    with pytest.raises(PasswordNeeded):
        open_console(local, vault, kind="console", password=vault.remembered)


@pytest.mark.parametrize("act", ["change", "remove"])
def test_a_password_that_changes_or_goes_is_forgotten(local: Settings, put: Put, act: str) -> None:
    put(FakeRing)
    vault = Credentials(local, {})
    vault.remember(os_user(), RIGHT)
    console = open_console(local, vault, password=vault.remembered)
    people = console.services.users
    if act == "change":
        people.change_password(Request.new(), RIGHT, WRONG)
    else:
        people.remove_password(Request.new(), RIGHT)
    assert console.services.lock.exists() == (act == "change")
    assert vault.remembered(os_user()) is None
    console.close()
    opened(local, vault, WRONG if act == "change" else None).close()


def test_a_local_store_that_nobody_can_write_is_looked_at(
    local: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = Credentials(local, {})
    console = opened(local, vault, RIGHT)
    console.services.users.remove_password(Request.new(), RIGHT)
    before = actions(console.store)
    console.close()
    monkeypatch.setattr(engine, "_begin_sqlite", begin_read_only)
    console = opened(local, vault, None)
    console.services.lock.lock()
    assert [user.login for user in console.services.users.list()] == [os_user()]
    assert actions(console.store) == before
    console.close()


def begin_read_only(connection: Connection) -> None:
    """Every transaction meets what a file that is only readable answers."""
    connection.exec_driver_sql("PRAGMA query_only = 1")
    connection.exec_driver_sql("BEGIN")


@pytest.fixture
def founded(database: Database) -> Iterator[Store]:
    store = database.store()
    yield store
    store.close()


@pytest.fixture
def person(
    founded: Store, database: Database, tmp_path: Path, put: Put
) -> Callable[[Role], Settings]:
    """Adds somebody to a shared store; gives the settings of their machine."""

    def add(role: Role) -> Settings:
        login = f"ann_{secrets.token_hex(4)}"
        draft = UserDraft(login, "Ann", (role,))
        Users(founded, Argon2(Cost(1, 8, 1))).add(Request.new(), draft, RIGHT)
        place = StoreUrl.parse(database.server.url(login, database.name))
        organisation = str(founded.identity.organisation)
        return Settings(place, "--store", tmp_path / "s", tmp_path / "none.toml", organisation)

    return add


@pytest.mark.parametrize("role", [Role.CLERK, Role.AUDITOR])
def test_a_shared_store_opens_by_what_was_just_typed(
    person: Callable[[Role], Settings], role: Role
) -> None:
    settings = person(role)
    vault = Credentials(settings, {"PGPASSWORD": "of somebody else"})
    with pytest.raises(SignInRefused):
        opened(settings, vault, None)
    vault.use("store-password", RIGHT)
    console = opened(settings, vault, None)
    lock = console.services.lock
    assert lock.exists()
    lock.lock()
    with pytest.raises(PasswordWrong):
        lock.unlock(WRONG)
    lock.unlock(RIGHT)
    assert actions(console.store)[-3:] == ["signed_in", "locked", "unlocked"]
    console.close()


def test_an_open_console_goes_on_after_its_password_changed(
    person: Callable[[Role], Settings], put: Put
) -> None:
    put(FakeRing)
    settings = person(Role.CLERK)
    vault = Credentials(settings, {})
    vault.set("store-password", RIGHT)
    console = opened(settings, vault, None)
    kept = console.services.users.change_password(Request.new(), None, WRONG)
    assert kept
    console.store.engine.dispose()
    assert console.services.users.me().login == settings.store.user
    assert list(FakeRing.kept.values()) == [WRONG.reveal()]
    with pytest.raises(PasswordOfServer):
        console.services.users.remove_password(Request.new(), WRONG)
    console.close()


def test_a_shared_store_that_nobody_can_write_is_looked_at(
    person: Callable[[Role], Settings], database: Database
) -> None:
    settings = person(Role.CLERK)
    vault = Credentials(settings, {})
    vault.use("store-password", RIGHT)
    with database.server.superuser() as admin:
        statement = sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on")
        admin.execute(statement.format(sql.Identifier(settings.store.user)))
    console = opened(settings, vault, None)
    console.services.lock.lock()
    console.services.lock.unlock(RIGHT)
    assert console.services.users.me().login == settings.store.user
    assert not {"signed_in", "locked", "unlocked"} & set(actions(console.store))
    console.close()
