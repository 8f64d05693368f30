from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from billing_tui.domain.acts import Request
from billing_tui.domain.currencies import UnknownCurrency
from billing_tui.domain.errors import Conflict
from billing_tui.domain.ids import new_id
from billing_tui.domain.ledger import (
    AlreadyReversed,
    BooksClosed,
    Entry,
    EntryFilter,
    EntryKind,
    EntryNotFound,
    EntryRefused,
    reversal,
)
from billing_tui.domain.organisations import EntityNotFound
from billing_tui.domain.pages import CursorRefused
from billing_tui.domain.rights import RightMissing
from billing_tui.services.ledger import ClosedAlready, DayNotOver, Ledger
from storage.models import LedgerEntry, Posting, SummaryMoved, SummaryOpen
from storage.models.base import table_of
from storage.repos import audit, balances, ledger
from storage.store import Store
from tests.books import DAY, DUE, Books, books
from tests.stores import Database, sqlite_store

READ = EntryFilter()


@pytest.fixture
def shop(store: Store) -> Books:
    return books(store)


@pytest.fixture
def shared(shared_store: Store) -> Books:
    return books(shared_store)


def payment(shop: Books, amount: int = 5000, **more: Any) -> Entry:
    amounts = ("provider_clearing", amount), ("unapplied_cash", -amount)
    return shop.entry(EntryKind.PROVIDER_PAYMENT, *amounts, **more)


def allocation(shop: Books, amount: int = 5000, **more: Any) -> Entry:
    amounts = ("unapplied_cash", amount), ("receivable", -amount)
    return shop.entry(EntryKind.ALLOCATION, *amounts, **more)


def table(shop: Books, model: Any, *left_out: str) -> list[tuple[Any, ...]]:
    columns = [c for c in table_of(model).columns if c.name not in ("organisation", *left_out)]

    def rows(unit: Any) -> list[tuple[Any, ...]]:
        asked = select(*columns).where(table_of(model).c.organisation == unit.organisation)
        return sorted(map(tuple, unit.connection.execute(asked).all()), key=str)

    return shop.store.read(rows)


def balance(shop: Books, as_of: date = DUE, known_on: date | None = None) -> dict[str, int]:
    sums = shop.store.read(lambda unit: balances.trial_balance(unit, as_of, known_on, shop.entity))
    return {f"{account} {currency}": amount for account, currency, amount in sums}


def test_entries_get_numbers_and_read_back(shop: Books) -> None:
    case = new_id()
    sale, paid = shop.invoice(document=case), payment(shop)
    assert shop.post() == []
    assert shop.post(sale, paid) == [1, 2]
    assert shop.post(allocation(shop)) == [3]
    first = shop.store.read(lambda unit: ledger.entry_at(unit, 1))
    assert (first.seq, first.entry) == (1, sale)
    assert first.at.tzinfo is not None
    with pytest.raises(EntryNotFound):
        shop.store.read(lambda unit: ledger.entry_at(unit, 4))


def test_summaries_follow(shop: Books) -> None:
    shop.post(shop.invoice(11900), shop.invoice(200, due_on=DAY), payment(shop))
    shop.post(allocation(shop), shop.invoice(600))
    assert table(shop, SummaryOpen) == [
        (shop.entity, "EUR", DAY, 200),
        (shop.entity, "EUR", DUE, 7500),
    ]
    assert table(shop, SummaryMoved) == [
        (shop.entity, "EUR", DAY, EntryKind.ALLOCATION, 5000, 1),
        (shop.entity, "EUR", DAY, EntryKind.INVOICE_ISSUED, 12700, 3),
        (shop.entity, "EUR", DAY, EntryKind.PROVIDER_PAYMENT, 5000, 1),
    ]


def test_what_the_table_forbids_books_nothing(shop: Books) -> None:
    wrong = shop.entry(EntryKind.DEPOSIT, ("undeposited", 5), ("bank:main", -5))
    with pytest.raises(EntryRefused):
        shop.post(shop.invoice(), wrong)
    with pytest.raises(UnknownCurrency):
        shop.post(shop.invoice(currency="XXX"))
    assert table(shop, LedgerEntry) == table(shop, SummaryMoved) == []


def test_the_chain_names_the_entries_and_the_currency(shop: Books) -> None:
    shop.post(shop.invoice(currency="JPY"), shop.invoice())
    rows = shop.store.read(lambda unit: list(audit.rows_after(unit, 5)))
    assert [(row.action, row.object.split(":")[0]) for row in rows] == [
        ("currencies.use", "currency_use"),
        ("ledger.post", "ledger_entry"),
    ]
    assert '"first":1,"last":2' in rows[1].body


