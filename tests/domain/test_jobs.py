from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from billing_tui.domain.jobs import (
    LEASE,
    LONGEST_LEASE,
    SCHEDULES,
    Job,
    ScheduleNotUnderstood,
    kept_plan,
    next_run,
    plan_after,
    schedule,
)

BERLIN = "Europe/Berlin"
DAY = timedelta(days=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "after", "zone", "expected"),
    [
        ("every 15m", "2026-11-21T12:00:00", BERLIN, "2026-11-21T12:15:00"),
        ("every 15m", "2026-11-21T12:00:00.000001", BERLIN, "2026-11-21T12:15:00"),
        ("every 15m", "2026-11-21T12:14:59.999999", BERLIN, "2026-11-21T12:15:00"),
        ("every 90m", "2026-11-21T12:00:00", "UTC", "2026-11-21T13:30:00"),
        ("every 24h", "2026-11-21T12:00:00", BERLIN, "2026-11-22T00:00:00"),
        ("hourly", "2026-11-21T12:59:59", "Asia/Kolkata", "2026-11-21T13:00:00"),
        ("hourly", "2026-10-25T00:30:00", BERLIN, "2026-10-25T01:00:00"),
        ("daily 02:30", "2026-11-21T12:00:00", BERLIN, "2026-11-22T01:30:00"),
        ("daily 02:30", "2026-11-21T01:30:00", BERLIN, "2026-11-22T01:30:00"),
        ("daily 02:30", "2026-11-21T01:29:59", BERLIN, "2026-11-21T01:30:00"),
        ("daily 02:30", "2026-11-21T23:30:00", BERLIN, "2026-11-22T01:30:00"),
        # 02:30 is skipped on 29 March: as much later as the clocks skip, which is 03:30 there.
        ("daily 02:30", "2026-03-28T12:00:00", BERLIN, "2026-03-29T01:30:00"),
        ("daily 02:30", "2026-03-29T01:30:00", BERLIN, "2026-03-30T00:30:00"),
        # 02:30 comes twice on 25 October: the first counts, the second is none.
        ("daily 02:30", "2026-10-24T12:00:00", BERLIN, "2026-10-25T00:30:00"),
        ("daily 02:30", "2026-10-25T00:30:00", BERLIN, "2026-10-26T01:30:00"),
        ("daily 02:30", "2026-10-25T01:00:00", BERLIN, "2026-10-26T01:30:00"),
        # Santiago skips from midnight to one, so 00:15 falls on 01:15 of the same day.
        ("daily 00:15", "2026-09-05T12:00:00", "America/Santiago", "2026-09-06T04:15:00"),
        # Samoa had no 30 December 2011: both days name the same instant, which comes once.
        ("daily 02:30", "2011-12-29T12:30:00", "Pacific/Apia", "2011-12-30T12:30:00"),
        ("daily 02:30", "2011-12-30T12:30:00", "Pacific/Apia", "2011-12-31T12:30:00"),
        ("weekly mon 06:00", "2026-11-21T12:00:00", BERLIN, "2026-11-23T05:00:00"),
        ("weekly mon 06:00", "2026-11-23T05:00:00", BERLIN, "2026-11-30T05:00:00"),
        ("weekly sun 02:30", "2026-03-24T12:00:00", BERLIN, "2026-03-29T01:30:00"),
        ("weekly sun 02:30", "2026-10-25T00:30:00", BERLIN, "2026-11-01T01:30:00"),
    ],
)
def test_the_next_run(text: str, after: str, zone: str, expected: str) -> None:
    assert next_run(text, utc(after), zone) == utc(expected)


