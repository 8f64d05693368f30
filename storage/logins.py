"""People as logins of a Postgres server: made, let in and kept out.

Much of it only some logins may do. What could not be done is handed back as the SQL that does it,
for whoever runs the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from .engine import open_engine
from .errors import LoginLacksRight, SignInRefused, as_store_error, sqlstate
from .roles import PARTS, can_set_role, owner_of, session_login
from .store import outside_units
from .uow import Unit

_NOT_DONE = ("42501", "42704")  # not allowed, or there is no such role


@dataclass(frozen=True, slots=True)
class Login:
    """`groups` are those of our three roles it is in, each with who put it there."""

    active: bool
    above_rules: bool
    groups: dict[str, str]


_LOOK = (
    "SELECT rolcanlogin, rolsuper OR rolbypassrls AS above_rules FROM pg_roles WHERE rolname = %s"
)
_GROUPS = (
    "SELECT g.rolname AS part, pg_get_userbyid(m.grantor) AS grantor FROM pg_auth_members m"
    " JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member"
    " WHERE r.rolname = %s AND g.rolname = ANY (%s) AND (m.inherit_option OR m.set_option)"
)


def look(connection: Connection, name: str) -> Login | None:
    found = connection.exec_driver_sql(_LOOK, (name,)).one_or_none()
    if found is None:
        return None
    ours = {owner_of(connection).removesuffix("owner") + part: part for part in PARTS}
    rows = connection.exec_driver_sql(_GROUPS, (name, list(ours)))
    return Login(found[0], found[1], {ours[row.part]: row.grantor for row in rows})


def is_ours(connection: Connection, name: str) -> bool:
    """Whether this is one of the store's own roles, which are nobody's login."""
    return name in {owner_of(connection).removesuffix("owner") + part for part in PARTS}


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def group(connection: Connection, part: str) -> str:
    return quoted(owner_of(connection).removesuffix("owner") + part)


def verifier(engine: Engine, login: str, clear: str) -> str:
    """What the server keeps of a password, made here so that it never sees the password itself."""
    with outside_units(engine) as connection:
        driver: Any = connection.connection.driver_connection
        made: bytes = driver.pgconn.encrypt_password(
            clear.encode(), login.encode(), b"scram-sha-256"
        )
    return made.decode()


def admit(unit: Unit, name: str, part: str, secret: str = "") -> tuple[str, ...]:
    """Make the login if it does not exist, and put it in its group; gives what is left to do."""
    _attempt(unit, _steps(unit.connection, name, part, secret))
    left = _steps(unit.connection, name, part)
    made_without = bool(left) and look(unit.connection, name) is None
    return (*left, f"\\password {quoted(name)}") if made_without else tuple(left)


def _steps(connection: Connection, name: str, part: str, secret: str = "") -> list[str]:
    found, role = look(connection, name), quoted(name)
    steps = []
    if found is None:
        steps.append(f"CREATE ROLE {role} LOGIN" + (f" PASSWORD '{secret}'" if secret else ""))
    elif not found.active:
        steps.append(f"ALTER ROLE {role} LOGIN" + (f" PASSWORD '{secret}'" if secret else ""))
    groups = found.groups if found else {}
    # Whoever works may also be trusted with the owner's role; whoever only reads may not.
    wrong = ("app", "owner") if part == "read" else ("read",)
    for other in wrong:
        if other in groups:
            grantor = quoted(groups[other])
            steps.append(f"REVOKE {group(connection, other)} FROM {role} GRANTED BY {grantor}")
    if part not in groups:
        steps.append(f"GRANT {group(connection, part)} TO {role}")
    return steps


def keep_out(unit: Unit, name: str) -> tuple[str, ...]:
    _attempt(unit, [f"ALTER ROLE {quoted(name)} NOLOGIN"])
    found = look(unit.connection, name)
    return (f"ALTER ROLE {quoted(name)} NOLOGIN",) if found and found.active else ()


def set_password(unit: Unit, name: str, secret: str) -> bool:
    return _attempt(unit, [f"ALTER ROLE {quoted(name)} PASSWORD '{secret}'"])


def asks_password(engine: Engine) -> bool:
    """Whether the server let this login in by a password, not by a certificate or by itself."""
    with outside_units(engine) as connection:
        return _by_password(connection)


def proves(engine: Engine, login: str, password: str) -> bool:
    """Whether this password lets this login in, on a connection of its own: those that are open
    prove nothing any more."""
    if not password:
        return False  # the library would look into a password file instead
    asking = open_engine(engine.url, lambda: password)
    try:
        with outside_units(asking) as connection:
            return _by_password(connection) and session_login(connection) == login
    except SignInRefused:
        return False
    finally:
        asking.dispose()


def _by_password(connection: Connection) -> bool:
    driver: Any = connection.connection.driver_connection
    return bool(driver.pgconn.used_password)


def set_own_password(engine: Engine, secret: str) -> None:
    with outside_units(engine) as connection:
        connection.exec_driver_sql(f"ALTER ROLE SESSION_USER PASSWORD '{secret}'")


def _attempt(unit: Unit, steps: Sequence[str]) -> bool:
    """Run as the person's own login, which the server judges; all of it or nothing."""
    connection = unit.connection
    owner = quoted(owner_of(connection))
    if not steps:
        return True
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("SET LOCAL ROLE NONE")
            for step in steps:
                connection.exec_driver_sql(step.replace("%", "%%"))
            connection.exec_driver_sql(f"SET LOCAL ROLE {owner}".replace("%", "%%"))
    except DBAPIError as error:
        if sqlstate(error) not in _NOT_DONE:
            raise
        return False
    return True


_END = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE usename = %s AND datname = current_database() AND pid <> pg_backend_pid()"
)


def end_sessions(engine: Engine, name: str) -> int:
    """End what this login has open, if the server lets us; policies shut it out in any case."""
    try:
        with engine.connect() as connection, connection.begin() as transaction:
            login = connection.exec_driver_sql("SELECT quote_ident(session_user)").scalar_one()
            # Only who has a role's rights may end its sessions; the right goes with the rollback.
            grant = f"GRANT {quoted(name)} TO {login} WITH INHERIT TRUE"
            connection.exec_driver_sql(grant.replace("%", "%%"))
            ended = connection.exec_driver_sql(_END, (name,)).scalar_one()
            transaction.rollback()
            return int(ended)
    except DBAPIError as error:
        if sqlstate(error) in _NOT_DONE or as_store_error(error) is not None:
            return 0
        raise


def may_be_owner(engine: Engine) -> tuple[bool, str]:
    """Whether this login may act as the owning role, and the SQL that would let it."""
    with outside_units(engine) as connection:
        owner = owner_of(connection)
        login = connection.exec_driver_sql("SELECT session_user::text").scalar_one()
        return can_set_role(connection, owner), f"GRANT {quoted(owner)} TO {quoted(login)}"


def note_session(engine: Engine, organisation: object, source: str, act: str) -> None:
    """A line in the chain that also an auditor's login may write: about their own coming."""
    with outside_units(engine) as connection:
        connection.exec_driver_sql(
            "SELECT audit_sign_in(%s::uuid, %s, %s)", (organisation, source, act)
        )


def remember_key(engine: Engine, organisation: object, public: str) -> None:
    """An auditor's login may write nothing, so its checkpoints hold on its own machine only."""
    with suppress(LoginLacksRight), outside_units(engine) as connection:
        connection.exec_driver_sql(
            "SELECT remember_public_key(%s::uuid, %s)", (organisation, public)
        )
