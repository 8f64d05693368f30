"""A person at work: what the console knows of them and of where they are while it is open."""

from __future__ import annotations

from dataclasses import dataclass

from .rights import Right, Role, may


@dataclass(frozen=True, slots=True)
class Session:
    """`lock_minutes` is 0 where nothing locks by itself; `lockable` says whether a password is
    there to unlock with."""

    organisation: str
    login: str
    name: str
    roles: frozenset[Role]
    features: frozenset[str]
    currency: str
    locale: str
    zone: str
    production: bool
    shared: bool
    lockable: bool
    lock_minutes: int

    def may(self, right: Right) -> bool:
        return may(self.roles, right)
