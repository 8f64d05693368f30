"""The lock of an open console, and what opens it again, on both engines."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from billing_tui.adapters.passwords import Argon2, Cost
from billing_tui.credentials import Secret
from billing_tui.domain.acts import Request
from billing_tui.domain.users import PasswordWrong, SignInTooSoon, UserDraft
from billing_tui.services.lock import Lock
from billing_tui.services.sign_in import SignIn
from billing_tui.services.users import Users
from storage import logins
from storage.engine import open_engine
from storage.errors import StoreAway
from storage.repos import audit
from storage.store import Identity, Store
from tests.stores import NOON, ORIGIN, Database, sqlite_store

SMALL = Argon2(Cost(1, 8, 1))
RIGHT, WRONG = Secret("seven wonders"), Secret("eight planets")


class Hands:
    """A clock somebody turns."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def local_ann(tmp_path: Path, hands: Hands) -> Iterator[Store]:
    store = sqlite_store(tmp_path / "locked.db", clock=hands)
    Users(store, SMALL).add(Request.new(), UserDraft("ann", "Ann"), RIGHT)
    yield store.acting_as(Identity(store.identity.organisation, "ann", ORIGIN))
    store.close()


@pytest.fixture
def shared_ann(database: Database, hands: Hands) -> Iterator[Store]:
    store, login = database.store(), f"ann_{secrets.token_hex(4)}"
    Users(store, SMALL).add(Request.new(), UserDraft(login, "Ann"), RIGHT)
    engine = database.engine(login, RIGHT.reveal())
    identity = Identity(store.identity.organisation, login, ORIGIN)
    yield Store(engine, identity, hands, None, f"{database.name}_owner")
    engine.dispose()
    store.close()


@pytest.fixture(params=["local_ann", "shared_ann"])
def ann(request: pytest.FixtureRequest) -> Store:
    """A clerk with a password, whose console is open."""
    found: Store = request.getfixturevalue(request.param)
    return found


def lock_of(store: Store, hands: Callable[[], datetime]) -> Lock:
    return Lock(store, SignIn(store, SMALL), hands)


def actions(store: Store) -> list[str]:
    return [row.action for row in store.read(lambda unit: list(audit.rows_after(unit, 0)))]


def test_the_right_password_opens_and_both_are_in_the_chain(ann: Store, hands: Hands) -> None:
    lock = lock_of(ann, hands)
    assert lock.exists()
    lock.lock()
    lock.unlock(RIGHT)
    assert actions(ann)[-2:] == ["locked", "unlocked"]


def test_wrong_passwords_have_to_wait_and_so_has_the_right_one(ann: Store, hands: Hands) -> None:
    lock, waits = lock_of(ann, hands), []
    for _ in range(4):
        with pytest.raises(PasswordWrong) as wrong:
            lock.unlock(WRONG)
        waits.append(wrong.value.wait)
        hands.now += timedelta(seconds=wrong.value.wait)
    assert waits == [0, 0, 1, 2]
    with pytest.raises(PasswordWrong):
        lock.unlock(WRONG)
    with pytest.raises(SignInTooSoon) as soon:
        lock.unlock(RIGHT)
    assert soon.value.wait == 5
    assert "unlocked" not in actions(ann)
    hands.now += timedelta(seconds=5)
    lock.unlock(RIGHT)
    lock.unlock(RIGHT)


def test_nothing_typed_opens_nothing(
    ann: Store, hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passfile = tmp_path / "pgpass"
    passfile.write_text(f"*:*:*:*:{RIGHT.reveal()}\n", encoding="utf-8")
    passfile.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passfile))
    with pytest.raises(PasswordWrong):
        lock_of(ann, hands).unlock(Secret(""))


def test_connections_that_are_open_prove_nothing(shared_ann: Store, hands: Hands) -> None:
    lock = lock_of(shared_ann, hands)
    Users(shared_ann, SMALL).change_password(Request.new(), None, WRONG)
    assert actions(shared_ann)[-1] == "password_changed"
    with pytest.raises(PasswordWrong):
        lock.unlock(RIGHT)
    lock.unlock(WRONG)


def test_the_password_of_somebody_else_opens_nothing(
    shared_ann: Store, database: Database, hands: Hands
) -> None:
    other = Store(database.engine(), shared_ann.identity, hands)
    with pytest.raises(PasswordWrong):
        lock_of(other, hands).unlock(Secret("correct horse"))


def test_a_server_that_asks_for_no_password_gives_no_lock(database: Database) -> None:
    engine = open_engine(database.server.url("postgres", database.name))
    assert not logins.asks_password(engine)
    assert not logins.proves(engine, "postgres", "anything")
    engine.dispose()


def test_a_store_that_is_away_is_no_wrong_password(hands: Hands, shared_ann: Store) -> None:
    nowhere = open_engine("postgresql://ann@/books?host=/nowhere")
    lock = lock_of(Store(nowhere, shared_ann.identity, hands), hands)
    for _ in range(5):
        with pytest.raises(StoreAway):
            lock.unlock(RIGHT)


def test_without_a_password_there_is_no_lock(local_store: Store, hands: Hands) -> None:
    assert not lock_of(local_store, hands).exists()
    Users(local_store, SMALL).change_password(Request.new(), None, RIGHT)
    assert lock_of(local_store, hands).exists()
