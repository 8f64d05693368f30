"""The unit of work: one transaction of one person in one organisation."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from billing_tui.domain.acts import Actor
from billing_tui.domain.audit import canonical
from billing_tui.domain.dates import local_date


@dataclass(frozen=True, slots=True)
class AuditLine:
    """What a unit wants to say in the chain; the rest of the row is the unit's own."""

    action: str
    object: str
    version: int | None
    reason: str
    body: str


@dataclass(frozen=True, slots=True)
class Personal:
    """A clear value that the chain names only by its salted hash."""

    digest: str
    object: str
    salt: str
    value: str


@dataclass(slots=True)
class Unit:
    connection: Connection
    organisation: UUID
    actor: Actor
    now: datetime
    zone: str
    request: UUID | None = None
    reason: str = ""
    audit: list[AuditLine] = field(default_factory=list)
    personal: list[Personal] = field(default_factory=list)
    beside: list[Unit] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day in the organisation's zone, worked out when asked for: a zone that somebody broke
        stops what needs a day, but neither a look at the store nor its repair."""
        return local_date(self.now, self.zone)

    @property
    def sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"

    def elsewhere(self, organisation: UUID, actor: Actor, zone: str) -> Unit:
        """The same transaction in another organisation; what is said there goes into its chain."""
        there = Unit(
            self.connection, organisation, actor, self.now, zone, self.request, self.reason
        )
        self.beside.append(there)
        return there

    def note(
        self,
        action: str,
        object: str,
        body: Any = None,
        reason: str = "",
        version: int | None = None,
    ) -> None:
        """Say in the chain that something was done; written when the unit ends."""
        self.audit.append(
            AuditLine(action, object, version, reason or self.reason, canonical(body or {}))
        )

    def hashed(self, object: str, value: Any) -> Any:
        """A salted hash of `value`, which is kept aside as its canonical text; nothing stays so."""
        if not value:
            return value
        salt, told = secrets.token_hex(16), canonical(value)
        digest = hashlib.sha256(f"{salt}:{told}".encode()).hexdigest()
        self.personal.append(Personal(digest, object, salt, told))
        return f"sha256:{digest}"
