"""Every right of every login, tried by raw SQL on every table the catalogue knows."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import sql

from billing_tui.domain.ids import new_id
from storage.models import metadata
from storage.models.base import Kind, kind_of
from tests.guards.project import refuse
from tests.store.people import LOGINS, People, answer, insertion, message
from tests.store.samples import sample

DENIED = "42501"
UNIQUE = "23505"  # so the right was there
APPS = [login for login, (part, _) in LOGINS.items() if part == "app"]
MEMBERS = [login for login, (_, organisation) in LOGINS.items() if organisation]
everyone = pytest.mark.parametrize("login", LOGINS)

# What those who work may write besides business rows: columns to insert, columns to update.
MAY_WRITE = {
    "counter": ("organisation name n", "n"),
    "request": ("organisation id actor action params at", "result"),
    "personal_value": ("organisation digest object salt value", "salt value"),
    "customer_key": ("organisation kind key customer gone_at", "gone_at"),
    "job": (
        "organisation name schedule enabled lease lease_until last_run_at next_run_at",
        "schedule enabled lease lease_until last_run_at next_run_at",
    ),
    "job_run": (
        "organisation id job started_at finished_at outcome counts error",
        "finished_at outcome counts error",
    ),
    "import_run": ("organisation id kind file_hash state rows started_by started_at", "state"),
    "import_unit": ("organisation run n rows done_at", "done_at"),
    "form_draft": (
        "organisation owner form about seen body saved_at",
        "seen body saved_at",
    ),
}
NOBODY_WRITES = {
    "alembic_version", "app_user", "audit_head", "audit_log", "ledger_entry", "ledger_head",
    "membership", "posting", "store_meta", "summary_moved", "summary_open",
}  # fmt: skip
# Bare of organisations, and readable by all who may connect.
OF_THE_STORE = {"alembic_version", "store_meta"}


def may_write(table: str, columns: list[str]) -> tuple[set[str], set[str]]:
    if table in NOBODY_WRITES:
        return set(), set()
    if table in MAY_WRITE:
        inserts, updates = MAY_WRITE[table]
        return set(inserts.split()), set(updates.split())
    return set(columns), set(columns) - {"organisation", "id"}


def test_every_table_is_spoken_for(people: People) -> None:
    known = {t.name for t in metadata.sorted_tables if kind_of(t) is Kind.BUSINESS}
    refuse(
        "Say here who may write this table:",
        set(people.tables()) - known - MAY_WRITE.keys() - NOBODY_WRITES,
    )


def test_the_schema_holds_tables_and_their_indexes_only(people: People) -> None:
    """A view or a materialised view would show rows past row-level security."""
    kinds = people.superuser.execute(
        "SELECT relkind::text, relname FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind NOT IN ('r', 'i')"
    )
    assert kinds.fetchall() == []


def test_every_table_is_guarded(people: People) -> None:
    found = people.superuser.execute(
        "SELECT c.relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text,"
        " (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) FROM pg_class c"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    ).fetchall()
    assert {owner for *_, owner, _ in found} == {"rights_owner"}
    refuse(
        "Row-level security must be on, forced on the owner too, and have a policy:",
        (
            n
            for n, on, forced, _, n_of in found
            if n not in OF_THE_STORE and not (on and forced and n_of)
        ),
    )
    assert {name for name, on, *_ in found if not on} == OF_THE_STORE


@everyone
def test_each_sees_the_own_organisation_only(people: People, login: str) -> None:
    own = people.own(login)
    for table in people.tenant_tables():
        select = sql.SQL("SELECT organisation FROM {}").format(sql.Identifier(table))
        seen = {row[0] for row in people[login].execute(select)}
        assert seen == ({own} if own else set()), table
        with people[login].cursor() as cursor:
            copy = sql.SQL("COPY {} (organisation) TO STDOUT").format(sql.Identifier(table))
            with cursor.copy(copy) as rows:
                assert {row[0] for row in rows.rows()} == {str(one) for one in seen}, table


@everyone
def test_each_may_read_what_is_of_the_store(people: People, login: str) -> None:
    for table in OF_THE_STORE:
        assert answer(people[login], f"SELECT * FROM {table}") == ""


@everyone
def test_which_columns_each_may_change(people: People, login: str) -> None:
    wrong = []
    for table, columns in people.columns().items():
        _, allowed = may_write(table, columns) if login in APPS else (set(), set())
        for column in columns:
            told = answer(people[login], f"UPDATE {table} SET {column} = {column} WHERE false")
            if told != ("" if column in allowed else DENIED):
                wrong.append(f"{table}.{column}: {told or 'may'}")
    refuse(f"What {login} may update is not as decided:", wrong)


@everyone
def test_which_columns_each_may_fill(people: People, login: str) -> None:
    wrong = []
    for table, columns in people.columns().items():
        allowed, _ = may_write(table, columns) if login in APPS else (set(), set())
        for column in columns:
            none = f"INSERT INTO {table} ({column}) SELECT {column} FROM {table} WHERE false"
            told = answer(people[login], none)
            if told != ("" if column in allowed else DENIED):
                wrong.append(f"{table}.{column}: {told or 'may'}")
    refuse(f"What {login} may insert is not as decided:", wrong)


@everyone
def test_nobody_deletes_or_copies_in(people: People, login: str) -> None:
    for table in people.tables():
        for statement in (
            f"DELETE FROM {table}",
            f"DELETE FROM {table} WHERE false",
            f"TRUNCATE {table}",
            f"TRUNCATE {table} CASCADE",
            f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
        ):
            assert answer(people[login], statement) == DENIED, statement
        assert _copy_in(people[login], table), table


def _copy_in(connection: psycopg.Connection[Any], table: str) -> bool:
    try:
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN"):
            pass
    except psycopg.Error as error:
        return error.sqlstate in (DENIED, "0A000")
    return False


@pytest.mark.parametrize("login", MEMBERS)
def test_rows_of_others_cannot_be_touched(people: People, login: str) -> None:
    other = next(o for o in people.organisations.values() if o != people.own(login))
    for table, columns in people.columns().items():
        _, updates = may_write(table, columns) if login in APPS else (set(), set())
        for column in updates & set(columns):
            if "organisation" not in columns:
                continue
            done = people[login].execute(
                sql.SQL("UPDATE {} SET {c} = {c} WHERE organisation = %s").format(
                    sql.Identifier(table), c=sql.Identifier(column)
                ),
                (other,),
            )
            assert done.rowcount == 0, f"{table}.{column}"


@pytest.mark.parametrize("login", [*APPS, "auditor_a", "passer_by"])
def test_rows_cannot_be_put_into_another_organisation(people: People, login: str) -> None:
    """The refusal is the same whether the row, its key or its references exist there or not."""
    for name, organisation in people.organisations.items():
        if organisation == people.own(login):
            continue
        for table, columns in people.columns().items():
            if "organisation" not in columns:
                continue
            inserts, _ = may_write(table, columns)
            model = metadata.tables[table]
            fresh = sample(model, organisation, people.rows[name])
            nowhere = sample(model, organisation, {})
            for row in (fresh, people.rows[name][table], nowhere):
                some = {c: v for c, v in row.items() if not inserts or c in inserts}
                told = message(people[login], *insertion(table, some))
                assert "row-level security" in told or "permission denied" in told, table
                assert "Key (" not in told
                assert str(organisation) not in told


def test_the_own_rows_can_be_written(people: People) -> None:
    """Otherwise the refusals above would prove nothing."""
    own = people.organisations["a"]
    for table, columns in people.columns().items():
        inserts, updates = may_write(table, columns)
        if not inserts:
            continue
        row = sample(metadata.tables[table], own, people.rows["a"])
        if table == "organisation":
            continue  # there is one, and it is its own key
        told = answer(people["clerk_a"], *insertion(table, {c: row[c] for c in inserts}))
        assert told in ("", UNIQUE), table
        silent = next(iter(updates - {"version"}))
        done = people["clerk_a"].execute(f"UPDATE {table} SET {silent} = {silent}")
        assert done.rowcount >= 1, table


def test_no_reference_leaves_the_organisation(people: People) -> None:
    """Pointing at a stranger's row says the same as pointing at nothing."""
    tried = 0
    for table in metadata.sorted_tables:
        inserts, _ = may_write(table.name, [c.name for c in table.columns])
        for constraint in table.foreign_key_constraints:
            target = constraint.referred_table.name
            for element in constraint.elements:
                if element.parent.name == "organisation" or element.parent.name not in inserts:
                    continue
                told = []
                theirs = people.rows["b"][target][element.column.name]
                for pointed in (theirs, new_id() if not isinstance(theirs, str) else "nothing"):
                    row = sample(table, people.organisations["a"], people.rows["a"])
                    row[element.parent.name] = pointed
                    some = {c: row[c] for c in inserts}
                    text = message(people["clerk_a"], *insertion(table.name, some))
                    told.append(text.replace(str(pointed), "?"))
                assert "violates foreign key constraint" in told[0], f"{table}.{element.parent}"
                assert told[0] == told[1]
                tried += 1
    assert tried >= 10


