"""The lock of an open console: only who proves again who they are gets it open."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from datetime import datetime

from billing_tui.credentials import Secret
from billing_tui.domain.users import PasswordWrong, SignInTooSoon, delay_after, wait_of
from storage import logins
from storage.store import Store

from .sign_in import SignIn


class Lock:
    """On Postgres the server is asked, and wrong tries are counted while this console is open; it
    counts none itself, and whoever starts another console needs the password for that."""

    def __init__(self, store: Store, sign_in: SignIn, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._sign_in = sign_in
        self._clock = clock
        self._failures = 0
        self._retry_at: datetime | None = None
        self._one_try = threading.Lock()

    def exists(self) -> bool:
        """Without a password there is no lock, also where a server asks this login for none."""
        if self._store.sqlite:
            return self._sign_in.has_password()
        return logins.asks_password(self._store.engine)

    def lock(self) -> None:
        """Only says so in the chain; that nothing works any more is up to the screen."""
        self._sign_in.note("locked")

    def unlock(self, password: Secret) -> None:
        """Returns when the password is right, else raises PasswordWrong or SignInTooSoon."""
        if self._store.sqlite:
            self._sign_in.sign_in(password)
        else:
            with self._one_try:
                self._ask_server(password)
        self._sign_in.note("unlocked")

    def _ask_server(self, password: Secret) -> None:
        if wait := self._wait():
            raise SignInTooSoon(wait)
        login = self._store.identity.login
        if not logins.proves(self._store.engine, login, password.reveal()):
            self._failures += 1
            self._retry_at = self._clock() + delay_after(self._failures)
            raise PasswordWrong(self._wait())
        self._failures, self._retry_at = 0, None

    def _wait(self) -> int:
        return math.ceil(wait_of(self._clock(), self._retry_at, self._failures).total_seconds())
