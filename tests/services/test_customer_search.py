"""Lists of customers: every order and filter, page by page, each from an index."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import (
    Allocation,
    Brake,
    Contact,
    CustomerDraft,
    CustomerFilter,
    CustomerSort,
    NewCustomer,
    Status,
)
from billing_tui.domain.departments import DepartmentDraft
from billing_tui.domain.ids import id_from
from billing_tui.domain.pages import CursorRefused
from billing_tui.domain.tax_ids import TaxId
from billing_tui.services.customers import Customers
from billing_tui.services.departments import Departments
from storage.repos import customer_places
from storage.repos import customers as repo
from storage.repos.customer_search import orders
from storage.store import Store
from storage.uow import Unit
from tests.stores import as_text

ALL = CustomerFilter(status=None)
COUNT = 23


def draft(n: int) -> CustomerDraft:
    return CustomerDraft(
        name=f"{('Müller', 'Ostwind', 'Zürich Käse')[n % 3]} {n:03d} AG",
        currency=("EUR", "EUR", "USD")[n % 3],
        number=f"K {n}",
        contacts=(Contact("A", f"Person{n}@Example.org"),),
        tax_ids=(TaxId("DE", "136695976"),) if n == 5 else (),
        allocations=(Allocation("MKT", Decimal(100)),) if n % 4 == 0 else (),
        tags=("VIP",) if n % 5 == 0 else (),
        parent="K 1" if n in (7, 8, 9) else "",
    )


def fill(store: Store, count: int) -> None:
    def write(unit: Unit) -> str:
        news = [NewCustomer(id_from(n, n), draft(n).number, draft(n)) for n in range(count)]
        found = customer_places.placed(unit, news)
        assert not found.troubles
        repo.create_many(unit, found.order, found.parents)
        return ""

    store.write(write, Request.new(), as_text())


@pytest.fixture
def customers(store: Store) -> Customers:
    Departments(store).create(Request.new(), DepartmentDraft("MKT", "Marketing"))
    fill(store, COUNT)
    found = Customers(store)
    found.set_brake(Request.new(), "K 3", Brake.NO_DUNNING, "promised")
    found.archive(Request.new(), "K 20")
    found.merge(Request.new(), "K 21", "K 22")
    return found


def walk(
    customers: Customers,
    asked: CustomerFilter,
    sort: CustomerSort = CustomerSort.NAME,
    descending: bool = False,
    limit: int = 4,
) -> list[str]:
    """All numbers, page by page."""
    found, cursor = [], ""
    while True:
        page = customers.list(asked, sort, descending, cursor, limit)
        found += [line.number for line in page.items]
        cursor = page.next
        if not cursor:
            return found


@pytest.mark.parametrize("few", [0, orders.FEW], ids=["walked", "looked up"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", list(CustomerSort))
def test_pages_show_each_once_in_order(
    customers: Customers,
    sort: CustomerSort,
    descending: bool,
    few: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(orders, "FEW", few)
    for asked in (ALL, CustomerFilter(), CustomerFilter(currency="EUR"), CustomerFilter("ag mul")):
        whole = walk(customers, asked, sort, descending, limit=1000)
        assert walk(customers, asked, sort, descending) == whole
        assert len(set(whole)) == len(whole) > 4
        assert walk(customers, asked, sort, not descending)[::-1] == whole
    numbers = walk(customers, ALL, sort, descending)
    if sort is CustomerSort.NUMBER:
        assert numbers == [f"K {n}" for n in range(COUNT)][:: -1 if descending else 1]


FILTERS = [
    (CustomerFilter("müll"), {n for n in range(20) if n % 3 == 0}),
    (CustomerFilter("MULLER 01"), {12, 15, 18}),
    (CustomerFilter("kase zur"), {n for n in range(20) if n % 3 == 2}),
    (CustomerFilter("k-5"), {5}),
    (CustomerFilter("de 136 695"), {5}),
    (CustomerFilter("136695976"), {5}),
    (CustomerFilter("person1@"), {1}),
    (CustomerFilter("PERSON1"), set()),
    (CustomerFilter("???"), set()),
    (CustomerFilter("???"), set()),
    (CustomerFilter(tag="vip"), {0, 5, 10, 15}),
    (CustomerFilter(currency="usd"), {n for n in range(20) if n % 3 == 2}),
    (CustomerFilter(parent="K 1"), {7, 8, 9}),
    (CustomerFilter(brake=Brake.NO_DUNNING), {3}),
    (CustomerFilter(department="mkt"), {0, 4, 8, 12, 16}),
    (CustomerFilter(status=Status.ARCHIVED), {20}),
    (CustomerFilter(status=Status.MERGED), {21}),
    (CustomerFilter("ost", tag="VIP", currency="EUR"), {10}),
]


@pytest.mark.parametrize("few", [0, orders.FEW], ids=["walked", "looked up"])
def test_filters_compose(customers: Customers, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "FEW", few)
    for asked, numbers in FILTERS:
        assert set(walk(customers, asked)) == {f"K {n}" for n in numbers}, asked


def test_a_merged_parent_is_followed(customers: Customers) -> None:
    customers.merge(Request.new(), "K 1", "K 4")
    assert set(walk(customers, CustomerFilter(parent="K 4"))) == {"K 7", "K 8", "K 9"}
    line = next(line for line in customers.list(ALL, limit=50).items if line.number == "K 1")
    assert (line.merged_into, line.status) == ("K 4", Status.MERGED)


def test_a_cursor_fits_only_its_own_list(customers: Customers) -> None:
    page = customers.list(limit=4)
    assert page.next == customers.list(limit=4).next
    assert customers.list(cursor=page.next, limit=9).items[0].number != page.items[0].number
    for other in ("x", page.next[:-2], "W10", "\x00", "é"):
        with pytest.raises(CursorRefused):
            customers.list(cursor=other)
    with pytest.raises(CursorRefused):
        customers.list(CustomerFilter(currency="EUR"), cursor=page.next)


@contextmanager
def statements(store: Store) -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def keep(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if "customer" in statement and statement.lstrip().startswith(("SELECT", "WITH")):
            seen.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", keep)
    try:
        yield seen
    finally:
        event.remove(store.engine, "before_cursor_execute", keep)


def plan(store: Store, statement: str, parameters: Any) -> str:
    with store.engine.connect() as connection, connection.begin():
        if store.sqlite:
            rows = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)
            return "\n".join(str(row[3]) for row in rows)
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_sort = off")
        rows = connection.exec_driver_sql("EXPLAIN " + statement, parameters)
        return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize("few", [0, orders.FEW], ids=["walked", "looked up"])
def test_no_list_reads_the_whole_table(
    store: Store, customers: Customers, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scan of all rows shows in the plan whatever the size, where an index is at hand."""
    monkeypatch.setattr(orders, "FEW", few)
    asked = [CustomerFilter(), ALL, *(one for one, _ in FILTERS if one.text != "???")]
    for one, sort in itertools.product(asked, CustomerSort):
        with statements(store) as seen:
            page = customers.list(one, sort, limit=2)
            if page.next:
                customers.list(one, sort, cursor=page.next, limit=2)
        for statement, parameters in seen:
            told = plan(store, statement, parameters)
            scans = [line for line in told.splitlines() if _whole(line, store.sqlite)]
            assert not scans, (one, sort, told)
            if "ORDER BY" in statement and "WITH hits" not in statement:
                assert "TEMP B-TREE" not in told, (one, sort, told)
                assert "Sort" not in told.replace("Sort Key", ""), (one, sort, told)


def test_single_acts_read_few_rows(store: Store, customers: Customers) -> None:
    with statements(store) as seen:
        customers.tree("K 7")
        customers.history("K 3")
        customers.notes("K 22")
        customers.create(Request.new(), CustomerDraft("Neu", "EUR", parent="K 7"))
        customers.edit(Request.new(), "K 8", 1, {"parent": "K 9"})
        customers.merge(Request.new(), "K 12", "K 13")
        customers.archive(Request.new(), "K 14")
        customers.search("K 1")
        Departments(store).tree()
    for statement, parameters in seen:
        told = plan(store, statement, parameters)
        scans = [line for line in told.splitlines() if _whole(line, store.sqlite)]
        assert not scans, (statement, told)


def _whole(line: str, sqlite: bool) -> bool:
    """An index of which only the organisation is used is read from end to end; that is right for
    the index of an order, which is left when the page is full, and for few departments."""
    if not sqlite:
        return "Seq Scan on customer" in line
    walked = any(f"_{column} " in line for column in ("sort_name_id", "sort_number_id", "at_id"))
    whole = line.endswith("(organisation=?)") and not walked and "department" not in line
    return whole or line.startswith("SCAN customer")
