from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import event

from billing_tui.bootstrap import services_for
from billing_tui.domain.acts import Request
from billing_tui.domain.alerts import AlertFilter, AlertNotFound
from billing_tui.domain.features import FeatureChange, FeatureOff, FeatureReserved
from billing_tui.domain.ids import new_id
from billing_tui.domain.rights import Right, RightMissing, Role
from billing_tui.services.bundle import Services
from billing_tui.services.cases import CASES, Case, Service, reads, writes
from storage.models import AppUser
from storage.repos import audit
from storage.rows import insert
from storage.store import Store
from storage.uow import Unit
from tests.stores import as_text

OFF, ON = FeatureChange(enabled=False), FeatureChange(enabled=True)


class Gated(Service):
    @writes("test.gated_write", Right.SEE, feature="bulk_import")
    def write(self, unit: Unit) -> str:
        unit.note("test.gated_write", "test:1")
        return "written"

    @reads("test.gated_read", feature="bulk_import")
    def read(self, unit: Unit) -> str:
        return "read"

    @reads("test.open_read")
    def open(self, unit: Unit) -> str:
        return "open"


@pytest.fixture
def services(store: Store) -> Services:
    return services_for(store)


def test_a_gated_use_case_is_refused_while_its_feature_is_off(
    store: Store, services: Services
) -> None:
    gated, request = Gated(store), Request.new()
    assert (gated.write(Request.new()), gated.read()) == ("written", "read")
    services.features.set(Request.new(), "bulk_import", OFF)
    with pytest.raises(FeatureOff):
        gated.write(request)
    with pytest.raises(FeatureOff) as caught:
        gated.read()
    assert caught.value.name == "bulk_import"
    assert gated.open() == "open"
    services.features.set(Request.new(), "bulk_import", ON)
    assert gated.write(request) == "written"


@pytest.mark.parametrize(
    ("change", "on"),
    [
        (FeatureChange(roles=(Role.AUDITOR,)), False),
        (FeatureChange(roles=(Role.AUDITOR, Role.ADMIN)), True),
        (FeatureChange(percentage=0), False),
        (FeatureChange(percentage=100), True),
    ],
)
def test_it_is_on_for_some(
    store: Store, services: Services, change: FeatureChange, on: bool
) -> None:
    services.features.set(Request.new(), "bulk_import", change)
    assert ("bulk_import" in services.features.mine()) is on
    if on:
        assert Gated(store).read() == "read"
    else:
        with pytest.raises(FeatureOff):
            Gated(store).read()


def test_only_a_gated_use_case_costs_a_question(store: Store) -> None:
    asked: list[str] = []
    gated = Gated(store)
    gated.read()

    def count(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(store.engine, "before_cursor_execute", count)
    gated.open()
    few, asked[:] = len(asked), []
    gated.read()
    event.remove(store.engine, "before_cursor_execute", count)
    assert len(asked) == few + 1
    assert sum("feature" in statement for statement in asked) == 1


def test_setting_is_audited_and_listed(store: Store, services: Services) -> None:
    before = {feature.name: feature.changed for feature in services.features.all()}
    assert set(before.values()) == {False}
    set_to = services.features.set(
        Request.new("trial"), "bulk_import", FeatureChange(roles=(Role.CLERK,), percentage=50)
    )
    again = services.features.set(Request.new(), "bulk_import", ON)
    assert again == set_to
    found = {feature.name: feature for feature in services.features.all()}
    assert found["bulk_import"] == set_to
    acts = [
        (row.action, row.version, row.reason)
        for row in store.read(lambda unit: list(audit.rows_after(unit, 0)))
        if row.object.startswith("feature:")
    ]
    assert acts == [("features.set", 1, "trial")]


def test_names_kept_for_later_are_refused(services: Services) -> None:
    with pytest.raises(FeatureReserved):
        services.features.set(Request.new(), "fraud_detection", ON)


def test_two_who_set_the_same_feature_first(services: Services) -> None:
    ready = threading.Barrier(2)

    def set_it(percentage: int) -> int:
        ready.wait(60)
        change = FeatureChange(percentage=percentage)
        return services.features.set(Request.new(), "bulk_import", change).percentage

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(set_it, (10, 20))) == [10, 20]


def test_a_gate_that_is_no_feature_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="no feature"):
        Case("test.case", "tests", Right.SEE, feature="billing")
    assert CASES["test.gated_read"].feature == "bulk_import"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.CLERK])
def test_who_may_run_set_and_acknowledge(local_store: Store, role: Role) -> None:
    def hire(unit: Unit) -> str:
        values = {"id": new_id(), "login": "kim", "name": "Kim", "roles": role.value}
        values |= {"password": "", "failures": 0, "public_key": ""}
        insert(unit, AppUser, values | {"disabled_at": None, "retry_at": None}, "users.add")
        return ""

    local_store.write(hire, Request.new(), as_text())
    kim = services_for(local_store.acting_as(replace(local_store.identity, login="kim")))
    assert kim.features.all()
    assert kim.alerts.page(AlertFilter()).items == ()
    assert kim.jobs.all()
    with pytest.raises(RightMissing):
        kim.features.set(Request.new(), "bulk_import", OFF)
    with pytest.raises(RightMissing):
        kim.jobs.change(Request.new(), "cleanup", enabled=False)
    if role is Role.CLERK:
        assert kim.cleanup.purge(Request.new(), "job_run") == 0
        with pytest.raises(AlertNotFound):
            kim.alerts.acknowledge(Request.new(), new_id())
        return
    with pytest.raises(RightMissing):
        kim.cleanup.purge(Request.new(), "job_run")
    with pytest.raises(RightMissing):
        kim.jobs.claim(Request.new(), "cleanup", new_id(), False)
    with pytest.raises(RightMissing):
        kim.alerts.acknowledge(Request.new(), new_id())
