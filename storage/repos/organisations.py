"""Organisations, their legal entities, settings and counters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from billing_tui.domain import organisations as domain
from billing_tui.domain.ids import new_id
from billing_tui.domain.tax_ids import TaxId
from storage import rows
from storage.models import Counter, LedgerEntry, LedgerHead, LegalEntity, Organisation, Setting
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
_ENTITY = table_of(LegalEntity)
_SETTING = table_of(Setting)
_ENTITIES = select(_ENTITY).where(_ENTITY.c.organisation == bindparam("o")).order_by(_ENTITY.c.code)
_BOOKED = select(table_of(LedgerEntry).c.seq).limit(1)
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


def found(unit: Unit, draft: domain.Organisation) -> None:
    """Its own row and those of its legal entities, once its books are started."""
    organisation = {
        "id": unit.organisation,
        "name": draft.name,
        "currency": draft.currency,
        "locale": draft.locale,
        "zone": draft.zone,
        "production": draft.production,
    }
    rows.insert(unit, Organisation, organisation, "organisations.found")


def draw(unit: Unit, counter: str, step: int = 1) -> int:
    """The last of `step` fresh numbers; the row lock makes others wait until we commit."""
    n: int = unit.connection.execute(
        _DRAW, {"o": unit.organisation, "counter": counter, "step": step}
    ).scalar_one()
    return n


def hold(unit: Unit, guard: str) -> None:
    """Let nobody else past this guard until we commit."""
    draw(unit, guard)


def organisation(unit: Unit) -> domain.Organisation:
    asked = select(_ORGANISATION).where(_ORGANISATION.c.id == unit.organisation)
    row = unit.connection.execute(asked).mappings().one()
    return domain.Organisation(
        row["id"], row["version"], row["name"], row["currency"], row["locale"], row["zone"],
        row["production"], entities(unit),
    )  # fmt: skip


def booked(unit: Unit) -> bool:
    """Whether anything stands in the books."""
    asked = _BOOKED.where(table_of(LedgerEntry).c.organisation == unit.organisation)
    return unit.connection.execute(asked).first() is not None


def entities(unit: Unit) -> tuple[domain.Entity, ...]:
    found = unit.connection.execute(_ENTITIES, {"o": unit.organisation}).mappings()
    return tuple(_entity(row) for row in found)


def entity(unit: Unit, code: str) -> domain.Entity | None:
    return next((one for one in entities(unit) if one.code == code), None)


def change(
    unit: Unit, before: domain.Organisation, version: int, values: Mapping[str, object]
) -> None:
    rows.update(unit, Organisation, before.id, version, values, "organisations.edit")


def add_entity(unit: Unit, draft: domain.EntityDraft) -> None:
    row = _columns(draft) | {"id": new_id(), "code": draft.code, "closed_through": NEVER_CLOSED}
    rows.insert(unit, LegalEntity, row, "entities.create")


def change_entity(unit: Unit, id: UUID, version: int, draft: domain.EntityDraft) -> None:
    rows.update(unit, LegalEntity, id, version, _columns(draft), "entities.edit")


def close_books(unit: Unit, entity: UUID, version: int, through: date) -> None:
    changes = {"closed_through": through}
    rows.update(unit, LegalEntity, entity, version, changes, "entities.close")


def _columns(draft: domain.EntityDraft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "address": asdict(draft.address),
        "country": draft.country,
        "currency": draft.currency,
        "tax_ids": [asdict(tax_id) for tax_id in draft.tax_ids],
    }


def _entity(row: RowMapping) -> domain.Entity:
    address = row["address"]
    return domain.Entity(
        row["id"],
        row["version"],
        row["code"],
        row["name"],
        row["country"],
        row["currency"],
        domain.Address(**(address | {"lines": tuple(address.get("lines", ()))})),
        tuple(TaxId(**one) for one in row["tax_ids"]),
        None if row["closed_through"] == NEVER_CLOSED else row["closed_through"],
    )


@dataclass(frozen=True, slots=True)
class Kept:
    id: UUID
    version: int
    name: str
    value: Any


def settings(unit: Unit) -> dict[str, Kept]:
    """What was set; everything else has its default."""
    asked = select(_SETTING).where(_SETTING.c.organisation == unit.organisation)
    found = unit.connection.execute(asked)
    return {row.name: Kept(row.id, row.version, row.name, row.value) for row in found}


def keep_setting(unit: Unit, name: str, value: Any) -> None:
    kept = settings(unit).get(name)
    if kept is None:
        row = {"id": new_id(), "name": name, "value": value}
        rows.insert(unit, Setting, row, "settings.set")
    else:
        rows.update(unit, Setting, kept.id, kept.version, {"value": value}, "settings.set")