@pytest.mark.parametrize("zone", [BERLIN, "America/New_York", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize("text", ["every 15m", "hourly", "daily 02:30", "weekly sun 02:30"])
def test_a_year_of_runs_rises_and_leaves_no_hole(text: str, zone: str) -> None:
    step = {"e": 900, "h": 3600, "d": 86_400, "w": 604_800}[text[0]]
    now, runs = utc("2026-01-01T00:00:00"), 0
    while now < utc("2027-01-01T00:00:00"):
        following = next_run(text, now, zone)
        gap = (following - now).total_seconds()
        assert 0 < gap <= step + 3600
        assert runs == 0 or gap >= step - 3600
        now, runs = following, runs + 1
    assert abs(runs - 365 * 86_400 // step) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "", "every", "every 0m", "every 15", "every 15s", "every 25h", "every 1441m", "every -1m",
        "every ١٥m", "daily", "daily 24:00", "daily 2:30", "daily 02:60", "weekly 06:00",
        "weekly xyz 06:00", "weekly mon", "monthly 1 06:00", "* * * * *", "Hourly", "hourly ",
        "x" * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_schedule(text: str) -> None:
    with pytest.raises(ScheduleNotUnderstood) as caught:
        schedule(text)
    assert len(caught.value.message) < 200


def test_all_jobs_have_a_schedule_that_is_understood() -> None:
    for text in SCHEDULES.values():
        schedule(text)


class Clock:
    """Runs a job by its plan alone while a wall clock is set about."""

    def __init__(self, text: str, now: str) -> None:
        self.text, self.now = text, utc(now)
        self.planned = next_run(text, self.now, BERLIN)
        self.ran: list[datetime] = []

    def step(self, by: timedelta) -> None:
        self.now += by
        self.planned = kept_plan(self.text, self.planned, self.now, BERLIN)
        if self.planned <= self.now:
            self.ran.append(self.planned)
            self.planned = plan_after(self.text, self.planned, self.now, self.now, BERLIN)

    def live(self, span: timedelta) -> None:
        for _ in range(span // timedelta(minutes=5)):
            self.step(timedelta(minutes=5))


@pytest.mark.parametrize("text", ["daily 02:30", "weekly sun 02:30"])
@pytest.mark.parametrize("hour", range(0, 24, 3))
@pytest.mark.parametrize("first", [DAY, -DAY])
def test_a_clock_a_day_wrong_runs_nothing_twice_and_loses_nothing(
    text: str, hour: int, first: timedelta
) -> None:
    clock = Clock(text, "2026-11-19T12:00:00")
    clock.live(timedelta(hours=24 + hour))
    clock.step(first)
    clock.live(timedelta(hours=3))
    clock.step(-first)
    clock.live(timedelta(days=21))
    assert len(set(clock.ran)) == len(clock.ran)
    expected = []
    at = clock.ran[0]
    while at <= clock.now:
        expected.append(at)
        at = next_run(text, at, BERLIN)
    assert clock.ran == expected


@pytest.mark.parametrize("first", [DAY, -DAY, 400 * DAY, -400 * DAY])
def test_a_short_interval_goes_on_at_once_after_a_wrong_clock(first: timedelta) -> None:
    clock = Clock("every 15m", "2026-11-19T12:00:00")
    clock.live(timedelta(hours=2))
    for by in (first, -first):
        clock.step(by)
        before = len(clock.ran)
        clock.live(timedelta(hours=2))
        assert 8 <= len(clock.ran) - before <= 9


def test_a_machine_that_slept_runs_once() -> None:
    clock = Clock("every 15m", "2026-11-19T12:00:00")
    clock.step(timedelta(days=3))
    clock.step(timedelta())
    assert len(clock.ran) == 1


@pytest.mark.parametrize(
    ("started", "now", "expected"),
    [
        # A run by hand ahead of its time, also when it lasts until after it.
        ("2026-11-20T12:00:00", "2026-11-20T12:00:05", "2026-11-21T01:30:00"),
        ("2026-11-21T01:29:00", "2026-11-21T01:31:00", "2026-11-21T01:30:00"),
        ("2026-11-21T01:30:00", "2026-11-21T01:31:00", "2026-11-22T01:30:00"),
        # The clock was set back, and on, during the run.
        ("2026-11-21T01:30:00", "2026-11-20T01:31:00", "2026-11-22T01:30:00"),
        ("2026-11-21T01:30:00", "2026-11-22T01:31:00", "2026-11-23T01:30:00"),
    ],
)
def test_where_the_plan_goes_after_a_run(started: str, now: str, expected: str) -> None:
    planned = utc("2026-11-21T01:30:00")
    assert plan_after("daily 02:30", planned, utc(started), utc(now), BERLIN) == utc(expected)


@pytest.mark.parametrize(
    ("until", "free"),
    [
        (None, True),
        (timedelta(0), True),
        (timedelta(seconds=1), False),
        (LEASE, False),
        (LEASE + timedelta(seconds=1), False),
        (LONGEST_LEASE, False),
        (LONGEST_LEASE + timedelta(seconds=1), True),
        (-DAY, True),
        (DAY, True),
    ],
)
def test_a_lease_holds_for_its_time_only(until: timedelta | None, free: bool) -> None:
    now = utc("2026-11-21T12:00:00")
    job = Job("cleanup", "hourly", lease_until=None if until is None else now + until)
    assert job.free(now) is free
