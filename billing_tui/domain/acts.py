"""Who acts, from where, and on which request."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from .audit import canonical
from .ids import new_id
from .rights import Role


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an act came from, as it stands in the audit chain."""

    kind: str
    host: str = ""
    os_user: str = ""
    program: str = ""

    def text(self) -> str:
        return canonical(
            {"host": self.host, "kind": self.kind, "os_user": self.os_user, "program": self.program}
        )


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at work: their row, what they may do now, and where they sit."""

    user: UUID
    login: str
    roles: frozenset[Role]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Request:
    """One write as its client names it: the same id is never done twice."""

    id: UUID
    reason: str = ""

    @classmethod
    def new(cls, reason: str = "") -> Request:
        return cls(new_id(), reason)
