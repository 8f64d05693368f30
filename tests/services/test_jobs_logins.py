"""On Postgres a person is a database login without any right of an owner; all of this works."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from billing_tui.bootstrap import services_for
from billing_tui.domain.acts import Request
from billing_tui.domain.alerts import AlertFilter
from billing_tui.domain.features import FeatureChange
from billing_tui.domain.ids import new_id
from billing_tui.domain.jobs import JobOutcome
from billing_tui.services.jobs.runner import run_due, run_job
from storage.models import AppUser
from storage.repos import users
from storage.rows import insert
from storage.store import Identity, Store
from storage.uow import Unit
from tests.benches import bench_for
from tests.stores import NOON, ORIGIN, Database, as_text

LOGIN = "jobs_person"


@pytest.fixture(scope="module")
def login(database: Database) -> str:
    database.add_login(LOGIN)
    return LOGIN


@pytest.fixture
def person(database: Database, shared_store: Store, login: str) -> Iterator[Store]:
    def hire(unit: Unit) -> str:
        users.join(unit, login)
        values = {"id": new_id(), "login": login, "name": "Kim", "roles": "admin,clerk"}
        values |= {"password": "", "failures": 0, "public_key": ""}
        insert(unit, AppUser, values | {"disabled_at": None, "retry_at": None}, "users.add")
        return ""

    shared_store.write(hire, Request.new(), as_text(), as_owner=True)
    identity = Identity(shared_store.identity.organisation, login, ORIGIN)
    store = Store(database.engine(login), identity, lambda: NOON)
    yield store
    store.close()


def test_jobs_run_by_a_plain_login(person: Store) -> None:
    bench = bench_for(person)
    bench.make_due()
    never = threading.Event()
    assert [run.outcome for run in run_due(bench, Request.new(), never)] == [JobOutcome.DONE]
    for name in ("imports", "verify"):
        assert run_job(bench, name, Request.new(), never).outcome is JobOutcome.DONE
    assert bench.jobs.change(Request.new(), "cleanup", schedule="hourly").schedule == "hourly"


def test_a_plain_login_takes_over_raises_and_acknowledges(person: Store) -> None:
    bench = bench_for(person)
    bench.make_due()
    assert bench.jobs.claim(Request.new(), "cleanup", new_id(), True)
    bench.set_row(lease_until=lambda now: now - timedelta(seconds=1))
    assert len(list(run_due(bench, Request.new(), threading.Event()))) == 1
    services = services_for(person)
    (alert,) = services.alerts.page(AlertFilter()).items
    services.alerts.assign(Request.new(), alert.id, LOGIN)
    assert services.alerts.acknowledge(Request.new(), alert.id).owner == LOGIN


def test_a_plain_login_sets_features_and_traces(person: Store) -> None:
    services, request = services_for(person), Request.new()
    services.features.set(request, "bulk_import", FeatureChange(enabled=False))
    assert services.features.mine() == frozenset()
    trace = services.traces.show(request.id)
    assert trace.request is not None
    assert (trace.request.actor, len(trace.audit)) == (LOGIN, 1)
