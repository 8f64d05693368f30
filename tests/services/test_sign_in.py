"""Signing in on a local store: every try counts, and the wait outlives the process."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from billing_tui.adapters.passwords import Argon2, Cost
from billing_tui.credentials import Secret
from billing_tui.domain.acts import Request
from billing_tui.domain.users import (
    DELAYS,
    NoOwnPassword,
    PasswordNeeded,
    PasswordStays,
    PasswordWrong,
    SignInTooSoon,
    UserDraft,
    delay_after,
    wait_of,
)
from billing_tui.services.sign_in import SignIn
from billing_tui.services.users import Users
from storage.repos import audit, users
from storage.store import Identity, Store
from storage.uow import Unit
from tests.stores import NOON, ORIGIN, as_text, sqlite_store

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
def anna(tmp_path: Path, hands: Hands) -> Store:
    store = sqlite_store(tmp_path / "store.db", clock=hands)
    Users(store, SMALL).add(Request.new(), UserDraft("anna", "Anna"), RIGHT)
    return store.acting_as(Identity(store.identity.organisation, "anna", ORIGIN))


def fail(store: Store) -> int:
    with pytest.raises(PasswordWrong) as caught:
        SignIn(store, SMALL).sign_in(WRONG)
    return caught.value.wait


def kept(store: Store) -> users.Secrets:
    return store.read(lambda unit: users.secrets_of(unit, unit.actor.user))


def actions(store: Store) -> list[str]:
    return [row.action for row in store.read(lambda unit: list(audit.rows_after(unit, 0)))]


def test_the_delays_never_fall_and_have_an_end() -> None:
    assert list(DELAYS) == sorted(DELAYS)
    seconds = [delay_after(n).seconds for n in (0, 2, 3, 6, 10, 11, 1000)]
    assert seconds == [0, 0, 1, 15, 300, 300, 300]


@pytest.mark.parametrize(
    ("failures", "ahead", "wait"),
    [(0, None, 0), (3, -5, 0), (3, 0, 0), (10, 300, 300), (10, 20, 20), (10, 86_400, 300)],
)
def test_nobody_waits_longer_than_the_delay(failures: int, ahead: int | None, wait: int) -> None:
    retry_at = None if ahead is None else NOON + timedelta(seconds=ahead)
    assert wait_of(NOON, retry_at, failures) == timedelta(seconds=wait)


def test_the_right_password_lets_in(anna: Store) -> None:
    SignIn(anna, SMALL).sign_in(RIGHT)
    assert kept(anna).failures == 0
    assert "signed_in" not in actions(anna)


def test_waits_grow_as_the_table_says(anna: Store, hands: Hands) -> None:
    waits = []
    for _ in range(len(DELAYS) + 1):
        waits.append(fail(anna))
        hands.now += timedelta(seconds=waits[-1])
    assert waits == [*DELAYS[1:], DELAYS[-1], DELAYS[-1]]
    assert actions(anna).count("sign_in_refused") == len(waits)


def test_the_right_password_has_to_wait_too_and_then_clears_the_count(
    anna: Store, hands: Hands
) -> None:
    for _ in range(4):
        hands.now += timedelta(minutes=10)
        fail(anna)
    with pytest.raises(SignInTooSoon) as caught:
        SignIn(anna, SMALL).sign_in(RIGHT)
    assert caught.value.wait == 2
    hands.now += timedelta(seconds=2)
    SignIn(anna, SMALL).sign_in(RIGHT)
    assert (kept(anna).failures, kept(anna).retry_at) == (0, None)


def test_starting_anew_gives_no_new_tries(tmp_path: Path, anna: Store) -> None:
    for _ in range(3):
        fail(anna)
    again = Store(anna.engine, anna.identity, lambda: NOON, anna.seal)
    with pytest.raises(SignInTooSoon):
        SignIn(again, SMALL).sign_in(RIGHT)


def test_a_process_that_dies_while_checking_has_used_its_try(anna: Store) -> None:
    class Dies(Argon2):
        def holds(self, stored: str, clear: str) -> bool:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SignIn(anna, Dies(Cost(1, 8, 1))).sign_in(RIGHT)
    assert kept(anna).failures == 1


def test_a_clock_set_back_locks_nobody_out(anna: Store, hands: Hands) -> None:
    for _ in range(3):
        fail(anna)
    hands.now -= timedelta(days=1)
    with pytest.raises(SignInTooSoon) as caught:
        SignIn(anna, SMALL).sign_in(RIGHT)
    hands.now += timedelta(seconds=caught.value.wait)
    SignIn(anna, SMALL).sign_in(RIGHT)


def test_a_hash_of_another_cost_still_opens_and_is_made_anew(anna: Store) -> None:
    before = kept(anna).password
    assert before.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    SignIn(anna, Argon2(Cost(2, 8, 1))).sign_in(RIGHT)
    assert kept(anna).password.startswith("$argon2id$v=19$m=8,t=2,p=1$")
    SignIn(anna, SMALL).sign_in(RIGHT)


def test_a_garbled_hash_opens_for_nobody(anna: Store) -> None:
    def garble(unit: Unit) -> None:
        users.keep_aside(unit, unit.actor.user, {"password": "garbled"})

    anna.write(garble, Request.new(), as_text())
    with pytest.raises(PasswordWrong):
        SignIn(anna, SMALL).sign_in(RIGHT)


def test_a_new_password_needs_the_old_one(anna: Store) -> None:
    people = Users(anna, SMALL)
    with pytest.raises(PasswordWrong):
        people.change_password(Request.new(), WRONG, WRONG)
    people.change_password(Request.new(), RIGHT, WRONG)
    SignIn(anna, SMALL).sign_in(WRONG)
    assert actions(anna)[-1] == "users.password"


def test_a_change_without_the_old_password_counts_as_no_try(anna: Store) -> None:
    with pytest.raises(PasswordNeeded):
        Users(anna, SMALL).change_password(Request.new(), None, WRONG)
    assert kept(anna).failures == 0


def test_one_can_do_without_a_password(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path / "own.db")
    people = Users(store, SMALL)
    with pytest.raises(NoOwnPassword):
        people.remove_password(Request.new(), None)
    people.change_password(Request.new(), None, RIGHT)
    for given, refusal in ((None, PasswordNeeded), (WRONG, PasswordWrong)):
        with pytest.raises(refusal):
            people.remove_password(Request.new(), given)
    assert SignIn(store, SMALL).has_password()
    people.remove_password(Request.new(), RIGHT)
    assert not SignIn(store, SMALL).has_password()
    assert kept(store).failures == 0
    assert actions(store)[-1] == "users.remove_password"
    store.close()


def test_a_password_stays_where_the_system_knows_somebody_else(anna: Store) -> None:
    with pytest.raises(PasswordStays):
        Users(anna, SMALL).remove_password(Request.new(), RIGHT)
    assert SignIn(anna, SMALL).has_password()


def test_a_reset_ends_the_waiting(anna: Store) -> None:
    for _ in range(3):
        fail(anna)
    admin = anna.acting_as(Identity(anna.identity.organisation, "tester", ORIGIN))
    Users(admin, SMALL).reset(Request.new(), "anna", WRONG)
    SignIn(anna, SMALL).sign_in(WRONG)


@pytest.mark.parametrize("act", ["signed_in", "signed_out", "locked", "unlocked"])
def test_coming_and_going_is_in_the_chain(store: Store, act: str) -> None:
    SignIn(store, SMALL).note(act)
    assert actions(store)[-1] == act


def test_the_library_decides_the_cost() -> None:
    from argon2 import PasswordHasher

    made = Argon2().hash(RIGHT.reveal())
    assert not PasswordHasher().check_needs_rehash(made)
    assert Argon2().holds(made, RIGHT.reveal())
