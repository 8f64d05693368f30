"""Postgres roles of one store: an owner nobody logs in as, one for work, one for reading."""

from __future__ import annotations

from sqlalchemy import Connection, Engine

from .migrations.objects.postgres import role

PARTS = ("owner", "app", "read")


def prepare(engine: Engine) -> None:
    """Make the roles and hand the owner the schema; the login must be allowed to create roles."""
    with engine.connect() as connection, connection.begin():
        for part in PARTS:
            if not _exists(connection, part):
                connection.exec_driver_sql(f"CREATE ROLE {role(connection, part)} NOLOGIN")
        owner, app, read = (role(connection, part) for part in PARTS)
        login = connection.exec_driver_sql("SELECT quote_ident(session_user)").scalar_one()
        database = connection.exec_driver_sql("SELECT quote_ident(current_database())").scalar_one()
        for statement in (
            # The owner's rights are taken on for one transaction, never held while working.
            f"GRANT {owner} TO {login} WITH INHERIT FALSE, SET TRUE",
            f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
            f"GRANT CONNECT ON DATABASE {database} TO {owner}, {app}, {read}",
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
            f"GRANT USAGE, CREATE ON SCHEMA public TO {owner}",
            f"GRANT USAGE ON SCHEMA public TO {app}, {read}",
            f"GRANT {app} TO {login}",
        ):
            connection.exec_driver_sql(statement)


def _exists(connection: Connection, part: str) -> bool:
    name = role(connection, part).strip('"')
    found = connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,))
    return found.first() is not None


def owner_of(connection: Connection) -> str:
    return role(connection, "owner").strip('"')


def session_login(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SELECT session_user::text").scalar_one())
