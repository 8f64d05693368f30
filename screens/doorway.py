"""What the screens before the open console may ask: how a store is made, and who comes in.

Everything of the door may take long, so it is called in threads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual.message import Message
from textual.message_pump import MessagePump

from billing_tui.domain.errors import BillingError

if TYPE_CHECKING:
    from billing_tui.credentials import Secret


@dataclass
class ComingRefused(Message):
    """Told to the sign-in: why the store did not open for this person."""

    error: BillingError


@dataclass(frozen=True, slots=True)
class Server:
    """Where a shared store is. The password is no part of it."""

    host: str
    port: str
    database: str
    login: str
    sslmode: str


@dataclass(frozen=True, slots=True)
class Outset:
    """What the wizard begins with. `named_by` says what named the place of the store, which then
    is not asked for; `password_needed` is for an admin who is not the system's user."""

    place: str
    shared: bool
    named_by: str
    login: str
    password_needed: bool
    guesses: Mapping[str, str]
    answers: Mapping[str, str]
    begun: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What was found there. `stage` is nothing, begun or ready; `server` says its version."""

    place: str
    login: str
    stage: str
    server: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the new store is to be; names and codes as they were checked."""

    organisation: str
    entity: str
    country: str
    currency: str
    locale: str
    zone: str
    admin: str
    production: bool
    demo: bool


@dataclass(frozen=True, slots=True)
class Made:
    """What the person has to know now. A shared store has no recovery code."""

    login: str
    resumed: bool
    code: str = field(repr=False)
    kept: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Who:
    """What the sign-in begins with. `no_memory` says why no password can be remembered here."""

    place: str
    shared: bool
    login: str
    no_memory: str


class Door(Protocol):
    def outset(self) -> Outset: ...
    def look(self, server: Server | None, password: Secret | None) -> Place:
        """Connects to this server, or looks at this machine's own place; makes nothing."""

    def found(
        self, wanted: Wanted, password: Secret | None, tell: Callable[[int], None]
    ) -> Made: ...
    def finish(self) -> str:
        """The recovery code was confirmed. Says what this machine opens from now on."""

    def adopt(self) -> str:
        """A store that others made is this machine's from now on."""

    def keep_answers(self, typed: Mapping[str, Any]) -> None: ...
    def drop_answers(self) -> None: ...
    def who(self) -> Who: ...
    def organisations(self) -> Sequence[tuple[str, str]]:
        """Those the person may choose from: what names them to `choose`, and their names."""

    def choose(self, organisation: str) -> None: ...


class Entrance(Protocol):
    """The console, as long as nobody is in."""

    @property
    def door(self) -> Door: ...
    def open(
        self, login: str = "", password: Secret | None = None, *, remember: bool = False
    ) -> None:
        """Open the store in a thread; what comes of it decides which screen is shown."""

    def unlock(self, password: Secret) -> None:
        """Whether it is the right one; in a thread."""

    def let_in(self) -> None:
        """The lock is open."""

    def sign_out(self) -> None:
        """Everything of the person goes, and somebody else may come in."""


def entrance_of(pump: MessagePump) -> Entrance:
    return cast("Entrance", pump.app)
