"""People of an organisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    null,
    select,
    update,
)

from billing_tui.domain.ids import new_id
from billing_tui.domain.rights import Role
from billing_tui.domain.users import User, UserDraft
from storage import rows
from storage.models import AppUser, Membership, Organisation
from storage.models.base import table_of
from storage.types import UtcTime
from storage.uow import Unit

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
_MEMBER = table_of(Membership)
_OURS = select(_USER).where(_USER.c.organisation == bindparam("o"))


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


def everybody(unit: Unit) -> tuple[User, ...]:
    found = unit.connection.execute(_OURS.order_by(_USER.c.login), {"o": unit.organisation})
    return tuple(_user(row) for row in found.mappings())


def by_login(unit: Unit, login: str) -> User | None:
    asked = _OURS.where(_USER.c.login == login)
    row = unit.connection.execute(asked, {"o": unit.organisation}).mappings().one_or_none()
    return None if row is None else _user(row)


def add(unit: Unit, draft: UserDraft, password: str = "", id: UUID | None = None) -> None:
    """`password` is what is kept of it, never the clear one."""
    row = {
        "id": id or new_id(),
        "login": draft.login,
        "name": draft.name,
        "roles": ",".join(draft.roles),
        "disabled_at": None,
        "password": password,
        "failures": 0,
        "retry_at": None,
        "public_key": "",
    }
    rows.insert(unit, AppUser, row, "users.add")


def change(
    unit: Unit, user: User, version: int, *, name: str | None, roles: Sequence[Role] | None
) -> None:
    """What is None stays."""
    changes: dict[str, str] = {} if name is None else {"name": name}
    if roles is not None:
        changes["roles"] = ",".join(roles)
    rows.update(unit, AppUser, user.id, version, changes, "users.edit")


def disable(unit: Unit, user: User) -> None:
    changes = {"disabled_at": unit.now}
    rows.update(unit, AppUser, user.id, user.version, changes, "users.disable")


def enable(unit: Unit, user: User) -> None:
    rows.update(unit, AppUser, user.id, user.version, {"disabled_at": None}, "users.enable")


def other_admins(unit: Unit, user: UUID) -> int:
    asked = select(func.count()).where(
        _USER.c.organisation == unit.organisation,
        _USER.c.id != user,
        _USER.c.disabled_at.is_(None),
        _is_admin(_USER.c.roles),
    )
    return int(unit.connection.execute(asked).scalar_one())


def elsewhere(unit: Unit, login: str) -> int:
    """In how many other organisations this login is."""
    asked = select(func.count()).where(
        _MEMBER.c.login == login, _MEMBER.c.organisation != unit.organisation
    )
    return int(unit.connection.execute(asked).scalar_one())


def own_elsewhere(unit: Unit) -> list[tuple[UUID, ActorRow]]:
    """Who the person at work is in the other organisations they may work for."""
    asked = select(_MEMBER.c.organisation).where(
        _MEMBER.c.login == unit.actor.login, _MEMBER.c.organisation != unit.organisation
    )
    others = unit.connection.execute(asked.order_by(_MEMBER.c.organisation)).scalars().all()
    rows_there = ((each, actor_row(unit.connection, each, unit.actor.login)) for each in others)
    return [(each, row) for each, row in rows_there if row is not None and not row.disabled]


def beyond_reach(unit: Unit, login: str) -> int:
    """In how many organisations this login is where the person at work is no admin."""
    reached = exists().where(
        _USER.c.organisation == _MEMBER.c.organisation,
        _USER.c.login == unit.actor.login,
        _USER.c.disabled_at.is_(None),
        _is_admin(_USER.c.roles),
    )
    asked = select(func.count()).select_from(_MEMBER).where(_MEMBER.c.login == login, ~reached)
    return int(unit.connection.execute(asked).scalar_one())


def join(unit: Unit, login: str) -> None:
    """From here on the row-level policies let this login see the organisation."""
    leave(unit, login)
    unit.connection.execute(insert(_MEMBER), {"login": login, "organisation": unit.organisation})


def leave(unit: Unit, login: str) -> None:
    unit.connection.execute(
        delete(_MEMBER).where(_MEMBER.c.login == login, _MEMBER.c.organisation == unit.organisation)
    )


def keep_aside(unit: Unit, user: UUID, values: Mapping[str, Any]) -> None:
    """Set what is no business content: the password's hash, failures, keys. No version rises."""
    here = (_USER.c.organisation == unit.organisation, _USER.c.id == user)
    unit.connection.execute(update(_USER).where(*here).values(dict(values)))


@dataclass(frozen=True, slots=True)
class Secrets:
    """What sign-in needs of a user; it leaves the process on no path."""

    password: str
    failures: int
    retry_at: datetime | None

    def __repr__(self) -> str:
        return "Secrets(hidden)"


def secrets_of(unit: Unit, user: UUID) -> Secrets:
    found = unit.connection.execute(
        select(_USER.c.password, _USER.c.failures, _USER.c.retry_at).where(
            _USER.c.organisation == unit.organisation, _USER.c.id == user
        )
    ).one()
    return Secrets(found.password, found.failures, found.retry_at)


def _is_admin(roles: ColumnElement[str]) -> ColumnElement[bool]:
    return ("," + roles + ",").like(f"%,{Role.ADMIN.value},%")


def _user(row: RowMapping) -> User:
    roles = row["roles"].split(",")
    return User(
        row["id"],
        row["version"],
        row["login"],
        row["name"],
        tuple(role for role in Role if role.value in roles),
        row["disabled_at"] is not None,
        bool(row["password"]),
        row["public_key"],
    )
