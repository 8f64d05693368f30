"""Several people at once: one tree, one number, one winner, on Postgres and on SQLite."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import Brake, CustomerChanged, CustomerDraft
from billing_tui.domain.departments import DepartmentDraft
from billing_tui.domain.errors import BillingError
from billing_tui.services.customers import Customers
from billing_tui.services.departments import Departments
from storage.models import CurrencyUse
from storage.models.base import table_of
from storage.repos import audit
from storage.store import Store


@pytest.fixture
def customers(store: Store) -> Customers:
    return Customers(store)


def create(customers: Customers, name: str, **fields: Any) -> str:
    draft = CustomerDraft(name, **({"currency": "EUR"} | fields))
    return customers.create(Request.new(), draft).number


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each gave back, or how it was refused; all begin together."""
    ready = threading.Barrier(len(acts))
    answers: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        ready.wait()
        try:
            answers[place] = act()
        except BillingError as error:
            answers[place] = error

    threads = [threading.Thread(target=run, args=given) for given in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def refused(answers: list[Any]) -> list[BillingError]:
    return [answer for answer in answers if isinstance(answer, BillingError)]


def test_two_moves_that_would_close_a_circle(customers: Customers) -> None:
    for n in range(8):
        one, other = create(customers, f"One {n}"), create(customers, f"Other {n}")
        answers = at_once(
            partial(customers.edit, Request.new(), one, 1, {"parent": other}),
            partial(customers.edit, Request.new(), other, 1, {"parent": one}),
        )
        assert [error.code for error in refused(answers)] == ["tree_circle"]
        assert len(customers.tree(one).items) == 2


def test_a_merge_against_a_move(customers: Customers) -> None:
    for n in range(5):
        top, low = create(customers, f"Top {n}"), create(customers, f"Low {n}")
        answers = at_once(
            partial(customers.merge, Request.new(), top, low),
            partial(customers.edit, Request.new(), low, 1, {"parent": top}),
        )
        assert len(refused(answers)) == 1
        customers.tree(low)


def test_a_child_for_a_parent_that_is_put_away(customers: Customers) -> None:
    for n in range(5):
        parent = create(customers, f"Parent {n}")
        answers = at_once(
            partial(customers.archive, Request.new(), parent),
            partial(create, customers, f"Child {n}", parent=parent),
        )
        assert len(refused(answers)) == 1


def test_two_editors_at_once(customers: Customers) -> None:
    number = create(customers, "Acme")
    for version in range(1, 7):
        answers = at_once(
            partial(customers.edit, Request.new(), number, version, {"terms": f"net{version}"}),
            partial(
                customers.edit, Request.new(), number, version, {"terms": f"net{version + 50}"}
            ),
        )
        (error,) = refused(answers)
        assert isinstance(error, CustomerChanged)
        (told,) = error.differences
        assert told.clashes
        assert {told.theirs, told.yours} == {f"net{version}", f"net{version + 50}"}


def test_the_same_number_for_two(customers: Customers) -> None:
    for n in range(6):
        answers = at_once(
            *(partial(create, customers, f"{name} {n}", number=f"N-{n}") for name in "XYZ")
        )
        assert [error.code for error in refused(answers)] == ["number_taken"] * 2


def test_many_new_ones_at_once_get_numbers_of_their_own(store: Store, customers: Customers) -> None:
    numbers = at_once(*(partial(create, customers, f"New {n}") for n in range(6)))
    assert sorted(numbers) == [f"C-{n:05d}" for n in range(1, 7)]
    heads = store.read(lambda unit: [row.seq for row in audit.rows_after(unit, 0)])
    assert heads == list(range(1, len(heads) + 1))


def test_a_currency_is_frozen_once(store: Store, customers: Customers) -> None:
    at_once(*(partial(create, customers, f"New {n}", currency="JPY") for n in range(4)))
    used = table_of(CurrencyUse)
    statement = select(used.c.currency).where(used.c.organisation == store.identity.organisation)
    found = store.read(lambda unit: [row[0] for row in unit.connection.execute(statement)])
    assert sorted(found) == ["EUR", "JPY"]


def test_a_brake_and_an_edit_both_hold(customers: Customers) -> None:
    number = create(customers, "Acme")
    answers = at_once(
        lambda: customers.set_brake(Request.new(), number, Brake.HOLD, "a"),
        lambda: customers.set_brake(Request.new(), number, Brake.NO_DUNNING, "b"),
    )
    assert not refused(answers)
    assert customers.show(number).brakes == {Brake.HOLD: "a", Brake.NO_DUNNING: "b"}
    assert customers.show(number).version == 3


def test_departments_close_no_circle_either(store: Store) -> None:
    departments = Departments(store)
    for n in range(5):
        for code in (f"A{n}", f"B{n}"):
            departments.create(Request.new(), DepartmentDraft(code, code))
        answers = at_once(
            partial(departments.edit, Request.new(), f"A{n}", 1, {"parent": f"B{n}"}),
            partial(departments.merge, Request.new(), f"B{n}", f"A{n}"),
        )
        codes = [error.code for error in refused(answers)]
        assert codes in (["tree_circle"], ["not_below_merged"])
