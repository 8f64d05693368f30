"""The general ledger's codes: dated rows by legal entity, department and account."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, func, select

from billing_tui.domain.gl import GlMapping
from billing_tui.domain.ids import new_id
from billing_tui.domain.organisations import EntityNotFound
from billing_tui.domain.text import clean
from storage import models
from storage.models.base import table_of
from storage.rows import insert
from storage.rows import update as change_row
from storage.uow import Unit

_MAPPING = table_of(models.GlMapping)
_ENTITY = table_of(models.LegalEntity)
_DEPARTMENT = table_of(models.Department)
_ENTRY = table_of(models.LedgerEntry)
_POSTING = table_of(models.Posting)

_SELECT = (
    select(_MAPPING, _ENTITY.c.code.label("entity_code"), _DEPARTMENT.c.code.label("part"))
    .select_from(
        _MAPPING.join(
            _ENTITY,
            (_ENTITY.c.organisation == _MAPPING.c.organisation)
            & (_ENTITY.c.id == _MAPPING.c.entity),
        ).outerjoin(
            _DEPARTMENT,
            (_DEPARTMENT.c.organisation == _MAPPING.c.organisation)
            & (_DEPARTMENT.c.id == _MAPPING.c.department),
        )
    )
    .where(_MAPPING.c.organisation == bindparam("o"), _MAPPING.c.deleted_at.is_(None))
    .order_by(_MAPPING.c.account, _MAPPING.c.valid_from, _MAPPING.c.id)
)
_ENTITIES = (
    select(_ENTITY.c.code, _ENTITY.c.id)
    .where(_ENTITY.c.organisation == bindparam("o"))
    .order_by(_ENTITY.c.code)
)


def _each_account() -> Select[Any]:
    """Every account in use once, by jumping from one to the next instead of reading all rows."""
    ours = _POSTING.c.organisation == bindparam("o")
    first = select(func.min(_POSTING.c.account).label("account")).where(ours)
    jump = first.cte("used", recursive=True)
    further = (
        select(func.min(_POSTING.c.account))
        .where(ours, _POSTING.c.account > jump.c.account)
        .scalar_subquery()
    )
    jump = jump.union_all(select(further).where(jump.c.account.is_not(None)))
    return select(jump.c.account).where(jump.c.account.is_not(None))


_USED = _each_account()
_USED_BY = select(
    exists(
        select(1)
        .select_from(
            _POSTING.join(
                _ENTRY,
                (_ENTRY.c.organisation == _POSTING.c.organisation)
                & (_ENTRY.c.seq == _POSTING.c.entry),
            )
        )
        .where(
            _POSTING.c.organisation == bindparam("o"),
            _POSTING.c.account == bindparam("account"),
            _ENTRY.c.entity == bindparam("entity"),
        )
    )
)


def entities(unit: Unit) -> dict[str, UUID]:
    rows = unit.connection.execute(_ENTITIES, {"o": unit.organisation})
    return {row.code: row.id for row in rows}


def entity(unit: Unit, code: str) -> UUID:
    known = entities(unit)
    typed = clean(code, "entity").strip()
    found = known.get(typed) or known.get(typed.upper())
    if found is None:
        raise EntityNotFound(code)
    return found


def mappings(unit: Unit, entity: UUID | None = None, account: str = "") -> list[GlMapping]:
    """All that were ever set, oldest first within an account; few hundred by their nature."""
    wanted = _SELECT
    if entity is not None:
        wanted = wanted.where(_MAPPING.c.entity == entity)
    if account:
        wanted = wanted.where(_MAPPING.c.account == clean(account, "account"))
    rows = unit.connection.execute(wanted, {"o": unit.organisation})
    return [_read(row) for row in rows]


def put(
    unit: Unit,
    entity: UUID,
    department: UUID | None,
    account: str,
    on: date,
    code: str,
    action: str,
) -> GlMapping:
    """The row of that day, new or changed; the caller holds the guard."""
    same_day = _SELECT.where(
        _MAPPING.c.entity == entity,
        _MAPPING.c.account == account,
        _MAPPING.c.valid_from == on,
        _MAPPING.c.department.is_(None)
        if department is None
        else _MAPPING.c.department == department,
    )
    found: Any = unit.connection.execute(same_day, {"o": unit.organisation}).first()
    if found is not None:
        change_row(unit, models.GlMapping, found.id, found.version, {"code": code}, action)
    else:
        values: dict[str, Any] = {
            "id": new_id(),
            "entity": entity,
            "department": department,
            "account": account,
        }
        values |= {"code": code, "valid_from": on, "deleted_at": None}
        insert(unit, models.GlMapping, values, action)
    return _read(unit.connection.execute(same_day, {"o": unit.organisation}).one())


def posted_accounts(unit: Unit) -> list[str]:
    return [row.account for row in unit.connection.execute(_USED, {"o": unit.organisation})]


def is_posted(unit: Unit, account: str, entity: UUID) -> bool:
    given = {"o": unit.organisation, "account": account, "entity": entity}
    found: Any = unit.connection.execute(_USED_BY, given).scalar_one()
    return bool(found)


def _read(row: Any) -> GlMapping:
    return GlMapping(
        entity=row.entity_code,
        account=row.account,
        department=row.part or "",
        valid_from=row.valid_from,
        code=row.code,
        id=row.id,
        version=row.version,
    )
