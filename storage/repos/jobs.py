"""Jobs and their runs. Who runs one is decided by a single conditional UPDATE."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, literal, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from billing_tui.domain.jobs import JOB_RUN, LEASE, LONGEST_LEASE, Job, JobEvent, JobOutcome, JobRun
from storage.bulk import insert_rows
from storage.models import Job as JobRow
from storage.models import JobRun as RunRow
from storage.models import Organisation
from storage.models.base import table_of
from storage.states import stepping
from storage.types import Flag
from storage.uow import Unit

_JOB = table_of(JobRow)
_RUN = table_of(RunRow)
_ORGANISATION = table_of(Organisation)
_ZONE = select(_ORGANISATION.c.zone).where(
    _ORGANISATION.c.organisation == bindparam("o"), _ORGANISATION.c.id == bindparam("o")
)
_OURS = _JOB.c.organisation == bindparam("o")
_ONE = and_(_OURS, _JOB.c.name == bindparam("job_name"))
_HELD = and_(_ONE, _JOB.c.lease == bindparam("held"))
_FREE = or_(
    _JOB.c.lease_until.is_(None),
    _JOB.c.lease_until <= bindparam("now"),
    _JOB.c.lease_until > bindparam("furthest"),
)
_TAKE = (
    update(_JOB)
    .where(_ONE, _FREE)
    .values(
        lease=bindparam("new_lease"), lease_until=bindparam("until"), last_run_at=bindparam("now")
    )
)
_TAKE_DUE = _TAKE.where(
    _JOB.c.enabled == literal(True, Flag()), _JOB.c.next_run_at <= bindparam("now")
)
_BEAT = update(_JOB).where(_HELD).values(lease_until=bindparam("until"))
_RELEASE = (
    update(_JOB)
    .where(_HELD)
    .values(lease=null(), lease_until=null(), next_run_at=bindparam("planned"))
)
_EARLIER = _RUN.alias("earlier")
_LAST = (
    select(_EARLIER.c.id)
    .where(_EARLIER.c.organisation == _JOB.c.organisation, _EARLIER.c.job == _JOB.c.name)
    .order_by(_EARLIER.c.started_at.desc(), _EARLIER.c.id.desc())
    .limit(1)
    .correlate(_JOB)
    .scalar_subquery()
)
_RUN_COLUMNS = [column.label(f"run_{column.name}") for column in _RUN.c]
_ALL = (
    select(_JOB, *_RUN_COLUMNS)
    .outerjoin_from(
        _JOB, _RUN, and_(_RUN.c.organisation == _JOB.c.organisation, _RUN.c.id == _LAST)
    )
    .where(_OURS)
    .order_by(_JOB.c.name)
)
_FIND_RUN = select(*_RUN_COLUMNS).where(
    _RUN.c.organisation == bindparam("o"), _RUN.c.id == bindparam("run")
)
_FAILURES = (
    select(*_RUN_COLUMNS)
    .where(
        _RUN.c.organisation == bindparam("o"),
        _RUN.c.finished_at.is_not(None),
        _RUN.c.outcome == JobOutcome.FAILED,
    )
    .order_by(_RUN.c.finished_at.desc(), _RUN.c.id.desc())
    .limit(bindparam("most"))
)
_ENDED = update(_RUN).values(finished_at=bindparam("now"), error=bindparam("code"))
_END = {
    event: stepping(
        _ENDED.where(_RUN.c.organisation == bindparam("o"), _RUN.c.id == bindparam("run")).values(
            counts=bindparam("counted")
        ),
        _RUN.c.outcome,
        JOB_RUN,
        event,
    )
    for event in JOB_RUN.events
}
_BURY = stepping(
    _ENDED.where(_RUN.c.organisation == bindparam("o"), _RUN.c.job == bindparam("job_name")),
    _RUN.c.outcome,
    JOB_RUN,
    JobEvent.BURY,
)
_ADD = {
    on_sqlite: dialect.insert(_JOB).on_conflict_do_nothing()
    for on_sqlite, dialect in ((True, sqlite), (False, postgresql))
}


def zone_of(unit: Unit) -> str:
    zone: str = unit.connection.execute(_ZONE, {"o": unit.organisation}).scalar_one()
    return zone


def all_jobs(unit: Unit) -> tuple[Job, ...]:
    return tuple(_job(row) for row in unit.connection.execute(_ALL, {"o": unit.organisation}))


def add(unit: Unit, name: str, schedule: str, planned: datetime) -> None:
    """Add a job that is not there yet; two who do it at once add one."""
    values: dict[str, Any] = dict.fromkeys(("lease", "lease_until", "last_run_at"))
    values |= {"organisation": unit.organisation, "name": name, "schedule": schedule}
    values |= {"enabled": True, "next_run_at": planned}
    unit.connection.execute(_ADD[unit.sqlite], values)


def change(unit: Unit, name: str, values: Mapping[str, Any]) -> None:
    statement = update(_JOB).where(_ONE).values(dict(values))
    unit.connection.execute(statement, {"o": unit.organisation, "job_name": name})


def take(unit: Unit, name: str, lease: UUID, *, due: bool) -> bool:
    """Whether the job is ours now; with `due` only when its time has come."""
    values = {
        "o": unit.organisation,
        "job_name": name,
        "now": unit.now,
        "furthest": unit.now + LONGEST_LEASE,
        "new_lease": lease,
        "until": unit.now + LEASE,
    }
    return unit.connection.execute(_TAKE_DUE if due else _TAKE, values).rowcount == 1


def beat(unit: Unit, name: str, lease: UUID) -> bool:
    values = {"o": unit.organisation, "job_name": name, "held": lease, "until": unit.now + LEASE}
    return unit.connection.execute(_BEAT, values).rowcount == 1


def release(unit: Unit, name: str, lease: UUID, planned: datetime) -> bool:
    values = {"o": unit.organisation, "job_name": name, "held": lease, "planned": planned}
    return unit.connection.execute(_RELEASE, values).rowcount == 1


def start_run(unit: Unit, run: JobRun) -> None:
    row = {name: getattr(run, name) for name in ("id", "job", "started_at", "finished_at")}
    row |= {"organisation": unit.organisation, "outcome": run.outcome}
    insert_rows(unit, _RUN, [row | {"counts": dict(run.counts), "error": run.error}])


def bury(unit: Unit, name: str, code: str) -> int:
    """End the runs of this job that were left running by a process that is gone."""
    values = {"o": unit.organisation, "job_name": name, "now": unit.now, "code": code}
    return unit.connection.execute(_BURY, values).rowcount


def end_run(unit: Unit, run: UUID, event: JobEvent, counts: Mapping[str, int], code: str) -> bool:
    """Whether the run was still running and ended by this."""
    values = {"o": unit.organisation, "run": run, "now": unit.now, "code": code}
    return unit.connection.execute(_END[event], values | {"counted": dict(counts)}).rowcount == 1


def find_run(unit: Unit, run: UUID) -> JobRun | None:
    found = unit.connection.execute(_FIND_RUN, {"o": unit.organisation, "run": run}).one_or_none()
    return None if found is None else _run(found)


def failures(unit: Unit, most: int) -> tuple[JobRun, ...]:
    """The newest runs that failed."""
    asked = {"o": unit.organisation, "most": most}
    return tuple(_run(row) for row in unit.connection.execute(_FAILURES, asked))


def _job(row: Row[Any]) -> Job:
    return Job(
        row.name,
        row.schedule,
        row.enabled,
        row.next_run_at,
        row.last_run_at,
        row.lease_until,
        None if row.run_id is None else _run(row),
    )


def _run(row: Row[Any]) -> JobRun:
    return JobRun(
        row.run_id,
        row.run_job,
        row.run_started_at,
        row.run_finished_at,
        row.run_outcome,
        row.run_counts,
        row.run_error,
    )
