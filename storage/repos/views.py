"""Saved views: each person's own, marked when deleted so that it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from billing_tui.domain.ids import new_id
from billing_tui.domain.text import sort_key
from billing_tui.domain.views import SavedView, ViewDraft
from storage import models
from storage.locking import hold_name
from storage.models.base import table_of
from storage.rows import insert
from storage.rows import update as change_row
from storage.uow import Unit

_VIEW = table_of(models.SavedView)
_OWN = select(_VIEW).where(
    _VIEW.c.organisation == bindparam("o"), _VIEW.c.owner == bindparam("owner")
)
_LIVE = _OWN.where(_VIEW.c.deleted_at.is_(None))
_OF_AREA = _LIVE.where(_VIEW.c.area == bindparam("area"))
_ONE = _OWN.where(_VIEW.c.id == bindparam("id"))


def hold(unit: Unit) -> None:
    """This person saves, changes and takes back views one after the other, on all consoles."""
    hold_name(unit, f"views {unit.actor.user}")


def live(unit: Unit, area: str = "") -> list[SavedView]:
    asked = {"o": unit.organisation, "owner": unit.actor.user}
    if not area:
        return [_read(row) for row in unit.connection.execute(_LIVE, asked)]
    return [_read(row) for row in unit.connection.execute(_OF_AREA, asked | {"area": area})]


def find(unit: Unit, id: UUID, *, deleted: bool = False) -> SavedView | None:
    """One's own view; of others there is none."""
    asked = {"o": unit.organisation, "owner": unit.actor.user, "id": id}
    row = unit.connection.execute(_ONE, asked).one_or_none()
    if row is None or (row.deleted_at is not None and not deleted):
        return None
    return _read(row)


def add(unit: Unit, draft: ViewDraft) -> UUID:
    id = new_id()
    values = _columns(draft) | {"id": id, "owner": unit.actor.user, "deleted_at": None}
    insert(unit, models.SavedView, values, "views.save")
    return id


def edit(unit: Unit, view: SavedView, draft: ViewDraft) -> None:
    change(unit, view, _columns(draft), "views.edit")


def change(unit: Unit, view: SavedView, values: Mapping[str, Any], action: str) -> None:
    change_row(unit, models.SavedView, view.id, view.version, values, action)


def _columns(draft: ViewDraft) -> dict[str, Any]:
    return {
        "area": draft.area,
        "name": draft.name,
        "query": draft.query,
        "sort": draft.sort,
        "descending": draft.descending,
        "position": draft.position,
        "sort_name": sort_key(draft.name),
    }


def _read(row: Any) -> SavedView:
    return SavedView(
        row.id, row.version, row.area, row.name, row.query, row.sort, row.descending, row.position
    )
