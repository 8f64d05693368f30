"""Notes on customers: added, changed by their author, and marked as deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select, tuple_

from billing_tui.domain.customers import Note
from billing_tui.domain.dates import utc_text
from billing_tui.domain.ids import new_id
from storage import models
from storage.models.base import table_of
from storage.rows import insert, object_name
from storage.rows import update as change_row
from storage.uow import Unit

_NOTE = table_of(models.CustomerNote)
_CUSTOMER = table_of(models.Customer)
_USER = table_of(models.AppUser)
_NOTES = (
    select(_NOTE, _CUSTOMER.c.number, _USER.c.login)
    .select_from(
        _NOTE.join(
            _CUSTOMER,
            (_CUSTOMER.c.organisation == _NOTE.c.organisation)
            & (_CUSTOMER.c.id == _NOTE.c.customer),
        ).join(
            _USER,
            (_USER.c.organisation == _NOTE.c.organisation) & (_USER.c.id == _NOTE.c.author),
        )
    )
    .where(_NOTE.c.organisation == bindparam("o"), _NOTE.c.deleted_at.is_(None))
)
_ALL_OF = select(_NOTE.c.id).where(
    _NOTE.c.organisation == bindparam("o"), _NOTE.c.customer == bindparam("customer")
)
_ONE = _NOTES.where(_NOTE.c.id == bindparam("id"))
_ONE_LOCKED = _ONE.with_for_update(key_share=True, of=_NOTE)


def note(unit: Unit, id: UUID) -> Note | None:
    """One note, which nobody else changes until we commit when this unit writes."""
    given = {"o": unit.organisation, "id": id}
    statement = _ONE if unit.request is None else _ONE_LOCKED
    found = unit.connection.execute(statement, given).one_or_none()
    return None if found is None else _read(found)


def notes(
    unit: Unit, customers: Sequence[UUID], after: tuple[Any, UUID] | None, limit: int
) -> list[Note]:
    """The newest first, of all these customers together."""
    wanted: Select[Any] = _NOTES.where(_NOTE.c.customer.in_(customers))
    if after is not None:
        place = tuple_(*after, types=[_NOTE.c.written_at.type, _NOTE.c.id.type])
        wanted = wanted.where(tuple_(_NOTE.c.written_at, _NOTE.c.id) < place)
    wanted = wanted.order_by(_NOTE.c.written_at.desc(), _NOTE.c.id.desc()).limit(limit)
    return [_read(row) for row in unit.connection.execute(wanted, {"o": unit.organisation})]


def place_of(found: Note) -> list[str]:
    return [utc_text(found.written_at), str(found.id)]


def add(unit: Unit, customer: UUID, text: str) -> UUID:
    id = new_id()
    values = {"id": id, "customer": customer, "author": unit.actor.user, "text": text}
    values |= {"written_at": unit.now, "deleted_at": None}
    insert(unit, models.CustomerNote, values, "customers.note")
    return id


def change(unit: Unit, found: Note, text: str) -> int:
    return change_row(
        unit, models.CustomerNote, found.id, found.version, {"text": text}, "customers.edit_note"
    )


def delete(unit: Unit, found: Note) -> int:
    gone = {"deleted_at": unit.now}
    return change_row(
        unit, models.CustomerNote, found.id, found.version, gone, "customers.delete_note"
    )


def objects_of(unit: Unit, customer: UUID) -> list[str]:
    """The names under which the audit chain knows a customer's notes, deleted ones too."""
    found = unit.connection.execute(_ALL_OF, {"o": unit.organisation, "customer": customer})
    return [object_name(_NOTE, row.id) for row in found]


def _read(row: Any) -> Note:
    return Note(row.id, row.version, row.number, row.login, row.text, row.written_at)
