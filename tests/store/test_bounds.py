"""Postgres keeps values that Python has none for; no column takes them."""

from __future__ import annotations

from tests.store.people import People, answer


def test_every_day_instant_and_decimal_is_one_that_python_has(people: People) -> None:
    """Else one row with a day at infinity would stop every list it stands in."""
    unbound = people.superuser.execute(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND attnum > 0"
        " AND a.atttypid IN ('date'::regtype, 'timestamptz'::regtype, 'numeric'::regtype)"
        " AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid"
        " AND k.conname = 'ck_' || c.relname || '_' || a.attname || '_bounds')"
    )
    assert unbound.fetchall() == []
    for change in (
        "customer SET archived_at = 'infinity', version = version + 1",
        "customer SET created_at = '0044-03-15 BC'",
        "legal_entity SET closed_through = 'infinity', version = version + 1",
        "legal_entity SET closed_through = '-infinity', version = version + 1",
        "exchange_rate SET rate = 'NaN', version = version + 1",
        "exchange_rate SET rate = 'Infinity', version = version + 1",
        "job SET next_run_at = 'infinity'",
    ):
        assert answer(people["clerk_a"], f"UPDATE {change}") == "23514"
