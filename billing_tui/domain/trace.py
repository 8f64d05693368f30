"""One request from its entry to its traces: the id that is being worked on, and what it left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from .errors import InputError, NotFound

# What is being worked on, from the command, key or job inwards. A request made on the way, such as
# one unit of a job, stands after the one that led to it.
_UNDER_WAY: ContextVar[tuple[UUID, ...]] = ContextVar("requests under way", default=())


class NothingTraced(NotFound):
    def __init__(self, id: str) -> None:
        self.id = id
        super().__init__(
            "No trace",
            f"Neither the store nor this machine's log knows {id}. Another machine's log may; a"
            " request leaves rows in the store only when it wrote something.",
        )


class NotTraceable(InputError):
    def __init__(self) -> None:
        super().__init__(
            "Not an id", "Give a request's id (a UUID), or a reference such as ABCD-1234."
        )


@contextmanager
def working_on(request: UUID) -> Iterator[None]:
    """Log lines written inside carry this id, and so does what adapters send out."""
    before = _UNDER_WAY.get()
    token = _UNDER_WAY.set(before if before[-1:] == (request,) else (*before, request))
    try:
        yield
    finally:
        _UNDER_WAY.reset(token)


def current_request() -> UUID | None:
    """The request being worked on now."""
    return next(reversed(_UNDER_WAY.get()), None)


def first_request() -> UUID | None:
    """The request with which this work entered the program."""
    return next(iter(_UNDER_WAY.get()), None)


@dataclass(frozen=True, slots=True)
class TracedRequest:
    at: datetime
    actor: str  # a login, or the id of one who is gone
    action: str
    answered: bool


@dataclass(frozen=True, slots=True)
class TracedAct:
    """One row of the audit chain."""

    seq: int
    at: str
    action: str
    object: str
    version: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class TracedEntry:
    """One entry of the ledger."""

    seq: int
    booked_on: date
    kind: str
    currency: str
    document: UUID | None


@dataclass(frozen=True, slots=True)
class Trace:
    id: UUID
    request: TracedRequest | None
    audit: tuple[TracedAct, ...]
    ledger: tuple[TracedEntry, ...]


@dataclass(frozen=True, slots=True)
class Traced:
    """All that is known of one request: the store's part, the requests made within it, and the
    lines of this machine's log."""

    trace: Trace
    within: tuple[Trace, ...]
    left_out: int
    lines: tuple[dict[str, Any], ...]
