"""Requests: claimed first in every write, so that the same id is never done twice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.errors import RequestReused
from storage.models import Request
from storage.models.base import table_of
from storage.uow import Unit

_TABLE = table_of(Request)
_VALUES: dict[str, BindParameter[Any]] = {
    name: bindparam(name) for name in ("organisation", "id", "actor", "action", "params", "at")
}
_CLAIM = {
    on_sqlite: dialect.insert(_TABLE)
    .values(_VALUES)
    .on_conflict_do_nothing()
    .execution_options(preserve_rowcount=True)
    for on_sqlite, dialect in ((True, sqlite), (False, postgresql))
}
_KEY = (_TABLE.c.organisation == bindparam("o"), _TABLE.c.id == bindparam("i"))
_STORED = select(_TABLE.c.actor, _TABLE.c.action, _TABLE.c.params, _TABLE.c.result).where(*_KEY)
_KEEP = update(_TABLE).where(*_KEY).values(result=bindparam("answer"))


def claim(unit: Unit, action: str, params: str) -> str | None:
    """None when the request is new, else the result it had. On Postgres a request whose commit is
    still under way is waited for by the insert itself."""
    actor = str(unit.actor.user)
    done = unit.connection.execute(
        _CLAIM[unit.sqlite],
        {
            "organisation": unit.organisation,
            "id": unit.request,
            "actor": actor,
            "action": action,
            "params": params,
            "at": unit.now,
        },
    )
    if done.rowcount == 1:
        return None
    key = {"o": unit.organisation, "i": unit.request}
    stored = unit.connection.execute(_STORED, key).one()
    if (stored.actor, stored.action, stored.params) != (actor, action, params):
        raise RequestReused
    return str(stored.result)


def is_done(unit: Unit, id: UUID) -> bool:
    return unit.connection.execute(_STORED, {"o": unit.organisation, "i": id}).first() is not None


def keep(unit: Unit, result: str) -> None:
    unit.connection.execute(_KEEP, {"o": unit.organisation, "i": unit.request, "answer": result})
