from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from billing_tui.bootstrap import services_for
from billing_tui.domain import retention as rules
from billing_tui.domain.acts import Request
from billing_tui.domain.ids import new_id
from billing_tui.domain.jobs import JobOutcome
from billing_tui.domain.retention import LOGS, RETENTION, ROWS, setting_name
from billing_tui.logs import NAME
from billing_tui.services.bundle import Services
from billing_tui.services.jobs.runner import preview, run_job
from billing_tui.services.setup import found
from storage.errors import LoginLacksRight
from storage.models import Setting, metadata
from storage.repos import retention
from storage.rows import insert as add_row
from storage.store import Store
from storage.uow import Unit
from tests.benches import bench_for
from tests.store.samples import sample
from tests.stores import FOUNDING, as_text

DATED = {"request": "at", "job_run": "finished_at", "import_unit": "done_at"}
DATED |= {"customer_key": "gone_at", "form_draft": "saved_at"}
PARENTS = {"job_run": "job", "import_unit": "import_run", "customer_key": "customer"}
NEVER_UNFINISHED = ("request", "form_draft")
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def services(store: Store, tmp_path: Path) -> Services:
    return services_for(store, tmp_path)


def write(store: Store, act: Callable[[Unit], Any]) -> None:
    store.write(lambda unit: str(act(unit)), Request.new(), as_text())


def add(store: Store, name: str, *ages: timedelta | None) -> None:
    """Rows of these ages; None for one that is not finished."""
    table, dated = metadata.tables[name], DATED[name]

    def rows(unit: Unit) -> None:
        person = {"organisation": unit.organisation, "id": unit.actor.user}
        known = {"app_user": person}
        if name in PARENTS:
            parent = metadata.tables[PARENTS[name]]
            known[parent.name] = sample(parent, unit.organisation, {})
            unit.connection.execute(insert(parent), known[parent.name])
        for age in ages:
            row = sample(table, unit.organisation, known)
            row |= {dated: None if age is None else unit.now - age}
            row |= {"n": new_id().int % 10**9} if name == "import_unit" else {}
            row.pop("result", None)
            unit.connection.execute(insert(table), row)

    write(store, rows)


def count(store: Store, name: str) -> int:
    table = metadata.tables[name]
    query = select(func.count()).where(table.c.organisation == store.identity.organisation)
    found: int = store.read(lambda unit: unit.connection.execute(query).scalar_one())
    return found


def days(name: str) -> timedelta:
    return timedelta(days=RETENTION[name].days)


@pytest.mark.parametrize("name", ROWS)
def test_what_is_old_goes_and_the_rest_stays(store: Store, services: Services, name: str) -> None:
    unfinished = [] if name in NEVER_UNFINISHED else [None]
    add(store, name, days(name) + MINUTE, days(name) * 3, days(name) - MINUTE, *unfinished)
    before = count(store, name)
    assert services.cleanup.expired()[name] == 2
    assert services.cleanup.purge(Request.new(), name) == 2
    assert count(store, name) == before - 2 + (name == "request")
    assert services.cleanup.purge(Request.new(), name) == 0


@pytest.mark.parametrize("name", ROWS)
def test_a_setting_keeps_rows_longer_but_never_shorter_than_the_least(
    store: Store, services: Services, name: str
) -> None:
    least = ROWS[name].least_days

    def setting(unit: Unit) -> None:
        values = {"id": new_id(), "name": setting_name(name), "value": least}
        add_row(unit, Setting, values, "settings.set")

    write(store, setting)
    cutoffs = services.cleanup.cutoffs()
    assert store.read(lambda unit: unit.now) - cutoffs[name] < timedelta(days=least) + MINUTE
    add(store, name, timedelta(days=least) + MINUTE, timedelta(days=least) - MINUTE)
    assert services.cleanup.purge(Request.new(), name) == 1


@pytest.mark.parametrize("name", ROWS)
def test_the_server_refuses_what_is_younger_than_its_least_age(
    shared_store: Store, name: str
) -> None:
    def purge(unit: Unit, older: datetime) -> int:
        return retention.purge(unit, name, older)

    least = timedelta(days=ROWS[name].least_days)
    with pytest.raises(LoginLacksRight):
        write(shared_store, lambda unit: purge(unit, unit.now - least + MINUTE))
    write(shared_store, lambda unit: purge(unit, unit.now - least))


def test_the_server_purges_only_what_it_knows(shared_store: Store) -> None:
    with pytest.raises(LoginLacksRight):
        write(
            shared_store,
            lambda unit: retention.purge(unit, "audit_log", unit.now - timedelta(days=9999)),
        )


def test_a_local_batch_is_no_larger_than_the_table_says(local_store: Store) -> None:
    add(local_store, "import_unit", *[days("import_unit") * 2] * (ROWS["import_unit"].batch + 3))
    services = services_for(local_store)
    gone = [services.cleanup.purge(Request.new(), "import_unit") for _ in range(3)]
    assert gone == [200, 3, 0]


def test_another_organisation_keeps_its_rows(services: Services, store: Store) -> None:
    add(store, "job_run", days("job_run") * 2)
    other = replace(store.identity, organisation=new_id())
    neighbour = store.acting_as(other)
    found(neighbour, FOUNDING)
    assert services_for(neighbour).cleanup.purge(Request.new(), "job_run") == 0
    assert services.cleanup.expired()["job_run"] == 1


def test_the_job_cleans_everything_and_counts(
    store: Store, services: Services, tmp_path: Path
) -> None:
    add(store, "request", *[days("request") * 2] * 3)
    add(store, "job_run", *[days("job_run") * 2] * 2)
    old = store.read(lambda unit: unit.now) - days(LOGS) - MINUTE
    for name, at in ((f"{NAME}.1", old + 2 * MINUTE), (f"{NAME}.5", old), (NAME, old), ("x", old)):
        (tmp_path / name).write_text("{}")
        os.utime(tmp_path / name, (at.timestamp(), at.timestamp()))
    assert preview(bench_for(store, tmp_path), "cleanup") == {
        "request": 3, "job_run": 2, "import_unit": 0, "customer_key": 0, "form_draft": 0,
    }  # fmt: skip
    assert count(store, "job_run") == 2
    run = run_job(bench_for(store, tmp_path), "cleanup", Request.new(), threading.Event())
    assert (run.outcome, run.counts) == (
        JobOutcome.DONE, {"request": 3, "job_run": 2, LOGS: 1},
    )  # fmt: skip
    left = {path.name for path in tmp_path.iterdir()}
    assert {NAME, f"{NAME}.1", "x"} <= left
    assert f"{NAME}.5" not in left


def test_every_kind_has_a_place_in_the_store() -> None:
    assert retention._DATED.keys() == rules.ROWS.keys()
