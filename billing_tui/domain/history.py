"""What happened to one thing, as its audit rows tell it."""

from __future__ import annotations

from dataclasses import dataclass

ERASED = "(erased)"


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after, in one line each."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Act:
    """`at` is UTC, as it was hashed; `who` is a login."""

    seq: int
    at: str
    who: str
    action: str
    object: str
    version: int | None
    reason: str
    request: str
    changes: tuple[Change, ...]
