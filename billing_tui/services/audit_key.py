"""A new key for the seal of a local store's audit trail."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from billing_tui.credentials import CredentialInEnvironment, Credentials, Kept, Secret
from billing_tui.domain.acts import Request
from billing_tui.domain.audit import key_id_of
from billing_tui.domain.errors import BillingError, Refused
from billing_tui.domain.recovery import KEY_BYTES, to_code
from billing_tui.domain.rights import Right
from storage.repos import organisations, requests
from storage.repos.audit import Seal
from storage.store import Store
from storage.uow import Unit

from .cases import Service, reads, writes

NAME, BEFORE = "audit-key", "audit-keys-before"


class NoSealHere(Refused):
    def __init__(self) -> None:
        super().__init__(
            "No key to rotate",
            "On a shared store the server keeps the audit trail, so its rows bear no seal.",
        )


@dataclass(frozen=True, slots=True)
class Rotated:
    """The recovery code is told here and never again; not to a request that was done before."""

    key_id: str
    before: str
    recovery_code: str
    audit_key: Kept


class AuditKey(Service):
    def __init__(self, store: Store, credentials: Credentials) -> None:
        super().__init__(store)
        self._credentials = credentials

    def rotate(self, request: Request) -> Rotated:
        """Seal with a fresh key from now on; the one before is kept, so verify checks all rows."""
        done, others = self._asked(request.id)
        if not self.store.sqlite:
            raise NoSealHere
        for name in (NAME, BEFORE):
            if variable := self._credentials.variable(name):
                raise CredentialInEnvironment(name, variable)
        old = self._credentials.get(NAME)
        if done:
            used = self.store.seal.key_id if self.store.seal else ""
            kept = next(one for one in self._credentials.list() if one.name == NAME)
            return Rotated(used, "", "", kept)
        return self._renewed(request, old, others)

    def _renewed(self, request: Request, old: Secret | None, others: list[UUID]) -> Rotated:
        before, key = self.store.seal, secrets.token_bytes(KEY_BYTES)
        if before is not None:
            self._credentials.keep_before(before.key)
        kept = self._credentials.set(NAME, to_code(key))
        self.store.seal = Seal(key_id_of(key), key)
        told = (before.key_id if before else "", self.store.seal.key_id)
        try:
            self._say(request, *told)
        except BaseException:
            self._put_back(old)  # nobody has seen the new code yet
            raise
        for other in others:
            # Where this person may not, the next write of anybody says that the key is another.
            with suppress(BillingError):
                identity = replace(self.store.identity, organisation=other)
                there = AuditKey(self.store.acting_as(identity), self._credentials)
                there._say(request, *told)
        return Rotated(told[1], told[0], to_code(key), kept)

    def _put_back(self, old: Secret | None) -> None:
        if old is None:
            self._credentials.remove(NAME)
        else:
            self._credentials.set(NAME, old)

    @reads("audit_key.asked", Right.MANAGE_SETTINGS)
    def _asked(self, unit: Unit, request: UUID) -> tuple[bool, list[UUID]]:
        """Whether this request was done before, and the other organisations of the store."""
        there = organisations.all_organisations(unit.connection)
        others = [one.id for one in there if one.id != unit.organisation]
        return requests.is_done(unit, request), others

    @writes("audit_key.rotate", Right.MANAGE_SETTINGS)
    def _say(self, unit: Unit, before: str, now: str) -> None:
        """The chain itself starts the key; this says who wanted it, and why."""
        unit.note("audit_key.rotate", f"audit_key:{now}", {"before": before, "now": now})
