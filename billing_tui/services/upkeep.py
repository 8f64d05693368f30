"""What is done to a store as a whole, by nobody in it: its schema and its audit key."""

from __future__ import annotations

from dataclasses import dataclass

from billing_tui import __version__
from billing_tui.credentials import Secret
from billing_tui.domain.audit import key_id_of
from billing_tui.domain.errors import Refused
from billing_tui.domain.recovery import from_code
from storage import logins, migrate
from storage.errors import StoreMissing
from storage.repos import store_meta
from storage.repos.store_meta import StoreEngine
from storage.store import outside_units

from .users import OwnerNeeded


class KeyOfAnotherStore(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Key of another store",
            "This recovery code belongs to another store, or to a key this one no longer uses."
            " Look for the code that was shown when this store was set up or its key last rotated;"
            " `credentials set audit-keys-before` takes those of earlier keys.",
        )


@dataclass(frozen=True, slots=True)
class Migrated:
    before: str
    now: str
    backup: str | None


def migrated(engine: StoreEngine, where: str, *, repair: bool = False) -> Migrated:
    """Bring the schema up to this program; nothing happens where it is already.

    `repair` makes triggers, functions, rights and policies anew all the same.
    """
    try:
        with outside_units(engine) as connection:
            before = migrate.revision_of(connection)
            if before is None:
                raise StoreMissing(where)
            if not _outdated(connection) and not repair:
                return Migrated(before, before, None)
        if engine.dialect.name != "sqlite":
            may, sql = logins.may_be_owner(engine)
            if not may:
                raise OwnerNeeded(sql)
        saved = migrate.upgrade(engine)
        return Migrated(before, migrate.newest(), str(saved) if saved else None)
    finally:
        engine.dispose()


def _outdated(connection: store_meta.StoreConnection) -> bool:
    try:
        migrate.check(connection, __version__)
    except migrate.SchemaTooOld:
        return True
    return False


def check_audit_key(engine: StoreEngine | None, code: Secret) -> bool:
    """Whether a row is sealed by the key of this code; one that did not seal this chain last is
    refused. A store that is not there yet, or has no sealed row, takes any."""
    key = from_code(code.reveal())
    if engine is None:
        return False
    try:
        with outside_units(engine) as connection:
            migrate.check(connection, __version__)
            used = store_meta.last_keys(connection)
    finally:
        engine.dispose()
    if used and key_id_of(key) not in used:
        raise KeyOfAnotherStore
    return bool(used)
