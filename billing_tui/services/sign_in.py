"""Proving who one is on a local store, before any right counts.

Every try is counted before the password is looked at, and the count is kept in the store: neither
many processes at once nor starting anew gives more tries than the table of delays allows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress

from billing_tui.adapters.ports import PasswordHasher
from billing_tui.credentials import Secret
from billing_tui.domain.acts import Request
from billing_tui.domain.users import PasswordWrong, SignInTooSoon, delay_after, wait_of
from storage import logins
from storage.errors import StoreReadOnly
from storage.repos import users
from storage.store import Store, Written
from storage.uow import Unit


class SignIn:
    """For the person the store was opened as."""

    def __init__(self, store: Store, hasher: PasswordHasher) -> None:
        self._store = store
        self._hasher = hasher

    def has_password(self) -> bool:
        return self._store.sqlite and bool(self._store.read(_secrets).password)

    def sign_in(self, password: Secret) -> None:
        """Returns when the password is right. What a command writes names who and from where, so
        only the console notes in the chain that somebody came."""
        if wait := self._write("users.claim_sign_in", _claim):
            raise SignInTooSoon(wait)
        stored, clear = self._store.read(_secrets).password, password.reveal()
        held = self._hasher.holds(stored, clear)
        better = self._hasher.hash(clear) if held and self._hasher.outdated(stored) else ""
        wait = self._write("users.sign_in", lambda unit: _settle(unit, held, better))
        if not held:
            raise PasswordWrong(wait)

    def note(self, act: str) -> None:
        """`signed_in`, `signed_out`, `locked`, `unlocked` or `password_changed`, in the chain. A
        store that nobody can write is looked at without."""
        with suppress(StoreReadOnly):
            if self._store.sqlite:
                self._write(f"users.{act}", lambda unit: _said(unit, act))
                return
            identity = self._store.identity
            source = identity.origin.text()
            logins.note_session(self._store.engine, identity.organisation, source, act)

    def _write(self, action: str, fn: Callable[[Unit], int]) -> int:
        return self._store.write(fn, Request.new(), Written(action, "", str, int))


def _secrets(unit: Unit) -> users.Secrets:
    return users.secrets_of(unit, unit.actor.user)


def _claim(unit: Unit) -> int:
    """Seconds to wait, or 0 when this try was counted and may go on."""
    known = _secrets(unit)
    wait = wait_of(unit.now, known.retry_at, known.failures)
    if wait:
        users.keep_aside(unit, unit.actor.user, {"retry_at": unit.now + wait})
        return math.ceil(wait.total_seconds())
    failures = known.failures + 1
    retry_at = unit.now + delay_after(failures)
    values = {"failures": failures, "retry_at": retry_at}
    users.keep_aside(unit, unit.actor.user, values)
    return 0


def _settle(unit: Unit, held: bool, better: str) -> int:
    if not held:
        _said(unit, "sign_in_refused")
        known = _secrets(unit)
        return math.ceil(wait_of(unit.now, known.retry_at, known.failures).total_seconds())
    kept = {"password": better} if better else {}
    values = {"failures": 0, "retry_at": None, **kept}
    users.keep_aside(unit, unit.actor.user, values)
    return 0


def _said(unit: Unit, act: str) -> int:
    unit.note(act, f"app_user:{unit.actor.user}")
    return 0
