"""Postgres: triggers, functions, column rights and forced row-level security.

`<db>_owner` owns everything and nobody logs in as it; `<db>_app` is what people work with;
`<db>_read` is for auditors. Row-level security follows `membership`, whose rows name logins.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from sqlalchemy import Connection, Table

from storage.models import metadata
from storage.models.base import Kind, business_columns, kind_of

# Correlated, so that the planner filters by it and leaves the choice of an index to the statement.
_MEMBER = (
    "EXISTS (SELECT FROM membership m"
    " WHERE m.login = session_user::text AND m.organisation = {table}.organisation)"
)
_SCHEMA = "'public'::regnamespace"
_OWNER = "current_user::regrole"
# What people may write on tables that are not business tables: columns to insert, to update.
_TECHNICAL: dict[str, tuple[str, str]] = {
    "counter": ("organisation, name, n", "n"),
    "request": ("organisation, id, actor, action, params, at", "result"),
    "personal_value": ("organisation, digest, object, salt, value", "salt, value"),
    "customer_key": ("organisation, kind, key, customer, gone_at", "gone_at"),
    "job": (
        "organisation, name, schedule, enabled, lease, lease_until, last_run_at, next_run_at",
        "schedule, enabled, lease, lease_until, last_run_at, next_run_at",
    ),
    "job_run": (
        "organisation, id, job, started_at, finished_at, outcome, counts, error",
        "finished_at, outcome, counts, error",
    ),
    "import_run": (
        "organisation, id, kind, file_hash, state, rows, started_by, started_at",
        "state",
    ),
    "import_unit": ("organisation, run, n, rows, done_at", "done_at"),
    "form_draft": (
        "organisation, owner, form, about, seen, body, saved_at",
        "seen, body, saved_at",
    ),
}
# Written only by the owner's functions, or by the owner through `setup` and `users`.
_OWNER_ONLY = frozenset(
    {"app_user", "membership", "audit_head", "ledger_head", "summary_open", "summary_moved"}
)


def role(connection: Connection, part: str) -> str:
    database = connection.exec_driver_sql("SELECT current_database()").scalar_one()
    return '"' + f"{database}_{part}".replace('"', '""') + '"'


def drop(connection: Connection) -> Iterator[str]:
    """Only what the owner owns: an extension may keep functions in the same schema."""
    triggers = connection.exec_driver_sql(
        "SELECT tgname, relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        f" WHERE NOT tgisinternal AND relnamespace = {_SCHEMA} AND relowner = {_OWNER}"
    )
    for trigger, table in triggers.all():
        yield f'DROP TRIGGER "{trigger}" ON "{table}"'
    policies = connection.exec_driver_sql(
        "SELECT polname, relname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
        f" WHERE relnamespace = {_SCHEMA} AND relowner = {_OWNER}"
    )
    for policy, table in policies.all():
        yield f'DROP POLICY "{policy}" ON "{table}"'
    functions = connection.exec_driver_sql(
        f"SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = {_SCHEMA}"
        f" AND proowner = {_OWNER} ORDER BY 1"
    )
    # In one statement, because functions that call each other only go together.
    if names := ", ".join(functions.scalars()):
        yield f"DROP FUNCTION {names}"


def create(connection: Connection) -> Iterator[str]:
    app, read = role(connection, "app"), role(connection, "read")
    folder = files(__package__) / "functions"
    for source in sorted(folder.iterdir(), key=lambda file: file.name):
        yield source.read_text(encoding="utf-8").replace("%", "%%")
    yield "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC"
    yield f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {app}"
    yield f"GRANT EXECUTE ON FUNCTION audit_sign_in, audit_frame, audit_hash TO {read}"
    yield f"GRANT SELECT ON alembic_version TO {app}, {read}"
    for table in metadata.sorted_tables:
        yield from _rights(table, app, read)
        yield from _policies(table, connection)
        if kind_of(table) is Kind.BUSINESS:
            yield from _versioned(table)
        elif kind_of(table) is Kind.APPEND_ONLY:
            yield from _append_only(table)


def _rights(table: Table, app: str, read: str) -> Iterator[str]:
    yield f"REVOKE ALL ON {table.name} FROM PUBLIC, {app}, {read}"
    yield f"GRANT SELECT ON {table.name} TO {app}, {read}"
    inserts, updates = _writable(table)
    if inserts:
        yield f"GRANT INSERT ({inserts}), UPDATE ({updates}) ON {table.name} TO {app}"


def _writable(table: Table) -> tuple[str, str]:
    if table.name in _TECHNICAL:
        return _TECHNICAL[table.name]
    if kind_of(table) is not Kind.BUSINESS or table.name in _OWNER_ONLY:
        return "", ""
    names = [column.name for column in table.columns]
    return ", ".join(names), ", ".join(n for n in names if n not in ("organisation", "id"))


def _policies(table: Table, connection: Connection) -> Iterator[str]:
    if "organisation" not in table.columns:
        return
    yield f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table.name} FORCE ROW LEVEL SECURITY"
    if table.name == "membership":
        # The one table the owner must see whole: it is what every other policy asks.
        yield "CREATE POLICY own ON membership FOR SELECT USING (login = session_user::text)"
        yield f"CREATE POLICY owner ON membership TO {role(connection, 'owner')} USING (true)"
    else:
        yield f"CREATE POLICY member ON {table.name} USING ({_MEMBER.format(table=table.name)})"


def _versioned(table: Table) -> Iterator[str]:
    names = [column.name for column in business_columns(table)] + ["version"]
    old, new = (", ".join(f"{side}.{name}" for name in names) for side in ("OLD", "NEW"))
    yield (
        f"CREATE TRIGGER {table.name}_version BEFORE UPDATE ON {table.name} FOR EACH ROW"
        f" WHEN (({old}) IS DISTINCT FROM ({new}) AND NEW.version <> OLD.version + 1)"
        " EXECUTE FUNCTION refuse('a change raises version by one')"
    )
    yield (
        f"CREATE TRIGGER {table.name}_key BEFORE UPDATE ON {table.name} FOR EACH ROW"
        " WHEN ((OLD.organisation, OLD.id) IS DISTINCT FROM (NEW.organisation, NEW.id))"
        " EXECUTE FUNCTION refuse('a row keeps its key')"
    )
    yield (
        f"CREATE TRIGGER {table.name}_first BEFORE INSERT ON {table.name} FOR EACH ROW"
        " WHEN (NEW.version <> 1) EXECUTE FUNCTION refuse('a new row has version one')"
    )
    yield from _never(table, "DELETE", "rows are marked, never deleted")
    yield from _never(table, "TRUNCATE", "rows are marked, never deleted")


def _append_only(table: Table) -> Iterator[str]:
    for verb in ("UPDATE", "DELETE", "TRUNCATE"):
        yield from _never(table, verb, "rows are only added")


def _never(table: Table, verb: str, why: str) -> Iterator[str]:
    yield (
        f"CREATE TRIGGER {table.name}_no_{verb.lower()} BEFORE {verb} ON {table.name}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION refuse('{why}')"
    )