def test_every_foreign_key_carries_the_organisation(people: People) -> None:
    found = people.superuser.execute(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    ).fetchall()
    refuse(
        "A reference without the organisation can leave it:",
        (
            f"{table}: {text}"
            for table, text in found
            if "FOREIGN KEY (organisation, " not in text
            or "(organisation, " not in text.split("REF")[1]
        ),
    )


@everyone
def test_statistics_and_errors_tell_nothing(people: People, login: str) -> None:
    for table in people.tables():
        people.superuser.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
    told = people[login].execute(
        "SELECT count(*) FROM pg_stats WHERE schemaname = 'public' AND tablename <> ALL (%s)",
        (list(OF_THE_STORE),),
    )
    assert told.fetchone() == (0,)
    # A cast that fails on a stranger's row would show its value, were it tried before the policy.
    own = people.own(login)
    probe = (
        "SELECT name::int FROM customer WHERE organisation IS DISTINCT FROM %s AND name::int > 0"
    )
    assert answer(people[login], probe, (own,)) == ""


DDL = [
    "CREATE TABLE public.mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE VIEW public.mine AS SELECT 1",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql RETURN 1",
    "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql RETURN 1",
    "CREATE TYPE public.mine AS (a int)",
    "CREATE OPERATOR public.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",
    "CREATE EXTENSION pg_stat_statements",
    "CREATE ROLE mine",
    "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION refuse()",
    "CREATE PUBLICATION mine FOR ALL TABLES",
    "ALTER SCHEMA public RENAME TO mine",
    "DROP SCHEMA public CASCADE",
    "ALTER DATABASE rights SET row_security = off",
    "ALTER ROLE rights_owner LOGIN",
    "ALTER ROLE clerk_b PASSWORD 'x'",
    "GRANT rights_owner TO clerk_a",
    "GRANT rights_app TO stranger WITH ADMIN OPTION",
    "GRANT clerk_b TO clerk_a",
    "ALTER DEFAULT PRIVILEGES FOR ROLE rights_owner GRANT ALL ON TABLES TO PUBLIC",
    "DROP FUNCTION refuse CASCADE",
    "ALTER FUNCTION audit_append SET search_path = pg_temp",
    "ALTER FUNCTION purge OWNER TO clerk_a",
    "DROP OWNED BY rights_owner",
    "REASSIGN OWNED BY rights_owner TO clerk_a",
    "SET session_replication_role = replica",
    "SET SESSION AUTHORIZATION clerk_b",
    "SET SESSION AUTHORIZATION postgres",
    "SELECT set_config('session_authorization', 'clerk_b', false)",
    "SELECT set_config('role', 'rights_owner', false)",
    "SET ROLE rights_owner",
    "SET ROLE clerk_b",
    "SET ROLE postgres",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/mine'",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
    "SELECT rolpassword FROM pg_authid",
]
PER_TABLE = [
    "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "ALTER TABLE {} ADD COLUMN mine int",
    "ALTER TABLE {} OWNER TO CURRENT_USER",
    "ALTER TABLE {} RENAME TO mine",
    "CREATE POLICY mine ON {} USING (true)",
    "CREATE INDEX ON {} ((1))",
    "CREATE TRIGGER mine BEFORE INSERT ON {} EXECUTE FUNCTION refuse()",
    "CREATE RULE mine AS ON INSERT TO {} DO INSTEAD NOTHING",
    "COMMENT ON TABLE {} IS 'mine'",
    "DROP TABLE {} CASCADE",
]


