"""Who acts, from where, and on which request."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from .audit import canonical
from .errors import InputError
from .ids import new_id
from .rights import Role
from .text import clean, refuse_cards

LONGEST_REASON = 1000


class ReasonTooLong(InputError):
    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(
            "Reason too long",
            f"The reason has {length} characters; {LONGEST_REASON} are enough to say why.",
        )


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
    """One write as its client names it: the same id is never done twice. The reason is for good
    in the audit chain, so what must not be kept is refused before anything is done."""

    id: UUID
    reason: str = ""

    def __post_init__(self) -> None:
        refuse_cards(clean(self.reason, "reason"), "reason")
        if len(self.reason) > LONGEST_REASON:
            raise ReasonTooLong(len(self.reason))

    @classmethod
    def new(cls, reason: str = "") -> Request:
        return cls(new_id(), reason)

    def within(self, name: str) -> Request:
        """The request for one unit of this one's work; asked again, it is the same."""
        return Request(uuid5(self.id, name), self.reason)
