from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from billing_tui.bootstrap import Services, services_for
from billing_tui.domain.acts import Request
from billing_tui.domain.alerts import AlertFilter, Severity
from billing_tui.domain.errors import InputError
from billing_tui.domain.ids import new_id
from billing_tui.domain.jobs import (
    DIED,
    INTERNAL,
    LEASE,
    SCHEDULES,
    Job,
    JobBusy,
    JobOutcome,
    JobUnknown,
    LeaseLost,
    NoPreview,
    ScheduleNotUnderstood,
    next_run,
)
from billing_tui.logs import close_log, open_log
from billing_tui.services.jobs import runner
from billing_tui.services.jobs.duties import DUTIES, PREVIEWS, Bench, Duty, Progress
from billing_tui.services.jobs.runner import run_due, run_job, serve
from storage.errors import StoreAway
from storage.repos import jobs as repo
from storage.store import Store
from storage.uow import Unit
from tests.stores import FOUNDING, as_text

CANARY = "Müller & Söhne hunter2"
DAY = timedelta(days=1)


@pytest.fixture
def services(store: Store) -> Services:
    return services_for(store)


@pytest.fixture
def duty(monkeypatch: pytest.MonkeyPatch) -> Callable[[Duty], None]:
    """What the cleanup job does in a test."""
    return lambda does: monkeypatch.setitem(DUTIES, "cleanup", does)


def never() -> threading.Event:
    return threading.Event()


def set_row(store: Store, **values: Any) -> None:
    """Put the job where time would have brought it; values may need the store's clock."""

    def change(unit: Unit) -> str:
        found = {key: each(unit.now) if callable(each) else each for key, each in values.items()}
        repo.change(unit, "cleanup", found)
        return ""

    store.write(change, Request.new(), as_text())


def make_due(services: Services) -> None:
    services.jobs.plan(Request.new())
    set_row(services.jobs.store, next_run_at=lambda now: now)


def job(services: Services) -> Job:
    return {each.name: each for each in services.jobs.all()}["cleanup"]


def now_of(store: Store) -> datetime:
    return store.read(lambda unit: unit.now)


def alerts_of(services: Services) -> list[tuple[str, str, Severity, str]]:
    found = services.alerts.page(AlertFilter()).items
    return [(each.kind, each.key, each.severity, each.message) for each in found]


def test_every_job_has_a_duty_and_a_schedule() -> None:
    assert DUTIES.keys() == SCHEDULES.keys()
    assert PREVIEWS.keys() <= SCHEDULES.keys()


def test_jobs_are_listed_before_they_are_planned(services: Services) -> None:
    assert [each.name for each in services.jobs.all()] == sorted(SCHEDULES)
    assert job(services) == Job("cleanup", SCHEDULES["cleanup"])


def test_the_first_look_plans_and_runs_nothing(services: Services, store: Store) -> None:
    assert list(run_due(services, Request.new(), never())) == []
    planned = next_run(SCHEDULES["cleanup"], now_of(store), FOUNDING.zone)
    assert job(services).next_run_at == planned
    assert services.jobs.plan(Request.new()) == 0
    assert services.jobs.due().unplanned is False


def test_a_due_job_runs_once_and_is_planned_anew(
    services: Services, store: Store, duty: Callable[[Duty], None]
) -> None:
    def count(_bench: Bench, progress: Progress) -> None:
        progress(rows=2)
        progress(rows=3, files=1)

    duty(count)
    make_due(services)
    assert services.jobs.due().names == ("cleanup",)
    (run,) = run_due(services, Request.new(), never())
    assert (run.outcome, run.counts, run.error) == (
        JobOutcome.DONE, {"rows": 5, "files": 1}, "",
    )  # fmt: skip
    assert list(run_due(services, Request.new(), never())) == []
    found = job(services)
    assert found.last == run
    assert (found.last_run_at, found.lease_until) == (run.started_at, None)
    assert found.next_run_at is not None
    assert found.next_run_at > now_of(store)


def test_a_run_by_hand_keeps_the_plan_and_is_done_once_per_request(
    services: Services, duty: Callable[[Duty], None]
) -> None:
    ran = []
    duty(lambda _bench, _progress: ran.append(1))
    services.jobs.plan(Request.new())
    planned, request = job(services).next_run_at, Request.new()
    run = run_job(services, "cleanup", request, never())
    assert run_job(services, "cleanup", request, never()) == run
    assert (run.id, ran, job(services).next_run_at) == (request.id, [1], planned)


def test_a_job_is_run_by_hand_before_anything_was_planned(services: Services) -> None:
    assert run_job(services, "cleanup", Request.new(), never()).outcome is JobOutcome.DONE


class Odd(InputError):
    def __init__(self) -> None:
        super().__init__(CANARY, CANARY)


