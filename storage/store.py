"""Running units of work: one transaction each, tried again whole, their outcome always known."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from billing_tui.domain.acts import Actor, Origin, Request
from billing_tui.domain.errors import NotAllowed
from billing_tui.domain.rights import Role

from .errors import NotAStore, StoreAway, StoreBusy, as_ours, as_store_error
from .repos import audit, requests
from .repos.audit import Seal
from .repos.users import actor_row, server_clock
from .uow import Unit

R = TypeVar("R")
PATIENCE_SECONDS = 15.0
_jitter = random.SystemRandom()


class NotAMember(NotAllowed):
    def __init__(self) -> None:
        super().__init__(
            "No access",
            "You are not an active user of this organisation. Ask an admin to add or enable you.",
        )


@dataclass(frozen=True, slots=True)
class Identity:
    """Who opened the store. Roles are read afresh in every transaction."""

    organisation: UUID
    login: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Written:
    """What a write is stored under: its name, its parameters' hash, how to keep its result."""

    action: str
    params: str
    dump: Callable[[Any], str]
    load: Callable[[str], Any]


class Store:
    """One engine and one person. `clock` is only asked where the database has none of its own."""

    def __init__(
        self,
        engine: Engine,
        identity: Identity,
        clock: Callable[[], datetime],
        seal: Seal | None = None,
        owner: str = "",
    ) -> None:
        self.engine = engine
        self.identity = identity
        self.seal = seal
        self._clock = clock
        self._owner = owner
        self.sqlite = engine.dialect.name == "sqlite"
        self._one_writer = threading.Lock()

    def read(self, fn: Callable[[Unit], R], *, snapshot: bool = False) -> R:
        """Run `fn` in a transaction that cannot write; `snapshot` sees one moment throughout."""
        options: dict[str, Any] = {"postgresql_readonly": True}
        if snapshot and not self.sqlite:
            options |= {"isolation_level": "REPEATABLE READ"}
        return self._patiently(lambda: self._read_once(fn, options))

    def write(
        self, fn: Callable[[Unit], R], request: Request, written: Written, *, as_owner: bool = False
    ) -> R:
        """Run `fn` once for this request, or give the answer it got before.

        After a lost COMMIT the next try claims the same request: if the first one did commit, its
        stored result is returned, and one still committing is waited for.
        """
        with self._alone():
            return self._patiently(lambda: self._write_once(fn, request, written, as_owner))

    def found(self, fn: Callable[[Unit], object], actor: Actor, zone: str) -> None:
        """The first transaction of an organisation, before anybody is a member of it.

        Its actor exists from then on, so a try after a lost COMMIT sees that it was done.
        """

        def once() -> None:
            organisation = self.identity.organisation
            with self._writing(as_owner=True) as connection:
                known = actor_row(connection, organisation, actor.login)
                if known is not None and known.id == actor.user:
                    return
                now = self._clock() if self.sqlite else server_clock(connection)
                unit = Unit(connection, organisation, actor, now, zone)
                fn(unit)
                audit.append(unit, self.seal)

        with self._alone():
            self._patiently(once)

    def _read_once(self, fn: Callable[[Unit], R], options: dict[str, Any]) -> R:
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            return fn(self._unit(connection))

    def _write_once(
        self, fn: Callable[[Unit], R], request: Request, written: Written, as_owner: bool
    ) -> R:
        with self._writing(as_owner) as connection:
            unit = self._unit(connection)
            unit.request, unit.reason = request.id, request.reason
            stored = requests.claim(unit, written.action, written.params)
            if stored is not None:
                before: R = written.load(stored)
                return before
            result = fn(unit)
            requests.keep(unit, written.dump(result))
            audit.append(unit, self.seal)
            return result

    @contextmanager
    def _writing(self, as_owner: bool) -> Iterator[Connection]:
        options = {"writing": True}
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            if as_owner and not self.sqlite:
                owner = self._owner.replace('"', '""')
                connection.execute(text(f'SET LOCAL ROLE "{owner}"'))
            yield connection

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """SQLite has one writer; threads queue here, fairer and cheaper than in its busy wait."""
        if not self.sqlite:
            yield
            return
        if not self._one_writer.acquire(timeout=PATIENCE_SECONDS):
            raise StoreBusy
        try:
            yield
        finally:
            self._one_writer.release()

    def _unit(self, connection: Connection) -> Unit:
        """On Postgres the time is the server's, so that no client's clock reaches a shared record,
        and comes with the row of the person, which saves a round trip in every transaction."""
        found = actor_row(connection, self.identity.organisation, self.identity.login)
        if found is None or found.disabled:
            raise NotAMember
        actor = Actor(
            found.id,
            self.identity.login,
            frozenset(Role(role) for role in found.roles.split(",") if role),
            self.identity.origin,
        )
        now = found.now or self._clock()
        organisation = self.identity.organisation
        return Unit(connection, organisation, actor, now, found.zone)

    def _patiently(self, once: Callable[[], R]) -> R:
        give_up = time.monotonic() + PATIENCE_SECONDS
        attempt = 0
        while True:
            try:
                return once()
            except PoolTimeout:
                raise StoreBusy from None
            except UnicodeDecodeError:
                raise NotAStore from None  # SQLite quotes a broken schema in bytes that are no text
            except DBAPIError as error:
                case = as_store_error(error)
                if case is None:
                    raise
                attempt += 1
                pause = _jitter.uniform(0.5, 1.0) * min(1.0, 0.005 * 2**attempt)
                passing = isinstance(case, (StoreBusy, StoreAway))
                if not passing or time.monotonic() + pause > give_up:
                    raise case from None
                time.sleep(pause)

    def acting_as(self, identity: Identity) -> Store:
        other = Store(self.engine, identity, self._clock, self.seal, self._owner)
        other._one_writer = self._one_writer
        return other

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def outside_units(engine: Engine) -> Iterator[Connection]:
    """A transaction with the login's own rights and the same errors as a unit: to look before
    anybody is known in the store, and for what people do to their own login."""
    with as_ours(), engine.connect() as connection, connection.begin():
        yield connection
