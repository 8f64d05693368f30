"""Jobs: what they are called, when they run, and what a run leaves behind.

A schedule is text a person can read. The next run is computed from it and an instant alone, so no
clock and no memory of earlier runs can make it drift.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from .dates import zone
from .errors import Conflict, InputError, NotFound, Refused
from .machine import Machine

# When each job runs until somebody says otherwise.
SCHEDULES = {
    "checkpoint": "hourly",
    "cleanup": "daily 02:30",
    "imports": "every 15m",
    "verify": "daily 03:30",
    "verify-all": "weekly sun 04:30",
}
# A run that says nothing for this long is dead, and its job is free again.
LEASE = timedelta(minutes=2)
# No honest lease ends later than this from now. One that was given while we waited for its row
# ends a little later than the lease we could have had.
LONGEST_LEASE = 2 * LEASE
DIED = "runner_died"
INTERNAL = "internal_error"

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EVERY = re.compile(r"every ([1-9][0-9]{0,3})(m|h)", re.ASCII)
_AT = re.compile(rf"(?:daily|weekly ({'|'.join(_DAYS)})) ([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_LONGEST = timedelta(hours=24)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class JobOutcome(StrEnum):
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # asked to end between two units; goes on when it is next run
    FAILED = "failed"


class JobEvent(StrEnum):
    FINISH = "finishing"
    STOP = "stopping"
    FAIL = "failing"
    BURY = "burying"  # its process is gone


# What has ended stays as it ended; going on is a run of its own.
JOB_RUN = Machine(
    "a run of a job",
    {
        (JobOutcome.RUNNING, JobEvent.FINISH): JobOutcome.DONE,
        (JobOutcome.RUNNING, JobEvent.STOP): JobOutcome.STOPPED,
        (JobOutcome.RUNNING, JobEvent.FAIL): JobOutcome.FAILED,
        (JobOutcome.RUNNING, JobEvent.BURY): JobOutcome.FAILED,
    },
)


def ending(outcome: JobOutcome) -> JobEvent:
    """What a run that ends like this says of itself; being buried is said by another."""
    said = {JOB_RUN.target(event): event for event in JobEvent if event is not JobEvent.BURY}
    return said[outcome]


class JobUnknown(NotFound):
    def __init__(self, name: str) -> None:
        self.name = name
        known = ", ".join(sorted(SCHEDULES))
        super().__init__("No such job", f"There is no job {name[:40]!r}; there are: {known}.")


class JobBusy(Conflict):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "Job running",
            f"The job {name} is being run by somebody else. Wait until it has finished; if it died,"
            " it is free again after two minutes.",
        )


class NoPreview(Refused):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__("No dry run", f"The job {name} cannot tell beforehand what it would do.")


class LeaseLost(Conflict):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "Job taken over",
            f"This run of {name} said nothing for too long, so another one took its place.",
        )


class JobStopped(Exception):
    """Leaves a running job between two units, because it was asked to end."""


class ScheduleNotUnderstood(InputError):
    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            "Schedule not understood",
            f"{text[:40]!r} is no schedule. Write hourly, every 15m (up to 24h), daily 02:30 or"
            " weekly mon 06:00.",
        )


@dataclass(frozen=True, slots=True)
class Every:
    """On the marks of a grid that is the same on every machine: every 15m is at :00, :15, …"""

    step: timedelta

    def after(self, instant: datetime, zone_name: str) -> datetime:
        return _EPOCH + self.step * ((instant - _EPOCH) // self.step + 1)


@dataclass(frozen=True, slots=True)
class At:
    """At one time of day in the organisation's zone, each day or on one day of the week.

    A time the clocks skip comes as much later as they skip; one they show twice counts once.
    """

    time: time
    weekday: int | None = None

    def after(self, instant: datetime, zone_name: str) -> datetime:
        there = zone(zone_name)
        # A skipped time of yesterday can fall into today.
        day = instant.astimezone(there).date() - timedelta(days=1)
        while True:
            if self.weekday in (None, day.weekday()):
                found = datetime.combine(day, self.time, there).astimezone(UTC)
                if found > instant:
                    return found
            day += timedelta(days=1)


Schedule = Every | At


def schedule(text: str) -> Schedule:
    if text == "hourly":
        return Every(timedelta(hours=1))
    if every := _EVERY.fullmatch(text):
        step = timedelta(minutes=int(every[1]) * (60 if every[2] == "h" else 1))
        if step <= _LONGEST:
            return Every(step)
    if at := _AT.fullmatch(text):
        weekday = _DAYS.index(at[1]) if at[1] else None
        return At(time(int(at[2]), int(at[3])), weekday)
    raise ScheduleNotUnderstood(text)


def next_run(text: str, after: datetime, zone_name: str) -> datetime:
    """The first instant of this schedule that is later than `after`."""
    return schedule(text).after(after, zone_name)


def kept_plan(text: str, planned: datetime, now: datetime, zone_name: str) -> datetime:
    """The plan, or the next run where a clock set back left the plan too far ahead.

    One occurrence too far is kept: a clock that was a day ahead for a while has run it already.
    """
    soonest = next_run(text, now, zone_name)
    return planned if planned <= next_run(text, soonest, zone_name) else soonest


def plan_after(
    text: str, planned: datetime, started: datetime, now: datetime, zone_name: str
) -> datetime:
    """Where the plan goes when a run ends. A run by hand ahead of its time moves nothing, and a
    clock set back during a run does not bring the same occurrence again."""
    return planned if planned > started else next_run(text, max(planned, now), zone_name)


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run; `error` is the code of what stopped it, never a text."""

    id: UUID
    job: str
    started_at: datetime
    finished_at: datetime | None
    outcome: JobOutcome
    counts: Mapping[str, int]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One scheduled duty; without a plan until jobs are first run in this organisation."""

    name: str
    schedule: str
    enabled: bool = True
    next_run_at: datetime | None = None
    last_run_at: datetime | None = None
    lease_until: datetime | None = None
    last: JobRun | None = None

    def free(self, now: datetime) -> bool:
        """Nobody holds it. A lease that ends later than any can comes from before a clock was
        set back, and its holder is dead or renews it at once."""
        return self.lease_until is None or not now < self.lease_until <= now + LONGEST_LEASE
