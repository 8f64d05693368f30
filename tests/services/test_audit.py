"""Browsing the trail: every slice of every filter is what a plain list would give."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from billing_tui.adapters.passwords import Argon2, Cost
from billing_tui.credentials import Secret
from billing_tui.domain.acts import Origin, Request
from billing_tui.domain.audit_log import AuditFilter, AuditLine, EntryNotFound
from billing_tui.domain.customers import Contact, CustomerDraft
from billing_tui.domain.departments import DepartmentDraft
from billing_tui.domain.features import FeatureChange
from billing_tui.domain.history import ERASED, Change
from billing_tui.domain.ids import new_id
from billing_tui.domain.money import Money
from billing_tui.domain.pages import TOP, Counted, CursorRefused, Place
from billing_tui.domain.rights import Role
from billing_tui.domain.users import UserDraft
from billing_tui.services.audit import Audit
from billing_tui.services.customers import Customers
from billing_tui.services.departments import Departments
from billing_tui.services.features import Features
from billing_tui.services.users import Users
from storage.repos import audit_log
from storage.store import Identity, Store
from storage.uow import AuditLine as Said
from storage.uow import Unit
from tests.stores import NOON, ORIGIN, PASSWORD, as_text

ADA = CustomerDraft("Acme", "EUR", credit_limit=Money(500_000, "EUR"), contacts=(Contact("Ada"),))


@pytest.fixture
def audit(store: Store) -> Audit:
    return Audit(store)


def act(store: Store, *acts: tuple[str, str]) -> None:
    """Say things in the chain."""

    def say(unit: Unit) -> str:
        for action, object in acts:
            unit.note(action, object, {"n": 1})
        return ""

    store.write(say, Request.new(), as_text())


def other_person(store: Store, login: str) -> Store:
    """On SQLite somebody else; on a server people are logins, and one is enough there."""
    Users(store, Argon2(Cost(1, 8, 1))).add(
        Request.new(), UserDraft(login, login, (Role.CLERK,)), Secret(PASSWORD)
    )
    return store.acting_as(Identity(store.identity.organisation, login, ORIGIN))


def filled(store: Store) -> None:
    """A chain in which several acts of two people take turns."""
    bob = other_person(store, f"bob_{new_id().hex[-8:]}") if store.sqlite else store
    for n in range(30):
        act(store, ("customers.edit", f"customer:{new_id()}"), ("jobs.change", "job:cleanup"))
        act(bob, ("customers.note", f"customer:{new_id()}"))
        if n % 10 == 0:
            act(bob, ("settings.set", f"setting:{new_id()}"), ("customers.edit", "job:verify"))


def everything(store: Store) -> list[AuditLine]:
    return list(Audit(store).slice(limit=1000).items)


def filters(store: Store) -> dict[str, tuple[AuditFilter, Callable[[AuditLine], bool]]]:
    lines = everything(store)
    who, request = lines[0].who, lines[5].request
    today = store.read(lambda unit: unit.today)
    return {
        "nothing": (AuditFilter(), lambda line: True),
        "who": (AuditFilter(who=who), lambda line: line.who == who),
        "nobody": (AuditFilter(who="nobody"), lambda line: False),
        "action": (
            AuditFilter(action="customers.edit"),
            lambda line: line.action == "customers.edit",
        ),
        "area": (AuditFilter(action="customers"), lambda line: line.action.startswith("customers")),
        "no act": (AuditFilter(action="zzz"), lambda line: False),
        "kind": (AuditFilter(object="customer"), lambda line: line.object.startswith("customer:")),
        "one": (AuditFilter(object="job:cleanup"), lambda line: line.object == "job:cleanup"),
        "request": (AuditFilter(request=request.upper()), lambda line: line.request == request),
        "today": (AuditFilter(since=today, until=today), lambda line: True),
        "from tomorrow": (AuditFilter(since=today + timedelta(1)), lambda line: False),
        "before": (AuditFilter(until=today - timedelta(1)), lambda line: False),
        "person and act": (
            AuditFilter(who=who, action="customers"),
            lambda line: line.who == who and line.action.startswith("customers"),
        ),
        "all of it": (
            AuditFilter(who, "customers", "customer", since=today - timedelta(9), until=today),
            lambda line: (
                line.who == who
                and line.action.startswith("customers")
                and line.object[:9] == "customer:"
            ),
        ),
    }


NAMES = (
    "nothing", "who", "nobody", "action", "area", "no act", "kind", "one", "request", "today",
    "from tomorrow", "before", "person and act", "all of it",
)  # fmt: skip


@pytest.mark.parametrize("few", [5_000, 0], ids=["looked up", "walked"])
def test_every_way_to_a_slice_gives_the_same_lines(
    store: Store, audit: Audit, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Whether rows are looked up or walked is decided by their number alone."""
    monkeypatch.setattr(audit_log, "FEW", few)
    monkeypatch.setattr(audit_log, "NEAR", 7)
    filled(store)
    lines, wanted = everything(store), filters(store)
    assert tuple(wanted) == NAMES
    assert [line.seq for line in lines] == list(range(len(lines), 0, -1))
    for name, (asked, fits) in wanted.items():
        expected = [line for line in lines if fits(line)]
        assert list(audit.slice(asked, limit=1000).items) == expected, name
        assert down(audit, asked) == expected, name
        assert up(audit, asked) == expected, name
        assert list(audit.slice(asked, Place(skip=9), 5).items) == expected[9:14], name
        assert audit.count(asked) == Counted(len(expected)), name
        if asked != AuditFilter() and len(expected) > 3:
            assert audit.count(asked, 3) == Counted(3, more=True), name


