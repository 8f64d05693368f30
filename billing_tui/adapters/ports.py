"""What the program needs from outside, as it would like to see it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The instant, in UTC."""


class PasswordHasher(Protocol):
    def hash(self, clear: str) -> str:
        """A text that holds everything needed to check this password, and not the password."""

    def holds(self, stored: str, clear: str) -> bool: ...

    def outdated(self, stored: str) -> bool: ...
