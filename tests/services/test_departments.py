"""Departments, ledger codes and exchange rates on both engines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.departments import (
    CodeTaken,
    DepartmentArchived,
    DepartmentChanged,
    DepartmentDraft,
    DepartmentMerged,
    DepartmentNotArchived,
    DepartmentNotFound,
    DepartmentNotMerged,
    DepartmentRefused,
    DepartmentStatus,
    OwnerUnknown,
)
from billing_tui.domain.errors import InputError
from billing_tui.domain.fields import FieldsRefused
from billing_tui.domain.gl import NothingMapped
from billing_tui.domain.money import Money
from billing_tui.domain.organisations import EntityNotFound
from billing_tui.domain.rates import Rate, RateMissing
from billing_tui.domain.trees import NotBelowArchived, NotBelowMerged, StillInUse, TreeCircle
from billing_tui.services.departments import Departments
from billing_tui.services.gl import Gl
from billing_tui.services.rates import Rates
from storage.store import Store

JANUARY = date(2026, 1, 1)
HOSTILE = "\x1b]52;c;aGk=\x07[bold]\u202e"


@pytest.fixture
def departments(store: Store) -> Departments:
    return Departments(store)


def create(departments: Departments, code: str, **fields: str) -> str:
    draft = DepartmentDraft(**({"code": code, "name": code.title()} | fields))
    return departments.create(Request.new(), draft).code


def test_departments_are_created_shown_and_edited(store: Store, departments: Departments) -> None:
    login = store.identity.login
    create(departments, "OPS", name=HOSTILE, owner=login)
    shown = departments.show("ops")
    assert (shown.name, shown.owner, shown.status) == (HOSTILE, login, DepartmentStatus.ACTIVE)
    departments.edit(Request.new(), "OPS", 1, {"name": "Operations", "owner": ""})
    with pytest.raises(DepartmentChanged) as changed:
        departments.edit(Request.new(), "OPS", 1, {"name": "Ops"})
    assert changed.value.differences == {"name": ("Operations", "Ops")}
    with pytest.raises(CodeTaken):
        create(departments, "OPS")
    with pytest.raises(OwnerUnknown):
        create(departments, "X", owner="nobody")
    with pytest.raises(DepartmentNotFound):
        departments.show("X")
    for draft in (
        DepartmentDraft("", "A"), DepartmentDraft("A", ""), DepartmentDraft("A\x1b", "A"),
        DepartmentDraft("A", "4111111111111111"), DepartmentDraft("A", "A", "A"),
        DepartmentDraft("A", "\ud800"),
    ):  # fmt: skip
        with pytest.raises(DepartmentRefused):
            departments.create(Request.new(), draft)


def test_the_tree_of_departments(departments: Departments) -> None:
    create(departments, "TOP")
    create(departments, "MID", parent="TOP")
    create(departments, "LOW", parent="MID")
    with pytest.raises(TreeCircle):
        departments.edit(Request.new(), "TOP", 1, {"parent": "LOW"})
    with pytest.raises(StillInUse):
        departments.archive(Request.new(), "TOP")
    departments.merge(Request.new(), "MID", "TOP")
    assert [(line.code, line.depth) for line in departments.tree()] == [("TOP", 0), ("LOW", 1)]
    with pytest.raises(NotBelowMerged):
        create(departments, "NEW", parent="MID")
    departments.unmerge(Request.new(), "MID")
    assert [line.depth for line in departments.tree()] == [0, 1, 2]
    with pytest.raises(DepartmentNotMerged):
        departments.unmerge(Request.new(), "MID")
    departments.merge(Request.new(), "MID", "TOP")
    with pytest.raises(DepartmentMerged):
        departments.edit(Request.new(), "MID", 4, {"name": "x"})
    departments.archive(Request.new(), "LOW")
    with pytest.raises(NotBelowArchived):
        create(departments, "NEW", parent="LOW")
    departments.archive(Request.new(), "TOP")
    with pytest.raises(DepartmentArchived):
        departments.archive(Request.new(), "TOP")
    departments.unarchive(Request.new(), "TOP")
    with pytest.raises(DepartmentNotArchived):
        departments.unarchive(Request.new(), "TOP")


def test_departments_in_pages(departments: Departments) -> None:
    for n in range(7):
        create(departments, f"D{n}", name=f"Name {n // 2}")
    departments.archive(Request.new(), "D6")
    codes, cursor = [], ""
    while True:
        page = departments.list(cursor=cursor, limit=2)
        codes += [one.code for one in page.items]
        cursor = page.next
        if not cursor:
            break
    assert codes == [f"D{n}" for n in range(6)]
    assert [one.code for one in departments.list(DepartmentStatus.ARCHIVED).items] == ["D6"]
    assert [one.code for one in departments.list(text="d3").items] == ["D3"]
    assert [one.code for one in departments.list(text="NAME 1").items] == ["D2", "D3"]


def test_codes_by_day_entity_and_department(store: Store, departments: Departments) -> None:
    gl = Gl(store)
    create(departments, "MKT")
    create(departments, "ADS")
    gl.set(Request.new(), "revenue:*", "4000", "main", on=JANUARY)
    first = gl.set(Request.new(), "revenue:*", "4100", "MAIN", "mkt", JANUARY)
    again = gl.set(Request.new(), "revenue:*", "4101", "MAIN", "MKT", JANUARY)
    assert (first.id, again.version) == (again.id, 2)
    assert gl.code("revenue:x", "MAIN", "MKT", JANUARY) == "4101"
    assert gl.code("revenue:x", "MAIN", "ADS") == "4000"
    departments.merge(Request.new(), "ADS", "MKT")
    assert gl.code("revenue:x", "MAIN", "ADS") == "4101"
    gl.end(Request.new(), "revenue:*", "MAIN", "MKT", date(2026, 2, 1))
    assert gl.code("revenue:x", "MAIN", "MKT", date(2026, 2, 1)) == "4000"
    assert len(gl.list()) == 3
    assert [one.code for one in gl.list(on=date(2026, 2, 1))] == ["4000"]
    with pytest.raises(NothingMapped):
        gl.end(Request.new(), "revenue:*", "MAIN", "MKT", date(2026, 2, 1))
    with pytest.raises(EntityNotFound):
        gl.set(Request.new(), "receivable", "1", "NORTH")
    with pytest.raises(DepartmentMerged):
        gl.set(Request.new(), "receivable", "1", "MAIN", "ADS")
    accounts = {one.account for one in gl.unmapped(on=JANUARY)}
    assert "revenue:*" not in accounts
    assert "revenue:*" in {one.account for one in gl.unmapped(on=date(2025, 12, 31))}


def test_rates_are_kept_by_day(store: Store) -> None:
    rates = Rates(store)
    rate = Rate("EUR", "USD", Decimal("1.0875"), JANUARY, "ECB")
    assert rates.set(Request.new(), rate) == rate
    rates.set(Request.new(), rate)
    rates.set(Request.new(), Rate("EUR", "USD", Decimal("1.1"), JANUARY, "ECB, corrected"))
    rates.set(
        Request.new(), Rate("GBP", "EUR", Decimal("1.2"), date(2026, 1, 2), "x", inverse=True)
    )
    first = rates.list(limit=1)
    rest = rates.list(cursor=first.next)
    assert [one.rate for one in (*first.items, *rest.items)] == [Decimal("1.2"), Decimal("1.1")]
    assert rates.convert(Money(100, "EUR"), "USD", JANUARY) == Money(110, "USD")
    assert rates.convert(Money(120, "EUR"), "GBP") == Money(100, "GBP")
    with pytest.raises(RateMissing):
        rates.convert(Money(100, "USD"), "EUR")
    for wrong in (
        Rate("EUR", "USD", Decimal("1e-13"), JANUARY, "x"),
        Rate("EUR", "USD", Decimal(10**12), JANUARY, "x"),
        Rate("EUR", "USD", Decimal(1), JANUARY, "4111 1111 1111 1111"),
    ):
        with pytest.raises(FieldsRefused):
            rates.set(Request.new(), wrong)
    with pytest.raises(InputError):
        rates.list("XYZ")
