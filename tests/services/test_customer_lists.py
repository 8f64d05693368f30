"""Slices of a list from anywhere in it, counts, tags and suggestions: all agree with the list."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import (
    Brake,
    CustomerDraft,
    CustomerFilter,
    CustomerSort,
    NewCustomer,
    Status,
)
from billing_tui.domain.customers.finding import MOST_WORDS, TooManyWords
from billing_tui.domain.errors import InputError, NotFound
from billing_tui.domain.ids import id_from
from billing_tui.domain.money import Money
from billing_tui.domain.pages import Counted, CursorRefused, Place
from billing_tui.services.customers import Customers
from storage.repos import customers as repo
from storage.repos.customer_search import orders
from storage.store import Store
from storage.uow import Unit
from tests.hostile import TEXTS
from tests.stores import NOON, as_text

COUNT = 61
ALL = CustomerFilter(status=None)
# Whether few are looked up, or walked in stretches, or looked up after too short a walk.
WAYS = {"looked up": (1000, (10, 20)), "walked": (0, (7, 900)), "fallen back": (0, (2, 3))}
# No matter how it is found: each of these leaves some of them.
ASKED = [
    ALL,
    CustomerFilter(),
    CustomerFilter("same"),
    CustomerFilter("sa gm"),
    CustomerFilter(tag="odd"),
    CustomerFilter("gmbh", tag="odd", currency="EUR"),
    CustomerFilter(currency="USD", status=None),
    CustomerFilter(status=Status.ARCHIVED),
    CustomerFilter(brake=Brake.HOLD),
    CustomerFilter(created_from=date(2026, 11, 23), created_to=date(2026, 11, 30)),
    CustomerFilter("gmbh", created_to=date(2026, 11, 25)),
    CustomerFilter(tag="nobody"),
]


def draft(n: int) -> CustomerDraft:
    return CustomerDraft(
        name=f"{('Same', 'Other', 'sáme')[n % 3]} {'GmbH' if n % 4 else 'Ltd'}",  # many ties
        currency="EUR" if n % 5 else "USD",
        number=f"K-{n}",
        terms="net14",
        credit_limit=Money(n, "EUR" if n % 5 else "USD") if n % 2 else None,
        tags=("Odd", f"T{n % 7}") if n % 2 else (),
    )


def fill(store: Store) -> Customers:
    """On both engines the rows are told when they were created by the test itself."""
    found = Customers(store)
    ids = random.Random(4).sample(range(COUNT), COUNT)

    def write(unit: Unit) -> str:
        for n in range(COUNT):
            unit.now = NOON + timedelta(hours=12 * (n // 3))
            new = NewCustomer(id_from(1, ids[n]), f"K-{n}", draft(n))
            repo.create_many(unit, [new], {})
        unit.now = NOON
        return ""

    store.write(write, Request.new(), as_text())
    for n in (3, 9, 30):
        found.archive(Request.new(), f"K-{n}")
        found.set_brake(Request.new(), f"K-{n + 1}", Brake.HOLD, "late")
    found.merge(Request.new(), "K-11", "K-12")
    return found


@pytest.fixture
def customers(store: Store) -> Customers:
    return fill(store)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    few, stretches = WAYS[request.param]
    monkeypatch.setattr(orders, "FEW", few)
    monkeypatch.setattr(orders, "STRETCHES", stretches)
    return str(request.param)


def whole(
    customers: Customers, asked: CustomerFilter, sort: CustomerSort, descending: bool
) -> list[str]:
    return [one.number for one in customers.list(asked, sort, descending, limit=1000).items]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", list(CustomerSort))
def test_every_walk_agrees_with_the_list(
    customers: Customers, sort: CustomerSort, descending: bool
) -> None:
    ids = {one.number: one.id for one in customers.slice(ALL).items}
    for asked in ASKED:
        expected = whole(customers, asked, sort, descending)
        assert len(set(expected)) == len(expected)
        forward, place = [], Place()
        while (found := customers.slice(asked, sort, descending, place, 7)).items:
            forward += [one.number for one in found.items]
            place = Place(after=found.last)
        assert forward == expected, asked
        backward: list[str] = []
        place = Place(end=True)
        while (found := customers.slice(asked, sort, descending, place, 7)).items:
            backward = [*(one.number for one in found.items), *backward]
            place = Place(before=found.first)
        assert backward == expected, asked
        ranks = dict.fromkeys(ids, None) | {name: at for at, name in enumerate(expected)}
        for name in random.Random(len(expected)).sample(sorted(ids), 5):
            found_at = customers.rank(ids[name], asked, sort, descending)
            assert found_at == ranks[name], (asked, name)
        for skip in (0, 1, 6, len(expected) - 1, len(expected), 10_000, 2**70):
            jumped = customers.slice(asked, sort, descending, Place(skip=skip), 7)
            assert [one.number for one in jumped.items] == expected[max(0, skip) :][:7], asked
            if jumped.items:
                around = customers.slice(asked, sort, descending, Place(before=jumped.first), 3)
                assert [one.number for one in around.items] == expected[max(0, skip - 3) : skip]


@pytest.mark.usefixtures("way")
def test_counts_agree_with_the_list(customers: Customers) -> None:
    for asked in ASKED:
        rows = len(whole(customers, asked, CustomerSort.NAME, False))
        assert customers.count(asked, None) == customers.count(asked) == Counted(rows)
        if rows:
            assert customers.count(asked, rows) == Counted(rows)
            assert customers.count(asked, rows - 1) == Counted(rows - 1, more=True)


def test_filters_leave_what_they_say(customers: Customers) -> None:
    def numbers(asked: CustomerFilter) -> set[int]:
        found = whole(customers, asked, CustomerSort.NUMBER, False)
        return {int(number[2:]) for number in found}

    alive = set(range(COUNT)) - {3, 9, 30, 11}
    assert numbers(ALL) == set(range(COUNT))
    assert numbers(CustomerFilter("gmbh", tag="odd", currency="EUR")) == {
        n for n in alive if n % 4 and n % 2 and n % 5
    }
    # Noon UTC is one o'clock in Berlin; each day has six of them.
    day = date(2026, 11, 24)
    assert numbers(CustomerFilter(created_from=day, created_to=day)) == {
        n for n in alive if (NOON + timedelta(hours=12 * (n // 3), minutes=60)).day == 24
    }
    assert numbers(CustomerFilter(created_from=date(2027, 1, 1))) == set()
    assert numbers(CustomerFilter(created_to=date(2026, 11, 21))) == {0, 1, 2}


def test_lines_tell_terms_and_limit(customers: Customers) -> None:
    lines = {one.number: one for one in customers.slice(ALL).items}
    assert (lines["K-1"].terms, lines["K-1"].credit_limit) == ("net14", Money(1, "EUR"))
    assert lines["K-5"].credit_limit == Money(5, "USD")
    assert lines["K-2"].credit_limit is None


def test_a_cursor_of_another_list_is_refused(customers: Customers) -> None:
    last = customers.slice(ALL, limit=3).last
    for place in (Place(after=last), Place(before=last), Place(before="x")):
        with pytest.raises(CursorRefused):
            customers.slice(ALL, CustomerSort.NUMBER, place=place)
        with pytest.raises(CursorRefused):
            customers.slice(ALL, descending=True, place=place)
    assert customers.slice(ALL, place=Place(before=customers.slice(ALL).first)).items == ()


def test_tags_are_known_as_they_are_spelt(store: Store, customers: Customers) -> None:
    assert customers.tags() == ("Odd", "T0", "T1", "T2", "T3", "T4", "T5", "T6")
    assert customers.tags("o") == customers.tags("ÓD") == ("Odd",)
    assert customers.tags("t", 3) == ("T0", "T1", "T2")
    assert customers.tags("x") == ()
    customers.edit(Request.new(), "K-1", None, {"tags": ("Zoo",)})
    customers.edit(Request.new(), "K-1", None, {"tags": ()})
    assert "Zoo" not in customers.tags()
    customers.create(Request.new(), CustomerDraft("H", "EUR", tags=tuple(
        text[:40] for text in TEXTS.values()
    )))  # fmt: skip
    assert {text[:40] for text in TEXTS.values()} <= set(customers.tags(limit=100))


def test_suggestions_begin_with_those_at_work(customers: Customers) -> None:
    assert [one.number for one in customers.suggest("k-3")] == [
        "K-31", "K-32", "K-33", "K-34", "K-35", "K-36", "K-37", "K-38",
    ]  # fmt: skip
    assert [one.number for one in customers.suggest("K-30")] == ["K-30"]
    assert [one.number for one in customers.suggest("k 9")] == ["K-9"]
    assert len(customers.suggest("same")) == 8
    few = customers.suggest("same ltd", 100)
    assert [one.status for one in few] == sorted(one.status for one in few)
    assert len(customers.suggest("", 3)) == 3
    assert customers.suggest("xyzzy") == ()
    # What reads like a number may be a word.
    customers.create(Request.new(), CustomerDraft("3M", "EUR"))
    assert [one.name for one in customers.suggest("3m")] == ["3M"]


def test_a_typed_filter_is_understood_on_the_day(customers: Customers) -> None:
    asked = customers.understood("created:today tag:odd", {"currency": "EUR"})
    today = date(2026, 11, 21)
    if customers.store.sqlite:
        assert asked == CustomerFilter(
            tag="odd", currency="EUR", created_from=today, created_to=today
        )
    assert asked.created_from == asked.created_to


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30), st.sampled_from(["", "tag:", "parent:", "dep:", "cur:", '"']))
def test_any_typed_text_lists_or_is_refused(customers: Customers, text: str, field: str) -> None:
    try:
        asked = customers.understood(field + text)
        customers.slice(asked)
        customers.count(asked)
    except (InputError, NotFound):
        pass


def test_a_text_of_many_words_is_bounded(customers: Customers) -> None:
    words = [f"w{n}x" for n in range(MOST_WORDS + 1)]
    asked = CustomerFilter(" ".join(words[1:]))
    assert customers.slice(asked).items == ()
    assert customers.count(asked) == Counted(0)
    with pytest.raises(TooManyWords):
        customers.slice(CustomerFilter(" ".join(words)))


def test_created_days_are_those_of_the_zone(store: Store) -> None:
    customers = Customers(store)

    def write(unit: Unit) -> str:
        unit.now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # in Berlin it is the next year
        repo.create_many(unit, [NewCustomer(id_from(1, 1), "K-1", draft(1))], {})
        unit.now = NOON
        return ""

    store.write(write, Request.new(), as_text())
    assert customers.count(CustomerFilter(created_from=date(2027, 1, 1))) == Counted(1)
    assert customers.count(CustomerFilter(created_to=date(2026, 12, 31))) == Counted(0)