@pytest.mark.parametrize(("fault", "code"), [(Odd(), "odd"), (ValueError(CANARY), INTERNAL)])
def test_a_failure_leaves_its_code_and_an_alert(
    services: Services, store: Store, duty: Callable[[Duty], None], tmp_path: Path,
    fault: Exception, code: str,
) -> None:  # fmt: skip
    def fail(_bench: Bench, progress: Progress) -> None:
        progress(rows=1)
        raise fault

    duty(fail)
    make_due(services)
    log = open_log(tmp_path / "state")
    (run,) = run_due(services, Request.new(), never())
    close_log()
    assert (run.outcome, run.error, run.counts) == (JobOutcome.FAILED, code, {"rows": 1})
    ((kind, key, severity, message),) = alerts_of(services)
    assert (kind, key, severity) == ("job.failed", "cleanup", Severity.WARNING)
    assert code in message
    assert job(services).next_run_at != now_of(store)
    assert services.jobs.due().names == ()
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert {"job.started", "job.failed"} <= {line["event"] for line in lines}
    assert "hunter2" not in log.read_text(encoding="utf-8") + repr(alerts_of(services)) + repr(run)


def test_a_run_asked_to_stop_ends_after_its_unit_and_stays_due(
    services: Services, duty: Callable[[Duty], None]
) -> None:
    stop = threading.Event()

    def work(_bench: Bench, progress: Progress) -> None:
        for unit in range(10):
            if unit == 2:
                stop.set()
            progress(rows=1)

    duty(work)
    make_due(services)
    (run,) = run_due(services, Request.new(), stop)
    assert (run.outcome, run.counts) == (JobOutcome.STOPPED, {"rows": 3})
    assert job(services).lease_until is None
    assert services.jobs.due().names == ("cleanup",)
    (again,) = run_due(services, Request.new(), never())
    assert (again.outcome, again.counts) == (JobOutcome.DONE, {"rows": 10})


def test_nothing_starts_once_stop_is_said(services: Services) -> None:
    make_due(services)
    stop = threading.Event()
    stop.set()
    assert list(run_due(services, Request.new(), stop)) == []


def test_a_held_job_is_not_run_by_another(services: Services) -> None:
    make_due(services)
    lease = new_id()
    assert services.jobs.claim(Request.new(), "cleanup", lease, True)
    assert services.jobs.due().names == ()
    assert services.jobs.due().seconds > 0
    assert not services.jobs.claim(Request.new(), "cleanup", new_id(), True)
    with pytest.raises(JobBusy):
        run_job(services, "cleanup", Request.new(), never())
    assert services.jobs.beat(Request.new(), "cleanup", lease)


def test_a_request_whose_run_is_under_way_is_not_run_again(services: Services) -> None:
    make_due(services)
    request = Request.new()
    assert services.jobs.claim(request, "cleanup", new_id(), True)
    with pytest.raises(JobBusy):
        run_job(services, "cleanup", request, never())


@pytest.mark.parametrize("until", [timedelta(0), -DAY, LEASE + timedelta(seconds=1), DAY])
def test_a_job_whose_runner_died_is_taken_over(services: Services, until: timedelta) -> None:
    make_due(services)
    dead, lease = Request.new(), new_id()
    assert services.jobs.claim(dead, "cleanup", lease, True)
    set_row(services.jobs.store, lease_until=lambda now: now + until)
    (run,) = run_due(services, Request.new(), never())
    assert run.outcome is JobOutcome.DONE
    buried = services.jobs.find_run(dead.id)
    assert buried is not None
    assert (buried.outcome, buried.error) == (JobOutcome.FAILED, DIED)
    assert [(kind, key) for kind, key, *_ in alerts_of(services)] == [("job.failed", "cleanup")]
    assert not services.jobs.beat(Request.new(), "cleanup", lease)
    with pytest.raises(LeaseLost):
        services.jobs.finish(Request.new(), dead.id, lease, JobOutcome.DONE, {})
    assert services.jobs.find_run(dead.id) == buried


