"""The functions are the only way into books and chain: each is tried by everybody, wrongly too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billing_tui.domain.audit import AuditRow, digest
from billing_tui.domain.ids import new_id
from tests.store.people import LOGINS, People, answer, message

DENIED, UNBALANCED, FROZEN = "42501", "23514", "23001"
APPS = {login for login, (part, _) in LOGINS.items() if part == "app"}
READERS = LOGINS.keys() - APPS
EVERYBODY = set(LOGINS)

# Who may call it at all. What it then does for whom is tested one by one below.
MAY_CALL = {
    "audit_append": APPS,
    "audit_frame": EVERYBODY,
    "audit_hash": EVERYBODY,
    "audit_sign_in": EVERYBODY,
    "ledger_append": APPS,
    "purge": APPS,
    "refuse": APPS,  # a trigger function, which the server never runs outside a trigger
    "remember_public_key": APPS,
    "statistics_refresh": APPS,
    "summaries_rebuild": APPS,
}
everyone = pytest.mark.parametrize("login", LOGINS)


def test_every_function_is_spoken_for(people: People) -> None:
    found = people.superuser.execute(
        "SELECT proname, prosecdef, proowner::regrole::text, coalesce(proconfig::text, ''),"
        " proacl::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    ).fetchall()
    assert {name for name, *_ in found} == MAY_CALL.keys(), "say who may call it, and try it here"
    assert len(found) == len(MAY_CALL), "a second function of the same name hides the first"
    assert {owner for _, _, owner, _, _ in found} == {"rights_owner"}
    for name, definer, _, config, rights in found:
        path = "search_path=pg_catalog, public, pg_temp"
        if definer:
            assert path in config, f"{name} runs as the owner on whatever path it is called with"
        assert "{=X/" not in rights, f"everybody may call {name}"
        assert ",=X/" not in rights, f"everybody may call {name}"


@everyone
def test_who_may_call_what(people: People, login: str) -> None:
    for name, allowed in MAY_CALL.items():
        (may,) = people.superuser.execute(
            "SELECT bool_or(has_function_privilege(%s, oid, 'EXECUTE')) FROM pg_proc"
            " WHERE proname = %s AND pronamespace = 'public'::regnamespace",
            (login, name),
        ).fetchone() or (None,)
        assert may == (login in allowed), name


def append(
    organisation: Any, who: Any, action: str = "test.act", **arrays: Any
) -> tuple[str, tuple[Any, ...]]:
    columns: dict[str, Any] = {
        "actions": [action], "objects": ["test:1"], "versions": [None], "reasons": [""],
        "bodies": ["{}"],
    }  # fmt: skip
    columns |= arrays
    casts = "%s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[]"
    call = f"SELECT audit_append(%s, %s::text, '{{}}'::text, NULL::text, {casts})"
    return call, (organisation, str(who), *columns.values())


def test_the_chain_takes_what_one_says_as_oneself(people: People) -> None:
    assert (
        answer(people["clerk_a"], *append(people.organisations["a"], people.users["clerk_a"])) == ""
    )


def test_nobody_speaks_for_another(people: People) -> None:
    a, b = people.organisations["a"], people.organisations["b"]
    users = people.users
    for login, organisation, who in (
        ("clerk_a", a, users["auditor_a"]),
        ("clerk_a", a, users["clerk_b"]),
        ("clerk_a", b, users["clerk_b"]),
        ("clerk_a", b, users["clerk_a"]),
        ("clerk_a", None, users["clerk_a"]),
        ("clerk_a", new_id(), users["clerk_a"]),
        ("clerk_a", a, None),
        ("clerk_b", a, users["clerk_a"]),
        ("stranger", a, users["clerk_a"]),
        ("auditor_a", a, users["auditor_a"]),
    ):
        assert answer(people[login], *append(organisation, who)) == DENIED


def test_a_disabled_person_says_nothing_more(people: People) -> None:
    a, user = people.organisations["a"], people.users["clerk_a"]
    change = "UPDATE app_user SET disabled_at = %s, version = version + 1 WHERE id = %s"
    people.superuser.execute(change, (datetime(2026, 1, 1, tzinfo=UTC), user))
    try:
        assert answer(people["clerk_a"], *append(a, user)) == DENIED
        assert (
            answer(people["clerk_a"], "SELECT audit_sign_in(%s, '{}', 'signed_in')", (a,)) == DENIED
        )
        assert answer(people["clerk_a"], *books(people)) == DENIED
    finally:
        people.superuser.execute(change, (None, user))


@pytest.mark.parametrize(
    "arrays",
    [
        {"actions": None},
        {"actions": ["one", "two"]},
        {"bodies": ["{}", "{}"]},
        {"reasons": []},
        {"bodies": [None]},
        {"objects": [None]},
    ],
)
def test_a_line_of_the_chain_is_whole(people: People, arrays: dict[str, Any]) -> None:
    call = append(people.organisations["a"], people.users["clerk_a"], **arrays)
    told = answer(people["clerk_a"], *call)
    assert told == "23502", "a line with a hole was taken"


@pytest.mark.parametrize("bounds", ["[0:1]", "[5:6]", "[-1:0]", "[1:1][1:2]"])
def test_what_is_hashed_is_what_is_stored(people: People, bounds: str) -> None:
    """Arrays with bounds of their own must not slip a text past its hash."""
    a, user = people.organisations["a"], people.users["clerk_a"]
    body = bounds + '={"{\\"n\\":1}","{\\"n\\":2}"}'
    if bounds.count("[") == 2:
        body = bounds + '={{"{\\"n\\":1}","{\\"n\\":2}"}}'
    call, values = append(
        a, user, actions=["x", "y"], objects=["test:1", "test:2"], versions=[None, None],
        reasons=["", ""],
    )  # fmt: skip
    connection = people["clerk_a"]
    with connection.transaction(force_rollback=True):
        connection.execute(call, (*values[:-1], body))
        rows = connection.execute(
            "SELECT organisation, seq, prev, at, actor, database_user, origin, request, action,"
            " object, version, reason, body, hash FROM audit_log ORDER BY seq DESC LIMIT 2"
        ).fetchall()
    second, first = (AuditRow(*row) for row in rows)
    assert [first.body, second.body] == ['{"n":1}', '{"n":2}']
    assert digest(first) == first.hash
    assert digest(second) == second.hash
    assert (second.prev, second.seq) == (first.hash, first.seq + 1)


def test_the_chain_names_the_login_not_the_claim(people: People) -> None:
    connection, a = people["clerk_a"], people.organisations["a"]
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL ROLE rights_app")
        connection.execute(*append(a, people.users["clerk_a"]))
        told = "SELECT database_user, actor FROM audit_log ORDER BY seq DESC LIMIT 1"
        row = connection.execute(told).fetchone()
    assert row == ("clerk_a", str(people.users["clerk_a"]))


@pytest.mark.parametrize("login", ["clerk_a", "auditor_a"])
def test_auditors_say_that_they_came_and_went(people: People, login: str) -> None:
    call = "SELECT audit_sign_in(%s, '{}', %s)"
    for act in ("signed_in", "signed_out", "locked", "unlocked"):
        assert answer(people[login], call, (people.organisations["a"], act)) == ""
    for other in ("customers.create", "", "SIGNED_IN", None):
        told = answer(people[login], call, (people.organisations["a"], other))
        assert told != "", f"{other!r} is no sign-in"
    assert answer(people[login], call, (people.organisations["b"], "signed_in")) == DENIED


@pytest.mark.parametrize("login", ["stranger", "passer_by"])
def test_strangers_do_not_come_at_all(people: People, login: str) -> None:
    call = "SELECT audit_sign_in(%s, '{}', 'signed_in')"
    for organisation in (*people.organisations.values(), new_id(), None):
        assert answer(people[login], call, (organisation,)) == DENIED


Values = dict[str, Any]


def books(people: People, changes: Values | None = None, whose: str = "a") -> tuple[str, Values]:
    """A balanced entry, unless something about it is changed."""
    rows = people.rows[whose]
    values: dict[str, Any] = {
        "o": people.organisations[whose], "asked": new_id(),
        "entities": [rows["legal_entity"]["id"]], "booked": ["2026-06-01"],
        "kinds": ["deposit"], "currencies": ["EUR"], "documents": [None], "reversed": [None],
        "p_entry": [1, 1], "p_line": [1, 2], "p_account": ["bank:main", "undeposited"],
        "p_customer": [None, None], "p_amount": [100, -100], "p_due": [None, None],
    }  # fmt: skip
    casts = {
        "o": "uuid", "asked": "uuid", "entities": "uuid[]", "booked": "date[]",
        "kinds": "text[]", "currencies": "text[]", "documents": "uuid[]", "reversed": "bigint[]",
        "p_entry": "int[]", "p_line": "bigint[]", "p_account": "text[]", "p_customer": "uuid[]",
        "p_amount": "bigint[]", "p_due": "date[]",
    }  # fmt: skip
    named = ", ".join(f"{name} => %({name})s::{kind}" for name, kind in casts.items())
    return f"SELECT ledger_append({named})", values | (changes or {})


def test_balanced_entries_are_booked(people: People) -> None:
    assert message(people["clerk_a"], *books(people)) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"p_amount": [100, -99]},
        {"p_amount": [100, 100]},
        {"p_amount": [0, 0]},
        {"p_amount": [100, None]},
        {"p_amount": [], "p_entry": [], "p_line": [], "p_account": [], "p_customer": []},
        {"p_entry": [1, 2]},
        {"p_entry": [1, 1, 0, 0], "p_line": [1, 2, 3, 4], "p_amount": [100, -100, 5, -5]},
        {"p_entry": [1, 1, 2, 2], "p_line": [1, 2, 3, 4], "p_amount": [100, -100, 5, -5]},
        {"p_entry": "[0:1]={1,1}", "p_amount": [100, -99]},
        {"currencies": [None]},
        {"currencies": "[0:0]={EUR}"},
        {"booked": [None]},
        {"kinds": ["invented"]},
        {"entities": [None]},
        {"asked": None},
    ],
)
def test_nothing_else_is_booked(people: People, changes: dict[str, Any]) -> None:
    told = answer(people["clerk_a"], *books(people, changes))
    assert told in (UNBALANCED, "23502", "23503"), f"took {changes}"


def test_closed_days_stay_closed(people: People) -> None:
    assert answer(people["clerk_a"], *books(people, {"booked": ["2020-01-01"]})) == UNBALANCED


def test_books_of_others_are_shut(people: People) -> None:
    other = people.rows["b"]
    assert answer(people["clerk_a"], *books(people, whose="b")) == DENIED
    assert answer(people["stranger"], *books(people)) == DENIED
    assert answer(people["auditor_a"], *books(people)) == DENIED
    entity, customer = other["legal_entity"]["id"], other["customer"]["id"]
    some: dict[str, Any]
    for some in ({"entities": [entity]}, {"p_customer": [customer, None]}):
        theirs = message(people["clerk_a"], *books(people, some))
        nowhere: dict[str, Any] = {
            name: [new_id() if value else None for value in values] for name, values in some.items()
        }
        missing = message(people["clerk_a"], *books(people, nowhere))
        assert "violates foreign key" in theirs
        assert theirs.splitlines()[0] == missing.splitlines()[0]


DAYS = {"request": 90, "job_run": 30, "import_unit": 7, "customer_key": 1, "form_draft": 7}


@pytest.mark.parametrize("table", DAYS)
def test_nothing_is_cleaned_too_early(people: People, table: str) -> None:
    call, a = "SELECT purge(%s, %s, %s)", people.organisations["a"]
    now = datetime.now(UTC)
    early = now - timedelta(days=DAYS[table]) + timedelta(minutes=5)
    for moment in (early, now, now + timedelta(days=9999), "infinity"):
        assert answer(people["clerk_a"], call, (a, table, moment)) == DENIED
    late = now - timedelta(days=DAYS[table]) - timedelta(minutes=5)
    assert answer(people["clerk_a"], call, (a, table, late)) == ""
    assert answer(people["auditor_a"], call, (a, table, late)) == DENIED


@pytest.mark.parametrize("table", ["audit_log", "posting", "customer", "app_user", "", None])
def test_nothing_else_is_cleaned(people: People, table: str | None) -> None:
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    call = "SELECT purge(%s, %s, %s)"
    told = answer(people["clerk_a"], call, (people.organisations["a"], table, long_ago))
    assert told == DENIED


def test_only_the_own_old_rows_are_cleaned(people: People) -> None:
    """Rows of both organisations are old enough; one's own go, the other's stay."""
    old = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=400)
    with people.superuser.transaction(force_rollback=False):
        people.superuser.execute("UPDATE job_run SET finished_at = %s", (old,))
    purge = "SELECT purge(%s, 'job_run', %s)"
    moment = old + timedelta(days=1)
    connection = people["clerk_a"]
    with connection.transaction(force_rollback=True):
        gone = [
            connection.execute(purge, (organisation, moment)).fetchone()
            for organisation in (people.organisations["b"], people.organisations["a"])
        ]
    assert gone == [(0,), (1,)]


def test_a_public_key_is_remembered_once(people: People) -> None:
    connection, a, b = people["clerk_a"], *people.organisations.values()
    call = "SELECT remember_public_key(%s, %s)"
    with connection.transaction(force_rollback=True):
        assert connection.execute(call, (b, "key")).fetchone() == (False,)
        assert connection.execute(call, (a, "key")).fetchone() == (True,)
        assert connection.execute(call, (a, "other")).fetchone() == (False,)
        keys = connection.execute("SELECT login, public_key FROM app_user ORDER BY login")
        assert keys.fetchall() == [("auditor_a", ""), ("clerk_a", "key")]


def test_a_trigger_function_does_nothing_alone(people: People) -> None:
    assert answer(people["clerk_a"], "SELECT refuse()") == "0A000"


@pytest.mark.parametrize("table", ["audit_log", "ledger_entry", "posting", "customer"])
def test_not_even_the_owner_rewrites_the_record(people: People, table: str) -> None:
    with people.database.server.connect("setup_admin", "rights") as admin:
        admin.execute("SET ROLE rights_owner")
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            assert answer(admin, statement) == FROZEN
        if table != "customer":
            assert answer(admin, f"UPDATE {table} SET organisation = organisation") == FROZEN


def test_a_name_in_a_temporary_schema_catches_nothing(people: People) -> None:
    """Even who may make temporary tables cannot put one before the real ones."""
    with people.database.server.connect("setup_admin", "rights") as admin:
        admin.execute(
            "CREATE TEMPORARY TABLE app_user (organisation uuid, id uuid, login text,"
            " disabled_at timestamptz)"
        )
        user = new_id()
        admin.execute(
            "INSERT INTO app_user VALUES (%s, %s, 'setup_admin', NULL)",
            (people.organisations["a"], user),
        )
        assert answer(admin, *append(people.organisations["a"], user)) == DENIED


@pytest.mark.parametrize("login", ["stranger", "clerk_b", "auditor_a"])
def test_sums_of_others_are_left_alone(people: People, login: str) -> None:
    call = "SELECT summaries_rebuild(%s)"
    assert answer(people[login], call, (people.organisations["a"],)) == DENIED


def test_statistics_are_made_fresh_for_tables_of_the_store_alone(people: People) -> None:
    call = "SELECT statistics_refresh(ARRAY['customer_note', 'pg_class', 'no; such table'])"
    asked = (
        "SELECT c.relname FROM pg_stat_all_tables t JOIN pg_class c ON c.oid = t.relid"
        " WHERE t.analyze_count > 0 AND c.relname IN ('customer_note', 'pg_class')"
    )
    assert answer(people["clerk_a"], call) == ""
    people.superuser.execute("SELECT pg_stat_force_next_flush()")
    assert people.superuser.execute(asked).fetchall() == [("customer_note",)]
    assert answer(people["auditor_a"], call) == DENIED
