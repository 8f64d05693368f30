"""Bulk edit on both engines: the diff is what happens, once, and to nobody who changed since."""

from __future__ import annotations

from dataclasses import replace

import pytest

from billing_tui.adapters.passwords import Argon2, Cost
from billing_tui.credentials import Secret
from billing_tui.domain.acts import Request
from billing_tui.domain.customers import (
    Brake,
    CustomerDraft,
    CustomerFilter,
    CustomerNotFound,
    NewCustomer,
    Saved,
)
from billing_tui.domain.customers.bulk import (
    BulkChange,
    BulkDiff,
    Chosen,
    Outcome,
    TooManyChosen,
)
from billing_tui.domain.fields import FieldsRefused
from billing_tui.domain.ids import new_id
from billing_tui.domain.rights import MATRIX, Right, RightMissing, Role
from billing_tui.domain.users import UserDraft
from billing_tui.services import customer_bulk
from billing_tui.services.customer_bulk import CustomerBulk
from billing_tui.services.customers import Customers
from billing_tui.services.users import Users
from billing_tui.services.verify import Verify
from storage.errors import RequestReused
from storage.repos import audit
from storage.repos import customers as repo
from storage.store import Identity, Store
from storage.uow import Unit
from tests.hostile import TEXTS
from tests.stores import ORIGIN, PASSWORD, as_text

ALL = Chosen(asked=CustomerFilter(status=None))
COUNT = 23
TAG = BulkChange(add_tags=("Bulk",))


@pytest.fixture
def customers(store: Store) -> Customers:
    def write(unit: Unit) -> str:
        drafts = [
            CustomerDraft(f"Firm {n}", "EUR", f"K-{n}", tags=("odd",) if n % 2 else ())
            for n in range(COUNT)
        ]
        repo.create_many(unit, [NewCustomer(new_id(), one.number, one) for one in drafts], {})
        return ""

    store.write(write, Request.new(), as_text())
    found = Customers(store)
    found.archive(Request.new(), "K-4")
    found.merge(Request.new(), "K-6", "K-7")
    found.set_brake(Request.new(), "K-8", Brake.HOLD, "late")
    return found


@pytest.fixture
def bulk(customers: Customers, monkeypatch: pytest.MonkeyPatch) -> CustomerBulk:
    monkeypatch.setattr(customer_bulk, "UNIT_ROWS", 5)
    return CustomerBulk(customers.store)


def numbers(diff: BulkDiff, outcome: Outcome) -> list[str]:
    return [line.number for line in diff.lines if line.outcome is outcome]


def test_what_the_diff_shows_is_what_happens(bulk: CustomerBulk, customers: Customers) -> None:
    change = BulkChange(
        ("Bulk", "VIP"), ("ODD",), "net14", Brake.NO_DUNNING, "because", release=Brake.HOLD
    )
    before = {line.number: customers.show(line.number) for line in bulk.preview(ALL, change).lines}
    diff = bulk.preview(ALL, change)
    assert [line.number for line in diff.lines] == [f"K-{n}" for n in range(COUNT)]
    assert numbers(diff, Outcome.REFUSED) == ["K-4", "K-6"]
    steps: list[tuple[int, int]] = []
    report = bulk.apply(
        Request.new("spring"), diff, change, lambda done, total: steps.append((done, total))
    )
    assert report.lines == diff.lines
    assert not report.stopped
    assert steps == [(5, 21), (10, 21), (15, 21), (20, 21), (21, 21)]
    for line in diff.lines:
        was, now = before[line.number], customers.show(line.number)
        if line.outcome is Outcome.REFUSED:
            assert now == was
            continue
        assert (now.tags, now.terms) == (("Bulk", "VIP"), "net14")
        assert now.brakes == {Brake.NO_DUNNING: "because"}
        assert replace(
            now, version=was.version, tags=was.tags, terms=was.terms, brakes=was.brakes
        ) == was  # fmt: skip
        assert now.version == was.version + 1
        (act,) = customers.history(line.number, limit=1).items
        assert (act.action, act.reason, act.version) == ("customers.bulk", "spring", now.version)
        assert {one.field for one in act.changes} == set(line.field.split(", "))
    found = customers.list(CustomerFilter(tag="bulk", brake=Brake.NO_DUNNING), limit=50)
    assert len(found.items) == 21
    assert customers.list(CustomerFilter(tag="odd")).items == ()
    assert customers.list(CustomerFilter(brake=Brake.HOLD)).items == ()
    assert Verify(customers.store).run().exit == 0


def test_doing_it_twice_changes_nothing_twice(bulk: CustomerBulk, customers: Customers) -> None:
    request, diff = Request.new(), bulk.preview(ALL, TAG)
    assert bulk.apply(request, diff, TAG) == bulk.apply(request, diff, TAG)
    assert customers.show("K-1").version == 2
    again = bulk.preview(ALL, TAG)
    assert numbers(again, Outcome.CHANGED) == []
    assert bulk.apply(request, again, TAG).lines == again.lines
    stale = bulk.apply(Request.new(), diff, TAG)
    assert len(numbers(stale, Outcome.CONFLICT)) == 21
    assert customers.show("K-1").version == 2
    with pytest.raises(RequestReused):
        bulk.apply(request, diff, BulkChange(("Other",)))
    assert Verify(customers.store).run().exit == 0


def test_who_was_changed_meanwhile_is_left_alone(bulk: CustomerBulk, customers: Customers) -> None:
    diff = bulk.preview(ALL, TAG)
    customers.edit(Request.new(), "K-2", None, {"name": "Theirs"})
    customers.archive(Request.new(), "K-3")
    report = bulk.apply(Request.new(), diff, TAG)
    assert numbers(report, Outcome.CONFLICT) == ["K-2", "K-3"]
    assert all("look again" in line.why for line in report.lines if line.number == "K-2")
    assert report.count(Outcome.CHANGED) == 19
    assert customers.show("K-2").tags == ()
    assert customers.show("K-22").tags == ("Bulk",)


