"""Triggers, functions, rights and policies: one list per engine, made anew after each upgrade.

All of it is derived from the models, so a new table is guarded as soon as it exists.
"""

from sqlalchemy import Connection

from . import postgres, sqlite


def recreate(connection: Connection) -> None:
    statements = sqlite if connection.dialect.name == "sqlite" else postgres
    for statement in (*statements.drop(connection), *statements.create(connection)):
        connection.exec_driver_sql(statement)
