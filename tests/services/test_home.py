"""Home on both engines: what waits comes up with its count, and the figures count what there is."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest

from billing_tui.bootstrap import services_for
from billing_tui.domain.acts import Request
from billing_tui.domain.alerts import AlertDraft, AlertFilter, Severity
from billing_tui.domain.customers import Brake, CustomerDraft
from billing_tui.domain.home import BROKEN, WorkLine
from billing_tui.domain.ids import new_id
from billing_tui.domain.imports.runs import ImportState
from billing_tui.domain.jobs import JobOutcome, JobRun
from billing_tui.domain.pages import Counted
from billing_tui.services.bundle import Services
from billing_tui.services.jobs.duties import DUTIES, RecordBroken
from billing_tui.services.jobs.runner import run_job
from storage.errors import StoreAway
from storage.repos import home, imports, jobs
from storage.store import Store
from storage.uow import Unit
from tests.benches import bench_for
from tests.books import Books, books
from tests.stores import NOON, as_text


@pytest.fixture
def services(store: Store) -> Services:
    return services_for(store)


def write(store: Store, act: Any) -> None:
    store.write(lambda unit: str(act(unit)), Request.new(), as_text())


def queue(services: Services) -> dict[str, WorkLine]:
    return {line.kind: line for line in services.home.show().queue}


def create(services: Services, *names: str) -> list[str]:
    return [
        services.customers.create(Request.new(), CustomerDraft(name, "EUR"), confirmed=True).number
        for name in names
    ]


def test_nothing_waits_in_a_new_store(store: Store, services: Services) -> None:
    page = services.home.show()
    today = store.read(lambda unit: unit.today)
    assert page.queue == ()
    assert page.figures.active == page.figures.new == Counted(0)
    assert page.figures.verified is None
    assert [point.day for point in page.figures.changes_by_day] == [
        today - timedelta(days=back) for back in range(13, -1, -1)
    ]
    months = [point.day for point in page.figures.new_by_month]
    assert (len(months), months[-1]) == (12, today.replace(day=1))
    assert months[0].month == today.month % 12 + 1


def test_open_alerts_wait_the_worst_first(services: Services) -> None:
    for n, severity in enumerate([*Severity, Severity.CRITICAL]):
        services.alerts.raise_alert(Request.new(), AlertDraft("x.y", str(n), severity, "Look."))
    critical, warning = services.home.show().queue
    assert (critical.kind, critical.count) == ("alerts.critical", Counted(2))
    assert (critical.about, critical.area) == ("2 critical alerts are open", "alerts")
    assert critical.query == "severity:critical"
    assert (warning.kind, warning.about) == ("alerts.warning", "1 warning alert is open")
    for alert in services.alerts.page(AlertFilter()).items:
        services.alerts.acknowledge(Request.new(), alert.id)
    assert services.home.show().queue == ()


def test_an_import_left_between_waits(store: Store, services: Services) -> None:
    def put(state: ImportState) -> None:
        run = imports.Run(new_id(), "customers", f"{new_id()} x", state, 5, new_id(), NOON)
        write(store, lambda unit: imports.add_run(unit, run))

    for state in ImportState:
        put(state)
    line = queue(services)["imports.waiting"]
    assert (line.count, line.about) == (Counted(1), "1 imported file is not all written")


def test_jobs_that_failed_or_are_late_wait(
    store: Store, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StoreAway

    bench = bench_for(store)
    services.jobs.plan(Request.new())
    assert queue(services) == {}
    monkeypatch.setitem(DUTIES, "cleanup", fails)
    run_job(bench, "cleanup", Request.new(), threading.Event())
    failed = queue(services)["jobs.failed"]
    assert failed.about == "1 job failed last time (cleanup)"
    monkeypatch.setitem(DUTIES, "cleanup", lambda *_: None)
    run_job(bench, "cleanup", Request.new(), threading.Event())
    assert "jobs.failed" not in queue(services)
    bench.set_row(next_run_at=lambda now: now - timedelta(minutes=59))
    assert "jobs.late" not in queue(services)
    bench.set_row(next_run_at=lambda now: now - timedelta(minutes=61))
    late = queue(services)["jobs.late"]
    assert late.about == "1 job is overdue: nobody runs it (cleanup)"
    bench.set_row(enabled=False)
    assert "jobs.late" not in queue(services)


def test_customers_with_brakes_are_counted_while_they_are_in_use(services: Services) -> None:
    numbers = create(services, "A", "B", "C", "D")
    for number in numbers:
        services.customers.set_brake(Request.new(), number, Brake.HOLD, "asked")
    services.customers.set_brake(Request.new(), numbers[0], Brake.NO_DUNNING, "asked")
    services.customers.archive(Request.new(), numbers[1])
    services.customers.merge(Request.new(), numbers[2], numbers[0])
    services.customers.release_brake(Request.new(), numbers[3], Brake.HOLD)
    lines = queue(services)
    assert lines["customers.hold"].about == "1 customer is on hold"
    assert lines["customers.hold"].query == "brake:hold"
    assert lines["customers.no_dunning"].count == Counted(1)
    assert lines["customers.hold"].severity is Severity.INFO
    assert services.home.show().figures.active == Counted(2)


def test_accounts_in_use_without_a_code_wait(store: Store, services: Services) -> None:
    made: Books = books(store)
    made.post(made.invoice())
    line = queue(services)["accounts.unmapped"]
    assert line.about == "3 accounts in use have no ledger code"
    assert (line.area, line.query) == ("home", "accounts")
    for account in ("receivable", "revenue:*"):
        services.gl.set(Request.new(), account, "1000", "MAIN", on=date(2020, 1, 1))
    assert queue(services)["accounts.unmapped"].count == Counted(1)
    services.gl.set(Request.new(), "tax_payable:DE", "3000", "MAIN", on=date(2020, 1, 1))
    assert "accounts.unmapped" not in queue(services)


def test_drafts_of_ones_own_wait(services: Services) -> None:
    services.drafts.keep(Request.new(), "customers", "", 0, {"name": "A"})
    assert queue(services)["drafts.open"].about == "1 form of yours is not saved"
    services.drafts.drop(Request.new(), "customers")
    assert "drafts.open" not in queue(services)


def test_figures_count_what_is_new_and_what_was_done(services: Services) -> None:
    before = services.home.show().figures.changes_today.rows
    create(services, "A", "B")
    figures = services.home.show().figures
    assert figures.active == figures.new == Counted(2)
    assert [point.count.rows for point in figures.new_by_month] == [0] * 11 + [2]
    assert figures.changes_today == figures.changes_by_day[-1].count == Counted(before + 2)
    assert {point.count.rows for point in figures.changes_by_day[:-1]} == {0}


def test_days_and_months_are_those_of_the_organisation(local_store: Store) -> None:
    """At half past eleven by UTC it is tomorrow, and next month, in Berlin."""
    late = NOON.replace(day=30, hour=23, minute=30)
    store = Store(local_store.engine, local_store.identity, lambda: late, local_store.seal)
    services = services_for(store)
    create(services, "A")
    figures = services.home.show().figures
    assert figures.new_by_month[-1].day == date(2026, 12, 1)
    assert figures.new_by_month[-1].count == figures.changes_today == Counted(1)


def test_counts_end_at_their_bounds(store: Store) -> None:
    services = services_for(store)
    create(services, "A", "B", "C")

    def counted(unit: Unit) -> int:
        found: int = unit.connection.execute(
            home._bounded(home._CUSTOMER, 2), {"o": unit.organisation}
        ).scalar_one()
        return found

    assert home._most(store.read(counted), 2) == Counted(2, more=True)
    assert home._most(2, 2) == Counted(2)


@pytest.mark.parametrize(
    ("outcome", "error", "holds"),
    [
        (JobOutcome.DONE, "", True),
        (JobOutcome.FAILED, BROKEN, False),
        (JobOutcome.FAILED, "runner_died", None),
        (JobOutcome.STOPPED, "", None),
        (JobOutcome.RUNNING, "", None),
    ],
)
def test_the_last_whole_look_at_the_record_is_known(
    store: Store, services: Services, outcome: JobOutcome, error: str, holds: bool | None
) -> None:
    """A run that broke off says nothing about the record."""
    services.jobs.plan(Request.new())
    hour = timedelta(hours=1)

    def ran(unit: Unit) -> None:
        for name, ago, how, code in (
            ("verify-all", 3, JobOutcome.DONE, ""),
            ("verify-all", 2, outcome, error),
            ("verify", 1, JobOutcome.FAILED, BROKEN),
        ):
            at = unit.now - ago * hour
            ended = None if how is JobOutcome.RUNNING else at
            jobs.start_run(unit, JobRun(new_id(), name, at, ended, how, {}, code))

    write(store, ran)
    found = services.home.show().figures.verified
    now = store.read(lambda unit: unit.now)
    assert found is not None
    assert found.holds is (True if holds is None else holds)
    ago = now - found.at
    assert (3 * hour <= ago < 4 * hour) if holds is None else (2 * hour <= ago < 3 * hour)


def test_a_broken_record_ends_its_run_with_the_code_home_knows() -> None:
    assert RecordBroken([]).code == BROKEN
