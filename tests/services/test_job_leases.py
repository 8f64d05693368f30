"""Who holds a job, for how long, and who takes it over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.ids import new_id
from billing_tui.domain.jobs import (
    DIED,
    LEASE,
    LONGEST_LEASE,
    SCHEDULES,
    JobBusy,
    JobOutcome,
    LeaseLost,
)
from billing_tui.services.jobs import runner
from billing_tui.services.jobs.duties import DUTIES, Bench, Duty, Progress
from billing_tui.services.jobs.runner import run_due, run_job
from storage.errors import StoreAway
from storage.store import Store
from tests.benches import LocalBench, bench_for

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


def test_a_held_job_is_not_run_by_another(bench: LocalBench) -> None:
    bench.make_due()
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
    bench.make_due()
    assert bench.jobs.claim(Request.new(), "cleanup", new_id(), True)
    bench.set_row(lease_until=lambda now: now + LEASE + timedelta(seconds=3))
    assert not bench.jobs.claim(Request.new(), "cleanup", new_id(), True)


def test_a_request_whose_run_is_under_way_is_not_run_again(bench: LocalBench) -> None:
    bench.make_due()
    request = Request.new()
    assert bench.jobs.claim(request, "cleanup", new_id(), True)
    with pytest.raises(JobBusy):
        run_job(bench, "cleanup", request, never())


@pytest.mark.parametrize("until", [timedelta(0), -DAY, LONGEST_LEASE + timedelta(seconds=1), DAY])
def test_a_job_whose_runner_died_is_taken_over(bench: LocalBench, until: timedelta) -> None:
    bench.make_due()
    dead, lease = Request.new(), new_id()
    assert bench.jobs.claim(dead, "cleanup", lease, True)
    bench.set_row(lease_until=lambda now: now + until)
    (run,) = run_due(bench, Request.new(), never())
    assert run.outcome is JobOutcome.DONE
    buried = bench.jobs.find_run(dead.id)
    assert buried is not None
    assert (buried.outcome, buried.error) == (JobOutcome.FAILED, DIED)
    assert [(kind, key) for kind, key, *_ in bench.alerts_open()] == [("job.failed", "cleanup")]
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

    def work(_bench: Bench, _request: Request, progress: Progress) -> None:
        bench.set_row(lease=new_id())
        assert lost.wait(30)
        while True:
            units.append(1)
            progress()

    duty(work)
    monkeypatch.setattr(bench.jobs, "beat", beaten)
    monkeypatch.setattr(runner, "_BEAT_SECONDS", 0.01)
    bench.make_due()
    with pytest.raises(LeaseLost):
        list(run_due(bench, Request.new(), never()))
    assert units
    last = bench.job().last
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

    def work(_bench: Bench, _request: Request, _progress: Progress) -> None:
        bench.set_row(lease_until=lambda now: now + timedelta(seconds=1))
        for _ in range(2):  # the first may have begun before the row was set
            assert beats.acquire(timeout=30)
        until = bench.job().lease_until
        assert until is not None
        assert until > bench.now() + LEASE / 2

    duty(work)
    monkeypatch.setattr(bench.jobs, "beat", beaten)
    monkeypatch.setattr(runner, "_BEAT_SECONDS", 0.01)
    bench.make_due()
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

    def work(_bench: Bench, _request: Request, progress: Progress) -> None:
        assert told.wait(30)
        while True:
            progress()

    duty(work)
    monkeypatch.setattr(bench.jobs, "beat", trouble)
    monkeypatch.setattr(runner, "_BEAT_SECONDS", 0.01)
    bench.make_due()
    with pytest.raises(LeaseLost):
        list(run_due(bench, Request.new(), never()))
    assert troubles == []
