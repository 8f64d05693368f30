from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.alerts import Severity
from billing_tui.domain.errors import InputError
from billing_tui.domain.ids import new_id
from billing_tui.domain.jobs import (
    INTERNAL,
    SCHEDULES,
    Job,
    JobOutcome,
    JobUnknown,
    NoPreview,
    ScheduleNotUnderstood,
    next_run,
)
from billing_tui.logs import close_log, open_log
from billing_tui.services.jobs import runner
from billing_tui.services.jobs.duties import DUTIES, PREVIEWS, Bench, Duty, Progress
from billing_tui.services.jobs.runner import run_due, run_job, serve
from storage.errors import StoreAway
from storage.store import Store
from tests.benches import LocalBench, bench_for
from tests.stores import FOUNDING

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


def test_jobs_are_listed_before_they_are_planned(bench: LocalBench) -> None:
    assert [each.name for each in bench.jobs.all()] == sorted(SCHEDULES)
    assert bench.job() == Job("cleanup", SCHEDULES["cleanup"])


def test_the_first_look_plans_and_runs_nothing(bench: LocalBench, store: Store) -> None:
    assert list(run_due(bench, Request.new(), never())) == []
    planned = next_run(SCHEDULES["cleanup"], bench.now(), FOUNDING.zone)
    assert bench.job().next_run_at == planned
    assert bench.jobs.plan(Request.new()) == 0
    assert bench.jobs.due().unplanned is False


def test_a_due_job_runs_once_and_is_planned_anew(
    bench: LocalBench, store: Store, duty: Callable[[Duty], None]
) -> None:
    def count(_bench: Bench, _request: Request, progress: Progress) -> None:
        progress(rows=2)
        progress(rows=3, files=1)

    duty(count)
    bench.make_due()
    assert bench.jobs.due().names == ("cleanup",)
    (run,) = run_due(bench, Request.new(), never())
    assert (run.outcome, run.counts, run.error) == (
        JobOutcome.DONE, {"rows": 5, "files": 1}, "",
    )  # fmt: skip
    assert list(run_due(bench, Request.new(), never())) == []
    found = bench.job()
    assert found.last == run
    assert (found.last_run_at, found.lease_until) == (run.started_at, None)
    assert found.next_run_at is not None
    assert found.next_run_at > bench.now()


def test_a_run_by_hand_keeps_the_plan_and_is_done_once_per_request(
    bench: LocalBench, duty: Callable[[Duty], None]
) -> None:
    ran = []
    duty(lambda _bench, _request, _progress: ran.append(1))
    bench.jobs.plan(Request.new())
    planned, request = bench.job().next_run_at, Request.new()
    run = run_job(bench, "cleanup", request, never())
    assert run_job(bench, "cleanup", request, never()) == run
    assert (run.id, ran, bench.job().next_run_at) == (request.id, [1], planned)


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
    def fail(_bench: Bench, _request: Request, progress: Progress) -> None:
        progress(rows=1)
        raise fault

    duty(fail)
    bench.make_due()
    log = open_log(tmp_path / "state")
    (run,) = run_due(bench, Request.new(), never())
    close_log()
    assert (run.outcome, run.error, run.counts) == (JobOutcome.FAILED, code, {"rows": 1})
    ((kind, key, severity, message),) = bench.alerts_open()
    assert (kind, key, severity) == ("job.failed", "cleanup", Severity.WARNING)
    assert code in message
    assert bench.jobs.failures() == (run,)
    assert bench.job().next_run_at != bench.now()
    assert bench.jobs.due().names == ()
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert {"job.started", "job.failed"} <= {line["event"] for line in lines}
    assert "hunter2" not in log.read_text(encoding="utf-8") + repr(bench.alerts_open()) + repr(run)


def test_who_watches_a_run_hears_what_was_counted(
    bench: LocalBench, duty: Callable[[Duty], None]
) -> None:
    def count(_bench: Bench, _request: Request, progress: Progress) -> None:
        progress(rows=2)
        progress(rows=3)

    duty(count)
    heard: list[int] = []
    run = run_job(
        bench, "cleanup", Request.new(), never(), lambda counts: heard.append(counts["rows"])
    )
    assert (heard, run.counts) == ([2, 5], {"rows": 5})
    assert bench.jobs.failures() == ()


def test_a_run_asked_to_stop_ends_after_its_unit_and_stays_due(
    bench: LocalBench, duty: Callable[[Duty], None]
) -> None:
    stop = threading.Event()

    def work(_bench: Bench, _request: Request, progress: Progress) -> None:
        for unit in range(10):
            if unit == 2:
                stop.set()
            progress(rows=1)

    duty(work)
    bench.make_due()
    (run,) = run_due(bench, Request.new(), stop)
    assert (run.outcome, run.counts) == (JobOutcome.STOPPED, {"rows": 3})
    assert bench.job().lease_until is None
    assert bench.jobs.due().names == ("cleanup",)
    (again,) = run_due(bench, Request.new(), never())
    assert (again.outcome, again.counts) == (JobOutcome.DONE, {"rows": 10})


def test_nothing_starts_once_stop_is_said(bench: LocalBench) -> None:
    bench.make_due()
    stop = threading.Event()
    stop.set()
    assert list(run_due(bench, Request.new(), stop)) == []


def test_a_plan_left_too_far_ahead_by_a_wrong_clock_is_mended(
    bench: LocalBench, store: Store
) -> None:
    bench.jobs.plan(Request.new())
    bench.set_row(next_run_at=lambda now: now + 400 * DAY)
    assert bench.jobs.due().unplanned
    assert list(run_due(bench, Request.new(), never())) == []
    assert bench.job().next_run_at == next_run("daily 02:30", bench.now(), FOUNDING.zone)


def test_a_disabled_job_runs_only_by_hand(bench: LocalBench) -> None:
    bench.make_due()
    assert bench.jobs.change(Request.new(), "cleanup", enabled=False).enabled is False
    assert bench.jobs.due().names == ()
    assert not bench.jobs.claim(Request.new(), "cleanup", new_id(), True)
    assert run_job(bench, "cleanup", Request.new(), never()).outcome is JobOutcome.DONE
    bench.jobs.change(Request.new(), "cleanup", enabled=True)
    assert bench.job().enabled


def test_another_schedule_plans_anew(bench: LocalBench, store: Store) -> None:
    changed = bench.jobs.change(Request.new(), "cleanup", schedule="weekly mon 06:00")
    assert changed == bench.job()
    assert changed.next_run_at == next_run("weekly mon 06:00", bench.now(), FOUNDING.zone)
    with pytest.raises(ScheduleNotUnderstood):
        bench.jobs.change(Request.new(), "cleanup", schedule="sometimes")
    assert bench.job() == changed


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
                bench.set_row(next_run_at=lambda now: now)
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
