"""Jobs: their plans and runs as use cases. `duties` says what each does, `runner` runs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from billing_tui.domain import jobs as rules
from billing_tui.domain.alerts import AlertDraft, Severity
from billing_tui.domain.jobs import (
    DIED,
    SCHEDULES,
    Job,
    JobOutcome,
    JobRun,
    JobUnknown,
    LeaseLost,
)
from billing_tui.domain.pages import page_size
from billing_tui.domain.rights import Right
from billing_tui.services.cases import Service, reads, writes
from storage.repos import alerts, jobs
from storage.uow import Unit

__all__ = ["Due", "Jobs"]

_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be run now, and how long it is until the next one."""

    names: tuple[str, ...]
    seconds: int
    unplanned: bool  # a job has no plan yet, or a clock set back left one too far ahead


class Jobs(Service):
    @reads("jobs.list")
    def all(self, unit: Unit) -> tuple[Job, ...]:
        """Every job this program knows, also before it was ever planned."""
        return tuple(_jobs(unit).values())

    @reads("jobs.find_run")
    def find_run(self, unit: Unit, id: UUID) -> JobRun | None:
        return jobs.find_run(unit, id)

    @reads("jobs.failures")
    def failures(self, unit: Unit, limit: int = 20) -> tuple[JobRun, ...]:
        """The newest runs of any job that failed."""
        return jobs.failures(unit, page_size(limit))

    @reads("jobs.due", Right.RUN_JOBS)
    def due(self, unit: Unit) -> Due:
        zone, known = jobs.zone_of(unit), _jobs(unit).values()
        plans = {job.name: _plan(job, unit.now, zone) for job in known if job.enabled}
        names = [
            job.name
            for job in known
            if job.enabled and plans[job.name] <= unit.now and job.free(unit.now)
        ]
        ahead = [at for at in plans.values() if at > unit.now]
        seconds = int((min(ahead) - unit.now).total_seconds()) + 1 if ahead else _MINUTE
        unplanned = any(
            job.next_run_at != plans.get(job.name, job.next_run_at) or job.next_run_at is None
            for job in known
        )
        return Due(tuple(names), seconds, unplanned)

    @writes("jobs.plan", Right.RUN_JOBS)
    def plan(self, unit: Unit) -> int:
        """Give every job a plan; those that have a sound one keep it."""
        zone, planned = jobs.zone_of(unit), 0
        for job in _jobs(unit).values():
            at = _plan(job, unit.now, zone)
            if job.next_run_at is None:
                jobs.add(unit, job.name, job.schedule, at)
            elif job.next_run_at != at:
                jobs.change(unit, job.name, {"next_run_at": at})
            planned += job.next_run_at != at
        return planned

    @writes("jobs.claim", Right.RUN_JOBS)
    def claim(self, unit: Unit, name: str, lease: UUID, due: bool) -> bool:
        """Take a job: whoever gets it holds the lease. The run is named after the request."""
        if not jobs.take(unit, name, lease, due=due):
            return False
        if jobs.bury(unit, name, DIED):
            alerts.raise_alert(unit, _failed(name, DIED))
        run = JobRun(_request(unit), name, unit.now, None, JobOutcome.RUNNING, {})
        jobs.start_run(unit, run)
        return True

    @writes("jobs.beat", Right.RUN_JOBS)
    def beat(self, unit: Unit, name: str, lease: UUID) -> bool:
        return jobs.beat(unit, name, lease)

    @writes("jobs.finish", Right.RUN_JOBS)
    def finish(
        self, unit: Unit, run: UUID, lease: UUID, ended: JobOutcome, counts: Mapping[str, int],
        error: str = "",
    ) -> JobRun:  # fmt: skip
        """End a run and plan the next. One that was stopped is due again at once."""
        found = jobs.find_run(unit, run)
        job = _jobs(unit)[found.job] if found else None
        if found is None or job is None or job.next_run_at is None:
            raise LeaseLost(str(run))
        planned = job.next_run_at
        if ended is not JobOutcome.STOPPED:
            zone = jobs.zone_of(unit)
            planned = rules.plan_after(job.schedule, planned, found.started_at, unit.now, zone)
        if not jobs.release(unit, job.name, lease, planned):
            raise LeaseLost(job.name)
        if not jobs.end_run(unit, run, rules.ending(ended), counts, error):
            raise LeaseLost(job.name)
        if ended is JobOutcome.FAILED:
            alerts.raise_alert(unit, _failed(job.name, error))
        return replace(found, finished_at=unit.now, outcome=ended, counts=dict(counts), error=error)

    @writes("jobs.change", Right.MANAGE_SETTINGS)
    def change(
        self, unit: Unit, name: str, enabled: bool | None = None, schedule: str | None = None
    ) -> Job:
        """Switch a job off or on, or run it at other times."""
        job = _known(unit, name)
        changes: dict[str, Any] = {}
        if enabled is not None and enabled != job.enabled:
            changes["enabled"] = enabled
        if schedule is not None and schedule != job.schedule:
            changes["schedule"] = schedule
        if schedule is not None or job.next_run_at is None:
            zone = jobs.zone_of(unit)
            at = rules.next_run(schedule or job.schedule, unit.now, zone)
            jobs.add(unit, name, job.schedule, at)
            job = replace(job, next_run_at=at)
            jobs.change(unit, name, changes | {"next_run_at": at})
        elif changes:
            jobs.change(unit, name, changes)
        if changes:
            unit.note("jobs.change", f"job:{name}", {"after": changes})
        return replace(job, **changes)


def _jobs(unit: Unit) -> dict[str, Job]:
    known = {name: Job(name, schedule) for name, schedule in sorted(SCHEDULES.items())}
    kept = {job.name: job for job in jobs.all_jobs(unit) if job.name in known}
    return known | kept


def _known(unit: Unit, name: str) -> Job:
    if name not in SCHEDULES:
        raise JobUnknown(name)
    return _jobs(unit)[name]


def _plan(job: Job, now: datetime, zone: str) -> datetime:
    if job.next_run_at is None:
        return rules.next_run(job.schedule, now, zone)
    return rules.kept_plan(job.schedule, job.next_run_at, now, zone)


def _request(unit: Unit) -> UUID:
    if unit.request is None:
        raise TypeError("a claim is a request")
    return unit.request


def _failed(name: str, code: str) -> AlertDraft:
    message = f"The job {name} failed: {code}. See `billing-tui jobs list`."
    return AlertDraft("job.failed", name, Severity.WARNING, message, f"job:{name}")
