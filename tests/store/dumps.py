"""A store's whole schema as sorted lines, whatever order it came about in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import Connection


def dump(connection: Connection) -> list[str]:
    lines = _sqlite(connection) if connection.dialect.name == "sqlite" else _postgres(connection)
    return sorted(lines)


def _sqlite(connection: Connection) -> Iterator[str]:
    found = connection.exec_driver_sql(
        "SELECT type, tbl_name, name, sql FROM sqlite_master"
        " WHERE name NOT LIKE 'sqlite_%' AND tbl_name <> 'alembic_version'"
    )
    for kind, table, name, sql in found:
        text = " ".join(sql.replace('"', "").split())
        if kind != "table":
            yield f"{kind} {table}.{name}: {text}"
            continue
        head, _, body = text.partition("(")
        inside, _, options = body.rpartition(")")
        yield f"table {name}: {head.strip()} {options.strip()}"
        for part in re.split(r",(?![^()]*\))", inside):
            yield f"table {name}: {part.strip()}"


_POSTGRES = (
    """SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        pg_get_expr(d.adbin, d.adrelid), l.collname, a.attacl::text
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
        AND NOT a.attisdropped""",
    """SELECT 'relation', relkind, relname, relowner::regrole, relrowsecurity, relforcerowsecurity,
        relpersistence, reloptions::text, relacl::text
    FROM pg_class WHERE relnamespace = 'public'::regnamespace""",
    """SELECT 'constraint', conrelid::regclass, conname, convalidated, condeferrable,
        pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace""",
    "SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT 'trigger', pg_get_triggerdef(t.oid), tgenabled FROM pg_trigger t
    JOIN pg_class c ON c.oid = tgrelid
    WHERE NOT tgisinternal AND c.relnamespace = 'public'::regnamespace""",
    """SELECT 'function', pg_get_functiondef(oid), proowner::regrole, proacl::text FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace""",
    """SELECT 'policy', tablename, policyname, permissive, roles::text, cmd, qual, with_check
    FROM pg_policies WHERE schemaname = 'public'""",
    "SELECT 'schema', nspname, nspacl::text FROM pg_namespace WHERE nspname = 'public'",
    "SELECT 'default', defaclobjtype, defaclacl::text FROM pg_default_acl",
    "SELECT 'type', typname, typtype FROM pg_type t WHERE typnamespace = 'public'::regnamespace",
)
_RIGHTS = re.compile(r"\{[^{}]*=[^{}]*/[^{}]*\}")


def _postgres(connection: Connection) -> Iterator[str]:
    database = connection.exec_driver_sql("SELECT current_database()").scalar_one()
    for query in _POSTGRES:
        for row in connection.exec_driver_sql(query):
            text = " | ".join(str(value) for value in row).replace(database, "db")
            yield _RIGHTS.sub(lambda rights: _sorted(rights[0]), text)


def _sorted(rights: str) -> str:
    return "{" + ",".join(sorted(rights[1:-1].split(","))) + "}"