def test_a_reversal_takes_everything_back_once(shop: Books) -> None:
    shop.post(shop.invoice(), payment(shop))
    assert shop.write(lambda unit: ledger.reverse(unit, 1, DUE)) == 3
    assert shop.write(lambda unit: ledger.reverse(unit, 2, DUE)) == 4
    kinds = [shop.store.read(partial(ledger.entry_at, seq=n)).entry.kind for n in (3, 4)]
    assert kinds == [EntryKind.VOID, EntryKind.REVERSAL]
    assert balance(shop) == {}
    assert balance(shop, DAY) != {}
    assert table(shop, SummaryOpen) == [(shop.entity, "EUR", DUE, 0)]
    with pytest.raises(AlreadyReversed):
        shop.write(lambda unit: ledger.reverse(unit, 1, DUE))
    with pytest.raises(EntryRefused):
        shop.write(lambda unit: ledger.reverse(unit, 3, DUE))
    with pytest.raises(EntryNotFound):
        shop.write(lambda unit: ledger.reverse(unit, 9, DUE))


def test_balances_as_of_a_day_and_as_known_on_another(local_store: Store) -> None:
    shop = books(local_store)
    berlin_evening = datetime.fromisoformat("2026-11-21T23:30:00Z")
    shop.post(shop.invoice(11900))
    shop.store._clock = lambda: berlin_evening  # half past midnight in Berlin: the 22nd
    shop.post(shop.invoice(200), shop.invoice(300, booked_on=DUE))
    assert balance(shop, DAY)["receivable EUR"] == 12100
    assert balance(shop, DUE)["receivable EUR"] == 12400
    assert balance(shop, DAY, date(2026, 11, 21))["receivable EUR"] == 11900
    assert balance(shop, DAY, date(2026, 11, 22))["receivable EUR"] == 12100
    assert balance(shop, DAY - timedelta(days=1)) == {}


def test_pages_of_entries(shop: Books) -> None:
    reader = Ledger(shop.store)
    case = new_id()
    shop.post(*(shop.invoice(100 + n) for n in range(5)), payment(shop, document=case))
    first = reader.entries(READ, 4)
    assert [each.seq for each in first.items] == [6, 5, 4, 3]
    rest = reader.entries(READ, 4, first.next)
    assert ([each.seq for each in rest.items], rest.next) == ([2, 1], "")
    found = {
        EntryFilter(kind=EntryKind.PROVIDER_PAYMENT): [6],
        EntryFilter(document=case): [6],
        EntryFilter(account="receivable"): [5, 4, 3, 2, 1],
        EntryFilter(customer=shop.customer, booked_from=DAY, booked_to=DAY): [6, 5, 4, 3, 2, 1],
        EntryFilter(booked_from=DUE): [],
        EntryFilter(entity="MAIN", account="provider_clearing"): [6],
    }
    for wanted, seqs in found.items():
        assert [each.seq for each in reader.entries(wanted).items] == seqs
    with pytest.raises(EntityNotFound):
        reader.entries(EntryFilter(entity="NONE"))
    with pytest.raises(CursorRefused):
        reader.entries(EntryFilter(booked_to=DUE), 4, first.next)


def test_the_balance_lists_what_is_not_zero(shop: Books) -> None:
    shop.post(payment(shop, 300), payment(shop, 200, currency="USD"), allocation(shop, 300))
    found = Ledger(shop.store).balance(DUE, entity="MAIN")
    assert [(each.account, each.currency, each.amount) for each in found.items] == [
        ("provider_clearing", "EUR", 300),
        ("provider_clearing", "USD", 200),
        ("receivable", "EUR", -300),
        ("unapplied_cash", "USD", -200),
    ]


def test_a_closed_period_takes_no_entry(shop: Books) -> None:
    writer = Ledger(shop.store)
    assert writer.close(Request.new(), "MAIN", DAY) == DAY
    with pytest.raises(BooksClosed) as refused:
        shop.post(shop.invoice(booked_on=DUE), shop.invoice(), shop.invoice(booked_on=DAY))
    assert refused.value.day == DAY
    shop.post(shop.invoice(booked_on=DAY + timedelta(days=1)))
    for earlier in (DAY, DAY - timedelta(days=1)):
        with pytest.raises(ClosedAlready):
            writer.close(Request.new(), "MAIN", earlier)
    with pytest.raises(DayNotOver):
        writer.close(Request.new(), "MAIN", date(2999, 1, 1))
    with pytest.raises(EntityNotFound):
        writer.close(Request.new(), "NONE", DAY)


def test_only_who_may_closes_the_books(local_store: Store) -> None:
    with local_store.engine.connect().execution_options(writing=True) as raw, raw.begin():
        raw.exec_driver_sql("UPDATE app_user SET roles = 'clerk', version = version + 1")
    with pytest.raises(RightMissing):
        Ledger(local_store).close(Request.new(), "MAIN", DAY)


