"""Checkpoints: the head of the chain, signed and remembered outside the store."""

from __future__ import annotations

from billing_tui.adapters.checkpoints import CheckpointFile
from billing_tui.adapters.signing import Checkpoint, SignedCheckpoint, SigningKey
from billing_tui.credentials import Credentials
from billing_tui.domain.acts import Request
from billing_tui.settings import Settings
from storage import logins
from storage.repos import audit, users
from storage.store import Store, Written
from storage.uow import Unit

FILE = "checkpoints.jsonl"
KEY = "checkpoint-key"


class Checkpoints:
    """Of one store as this machine knows it."""

    def __init__(self, store: Store, settings: Settings, credentials: Credentials) -> None:
        self._store = store
        self._settings = settings
        self._credentials = credentials

    def sign(self) -> SignedCheckpoint | None:
        """Sign the head as it is now and remember it; None while the chain is empty."""
        key = self.key()
        now = self._store.read(_head)
        if now is None:
            return None
        signed = key.sign(now)
        self._file(make=True).remember(self._settings.store.scope, signed)
        return signed

    def remembered(self) -> SignedCheckpoint | None:
        """The highest one; whose key signed it is for the caller to judge."""
        organisation = self._store.identity.organisation
        return self._file().latest(self._settings.store.scope, organisation)

    def key(self) -> SigningKey:
        """The key of this installation or person, made at first use; its public half goes into
        their row, so that others can check what it signed."""
        kept = self._credentials.get(KEY)
        key = SigningKey.from_code(kept.reveal()) if kept else SigningKey.make()
        if kept is None:
            self._credentials.set(KEY, key.code())
        self._publish(key.public)
        return key

    def _publish(self, public: str) -> None:
        if not self._store.sqlite:
            logins.remember_key(self._store.engine, self._store.identity.organisation, public)
        elif not self._store.read(_published):  # a look leaves no trace
            remember = Written("users.remember_key", "", str, str)
            self._store.write(lambda unit: _remember(unit, public), Request.new(), remember)

    def _file(self, *, make: bool = False) -> CheckpointFile:
        folder = self._settings.state_dir() if make else self._settings.state
        return CheckpointFile(folder / FILE)


def _head(unit: Unit) -> Checkpoint | None:
    head = audit.head_of(unit)
    if head is None or head.seq == 0:
        return None
    return Checkpoint(unit.organisation, head.seq, head.hash, unit.now)


def _published(unit: Unit) -> bool:
    known = users.by_login(unit, unit.actor.login)
    return known is not None and bool(known.public_key)


def _remember(unit: Unit, public: str) -> str:
    """Once: replacing it would let checkpoints of old be disowned."""
    if not _published(unit):
        users.keep_aside(unit, unit.actor.user, {"public_key": public})
    return ""
