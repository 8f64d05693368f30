"""Making a store: schema, books, first admin, keys and first checkpoint.

Each step looks whether it was done, so a setup that was cut off is simply run again. The store is
marked before its first row, and the mark taken back last, after the recovery code was shown.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from billing_tui import __version__
from billing_tui.adapters.ports import PasswordHasher
from billing_tui.credentials import Credentials, Kept, Secret
from billing_tui.domain.acts import Origin, Request
from billing_tui.domain.audit import key_id_of
from billing_tui.domain.errors import BillingError, Refused
from billing_tui.domain.ids import new_id
from billing_tui.domain.recovery import to_code
from billing_tui.domain.users import checked_login, checked_password
from billing_tui.settings import Settings, SettingsError, load
from storage import health, migrate, roles
from storage.errors import NotAStore, StoreReadOnly
from storage.locking import alone_in_setup
from storage.repos import store_meta
from storage.repos.audit import Seal
from storage.repos.store_meta import StoreEngine
from storage.store import Identity, Store, outside_units

from .checkpoints import Checkpoints
from .seed import Seed
from .setup import Founding, checked, found

_MARK, _BEGUN, _DONE = "setup", "begun", "done"
_AUDIT_KEY = "audit-key"
DEMO_CUSTOMERS, DEMO_SEED = 200, 1


class Stage(StrEnum):
    """How far a store is: begun is one that was founded and whose recovery code is to be shown."""

    NOTHING = "nothing"
    BEGUN = "begun"
    READY = "ready"


class StoreFounded(Refused):
    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__(
            "Already set up",
            f"{where} holds an organisation already, and nothing was changed. Name another place"
            " with --store to make a new one.",
        )


class ServerTooOld(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Server too old",
            f"A shared store needs PostgreSQL {health.LEAST_SERVER // 10_000} or newer.",
        )


class SetupUnfinished(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Setup is not finished",
            "This store was begun, and its recovery code was never confirmed. Run setup again.",
        )


def refuse_unfinished(connection: store_meta.StoreConnection) -> None:
    """Whoever works on screen sees the recovery code first; commands say nothing of it."""
    if store_meta.said(connection, _MARK) == _BEGUN:
        raise SetupUnfinished


@dataclass(frozen=True, slots=True)
class Started:
    """What the person has to know now. The recovery code is shown here and never again."""

    organisation: UUID
    login: str
    resumed: bool
    recovery_code: str
    audit_key: Kept | None
    unsigned: str = ""  # why there is no first checkpoint


@dataclass(frozen=True, slots=True)
class Starter:
    """Who makes the store, and what that takes."""

    settings: Settings
    credentials: Credentials
    open: Callable[[], StoreEngine]
    login: str
    origin: Origin
    clock: Callable[[], datetime]
    hasher: PasswordHasher

    def stage(self) -> Stage:
        """Looks and makes nothing; what could never become a store is refused."""
        store = self.settings.store
        if store.sqlite and not (store.path.exists() and store.path.stat().st_size):
            return Stage.NOTHING
        engine = self.open()
        try:
            with outside_units(engine) as connection:
                found = self._stage(connection)
            if found is Stage.NOTHING and not store.sqlite:
                _refuse_old(engine)
                roles.rehearse(engine)
            return found
        finally:
            engine.dispose()

    def _stage(self, connection: store_meta.StoreConnection) -> Stage:
        if migrate.revision_of(connection) is None:
            if self.settings.store.sqlite and store_meta.tables(connection):
                raise NotAStore
            return Stage.NOTHING
        migrate.check(connection, __version__)
        mark = store_meta.said(connection, _MARK)
        if mark != _BEGUN:
            done = mark == _DONE or store_meta.founded(connection)
            return Stage.READY if done else Stage.NOTHING
        mine = store_meta.organisation_of(connection, self.login)
        return Stage.NOTHING if mine is None else Stage.BEGUN

    def server(self) -> str:
        """What answers there, where it is a server."""
        if self.settings.store.sqlite:
            return ""
        engine = self.open()
        try:
            with outside_units(engine) as connection:
                return health.server_name(connection)
        finally:
            engine.dispose()

    def start(self, founding: Founding, password: Secret | None = None) -> Started:
        founding = checked(founding)
        login = checked_login(self.login) if self.settings.store.sqlite else self.login
        if password is not None:
            clear = checked_password(password.reveal(), login)
            founding = replace(founding, password=self.hasher.hash(clear))
        _make_folder(self.settings)
        engine = self.open()
        try:
            with alone_in_setup(engine):
                if self.settings.store.sqlite:
                    _make_file(self.settings)
                _refuse_founded(engine, self.settings)
                if not self.settings.store.sqlite:
                    _refuse_old(engine)
                    roles.prepare(engine)
                _migrated(engine)
                return self._founded(engine, founding, login)
        finally:
            engine.dispose()

    def stock(
        self, started: Started, request: Request, tell: Callable[[int], None] = lambda _done: None
    ) -> int:
        """Made-up customers to try things out with; gives how many were added."""
        engine = self.open()
        try:
            with outside_units(engine) as connection:
                owner = "" if self.settings.store.sqlite else roles.owner_of(connection)
            store = self._store(engine, started.organisation, started.login, owner)
            return Seed(store).fill(request, DEMO_SEED, DEMO_CUSTOMERS, tell).customers
        finally:
            engine.dispose()

    def finish(self) -> None:
        """The recovery code was shown; from now on this is a store like any other."""
        engine = self.open()
        try:
            with store_meta.acting_as_owner(engine) as connection:
                store_meta.say(connection, _MARK, _DONE)
        finally:
            engine.dispose()

    def _founded(self, engine: StoreEngine, founding: Founding, login: str) -> Started:
        with store_meta.acting_as_owner(engine) as connection:
            known = store_meta.organisation_of(connection, login)
            begun = known is not None and store_meta.said(connection, _MARK) == _BEGUN
            if store_meta.founded(connection) and not begun:
                raise StoreFounded(_where(self.settings))
            store_meta.say(connection, _MARK, _BEGUN)
            owner = "" if self.settings.store.sqlite else roles.owner_of(connection)
        key = self._audit_key() if self.settings.store.sqlite else None
        store = self._store(engine, known or new_id(), login, owner)
        if known is None:
            found(store, founding)
        unsigned = self._sign(store)
        kept = next(one for one in self.credentials.list() if one.name == _AUDIT_KEY)
        return Started(
            store.identity.organisation,
            login,
            known is not None,
            to_code(key) if key else "",
            kept if key else None,
            unsigned,
        )

    def _store(self, engine: StoreEngine, organisation: UUID, login: str, owner: str) -> Store:
        key = self.credentials.key(_AUDIT_KEY) if self.settings.store.sqlite else None
        seal = Seal(key_id_of(key), key) if key else None
        return Store(engine, Identity(organisation, login, self.origin), self.clock, seal, owner)

    def _sign(self, store: Store) -> str:
        """Any later verification makes up for it, so a full disk does not keep the recovery code
        from being shown. Gives what stood in the way."""
        try:
            Checkpoints(store, self.settings, self.credentials).sign()
        except (BillingError, SettingsError) as error:
            return error.message
        return ""

    def _audit_key(self) -> bytes:
        key = self.credentials.key(_AUDIT_KEY)
        if key is None:
            key = secrets.token_bytes(32)
            self.credentials.set(_AUDIT_KEY, to_code(key))
        return key


def adopt(settings: Settings) -> bool:
    """A store named on the command line becomes this machine's own, unless it has one already:
    one that its settings name, or one in the default place. Gives whether it did."""
    own = load(None)
    has_own = own.store_from != "default" or own.store.path.exists()
    if settings.store_from != "--store" or has_own:
        return False
    settings.remember("store", settings.store.text)
    return True


def _where(settings: Settings) -> str:
    return str(settings.store.path) if settings.store.sqlite else settings.store.text


def _make_folder(settings: Settings) -> None:
    """The default folder is made; one that was named must be there."""
    if not settings.store.sqlite or settings.store_from != "default":
        return
    try:
        settings.store.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        raise StoreReadOnly from None


def _make_file(settings: Settings) -> None:
    """Readable by its owner alone before anything is in it."""
    try:
        os.close(os.open(settings.store.path, os.O_CREAT | os.O_RDWR, 0o600))
    except IsADirectoryError:
        raise NotAStore from None
    except OSError:
        raise StoreReadOnly from None


def _refuse_founded(engine: StoreEngine, settings: Settings) -> None:
    """Before anything is touched: a store of others, or a file of another program."""
    with outside_units(engine) as connection:
        revision = migrate.revision_of(connection)
        if revision is None:
            if settings.store.sqlite and store_meta.tables(connection):
                raise NotAStore
            return
        migrate.check(connection, __version__)
        if store_meta.founded(connection) and store_meta.said(connection, _MARK) != _BEGUN:
            raise StoreFounded(_where(settings))


def _refuse_old(engine: StoreEngine) -> None:
    with outside_units(engine) as connection:
        if health.server_version(connection) < health.LEAST_SERVER:
            raise ServerTooOld


def _migrated(engine: StoreEngine) -> None:
    with outside_units(engine) as connection:
        revision = migrate.revision_of(connection)
    if revision == migrate.newest():
        return
    saved = migrate.upgrade(engine)
    if saved and revision is None:
        saved.unlink()  # a copy of nothing
