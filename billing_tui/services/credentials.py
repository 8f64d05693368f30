"""Whether a credential that is kept also works, tried where that can be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from billing_tui.adapters.signing import Checkpoint, SigningKey
from billing_tui.credentials import OWN_PASSWORD, CredentialNotSet, Credentials, Place, Secret
from billing_tui.domain.errors import IntegrityError
from billing_tui.domain.users import NoOwnPassword, PasswordOfServer
from storage import logins
from storage.repos.store_meta import StoreEngine

from .upkeep import check_audit_key

_MADE_UP = Checkpoint(UUID(int=0), 1, "0" * 64, datetime(2000, 1, 1, tzinfo=UTC))
_NEEDLESS = "not tried: this store needs none"


class SignatureWrong(IntegrityError):
    def __init__(self) -> None:
        super().__init__(
            "Checkpoint key does not work",
            "What it signs is not what its public half accepts. Run `billing-tui doctor`.",
        )


@dataclass(frozen=True, slots=True)
class Tried:
    """A credential that was found, and what came of trying it; one that fails is an error."""

    name: str
    place: Place
    detail: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Trial:
    """`open` gives the store's engine, or None before there is a store; `sign_in` opens it as the
    person whose credentials these are, and gives whether a password was asked for."""

    credentials: Credentials
    sqlite: bool
    open: Callable[[], StoreEngine | None]
    sign_in: Callable[[Secret | None], bool]

    def of(self, name: str) -> Tried:
        kept = self.credentials.kept(name)
        if kept.place is None:
            raise CredentialNotSet(name)
        tries = {
            "store-password": self._store_password,
            OWN_PASSWORD: self._kept_own_password,
            "audit-key": self._audit_key,
            "audit-keys-before": self._keys_before,
            "checkpoint-key": self._checkpoint_key,
        }
        return Tried(name, kept.place, kept.detail, tries[name]())

    def own_password(self, given: Secret | None) -> None:
        """Whether it signs in to a local store; a wrong one counts as a try."""
        if not self.sqlite:
            raise PasswordOfServer
        if not self.sign_in(given):
            raise NoOwnPassword

    def _store_password(self) -> str:
        engine = None if self.sqlite else self.open()
        if engine is None:
            return _NEEDLESS
        try:
            asked = logins.asks_password(engine)
        finally:
            engine.dispose()
        return "the server let you in by it" if asked else "the server let you in without asking"

    def _kept_own_password(self) -> str:
        if not self.sqlite:
            return _NEEDLESS
        self.own_password(self.credentials.get(OWN_PASSWORD))
        return "the store let you in by it"

    def _audit_key(self) -> str:
        code = self.credentials.get("audit-key")
        engine = self.open() if self.sqlite and code else None
        if engine is None or code is None:
            return (
                "readable; no local store is there yet to try it on" if self.sqlite else _NEEDLESS
            )
        sealed = check_audit_key(engine, code)
        return "it seals the audit trail" if sealed else "readable; no row is sealed yet"

    def _keys_before(self) -> str:
        count = len(self.credentials.keys_before())
        return f"readable; {count} earlier key{'' if count == 1 else 's'}"

    def _checkpoint_key(self) -> str:
        key = self.credentials.key("checkpoint-key")
        signing = SigningKey(key) if key else None
        if signing is None or not signing.sign(_MADE_UP).holds(signing.public):
            raise SignatureWrong
        return "what it signs can be verified"