def test_the_triggers_hold_what_the_program_forgot(local_store: Store) -> None:
    shop = books(local_store)
    shop.post(shop.invoice())
    Ledger(local_store).close(Request.new(), "MAIN", DAY)
    for statement in (
        "UPDATE posting SET amount = 5",
        "DELETE FROM ledger_entry",
        "INSERT OR REPLACE INTO posting SELECT * FROM posting LIMIT 1",
        "INSERT INTO ledger_entry SELECT organisation, 2, entity, at, booked_on, kind, currency,"
        " document, reverses, request FROM ledger_entry",
    ):
        with (
            local_store.engine.connect().execution_options(writing=True) as raw,
            pytest.raises(DBAPIError, match=r"only added|never replaced|books are closed"),
        ):
            raw.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"amounts": [5, -4]}, "does not balance"),
        ({"amounts": [5]}, "does not balance"),
        ({"login": "nobody"}, "not an active user"),
    ],
)
def test_the_function_checks_for_itself(
    shared: Books, database: Database, change: dict[str, Any], why: str
) -> None:
    login = change.get("login", "setup_admin")
    if login == "nobody":
        database.add_login("nobody")
    amounts = change.get("amounts", [5, -5])
    n = list(range(1, len(amounts) + 1))
    arguments = (
        shared.store.identity.organisation, new_id(), [shared.entity], [DAY],
        ["deposit"], ["EUR"], [None], [None], [1] * len(n), n,
        ["bank:main", "undeposited"][: len(n)], [None] * len(n), amounts, [None] * len(n),
    )  # fmt: skip
    with (
        database.server.connect(login, database.name) as raw,
        pytest.raises(psycopg.Error, match=why),
    ):
        raw.execute(ledger._APPEND, arguments)


def test_posting_and_closing_at_once(shared: Books) -> None:
    """Whoever is second sees the first: nothing is ever booked behind a close."""
    store, writer = shared.store, Ledger(shared.store)
    days = [DAY - timedelta(days=20 - n) for n in range(20)]
    late: Counter[str] = Counter()
    barrier = threading.Barrier(5)

    def close() -> None:
        barrier.wait()
        for day in days:
            try:
                writer.close(Request.new(), "MAIN", day)
            except Conflict:
                late["conflict"] += 1

    def book() -> None:
        barrier.wait()
        for day in days:
            for _ in range(3):
                try:
                    shared.post(shared.invoice(100, booked_on=day))
                    late["booked"] += 1
                except BooksClosed:
                    late["closed"] += 1

    threads = [threading.Thread(target=close), *(threading.Thread(target=book) for _ in range(4))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert late["booked"] + late["closed"] == 240
    rows = store.read(lambda unit: list(audit.rows_after(unit, 0)))
    closes = {row.seq: row.body for row in rows if row.action == "entities.close"}
    assert len(closes) == 20
    posted = {row.object.split(":")[1]: row.seq for row in rows if row.action == "ledger.post"}
    entries = {str(row[0]): row[3] for row in table(shared, LedgerEntry)}
    for seq, booked_on in entries.items():
        before = [body for n, body in closes.items() if n < posted[seq]]
        assert all(f'"after":{{"closed_through":"{booked_on}"' not in body for body in before)


def test_two_who_reverse_at_once(shared: Books) -> None:
    shared.post(shared.invoice())
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def act() -> None:
        def both_have_looked(unit: Any) -> str:
            mirror = reversal(1, ledger.entry_at(unit, 1).entry, DUE)
            barrier.wait()
            return str(ledger.post(unit, [mirror]))

        try:
            shared.write(both_have_looked)
            outcomes.append("reversed")
        except AlreadyReversed:
            outcomes.append("refused")

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "reversed"]
    assert balance(shared) == {}


KINDS = (EntryKind.INVOICE_ISSUED, EntryKind.PROVIDER_PAYMENT, EntryKind.ALLOCATION)
STEP = st.tuples(
    st.sampled_from(KINDS),
    st.integers(2, 10**12),
    st.sampled_from(["EUR", "USD", "JPY"]),
    st.integers(0, 3),
    st.integers(0, 3),
    st.booleans(),
)


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory, database: Database
) -> Iterator[tuple[Books, Books]]:
    path: Path = tmp_path_factory.mktemp("ledger") / "store.db"
    stores = sqlite_store(path), database.store()
    yield books(stores[0]), books(stores[1])
    for store in stores:
        store.close()


def posted(shop: Books, steps: list[tuple[EntryKind, int, str, int, int, bool]]) -> Any:
    entries = []
    for kind, amount, currency, due, day, _ in steps:
        more = {
            "currency": currency,
            "due_on": DUE + timedelta(days=due),
            "booked_on": DAY - timedelta(days=day),
        }
        if kind is EntryKind.INVOICE_ISSUED:
            entries.append(shop.invoice(amount, **more))
        else:
            entries.append((payment if kind is KINDS[1] else allocation)(shop, amount, **more))
    seqs = shop.post(*entries)
    for seq, step in zip(seqs, steps, strict=True):
        if step[-1]:
            shop.write(partial(ledger.reverse, seq=seq, booked_on=DUE))
    ours = {shop.entity: "entity", shop.customer: "customer"}
    rows = [table(shop, LedgerEntry, "at", "request"), table(shop, Posting)]
    rows += [table(shop, SummaryOpen), table(shop, SummaryMoved)]
    said = [[tuple(ours.get(x, x) for x in row) for row in part] for part in rows]
    return said, balance(shop), balance(shop, DAY - timedelta(days=2))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=1, max_size=12))
def test_both_engines_keep_the_same_books(both: tuple[Books, Books], steps: Any) -> None:
    assert posted(both[0], steps) == posted(both[1], steps)
