from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.alerts import AlertFilter, Severity
from billing_tui.domain.errors import InputError
from billing_tui.domain.ids import new_id
from billing_tui.domain.jobs import (
    DIED,
    INTERNAL,
    LEASE,
    LONGEST_LEASE,
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
from tests.benches import LocalBench, bench_for
from tests.stores import FOUNDING, as_text

CANARY = "Müller & Söhne hunter2"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def only_cleanup(monkeypatch: pytest.MonkeyPatch) -> None:
    """One job, so that nothing else comes due while a test runs."""
    for name in [name for name in SCHEDULES if name != "cleanup"]:
        monkeypatch.delitem(SCHEDULES, name)


@pytest.fixture
def bench(store: Store) -> LocalBench:
    return bench_for(store)


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


def make_due(bench: LocalBench) -> None:
    bench.jobs.plan(Request.new())
    set_row(bench.store, next_run_at=lambda now: now)


def job(bench: LocalBench) -> Job:
    return {each.name: each for each in bench.jobs.all()}["cleanup"]


def now_of(store: Store) -> datetime:
    return store.read(lambda unit: unit.now)


def alerts_of(bench: LocalBench) -> list[tuple[str, str, Severity, str]]:
    found = bench.alerts.page(AlertFilter()).items
    return [(each.kind, each.key, each.severity, each.message) for each in found]


def test_jobs_are_listed_before_they_are_planned(bench: LocalBench) -> None:
    assert [each.name for each in bench.jobs.all()] == sorted(SCHEDULES)
    assert job(bench) == Job("cleanup", SCHEDULES["cleanup"])


def test_the_first_look_plans_and_runs_nothing(bench: LocalBench, store: Store) -> None:
    assert list(run_due(bench, Request.new(), never())) == []
    planned = next_run(SCHEDULES["cleanup"], now_of(store), FOUNDING.zone)
    assert job(bench).next_run_at == planned
    assert bench.jobs.plan(Request.new()) == 0
    assert bench.jobs.due().unplanned is False


def test_a_due_job_runs_once_and_is_planned_anew(
    bench: LocalBench, store: Store, duty: Callable[[Duty], None]
) -> None:
    def count(_bench: Bench, progress: Progress) -> None:
        progress(rows=2)
        progress(rows=3, files=1)

    duty(count)
    make_due(bench)
    assert bench.jobs.due().names == ("cleanup",)
    (run,) = run_due(bench, Request.new(), never())
    assert (run.outcome, run.counts, run.error) == (
        JobOutcome.DONE, {"rows": 5, "files": 1}, "",
    )  # fmt: skip
    assert list(run_due(bench, Request.new(), never())) == []
    found = job(bench)
    assert found.last == run
    assert (found.last_run_at, found.lease_until) == (run.started_at, None)
    assert found.next_run_at is not None
    assert found.next_run_at > now_of(store)


def test_a_run_by_hand_keeps_the_plan_and_is_done_once_per_request(
    bench: LocalBench, duty: Callable[[Duty], None]
) -> None:
    ran = []
    duty(lambda _bench, _progress: ran.append(1))
    bench.jobs.plan(Request.new())
    planned, request = job(bench).next_run_at, Request.new()
    run = run_job(bench, "cleanup", request, never())
    assert run_job(bench, "cleanup", request, never()) == run
    assert (run.id, ran, job(bench).next_run_at) == (request.id, [1], planned)


def test_a_job_is_run_by_hand_before_anything_was_planned(bench: LocalBench) -> None:
    assert run_job(bench, "cleanup", Request.new(), never()).outcome is JobOutcome.DONE


class Odd(InputError):
    def __init__(self) -> None:
        super().__init__(CANARY, CANARY)


@pytest.mark.parametrize(("fault", "code"), [(Odd(), "odd"), (ValueError(CANARY), INTERNAL)])
def test_a_failure_leaves_its_code_and_an_alert(
    bench: LocalBench, store: Store, duty: Callable[[Duty], None], tmp_path: Path,
    fault: Exception, code: str,
) -> None:  # fmt: skip
    def fail(_bench: Bench, progress: Progress) -> None:
        progress(rows=1)
        raise fault

    duty(fail)
    make_due(bench)
    log = open_log(tmp_path / "state")
    (run,) = run_due(bench, Request.new(), never())
    close_log()
    assert (run.outcome, run.error, run.counts) == (JobOutcome.FAILED, code, {"rows": 1})
    ((kind, key, severity, message),) = alerts_of(bench)
    assert (kind, key, severity) == ("job.failed", "cleanup", Severity.WARNING)
    assert code in message
    assert job(bench).next_run_at != now_of(store)
    assert bench.jobs.due().names == ()
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert {"job.started", "job.failed"} <= {line["event"] for line in lines}
    assert "hunter2" not in log.read_text(encoding="utf-8") + repr(alerts_of(bench)) + repr(run)


def test_a_run_asked_to_stop_ends_after_its_unit_and_stays_due(
    bench: LocalBench, duty: Callable[[Duty], None]
) -> None:
    stop = threading.Event()

    def work(_bench: Bench, progress: Progress) -> None:
        for unit in range(10):
            if unit == 2:
                stop.set()
            progress(rows=1)

    duty(work)
    make_due(bench)
    (run,) = run_due(bench, Request.new(), stop)
    assert (run.outcome, run.counts) == (JobOutcome.STOPPED, {"rows": 3})
    assert job(bench).lease_until is None
    assert bench.jobs.due().names == ("cleanup",)
    (again,) = run_due(bench, Request.new(), never())
    assert (again.outcome, again.counts) == (JobOutcome.DONE, {"rows": 10})


def test_nothing_starts_once_stop_is_said(bench: LocalBench) -> None:
    make_due(bench)
    stop = threading.Event()
    stop.set()
    assert list(run_due(bench, Request.new(), stop)) == []


def test_a_held_job_is_not_run_by_another(bench: LocalBench) -> None:
    make_due(bench)
    lease = new_id()
    assert bench.jobs.claim(Request.new(), "cleanup", lease, True)
    assert bench.jobs.due().names == ()
    assert bench.jobs.due().seconds > 0
    assert not bench.jobs.claim(Request.new(), "cleanup", new_id(), True)
    with pytest.raises(JobBusy):
        run_job(bench, "cleanup", Request.new(), never())
    assert bench.jobs.beat(Request.new(), "cleanup", lease)


def test_a_lease_given_while_another_waited_for_the_row_holds(bench: LocalBench) -> None:
    """Whoever waited asked by an earlier clock than the lease was given by."""
    make_due(bench)
    assert bench.jobs.claim(Request.new(), "cleanup", new_id(), True)
    set_row(bench.store, lease_until=lambda now: now + LEASE + timedelta(seconds=3))
    assert not bench.jobs.claim(Request.new(), "cleanup", new_id(), True)


def test_a_request_whose_run_is_under_way_is_not_run_again(bench: LocalBench) -> None:
    make_due(bench)
    request = Request.new()
    assert bench.jobs.claim(request, "cleanup", new_id(), True)
    with pytest.raises(JobBusy):
        run_job(bench, "cleanup", request, never())


@pytest.mark.parametrize("until", [timedelta(0), -DAY, LONGEST_LEASE + timedelta(seconds=1), DAY])
def test_a_job_whose_runner_died_is_taken_over(bench: LocalBench, until: timedelta) -> None:
    make_due(bench)
    dead, lease = Request.new(), new_id()
    assert bench.jobs.claim(dead, "cleanup", lease, True)
    set_row(bench.store, lease_until=lambda now: now + until)
    (run,) = run_due(bench, Request.new(), never())
    assert run.outcome is JobOutcome.DONE
    buried = bench.jobs.find_run(dead.id)
    assert buried is not None
    assert (buried.outcome, buried.error) == (JobOutcome.FAILED, DIED)
    assert [(kind, key) for kind, key, *_ in alerts_of(bench)] == [("job.failed", "cleanup")]
    assert not bench.jobs.beat(Request.new(), "cleanup", lease)
    with pytest.raises(LeaseLost):
        bench.jobs.finish(Request.new(), dead.id, lease, JobOutcome.DONE, {})
    assert bench.jobs.find_run(dead.id) == buried


def test_a_runner_that_lost_its_job_ends_and_says_nothing(
    bench: LocalBench, store: Store, duty: Callable[[Duty], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it works, another process takes the job over; its next heartbeat tells it."""
    units, lost = [], threading.Event()
    beat = bench.jobs.beat

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
    monkeypatch.setattr(bench.jobs, "beat", beaten)
    monkeypatch.setattr(runner, "_BEAT_SECONDS", 0.01)
    make_due(bench)
    with pytest.raises(LeaseLost):
        list(run_due(bench, Request.new(), never()))
    assert units
    last = job(bench).last
    assert last is not None
    assert last.outcome is JobOutcome.RUNNING


def test_the_lease_is_renewed_while_a_unit_lasts(
    bench: LocalBench, store: Store, duty: Callable[[Duty], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    beats, beat = threading.Semaphore(0), bench.jobs.beat

    def beaten(*args: Any) -> bool:
        held = beat(*args)
        beats.release()
        return held

    def work(_bench: Bench, _progress: Progress) -> None:
        set_row(store, lease_until=lambda now: now + timedelta(seconds=1))
        for _ in range(2):  # the first may have begun before the row was set
            assert beats.acquire(timeout=30)
        until = job(bench).lease_until
        assert until is not None
        assert until > now_of(store) + LEASE / 2

    duty(work)
    monkeypatch.setattr(bench.jobs, "beat", beaten)
    monkeypatch.setattr(runner, "_BEAT_SECONDS", 0.01)
    make_due(bench)
    (run,) = run_due(bench, Request.new(), never())
    assert run.outcome is JobOutcome.DONE


def test_a_heartbeat_outlives_a_store_that_is_away_and_nothing_else(
    bench: LocalBench, duty: Callable[[Duty], None], monkeypatch: pytest.MonkeyPatch
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
    monkeypatch.setattr(bench.jobs, "beat", trouble)
    monkeypatch.setattr(runner, "_BEAT_SECONDS", 0.01)
    make_due(bench)
    with pytest.raises(LeaseLost):
        list(run_due(bench, Request.new(), never()))
    assert troubles == []


def test_a_plan_left_too_far_ahead_by_a_wrong_clock_is_mended(
    bench: LocalBench, store: Store
) -> None:
    bench.jobs.plan(Request.new())
    set_row(store, next_run_at=lambda now: now + 400 * DAY)
    assert bench.jobs.due().unplanned
    assert list(run_due(bench, Request.new(), never())) == []
    assert job(bench).next_run_at == next_run("daily 02:30", now_of(store), FOUNDING.zone)


def test_a_disabled_job_runs_only_by_hand(bench: LocalBench) -> None:
    make_due(bench)
    assert bench.jobs.change(Request.new(), "cleanup", enabled=False).enabled is False
    assert bench.jobs.due().names == ()
    assert not bench.jobs.claim(Request.new(), "cleanup", new_id(), True)
    assert run_job(bench, "cleanup", Request.new(), never()).outcome is JobOutcome.DONE
    bench.jobs.change(Request.new(), "cleanup", enabled=True)
    assert job(bench).enabled


def test_another_schedule_plans_anew(bench: LocalBench, store: Store) -> None:
    changed = bench.jobs.change(Request.new(), "cleanup", schedule="weekly mon 06:00")
    assert changed == job(bench)
    assert changed.next_run_at == next_run("weekly mon 06:00", now_of(store), FOUNDING.zone)
    with pytest.raises(ScheduleNotUnderstood):
        bench.jobs.change(Request.new(), "cleanup", schedule="sometimes")
    assert job(bench) == changed


def test_what_is_no_job(bench: LocalBench, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(JobUnknown):
        run_job(bench, "nothing", Request.new(), never())
    with pytest.raises(JobUnknown):
        bench.jobs.change(Request.new(), "nothing", enabled=False)
    with pytest.raises(JobUnknown):
        runner.preview(bench, "nothing")
    monkeypatch.delitem(PREVIEWS, "cleanup")
    with pytest.raises(NoPreview):
        runner.preview(bench, "cleanup")


def test_serve_runs_what_comes_due_and_waits_for_a_store_that_is_away(
    bench: LocalBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, reported, waits = threading.Event(), list[str](), list[float]()
    due = bench.jobs.due

    def away() -> Any:
        raise StoreAway

    def wait(seconds: float) -> None:
        """Each wait is where time goes on."""
        waits.append(seconds)
        match len(waits):
            case 1:
                monkeypatch.setattr(bench.jobs, "due", away)
            case 2:
                monkeypatch.setattr(bench.jobs, "due", due)
                set_row(bench.store, next_run_at=lambda now: now)
            case 3:
                stop.set()

    serve(bench, stop, lambda run: reported.append(run.job), wait)
    assert reported == ["cleanup"]
    assert waits == [60, 15, 60]


def test_serve_wakes_when_it_is_told_to_stop(bench: LocalBench) -> None:
    stop = threading.Event()
    serving = threading.Thread(target=serve, args=(bench, stop, print))
    serving.start()
    stop.set()
    serving.join(30)
    assert not serving.is_alive()
