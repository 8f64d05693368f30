"""People of an organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, literal_column, null, select

from storage.models import AppUser, Organisation
from storage.models.base import table_of
from storage.types import UtcTime

_USER = table_of(AppUser)
_ORGANISATION = table_of(Organisation)
_ACTOR = select(_USER.c.id, _USER.c.roles, _USER.c.disabled_at, _ORGANISATION.c.zone).where(
    _USER.c.organisation == bindparam("o"),
    _USER.c.login == bindparam("login"),
    _ORGANISATION.c.organisation == _USER.c.organisation,
    _ORGANISATION.c.id == _USER.c.organisation,
)
_CLOCK = func.clock_timestamp(type_=UtcTime)
# A person is a database login on Postgres, so whose name was claimed counts for nothing there.
_SAME_LOGIN = _USER.c.login == literal_column("session_user::text")
_ACTOR_FROM = {
    True: _ACTOR.add_columns(null().label("now")),
    False: _ACTOR.add_columns(_CLOCK.label("now")).where(_SAME_LOGIN),
}
_NOW = select(_CLOCK)


@dataclass(frozen=True, slots=True)
class ActorRow:
    id: UUID
    roles: str
    disabled: bool
    zone: str
    now: datetime | None  # where the database has a clock of its own


def actor_row(connection: Connection, organisation: UUID, login: str) -> ActorRow | None:
    """Who this login is now, read in every transaction so that a lost role counts at commit."""
    sqlite = connection.dialect.name == "sqlite"
    found = connection.execute(
        _ACTOR_FROM[sqlite], {"o": organisation, "login": login}
    ).one_or_none()
    if found is None:
        return None
    return ActorRow(found.id, found.roles, found.disabled_at is not None, found.zone, found.now)


def server_clock(connection: Connection) -> datetime:
    now: datetime = connection.execute(_NOW).scalar_one()
    return now
