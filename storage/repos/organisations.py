"""Organisations, their legal entities, settings and counters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, select, update

from storage.models import Counter, LedgerHead, Membership, Organisation
from storage.models.base import table_of
from storage.uow import Unit

from . import audit

_COUNTER = table_of(Counter)
_ORGANISATION = table_of(Organisation)
_DRAW = (
    update(_COUNTER)
    .where(_COUNTER.c.organisation == bindparam("o"), _COUNTER.c.name == bindparam("counter"))
    .values(n=_COUNTER.c.n + bindparam("step"))
    .returning(_COUNTER.c.n)
)
NEVER_CLOSED = date(1, 1, 1)
_ALL = select(_ORGANISATION.c.id, _ORGANISATION.c.name).order_by(_ORGANISATION.c.id)


@dataclass(frozen=True, slots=True)
class Found:
    id: UUID
    name: str


def all_organisations(connection: Connection) -> list[Found]:
    """Those this login may see: on Postgres the policies leave out the rest."""
    return [Found(row.id, row.name) for row in connection.execute(_ALL)]


def start_books(unit: Unit, counters: tuple[str, ...]) -> None:
    """The heads every organisation needs before its first act."""
    audit.start_chain(unit)
    unit.connection.execute(
        insert(table_of(LedgerHead)), {"organisation": unit.organisation, "seq": 0}
    )
    unit.connection.execute(
        insert(_COUNTER),
        [{"organisation": unit.organisation, "name": name, "n": 0} for name in counters],
    )


def join(unit: Unit, login: str) -> None:
    """From here on the row-level policies let this login see the organisation."""
    unit.connection.execute(
        insert(table_of(Membership)), {"login": login, "organisation": unit.organisation}
    )


def draw(unit: Unit, counter: str, step: int = 1) -> int:
    """The last of `step` fresh numbers; the row lock makes others wait until we commit."""
    n: int = unit.connection.execute(
        _DRAW, {"o": unit.organisation, "counter": counter, "step": step}
    ).scalar_one()
    return n


def hold(unit: Unit, guard: str) -> None:
    """Let nobody else past this guard until we commit."""
    draw(unit, guard)