def test_a_runner_that_lost_its_job_ends_and_says_nothing(
    services: Services, store: Store, duty: Callable[[Duty], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it works, another process takes the job over; its next heartbeat tells it."""
    units, lost = [], threading.Event()
    beat = services.jobs.beat

    def beaten(*args: Any) -> bool:
        held = beat(*args)
        if not held:
            lost.set()
        return held

    def work(_bench: Bench, progress: Progress) -> None:
        set_row(store, lease=new_id())
        assert lost.wait(30)
        while True:
            units.append(1)
            progress()

    duty(work)
    monkeypatch.setattr(services.jobs, "beat", beaten)
    monkeypatch.setattr(runner, "_BEAT_SECONDS", 0.01)
    make_due(services)
    with pytest.raises(LeaseLost):
        list(run_due(services, Request.new(), never()))
    assert units
    last = job(services).last
    assert last is not None
    assert last.outcome is JobOutcome.RUNNING


def test_the_lease_is_renewed_while_a_unit_lasts(
    services: Services, store: Store, duty: Callable[[Duty], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    beats, beat = threading.Semaphore(0), services.jobs.beat

    def beaten(*args: Any) -> bool:
        held = beat(*args)
        beats.release()
        return held

    def work(_bench: Bench, _progress: Progress) -> None:
        set_row(store, lease_until=lambda now: now + timedelta(seconds=1))
        for _ in range(2):  # the first may have begun before the row was set
            assert beats.acquire(timeout=30)
        until = job(services).lease_until
        assert until is not None
        assert until > now_of(store) + LEASE / 2

    duty(work)
    monkeypatch.setattr(services.jobs, "beat", beaten)
    monkeypatch.setattr(runner, "_BEAT_SECONDS", 0.01)
    make_due(services)
    (run,) = run_due(services, Request.new(), never())
    assert run.outcome is JobOutcome.DONE


def test_a_heartbeat_outlives_a_store_that_is_away_and_nothing_else(
    services: Services, duty: Callable[[Duty], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles: list[Exception] = [StoreAway(), StoreAway(), ValueError(CANARY)]
    told = threading.Event()

    def trouble(*_: Any) -> bool:
        if len(troubles) == 1:
            told.set()
        raise troubles.pop(0)

    def work(_bench: Bench, progress: Progress) -> None:
        assert told.wait(30)
        while True:
            progress()

    duty(work)
    monkeypatch.setattr(services.jobs, "beat", trouble)
    monkeypatch.setattr(runner, "_BEAT_SECONDS", 0.01)
    make_due(services)
    with pytest.raises(LeaseLost):
        list(run_due(services, Request.new(), never()))
    assert troubles == []


def test_a_plan_left_too_far_ahead_by_a_wrong_clock_is_mended(
    services: Services, store: Store
) -> None:
    services.jobs.plan(Request.new())
    set_row(store, next_run_at=lambda now: now + 400 * DAY)
    assert services.jobs.due().unplanned
    assert list(run_due(services, Request.new(), never())) == []
    assert job(services).next_run_at == next_run("daily 02:30", now_of(store), FOUNDING.zone)


def test_a_disabled_job_runs_only_by_hand(services: Services) -> None:
    make_due(services)
    assert services.jobs.change(Request.new(), "cleanup", enabled=False).enabled is False
    assert services.jobs.due().names == ()
    assert not services.jobs.claim(Request.new(), "cleanup", new_id(), True)
    assert run_job(services, "cleanup", Request.new(), never()).outcome is JobOutcome.DONE
    services.jobs.change(Request.new(), "cleanup", enabled=True)
    assert job(services).enabled


def test_another_schedule_plans_anew(services: Services, store: Store) -> None:
    changed = services.jobs.change(Request.new(), "cleanup", schedule="weekly mon 06:00")
    assert changed == job(services)
    assert changed.next_run_at == next_run("weekly mon 06:00", now_of(store), FOUNDING.zone)
    with pytest.raises(ScheduleNotUnderstood):
        services.jobs.change(Request.new(), "cleanup", schedule="sometimes")
    assert job(services) == changed


def test_what_is_no_job(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(JobUnknown):
        run_job(services, "nothing", Request.new(), never())
    with pytest.raises(JobUnknown):
        services.jobs.change(Request.new(), "nothing", enabled=False)
    with pytest.raises(JobUnknown):
        runner.preview(services, "nothing")
    monkeypatch.delitem(PREVIEWS, "cleanup")
    with pytest.raises(NoPreview):
        runner.preview(services, "cleanup")


def test_serve_runs_what_comes_due_and_waits_for_a_store_that_is_away(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, reported, waits = threading.Event(), list[str](), list[float]()
    due = services.jobs.due

    def away() -> Any:
        raise StoreAway

    def wait(seconds: float) -> None:
        """Each wait is where time goes on."""
        waits.append(seconds)
        match len(waits):
            case 1:
                monkeypatch.setattr(services.jobs, "due", away)
            case 2:
                monkeypatch.setattr(services.jobs, "due", due)
                set_row(services.jobs.store, next_run_at=lambda now: now)
            case 3:
                stop.set()

    serve(services, stop, lambda run: reported.append(run.job), wait)
    assert reported == ["cleanup"]
    assert waits == [60, 15, 60]


def test_serve_wakes_when_it_is_told_to_stop(services: Services) -> None:
    stop = threading.Event()
    serving = threading.Thread(target=serve, args=(services, stop, print))
    serving.start()
    stop.set()
    serving.join(30)
    assert not serving.is_alive()
