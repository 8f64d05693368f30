"""Departments: few enough to be read by code, many enough to be paged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select, tuple_

from billing_tui.domain.departments import (
    Department,
    DepartmentArchived,
    DepartmentDraft,
    DepartmentMerged,
    DepartmentNotFound,
    DepartmentStatus,
    OwnerUnknown,
)
from billing_tui.domain.errors import BillingError
from billing_tui.domain.ids import new_id
from billing_tui.domain.pages import CursorRefused, Page, page_size, read_cursor, write_cursor
from billing_tui.domain.text import clean, sort_key
from billing_tui.domain.trees import survivor
from storage import models
from storage.models.base import table_of
from storage.rows import insert, object_name
from storage.rows import update as change_row
from storage.uow import Unit

from .organisations import hold
from .trees import Trees

TREE = "department tree"
LONGEST_SORT = 300
_DEPARTMENT = table_of(models.Department)
_USER = table_of(models.AppUser)
_PARENT = _DEPARTMENT.alias("parent_row")
TREES = Trees(_DEPARTMENT, "code")

_SELECT = (
    select(_DEPARTMENT, _PARENT.c.code.label("parent_code"), _USER.c.login.label("owner_login"))
    .select_from(
        _DEPARTMENT.outerjoin(
            _PARENT,
            (_PARENT.c.organisation == _DEPARTMENT.c.organisation)
            & (_PARENT.c.id == _DEPARTMENT.c.parent),
        ).outerjoin(
            _USER,
            (_USER.c.organisation == _DEPARTMENT.c.organisation)
            & (_USER.c.id == _DEPARTMENT.c.owner),
        )
    )
    .where(_DEPARTMENT.c.organisation == bindparam("o"))
)
_BY_CODE = _SELECT.where(_DEPARTMENT.c.code.in_(bindparam("codes", expanding=True)))
_OWNER = select(_USER.c.id).where(
    _USER.c.organisation == bindparam("o"),
    _USER.c.login == bindparam("login"),
    _USER.c.disabled_at.is_(None),
)


def object_of(id: UUID) -> str:
    return object_name(_DEPARTMENT, id)


def hold_tree(unit: Unit) -> None:
    """Nobody else changes departments or what is mapped to them until we commit."""
    hold(unit, TREE)


def find(unit: Unit, code: str) -> Department:
    """By code, also typed in small letters."""
    typed = clean(code, "code").strip()
    known = by_codes(unit, {typed, typed.upper()})
    found = known.get(typed) or known.get(typed.upper())
    if found is None:
        raise DepartmentNotFound(code)
    return found


def by_codes(unit: Unit, codes: Iterable[str]) -> dict[str, Department]:
    wanted = sorted(set(codes) - {""})
    if not wanted:
        return {}
    given = {"o": unit.organisation, "codes": wanted}
    rows: Any = unit.connection.execute(_BY_CODE, given).all()
    nodes = TREES.nodes_above(unit, [row.id for row in rows if row.merged_into is not None])
    return {row.code: _read(row, nodes) for row in rows}


def unusable(unit: Unit, codes: Iterable[str]) -> dict[str, BillingError]:
    """Why new shares and mappings may not name some of these codes."""
    wanted = sorted(set(codes) - {""})
    known = by_codes(unit, wanted)
    found: dict[str, BillingError] = {}
    for code in wanted:
        department = known.get(code)
        if department is None:
            found[code] = DepartmentNotFound(code)
        elif department.merged_into:
            found[code] = DepartmentMerged(code, department.merged_into)
        elif department.archived_at is not None:
            found[code] = DepartmentArchived(code)
    return found


def owner_of(unit: Unit, login: str) -> UUID | None:
    if not login:
        return None
    found: Any = unit.connection.execute(
        _OWNER, {"o": unit.organisation, "login": login}
    ).scalar_one_or_none()
    if found is None:
        raise OwnerUnknown(login)
    return UUID(str(found))


def page(
    unit: Unit, status: DepartmentStatus | None, text: str, cursor: str, limit: int
) -> Page[Department]:
    """By name; `text` is how a name or code begins."""
    size = page_size(limit)
    wanted = _of_status(_SELECT, status)
    begins = sort_key(clean(text, "text"))
    if begins:
        upto = begins + "\U0010ffff"
        name, code = _DEPARTMENT.c.sort_name, _DEPARTMENT.c.code
        raw = text.strip().upper()
        wanted = wanted.where(
            ((name >= begins) & (name < upto)) | ((code >= raw) & (code < raw + "\U0010ffff"))
        )
    asked = [status, begins]
    if cursor:
        wanted = wanted.where(
            tuple_(_DEPARTMENT.c.sort_name, _DEPARTMENT.c.id) > _after(cursor, asked)
        )
    wanted = wanted.order_by(_DEPARTMENT.c.sort_name, _DEPARTMENT.c.id).limit(size + 1)
    rows: Any = unit.connection.execute(wanted, {"o": unit.organisation}).all()
    nodes = TREES.nodes_above(unit, [row.id for row in rows if row.merged_into is not None])
    items = tuple(_read(row, nodes) for row in rows[:size])
    if len(rows) <= size:
        return Page(items)
    last = rows[size - 1]
    return Page(items, write_cursor("departments", asked, [last.sort_name, str(last.id)]))


def create(unit: Unit, draft: DepartmentDraft, parent: UUID | None, owner: UUID | None) -> UUID:
    id = new_id()
    values: dict[str, Any] = {"id": id, "code": draft.code, "parent": parent, "owner": owner}
    values |= {"merged_into": None, "archived_at": None} | _named(draft.name)
    insert(unit, models.Department, values, "departments.create")
    return id


def change(unit: Unit, department: Department, columns: Mapping[str, Any], action: str) -> int:
    """`columns` holds ids where the department itself shows codes and logins."""
    named = _named(columns["name"]) if "name" in columns else {}
    values = dict(columns) | named
    return change_row(unit, models.Department, department.id, department.version, values, action)


def _named(name: str) -> dict[str, str]:
    return {"name": name, "sort_name": sort_key(name)[:LONGEST_SORT]}


def _of_status(statement: Select[Any], status: DepartmentStatus | None) -> Select[Any]:
    merged, archived = _DEPARTMENT.c.merged_into, _DEPARTMENT.c.archived_at
    match status:
        case DepartmentStatus.MERGED:
            return statement.where(merged.is_not(None))
        case DepartmentStatus.ARCHIVED:
            return statement.where(merged.is_(None), archived.is_not(None))
        case DepartmentStatus.ACTIVE:
            return statement.where(merged.is_(None), archived.is_(None))
    return statement


def _after(cursor: str, asked: Any) -> Any:
    sort_name, id = read_cursor(cursor, "departments", asked, 2)
    try:
        place = (sort_name, UUID(id))
    except ValueError:
        raise CursorRefused from None
    return tuple_(*place, types=[_DEPARTMENT.c.sort_name.type, _DEPARTMENT.c.id.type])


def _read(row: Any, nodes: Any) -> Department:
    return Department(
        id=row.id,
        version=row.version,
        code=row.code,
        name=row.name,
        parent=row.parent_code or "",
        owner=row.owner_login or "",
        merged_into=survivor(nodes, row.id).name if row.merged_into is not None else "",
        archived_at=row.archived_at,
    )
