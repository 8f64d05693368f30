"""Running jobs: one, those that are due, or for as long as nobody says stop.

Whoever holds a job's lease runs it. A thread renews the lease while the job works; a run that lost
it ends before its next unit, and since every unit can be done twice, nothing is harmed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from itertools import count
from uuid import UUID

from billing_tui.domain.acts import Request
from billing_tui.domain.errors import BillingError, StoreError
from billing_tui.domain.ids import new_id
from billing_tui.domain.jobs import (
    INTERNAL,
    LEASE,
    SCHEDULES,
    JobBusy,
    JobOutcome,
    JobRun,
    JobStopped,
    JobUnknown,
    LeaseLost,
    NoPreview,
)
from billing_tui.domain.trace import working_on
from billing_tui.logs import log_event, log_failure

from . import Due
from .duties import DUTIES, PREVIEWS, Bench

_BEAT_SECONDS = LEASE.total_seconds() / 4
# Others may plan a job while we wait, so no wait is long.
_LONGEST_WAIT = 60
_AWAY_WAIT = 15

Watch = Callable[[Mapping[str, int]], None]


class _Counts:
    """The progress of one run."""

    def __init__(self, stop: threading.Event, watch: Watch | None) -> None:
        self.counts: Counter[str] = Counter()
        self.lost = threading.Event()
        self._stop, self._watch = stop, watch

    def __call__(self, **counts: int) -> None:
        self.counts.update(counts)
        if self._watch is not None:
            self._watch(self.counts)
        if self._stop.is_set() or self.lost.is_set():
            raise JobStopped


def run_job(
    bench: Bench,
    name: str,
    request: Request,
    stop: threading.Event,
    watch: Watch | None = None,
) -> JobRun:
    """Run a job now. The run is named after the request, so the same one is not done twice;
    `watch` is told after each unit what was counted so far."""
    if name not in SCHEDULES:
        raise JobUnknown(name)
    _due(bench, request)  # a job has its row from its first plan on
    ended = _claim_and_run(bench, name, request, stop, due=False, watch=watch)
    if ended is None:
        raise JobBusy(name)
    return ended


def _claim_and_run(
    bench: Bench,
    name: str,
    request: Request,
    stop: threading.Event,
    *,
    due: bool,
    watch: Watch | None = None,
) -> JobRun | None:
    before = bench.jobs.find_run(request.id)
    if before is not None:
        return None if before.outcome is JobOutcome.RUNNING else before
    lease = new_id()
    if not bench.jobs.claim(request, name, lease, due):
        return None
    with working_on(request.id):
        return _run(bench, name, request, lease, _Counts(stop, watch))


def _run(bench: Bench, name: str, request: Request, lease: UUID, progress: _Counts) -> JobRun:
    started = time.monotonic()
    log_event("job.started", job=name)
    outcome, error = JobOutcome.DONE, ""
    with _kept_alive(bench, name, request, lease, progress.lost):
        try:
            DUTIES[name](bench, request, progress)
        except JobStopped:
            outcome = JobOutcome.STOPPED
        except BillingError as trouble:
            outcome, error = JobOutcome.FAILED, trouble.code
        except Exception as fault:  # noqa: BLE001 - whatever a duty meets, its run must end
            outcome, error = JobOutcome.FAILED, INTERNAL
            log_failure(fault, job=name)
    if progress.lost.is_set():
        raise LeaseLost(name)
    finish, counts = request.within("finish"), dict(progress.counts)
    ended = bench.jobs.finish(finish, request.id, lease, outcome, counts, error)
    level = logging.WARNING if error else logging.INFO
    milliseconds = int((time.monotonic() - started) * 1000)
    log_event(f"job.{outcome}", level, job=name, code=error or None, duration=milliseconds)
    return ended


@contextmanager
def _kept_alive(
    bench: Bench, name: str, request: Request, lease: UUID, lost: threading.Event
) -> Iterator[None]:
    over = threading.Event()

    def renew() -> None:
        beats = (request.within(f"beat {n}") for n in count())
        while not over.wait(_BEAT_SECONDS):
            try:
                held = bench.jobs.beat(next(beats), name, lease)
            except StoreError:
                continue  # it may be back before the lease ends
            except Exception as fault:  # noqa: BLE001 - a thread has nobody to tell
                log_failure(fault, job=name)
                held = False
            if not held:
                lost.set()
                return

    within = copy_context()
    thread = threading.Thread(target=within.run, args=(renew,), name=f"lease {name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def preview(bench: Bench, name: str) -> Mapping[str, int]:
    """What a run would do."""
    if name not in SCHEDULES:
        raise JobUnknown(name)
    if name not in PREVIEWS:
        raise NoPreview(name)
    return PREVIEWS[name](bench)


def run_due(bench: Bench, request: Request, stop: threading.Event) -> Iterator[JobRun]:
    """Run what is due, one after the other. Each run gets its own id, made from the request's."""
    for name in _due(bench, request).names:
        if stop.is_set():
            return
        ended = _claim_and_run(bench, name, request.within(name), stop, due=True)
        if ended is not None:
            yield ended


def _due(bench: Bench, request: Request) -> Due:
    due = bench.jobs.due()
    if due.unplanned:
        bench.jobs.plan(request.within("plan"))
        due = bench.jobs.due()
    return due


def serve(
    bench: Bench,
    stop: threading.Event,
    report: Callable[[JobRun], None],
    wait: Callable[[float], object] | None = None,
) -> None:
    """Run jobs as they come due, until `stop` is set. A store that is away is waited for."""
    wait = wait or stop.wait
    while not stop.is_set():
        try:
            for run in run_due(bench, Request.new(), stop):
                report(run)
            seconds = bench.jobs.due().seconds
        except (StoreError, LeaseLost) as trouble:
            log_event("jobs.away", logging.WARNING, code=trouble.code)
            seconds = _AWAY_WAIT
        if not stop.is_set():
            wait(max(1, min(seconds, _LONGEST_WAIT)))
