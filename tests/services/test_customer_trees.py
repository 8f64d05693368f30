"""Customers in a tree: moved, merged and taken apart again, archived and back, on both engines."""

from __future__ import annotations

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import (
    CurrenciesDiffer,
    CustomerArchived,
    CustomerDraft,
    CustomerMerged,
    CustomerNotArchived,
    CustomerNotFound,
    CustomerNotMerged,
    DraftRefused,
    Status,
)
from billing_tui.domain.trees import (
    DEEPEST,
    NotBelowArchived,
    NotBelowMerged,
    SameTwice,
    StillInUse,
    TreeCircle,
    TreeTooDeep,
)
from billing_tui.services.customers import Customers
from storage.store import Store


@pytest.fixture
def customers(store: Store) -> Customers:
    return Customers(store)


def create(customers: Customers, name: str, **fields: object) -> str:
    draft = CustomerDraft(**({"name": name, "currency": "EUR"} | fields))  # type: ignore[arg-type]
    return customers.create(Request.new(), draft, confirmed=True).number


def test_a_tree_has_no_circles(customers: Customers) -> None:
    top, middle = create(customers, "Top"), create(customers, "Middle", parent="C-00001")
    leaf = create(customers, "Leaf", parent=middle.lower())
    with pytest.raises(TreeCircle):
        customers.edit(Request.new(), top, 1, {"parent": leaf})
    with pytest.raises(DraftRefused):
        customers.edit(Request.new(), top, 1, {"parent": top})
    lines = [(line.number, line.depth) for line in customers.tree(middle).items]
    assert lines == [(top, 0), (middle, 1), (leaf, 2)]


def test_a_tree_is_not_deeper_than_said(customers: Customers) -> None:
    above = ""
    for level in range(DEEPEST):
        above = create(customers, f"Level {level}", parent=above)
    with pytest.raises(TreeTooDeep):
        create(customers, "Below", parent=above)
    other = create(customers, "Other")
    with pytest.raises(TreeTooDeep):
        customers.edit(Request.new(), "C-00001", 1, {"parent": other})


def test_parents_must_exist_and_be_active(customers: Customers) -> None:
    gone, kept = create(customers, "Gone"), create(customers, "Kept")
    with pytest.raises(CustomerNotFound):
        create(customers, "Child", parent="C-99999")
    customers.archive(Request.new(), gone)
    with pytest.raises(NotBelowArchived):
        create(customers, "Child", parent=gone)
    customers.merge(Request.new(), gone, kept)
    with pytest.raises(NotBelowMerged):
        create(customers, "Child", parent=gone)


def test_merging_moves_nothing_and_lists_follow(customers: Customers) -> None:
    loser, winner = create(customers, "Acme Ltd"), create(customers, "Acme Limited")
    child = create(customers, "Acme North", parent=loser)
    customers.add_note(Request.new(), loser, "old promise")
    customers.merge(Request.new(), loser, winner)
    shown = customers.show(loser)
    assert (shown.merged_into, shown.status) == (winner, Status.MERGED)
    assert [line.number for line in customers.list().items] == [winner, child]
    assert customers.show(child).parent == loser
    assert [line.number for line in customers.tree(child).items] == [winner, child]
    assert customers.notes(winner).items[0].text == "old promise"
    with pytest.raises(CustomerMerged):
        customers.edit(Request.new(), loser, 2, {"name": "x"})
    with pytest.raises(StillInUse):
        customers.archive(Request.new(), winner)


def test_chains_of_merges_end_at_the_last(customers: Customers) -> None:
    a, b, c = (create(customers, name) for name in ("A", "B", "C"))
    customers.merge(Request.new(), a, b)
    customers.merge(Request.new(), b, c)
    assert customers.show(a).merged_into == c
    d = create(customers, "D")
    customers.merge(Request.new(), d, a)
    assert customers.show(d).merged_into == c
    with pytest.raises(SameTwice):
        customers.merge(Request.new(), c, a)
    with pytest.raises(CustomerMerged):
        customers.merge(Request.new(), a, c)


def test_a_merge_can_be_taken_back(customers: Customers) -> None:
    top, loser = create(customers, "Top"), create(customers, "Loser", parent="C-00001")
    child, winner = create(customers, "Child", parent=loser), create(customers, "Winner")
    with pytest.raises(CustomerNotMerged):
        customers.unmerge(Request.new(), loser)
    customers.merge(Request.new(), loser, winner)
    customers.edit(Request.new(), top, 1, {"parent": child})
    with pytest.raises(TreeCircle):
        customers.unmerge(Request.new(), loser)
    customers.edit(Request.new(), top, 2, {"parent": ""})
    customers.unmerge(Request.new(), loser)
    assert [line.number for line in customers.tree(top).items] == [top, loser, child]
    assert customers.show(loser).status is Status.ACTIVE


def test_a_customer_is_not_merged_into_what_lies_under_it(customers: Customers) -> None:
    top = create(customers, "Top")
    below = create(customers, "Below", parent=top)
    with pytest.raises(TreeCircle):
        customers.merge(Request.new(), top, below)
    customers.merge(Request.new(), below, top)
    assert customers.show(below).merged_into == top


def test_merging_over_currencies_is_refused(customers: Customers) -> None:
    one, other = create(customers, "One"), create(customers, "Other", currency="USD")
    with pytest.raises(CurrenciesDiffer):
        customers.merge(Request.new(), one, other)


def test_archive_and_back(customers: Customers) -> None:
    top = create(customers, "Top")
    child = create(customers, "Child", parent=top)
    with pytest.raises(StillInUse):
        customers.archive(Request.new(), top)
    customers.archive(Request.new("closed"), child)
    customers.archive(Request.new(), top)
    assert not customers.list().items
    with pytest.raises(CustomerArchived):
        customers.archive(Request.new(), top)
    with pytest.raises(CustomerArchived):
        customers.unarchive(Request.new(), child)
    customers.unarchive(Request.new(), top)
    customers.unarchive(Request.new(), child)
    with pytest.raises(CustomerNotArchived):
        customers.unarchive(Request.new(), child)
