"""Password hashes of local stores: argon2id, its parameters written into each hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher as _Library


@dataclass(frozen=True, slots=True)
class Cost:
    """Rounds, memory in KiB and threads of one hash."""

    time: int
    memory: int
    lanes: int


class Argon2:
    """With the library's default cost, unless another one is given."""

    def __init__(self, cost: Cost | None = None) -> None:
        self._cost = cost
        self._made: _Library | None = None

    def hash(self, clear: str) -> str:
        return self._library().hash(clear)

    def holds(self, stored: str, clear: str) -> bool:
        """Whether this is the password. A hash nobody can read is nobody's password."""
        from argon2.exceptions import Argon2Error, InvalidHashError

        try:
            return self._library().verify(stored, clear)
        except (Argon2Error, InvalidHashError):
            return False

    def outdated(self, stored: str) -> bool:
        """Whether today's cost is another than the one this hash was made with."""
        from argon2.exceptions import InvalidHashError

        try:
            return self._library().check_needs_rehash(stored)
        except InvalidHashError:
            return True

    def _library(self) -> _Library:
        if self._made is None:
            from argon2 import PasswordHasher

            cost = self._cost
            self._made = (
                PasswordHasher(cost.time, cost.memory, cost.lanes) if cost else PasswordHasher()
            )
        return self._made