def down(audit: Audit, asked: AuditFilter) -> list[AuditLine]:
    found: list[AuditLine] = []
    place = TOP
    while (page := audit.slice(asked, place, 7)).items:
        found += page.items
        place = Place(after=page.last)
    return found


def up(audit: Audit, asked: AuditFilter) -> list[AuditLine]:
    found: list[AuditLine] = []
    place = Place(end=True)
    while (page := audit.slice(asked, place, 7)).items:
        found[:0] = page.items
        place = Place(before=page.first)
    return found


def test_a_cursor_fits_its_own_filter_alone(store: Store, audit: Audit) -> None:
    last = audit.slice(limit=1).last
    for asked, cursor in ((AuditFilter(action="customers"), last), (AuditFilter(), "nonsense")):
        for place in (Place(after=cursor), Place(before=cursor)):
            with pytest.raises(CursorRefused):
                audit.slice(asked, place)


def test_what_is_behind_the_newest_seen_is_named_once(store: Store, audit: Audit) -> None:
    seen = audit.head()
    assert audit.since(seen) == ()
    act(store, ("a.b", "customer:1"), ("a.b", "customer:2"), ("a.c", "customer:1"))
    assert audit.head() == seen + 3
    assert audit.since(seen) == ("customer:1", "customer:2")
    act(store, *[("a.b", f"x:{n}") for n in range(600)])
    changed = audit.since(seen)
    assert (len(changed), changed[0], changed[-1]) == (500, "x:599", "x:100")


