"""Form drafts: one for each person, form and thing; emptied when used, as nobody may delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from billing_tui.domain.drafts import MOST_LISTED, DraftLine, FormDraft
from billing_tui.domain.pages import Counted
from storage import models
from storage.models.base import table_of
from storage.types import JsonText
from storage.uow import Unit

_DRAFT = table_of(models.FormDraft)
_KEY = ("organisation", "owner", "form", "about")
_EMPTY = literal({}, JsonText())
_KEEP = {
    on_sqlite: (made := dialect.insert(_DRAFT))
    .values({column.name: bindparam(column.name) for column in _DRAFT.columns})
    .on_conflict_do_update(
        index_elements=_KEY,
        set_={name: made.excluded[name] for name in ("seen", "body", "saved_at")},
    )
    for on_sqlite, dialect in ((True, sqlite), (False, postgresql))
}
_OWN = (_DRAFT.c.organisation == bindparam("o"), _DRAFT.c.owner == bindparam("me"))
_THIS = (*_OWN, _DRAFT.c.form == bindparam("of_form"), _DRAFT.c.about == bindparam("of"))
_HELD = (*_OWN, _DRAFT.c.body != _EMPTY)
_FIND = select(_DRAFT).where(*_THIS, _DRAFT.c.body != _EMPTY)
_LIST = (
    select(_DRAFT.c.form, _DRAFT.c.about, _DRAFT.c.seen, _DRAFT.c.saved_at)
    .where(*_HELD)
    .order_by(_DRAFT.c.saved_at.desc(), _DRAFT.c.form, _DRAFT.c.about)
    .limit(MOST_LISTED)
)
_COUNT = select(func.count()).select_from(select(1).where(*_HELD).limit(MOST_LISTED + 1).subquery())
_DROP = (
    update(_DRAFT)
    .where(*_THIS, _DRAFT.c.body != _EMPTY)
    .values(body=_EMPTY, saved_at=bindparam("now"))
)


def keep(unit: Unit, form: str, about: str, version: int, body: Mapping[str, Any]) -> None:
    values = {"organisation": unit.organisation, "owner": unit.actor.user, "form": form}
    values |= {"about": about, "seen": version, "body": dict(body), "saved_at": unit.now}
    unit.connection.execute(_KEEP[unit.sqlite], values)


def find(unit: Unit, form: str, about: str) -> FormDraft | None:
    row = unit.connection.execute(_FIND, _place(unit, form, about)).one_or_none()
    if row is None:
        return None
    return FormDraft(row.form, row.about, row.seen, row.saved_at, row.body)


def own(unit: Unit) -> list[DraftLine]:
    """The newest first."""
    asked = {"o": unit.organisation, "me": unit.actor.user}
    return [DraftLine(*row) for row in unit.connection.execute(_LIST, asked)]


def count(unit: Unit) -> Counted:
    asked = {"o": unit.organisation, "me": unit.actor.user}
    found: int = unit.connection.execute(_COUNT, asked).scalar_one()
    return Counted(min(found, MOST_LISTED), more=found > MOST_LISTED)


def drop(unit: Unit, form: str, about: str) -> None:
    unit.connection.execute(_DROP, _place(unit, form, about) | {"now": unit.now})


def _place(unit: Unit, form: str, about: str) -> dict[str, Any]:
    return {"o": unit.organisation, "me": unit.actor.user, "of_form": form, "of": about}
