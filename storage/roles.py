"""Postgres roles of one store: an owner nobody logs in as, one for work, one for reading."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from billing_tui.domain.errors import NotAllowed

from .errors import sqlstate
from .migrations.objects.postgres import role

PARTS = ("owner", "app", "read")
_LACKS_RIGHT = "42501"


class RolesNeeded(NotAllowed):
    """`sql` is for whoever runs the server."""

    def __init__(self, sql: tuple[str, ...]) -> None:
        self.sql = sql
        super().__init__(
            "The database has to be prepared",
            "Your login may not do this, so ask whoever runs the server to run, in this database: "
            + " ".join(f"{statement};" for statement in sql),
        )


def prepare(engine: Engine) -> None:
    """Make the roles and hand the owner the schema; what is there already is left alone."""
    if left := _left(engine, keep=True):
        raise RolesNeeded(tuple(left))


def rehearse(engine: Engine) -> None:
    """Whether this login may make them: all of it is done, and taken back."""
    if left := _left(engine, keep=False):
        raise RolesNeeded(tuple(left))


def _left(engine: Engine, *, keep: bool) -> list[str]:
    with engine.connect() as connection:
        with connection.begin():
            steps = missing(connection)
        try:
            with connection.begin() as transaction:
                for step in steps:
                    connection.exec_driver_sql(step.replace("%", "%%"))
                left = missing(connection)
                if not keep:
                    transaction.rollback()
        except DBAPIError as error:
            if sqlstate(error) != _LACKS_RIGHT:
                raise
            left = steps
    return left


def missing(connection: Connection) -> list[str]:
    """What still has to be run before a store can be made here, in order."""
    return [step for done, step in _steps(connection) if not done]


def _steps(connection: Connection) -> Iterator[tuple[bool, str]]:
    there = {part: _exists(connection, part) for part in PARTS}
    owner, app, read = (role(connection, part) for part in PARTS)
    for part, name in zip(PARTS, (owner, app, read), strict=True):
        yield there[part], f"CREATE ROLE {name} NOLOGIN"

    def has(part: str, what: str) -> bool:
        return there[part] and _asks(connection, what, f"{_database(connection)}_{part}")

    login, database = _names(connection)
    # The owner's rights are taken on for one transaction, never held while working.
    may_own = there["owner"] and can_set_role(connection, owner_of(connection))
    yield may_own, f"GRANT {owner} TO {login} WITH INHERIT FALSE, SET TRUE"
    works = "pg_has_role(session_user, %s, 'USAGE')"
    yield has("app", works), f"GRANT {app} TO {login}"
    for what in ("CONNECT", "TEMPORARY"):
        open_to_all = f"has_database_privilege(%s, current_database(), '{what}')"
        closed = not _asks(connection, open_to_all, "public")
        yield closed, f"REVOKE {what} ON DATABASE {database} FROM PUBLIC"
    connects = all(has(part, _CONNECTS) for part in PARTS)
    yield connects, f"GRANT CONNECT ON DATABASE {database} TO {owner}, {app}, {read}"
    makes = "has_schema_privilege(%s, 'public', 'CREATE')"
    yield not _asks(connection, makes, "public"), "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield has("owner", makes), f"GRANT USAGE, CREATE ON SCHEMA public TO {owner}"
    uses = has("app", _USES) and has("read", _USES)
    yield uses, f"GRANT USAGE ON SCHEMA public TO {app}, {read}"


# Asked of the grants themselves, since what a role has by PUBLIC would go when that is taken away.
_CONNECTS = (
    "EXISTS (SELECT FROM pg_database d, aclexplode(d.datacl) a"
    " JOIN pg_roles r ON r.oid = a.grantee AND r.rolname = %s"
    " WHERE d.datname = current_database() AND a.privilege_type = 'CONNECT')"
)
_USES = "has_schema_privilege(%s, 'public', 'USAGE')"


def _asks(connection: Connection, question: str, name: str) -> bool:
    return bool(connection.exec_driver_sql(f"SELECT {question}", (name,)).scalar_one())


def _exists(connection: Connection, part: str) -> bool:
    name = f"{_database(connection)}_{part}"
    found = connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,))
    return found.first() is not None


def _database(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SELECT current_database()").scalar_one())


def _names(connection: Connection) -> tuple[str, str]:
    statement = "SELECT quote_ident(session_user), quote_ident(current_database())"
    login, database = connection.exec_driver_sql(statement).one()
    return login, database


def owner_of(connection: Connection) -> str:
    return f"{_database(connection)}_owner"


def session_login(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SELECT session_user::text").scalar_one())


def can_set_role(connection: Connection, name: str) -> bool:
    """Whether this login may act as that role; before Postgres 16 every member may."""
    version = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
    kind = "SET" if int(version) >= 160000 else "MEMBER"
    found = connection.exec_driver_sql(
        "SELECT pg_has_role(session_user, oid, %s) FROM pg_roles WHERE rolname = %s", (kind, name)
    )
    return bool(found.scalar())
