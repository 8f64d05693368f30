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
from uuid import UUID

from billing_tui import __version__
from billing_tui.adapters.ports import PasswordHasher
from billing_tui.credentials import Credentials, Kept, Secret
from billing_tui.domain.acts import Origin
from billing_tui.domain.audit import key_id_of
from billing_tui.domain.errors import BillingError, Refused
from billing_tui.domain.ids import new_id
from billing_tui.domain.recovery import to_code
from billing_tui.domain.users import checked_login, checked_password
from billing_tui.settings import Settings, SettingsError
from storage import migrate, roles
from storage.errors import NotAStore, StoreReadOnly
from storage.locking import alone_in_setup
from storage.repos import store_meta
from storage.repos.audit import Seal
from storage.repos.store_meta import StoreEngine
from storage.store import Identity, Store, outside_units

from .checkpoints import Checkpoints
from .setup import Founding, checked, found

_MARK, _BEGUN, _DONE = "setup", "begun", "done"
_AUDIT_KEY = "audit-key"


class StoreFounded(Refused):
    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__(
            "Already set up",
            f"{where} holds an organisation already, and nothing was changed. Name another place"
            " with --store to make a new one.",
        )


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
                    roles.prepare(engine)
                _migrated(engine)
                return self._founded(engine, founding, login)
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
        seal = Seal(key_id_of(key), key) if key else None
        identity = Identity(known or new_id(), login, self.origin)
        store = Store(engine, identity, self.clock, seal, owner)
        if known is None:
            found(store, founding)
        unsigned = self._sign(store)
        kept = next(one for one in self.credentials.list() if one.name == _AUDIT_KEY)
        return Started(
            identity.organisation,
            login,
            known is not None,
            to_code(key) if key else "",
            kept if key else None,
            unsigned,
        )

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


def _migrated(engine: StoreEngine) -> None:
    with outside_units(engine) as connection:
        revision = migrate.revision_of(connection)
    if revision == migrate.newest():
        return
    saved = migrate.upgrade(engine)
    if saved and revision is None:
        saved.unlink()  # a copy of nothing