@everyone
@pytest.mark.parametrize("statement", DDL)
def test_nobody_changes_the_store_itself(people: People, login: str, statement: str) -> None:
    if login == "clerk_b":
        statement = statement.replace("clerk_b", "clerk_a")
    assert answer(people[login], statement) in (DENIED, "0A000", "58P01")


@everyone
def test_nobody_changes_a_table(people: People, login: str) -> None:
    for table in people.tables():
        for statement in PER_TABLE:
            told = answer(people[login], statement.format(table))
            assert told == DENIED, statement.format(table)
        granted = message(people[login], f"GRANT ALL ON {table} TO PUBLIC")
        rights = people.superuser.execute(
            "SELECT count(*) FROM information_schema.table_privileges WHERE grantee = 'PUBLIC'"
            " AND table_schema = 'public'"
        )
        assert rights.fetchone() == (0,), granted


@everyone
def test_row_security_cannot_be_switched_off(people: People, login: str) -> None:
    """Switched off, a query that would need it fails instead of showing more."""
    for table in people.tenant_tables():
        with people[login].transaction(force_rollback=True):
            people[login].execute("SET LOCAL row_security = off")
            assert answer(people[login], f"SELECT * FROM {table}") == DENIED, table


def test_nobody_signs_in_as_a_group(people: People) -> None:
    for part in ("owner", "app", "read"):
        with pytest.raises(psycopg.OperationalError, match=r"not permitted to log in|password"):
            people.database.server.connect(f"rights_{part}", "rights")
    found = people.superuser.execute(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'rights_%'"
        " AND (rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)"
    )
    assert found.fetchall() == []


def test_the_owner_is_taken_on_never_held(people: People) -> None:
    """Who may become the owner does not have its rights while working."""
    with people.database.server.connect("setup_admin", "rights") as admin:
        assert answer(admin, "ALTER TABLE customer DISABLE ROW LEVEL SECURITY") == DENIED
        assert answer(admin, "TRUNCATE customer") == DENIED
        admin.execute("SET ROLE rights_owner")
        for table in people.tenant_tables():
            if table == "membership":
                continue
            seen = admin.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert seen == (0,), "the owner sees the rows of others"


def test_the_public_may_not_even_connect(people: People) -> None:
    with people.database.server.superuser() as admin:
        admin.execute("CREATE ROLE nobody_at_all LOGIN PASSWORD 'correct horse'")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        people.database.server.connect("nobody_at_all", "rights")