def test_it_stops_between_units_and_goes_on(bulk: CustomerBulk, customers: Customers) -> None:
    request, diff = Request.new(), bulk.preview(ALL, TAG)
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 2

    report = bulk.apply(request, diff, TAG, stop=stop)
    assert report.stopped
    assert (report.count(Outcome.CHANGED), report.count(Outcome.LEFT)) == (10, 11)
    assert len(customers.list(CustomerFilter(tag="bulk")).items) == 10
    # With the diff it had, or with a new one: both go on under the same request.
    fresh = bulk.preview(ALL, TAG)
    assert fresh.count(Outcome.SAME) == 10
    assert bulk.apply(request, fresh, TAG, stop=lambda: True).count(Outcome.LEFT) == 11
    whole = bulk.apply(request, diff, TAG)
    assert whole.lines == diff.lines
    assert customers.show("K-0").version == customers.show("K-22").version == 2
    assert Verify(customers.store).run().exit == 0


def test_who_is_chosen(bulk: CustomerBulk) -> None:
    def chosen(what: Chosen) -> list[str]:
        return [line.number for line in bulk.preview(what, TAG).lines]

    assert chosen(Chosen(("K-9", "K-1", "K-9"))) == ["K-9", "K-1"]
    assert chosen(Chosen(("K-9", "K-1"), without=("K-9",))) == ["K-1"]
    assert chosen(Chosen(asked=CustomerFilter(tag="odd"), without=("K-1", "K-2", "none"))) == [
        f"K-{n}" for n in range(3, COUNT, 2)
    ]
    assert chosen(Chosen()) == []
    assert chosen(Chosen(asked=CustomerFilter("nobody"))) == []
    with pytest.raises(CustomerNotFound):
        chosen(Chosen(("K-1", "K-99")))


def test_too_many_are_refused(bulk: CustomerBulk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customer_bulk, "MOST", COUNT - 1)
    with pytest.raises(TooManyChosen):
        bulk.preview(ALL, TAG)
    assert len(bulk.preview(replace(ALL, without=("K-1",)), TAG).lines) == COUNT - 1
    with pytest.raises(TooManyChosen):
        bulk.preview(Chosen(tuple(f"K-{n}" for n in range(COUNT))), TAG)


def test_it_needs_its_rights(
    bulk: CustomerBulk, customers: Customers, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, diff = customers.store, bulk.preview(ALL, TAG)
    login = f"looking_{new_id().hex[-8:]}"
    draft = UserDraft(login, "Looking", (Role.APPROVER,))
    Users(store, Argon2(Cost(1, 8, 1))).add(Request.new(), draft, Secret(PASSWORD))
    if store.sqlite:
        other = store.acting_as(Identity(store.identity.organisation, login, ORIGIN))
        with pytest.raises(RightMissing):
            CustomerBulk(other).preview(ALL, TAG)
        with pytest.raises(RightMissing):
            CustomerBulk(other).apply(Request.new(), diff, TAG)
    monkeypatch.setitem(MATRIX, Right.BRAKE_CUSTOMERS, frozenset({Role.AUDITOR}))
    for change in (BulkChange(brake=Brake.HOLD, reason="x"), BulkChange(release=Brake.HOLD)):
        with pytest.raises(RightMissing):
            bulk.preview(ALL, change)
        with pytest.raises(RightMissing):
            bulk.apply(Request.new(), diff, change)
    assert bulk.apply(Request.new(), diff, TAG).count(Outcome.CHANGED) == 21


def test_hostile_tags_hurt_nothing(bulk: CustomerBulk, customers: Customers) -> None:
    tags = tuple(text[:40] for text in TEXTS.values())
    change = BulkChange(tags)
    report = bulk.apply(Request.new(), bulk.preview(Chosen(("K-0", "K-2")), change), change)
    assert report.count(Outcome.CHANGED) == 2
    assert customers.show("K-0").tags == tags
    for tag in tags:
        found = customers.list(CustomerFilter(tag=tag)).items
        assert {one.number for one in found} == {"K-0", "K-2"}, ascii(tag)
    assert Verify(customers.store).run().exit == 0


def test_a_change_that_says_nothing_is_refused(bulk: CustomerBulk) -> None:
    with pytest.raises(FieldsRefused):
        bulk.preview(ALL, BulkChange())
    with pytest.raises(FieldsRefused):
        bulk.apply(Request.new(), bulk.preview(ALL, TAG), BulkChange())


def test_the_chain_has_one_line_for_each(bulk: CustomerBulk, customers: Customers) -> None:
    def lines(unit: Unit) -> list[str]:
        return [row.object for row in audit.rows_after(unit, 0) if row.action == "customers.bulk"]

    bulk.apply(Request.new(), bulk.preview(ALL, TAG), TAG)
    said = customers.store.read(lines)
    assert len(said) == len(set(said)) == 21


def test_a_tag_taken_off_and_given_again_is_found(bulk: CustomerBulk, customers: Customers) -> None:
    for change in (BulkChange(remove_tags=("odd",)), BulkChange(add_tags=("odd",))) * 2:
        bulk.apply(Request.new(), bulk.preview(ALL, change), change)
    assert len(customers.list(CustomerFilter(tag="odd")).items) == 21
    assert isinstance(customers.edit(Request.new(), "K-1", None, {"name": "New"}), Saved)
    assert Verify(customers.store).run().exit == 0
