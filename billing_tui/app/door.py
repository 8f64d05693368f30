"""Opening the store and signing in: what the console does through the composition root.

Everything here runs in threads and is imported when first called, after the first frame.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from billing_tui.adapters.lock_mark import LockMark
from billing_tui.domain.dates import local_date
from billing_tui.domain.errors import BillingError, CredentialError
from billing_tui.domain.sessions import Session
from screens.doorway import Who

from .founding import STORE_PASSWORD, Founder
from .given import Options, SettingUnusable, as_ours

if TYPE_CHECKING:
    from billing_tui.bootstrap import Console, Workbench
    from billing_tui.credentials import Secret
    from billing_tui.services.bundle import Services

_LOCK = "console.idle_lock"


@dataclass(frozen=True, slots=True)
class Opened:
    """`note` is what went less than well although it opened."""

    console: Console
    bench: Workbench
    session: Session
    note: str = ""

    @property
    def services(self) -> Services:
        return self.console.services


class Door(Founder):
    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._ask_anew = False

    def open(
        self, login: str = "", password: Secret | None = None, *, remember: bool = False
    ) -> Opened:
        """As the person named, or whoever runs the program. What is remembered is tried where no
        password is given, unless somebody just left or a locked console ended."""
        self.log()
        if not self.settings.store.sqlite:
            self._use_login(login, password)
        login = self.login_of(login)
        with as_ours():
            console = self._console(login, password)
        try:
            note = self._remember(console, password) if remember and password else ""
            opened = Opened(console, _bench(console), session_of(console), note)
        except BaseException:
            console.close()
            raise
        self._ask_anew = False
        LockMark(self.settings, login).clear()
        return opened

    def _console(self, login: str, password: Secret | None) -> Console:
        from billing_tui.bootstrap import open_console
        from billing_tui.domain.users import PasswordNeeded
        from storage.errors import SignInRefused

        local, mark = self.settings.store.sqlite, LockMark(self.settings, login)
        ask = password is None and (self._ask_anew or mark.is_set())
        if ask and not local:
            raise PasswordNeeded(login)
        try:
            return open_console(
                self.settings,
                self.credentials,
                organisation=self.options.organisation,
                user=login if local else self.options.user,
                kind="console",
                password=lambda who: (
                    password or (None if ask else self.credentials.remembered(who))
                ),
            )
        except SignInRefused:
            if self._forget_refused():
                raise
            raise PasswordNeeded(login) from None

    def _use_login(self, login: str, password: Secret | None) -> None:
        """On a shared store the login is a part of the address."""
        store = self.settings.store
        if login and login != store.user:
            self._settings = replace(self.settings, store=replace(store, user=login))
            self._credentials = self.credentials.for_store(self._settings.store)
        if password:
            self.credentials.use(STORE_PASSWORD, password)

    def _forget_refused(self) -> bool:
        """What was typed or remembered and does not let in is not tried again. Gives whether there
        was a password at all."""
        from billing_tui.credentials import Place

        with suppress(CredentialError):
            place = self.credentials.kept(STORE_PASSWORD).place
            if place is Place.TYPED:
                self.credentials.drop_typed()
            elif place is Place.KEYRING:
                self.credentials.forget_login()
            return place is not None
        return True

    def _remember(self, console: Console, password: Secret) -> str:
        """Gives the reason where it could not be."""
        try:
            if console.store.sqlite:
                self.credentials.remember(console.store.identity.login, password)
            else:
                self.credentials.remember_login(password)
                self._remember_login()
        except (CredentialError, SettingUnusable) as error:
            return f"You are in, but the password is not remembered. {error.message}"
        return ""

    def _remember_login(self) -> None:
        """What is remembered for a login is found again by the address that names it."""
        with as_ours():
            if self.settings.store_from == str(self.settings.file):
                self.settings.remember("store", self.settings.store.text)

    def locked(self, console: Console) -> None:
        LockMark(self.settings, console.store.identity.login).set()
        with suppress(BillingError):
            console.services.lock.lock()

    def unlock(self, console: Console, password: Secret) -> None:
        console.services.lock.unlock(password)
        LockMark(self.settings, console.store.identity.login).clear()

    def leave(self, console: Console) -> None:
        """Somebody signs out: what was typed or remembered for them opens nothing any more."""
        login = console.store.identity.login
        with suppress(BillingError):
            console.services.sign_in.note("signed_out")
        console.close()
        self.credentials.drop_typed()
        if console.store.sqlite:
            self.credentials.forget(login)
        else:
            self.credentials.forget_login()
        self.options = replace(self.options, organisation=self._named.organisation)
        self._ask_anew = True
        LockMark(self.settings, login).clear()

    def who(self) -> Who:
        store, shared = self.settings.store, not self.settings.store.sqlite
        return Who(
            store.text if shared else str(store.path),
            shared,
            self.login_of(),
            self._no_memory(),
        )

    def _no_memory(self) -> str:
        store, named_by = self.settings.store, self.settings.store_from
        if not store.sqlite and not store.user and named_by != str(self.settings.file):
            return f"The address from {named_by} names no login. Write one in it."
        backend = self.credentials.backend()
        return "" if backend.name else backend.note

    def organisations(self) -> list[tuple[str, str]]:
        from billing_tui.bootstrap import organisations_of

        found = organisations_of(self.settings, self.credentials)
        return [(str(one.id), one.name) for one in found]

    def choose(self, organisation: str) -> None:
        self.options = replace(self.options, organisation=organisation)

    def migrate(self) -> None:
        from billing_tui.bootstrap import migrate_store

        with as_ours():
            migrate_store(self.settings, self.credentials)


def _bench(console: Console) -> Workbench:
    from billing_tui.bootstrap import Workbench

    return Workbench(console)


def again(opened: Opened) -> Opened:
    """The same, with the person and the organisation as they are now."""
    return replace(opened, session=session_of(opened.console))


def session_of(console: Console) -> Session:
    services = console.services
    organisation, me = services.organisations.show(), services.users.me()
    minutes = services.settings.get(_LOCK).value
    return Session(
        organisation=organisation.name,
        login=me.login,
        name=me.name,
        roles=frozenset(me.roles),
        features=services.features.mine(),
        currency=organisation.currency,
        locale=organisation.locale,
        zone=organisation.zone,
        production=organisation.production,
        shared=not console.store.sqlite,
        lockable=services.lock.exists(),
        lock_minutes=int(minutes),
    )


def today_in(zone: str) -> date:
    from billing_tui.adapters.clock import SystemClock

    return local_date(SystemClock().now(), zone)