def test_clocks_that_were_wrong_hide_nothing(local_store: Store) -> None:
    """Times need not rise with numbers: a clock may have been a day ahead for a while."""
    times = iter([NOON + timedelta(days=n) for n in (1, 2, 1, 0, 2, 1, 3)])
    store = Store(local_store.engine, local_store.identity, lambda: next(times), local_store.seal)
    for _ in range(6):
        act(store, ("x.y", "thing"))
    audit = Audit(local_store)
    for few in (5_000, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(audit_log, "FEW", few)
            patch.setattr(audit_log, "NEAR", 2)
            day = date(2026, 11, 22)
            found = audit.slice(AuditFilter(action="x.y", since=day, until=day)).items
            assert {line.at[:10] for line in found} == {"2026-11-22"}
            assert len(found) == 3
            later = audit.slice(AuditFilter(action="x.y", since=day), limit=5).items
            assert len(later) == 5


def test_days_are_the_organisations(local_store: Store) -> None:
    """In Berlin it is the next day an hour earlier than by UTC."""
    store = Store(
        local_store.engine,
        local_store.identity,
        lambda: datetime(2026, 11, 24, 23, 30, tzinfo=UTC),
        local_store.seal,
    )
    act(store, ("x.y", "thing"))
    day = date(2026, 11, 25)
    audit = Audit(local_store)
    assert [line.action for line in audit.slice(AuditFilter(since=day)).items] == ["x.y"]
    until = AuditFilter(action="x.y", until=day - timedelta(1))
    assert audit.slice(until).items == ()


def test_lines_name_things_as_people_do(store: Store, audit: Audit) -> None:
    Departments(store).create(Request.new(), DepartmentDraft("MKT", "Marketing"))
    customers = Customers(store)
    number = customers.create(Request.new(), ADA).number
    customers.add_note(Request.new(), number, "called")
    Features(store).set(Request.new(), "bulk_import", FeatureChange(enabled=False))
    act(store, ("jobs.change", "job:cleanup"), ("verify.rebuild", "summaries"), ("x", "y:z:1"))
    told = {line.object.partition(":")[0]: line.label for line in everything(store)}
    assert told["customer"] == told["customer_note"] == number
    assert told["department"] == "MKT"
    assert told["feature"] == "bulk_import"
    assert told["app_user"] == store.identity.login
    assert told["legal_entity"]
    assert (told["job"], told["summaries"], told["y"]) == ("cleanup", "summaries", "z:1")
    by_number = audit.slice(AuditFilter(object=f"customer:{number}")).items
    assert [line.action for line in by_number] == ["customers.create"]
    (edit,) = audit.slice(AuditFilter(object="department:MKT")).items
    assert (edit.action, edit.who) == ("departments.create", store.identity.login)


def test_an_entry_is_shown_whole(store: Store, audit: Audit) -> None:
    customers = Customers(store)
    parent = customers.create(Request.new(), CustomerDraft("Top", "EUR")).number
    number = customers.create(Request.new(), ADA).number
    request = Request.new("agreed")
    limit = Money(100, "EUR")
    changes: dict[str, Any] = {"parent": parent, "credit_limit": limit, "contacts": ()}
    customers.edit(request, number, 1, changes)
    entry = audit.show(audit.head())
    assert (entry.line.action, entry.line.label, entry.line.version) == (
        "customers.edit",
        number,
        2,
    )
    assert (entry.line.reason, entry.line.request) == ("agreed", str(request.id))
    told = {change.field: (change.before, change.after) for change in entry.changes}
    assert told["parent"] == ("", parent)
    assert told["credit_limit"] == ("5,000.00 EUR", "1.00 EUR")
    assert "Ada" in told["contacts"][0]
    assert (told["contacts"][1], len(told)) == ("", 3)
    assert entry.origin == Origin("command", "host", "tester", "test")
    assert entry.sealed is (True if store.sqlite else None)
    assert entry.database_user == ("tester" if store.sqlite else store.identity.login)
    before = audit.show(entry.line.seq - 1)
    assert (entry.prev, len(entry.hash)) == (before.hash, 64)
    with pytest.raises(EntryNotFound):
        audit.show(audit.head() + 1)


def test_what_was_erased_is_said_to_be(local_store: Store) -> None:
    customers, audit = Customers(local_store), Audit(local_store)
    customers.create(Request.new(), ADA)
    with local_store.engine.connect().execution_options(writing=True) as raw, raw.begin():
        raw.exec_driver_sql("UPDATE personal_value SET value = '', salt = ''")
    assert Change("contacts", "", ERASED) in audit.show(audit.head()).changes


def test_a_row_without_its_seal_says_so(local_store: Store) -> None:
    unsealed = Store(local_store.engine, local_store.identity, lambda: NOON)
    act(unsealed, ("x.y", "thing"))
    audit = Audit(local_store)
    assert audit.show(audit.head()).sealed is False


FORGED = [
    "[]", "null", "5", "{", "[" * 100_000, json.dumps({"after": [1], "before": 5}),
    json.dumps({"after": {"parent": "nobody", "merged_into": 7}, "before": {"parent": {}}}),
    json.dumps({"after": {"credit_limit": 5, "currency": ["EUR"]}}),
    json.dumps({"after": {"contacts": "sha256:" + "0" * 64}, "x": {"y": []}}),
]  # fmt: skip


@pytest.mark.parametrize("body", FORGED, ids=range(len(FORGED)))
def test_whatever_was_written_by_hand_is_shown(store: Store, audit: Audit, body: str) -> None:
    saved = Customers(store).create(Request.new(), ADA)

    def forge(unit: Unit) -> str:
        for object in (f"customer:{saved.id}", "customer:", ":", "nothing:x", ""):
            unit.audit.append(Said("customers.edit", object, None, "", body))
        return ""

    store.write(forge, Request.new(), as_text())
    for line in audit.slice(limit=5).items:
        entry = audit.show(line.seq)
        assert entry.line.action == "customers.edit"
        assert isinstance(entry.changes, tuple)


def test_an_actor_and_an_origin_that_are_none_are_shown(local_store: Store) -> None:
    act(local_store, ("x.y", "thing"))
    audit = Audit(local_store)
    with local_store.engine.connect().execution_options(writing=True) as raw, raw.begin():
        raw.execute(text("DROP TRIGGER audit_log_no_update"))
        raw.execute(
            text("UPDATE audit_log SET actor = 'me', origin = '{\"kind\": 5}', request = ''")
        )
    (line, *_) = audit.slice().items
    assert line.who == "me"
    assert audit.show(line.seq).origin == Origin('{"kind": 5}')
