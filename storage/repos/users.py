"""People of an organisation."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from storage.models import AppUser, Organisation
from storage.models.base import table_of

_USER = table_of(AppUser)
_ORGANISATION = table_of(Organisation)
_ACTOR = select(_USER.c.id, _USER.c.roles, _USER.c.disabled_at, _ORGANISATION.c.zone).where(
    _USER.c.organisation == bindparam("o"),
    _USER.c.login == bindparam("login"),
    _ORGANISATION.c.organisation == _USER.c.organisation,
    _ORGANISATION.c.id == _USER.c.organisation,
)


@dataclass(frozen=True, slots=True)
class ActorRow:
    id: UUID
    roles: str
    disabled: bool
    zone: str


def actor_row(connection: Connection, organisation: UUID, login: str) -> ActorRow | None:
    """Who this login is now, read in every transaction so that a lost role counts at commit."""
    found = connection.execute(_ACTOR, {"o": organisation, "login": login}).one_or_none()
    if found is None:
        return None
    return ActorRow(found.id, found.roles, found.disabled_at is not None, found.zone)
