from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain import dates
from billing_tui.domain.dates import Period, add_months, end_of_month, local_date, utc_text

DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))


@pytest.mark.parametrize(
    "name", ["", "Europe", "Mars/Base", "../etc/passwd", "/etc/localtime", "\0", "a b"]
)
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(dates.UnknownZone):
        dates.zone(name)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("UTC", date(2026, 12, 31)),
        ("Europe/Berlin", date(2027, 1, 1)),
        ("America/New_York", date(2026, 12, 31)),
        ("Pacific/Kiritimati", date(2027, 1, 1)),
    ],
)
def test_the_zone_decides_the_day(zone: str, day: date) -> None:
    assert local_date(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), zone) == day


def test_a_day_of_23_hours_is_one_day() -> None:
    before = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)
    berlin = [local_date(before + timedelta(hours=h), "Europe/Berlin") for h in range(-2, 23)]
    assert berlin.count(date(2026, 3, 29)) == 23


@given(DAYS, st.sampled_from(["UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia"]))
def test_a_day_begins_with_its_first_instant(day: date, zone: str) -> None:
    begins = dates.day_begins(day, zone)
    assert local_date(begins - timedelta(microseconds=1), zone) < day <= local_date(begins, zone)


def test_a_time_without_a_zone_has_no_date() -> None:
    with pytest.raises(dates.NaiveTime):
        local_date(datetime(2026, 1, 1), "UTC")  # noqa: DTZ001
    with pytest.raises(dates.NaiveTime):
        utc_text(datetime(2026, 1, 1))  # noqa: DTZ001


def test_an_instant_always_has_six_digits_and_is_utc() -> None:
    plus = timezone(timedelta(hours=5, minutes=30))
    assert utc_text(datetime(2026, 11, 21, 20, 45, tzinfo=UTC)) == "2026-11-21T20:45:00.000000Z"
    assert utc_text(datetime(2026, 1, 1, 2, 0, 0, 7, plus)) == "2025-12-31T20:30:00.000007Z"
    assert utc_text(datetime(33, 1, 1, tzinfo=UTC)).startswith("0033-01-01T")


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_an_instant_comes_back_the_same(instant: datetime) -> None:
    back = dates.parse_utc(utc_text(instant))
    assert back.tzinfo is UTC
    assert back == instant.astimezone(UTC)
    assert len(utc_text(instant)) == 27


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-21",
        "2026-11-21T20:45:39Z",
        "2026-11-21T20:45:39.123Z",
        "2026-11-21 20:45:39.123456Z",
        "2026-11-21T20:45:39.123456+00:00",
        "2026-13-21T20:45:39.123456Z",
        "2026-11-21T24:45:39.123456Z",
        "٢٠٢٦-11-21T20:45:39.123456Z",
        "2026-11-21T20:45:39.123456Z\n",
    ],
)
def test_other_forms_of_an_instant_are_refused(text: str) -> None:
    with pytest.raises(dates.NotAnInstant):
        dates.parse_utc(text)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-01-31", 2, "2026-03-31"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-05-31", 0, "2026-05-31"),
        ("2026-02-28", 1, "2026-03-28"),
    ],
)
def test_months_end_by_one_rule(start: str, months: int, expected: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(expected)


def test_a_series_remembers_the_day_it_began_on() -> None:
    assert add_months(date(2026, 2, 28), 1, anchor=31) == date(2026, 3, 31)


@pytest.mark.parametrize("months", [12 * 300, -12 * 300, 10**9])
def test_dates_stay_in_the_calendar(months: int) -> None:
    with pytest.raises(dates.DateOutOfRange):
        add_months(date(2026, 1, 1), months)
    with pytest.raises(dates.DateOutOfRange):
        dates.add_days(date(2026, 1, 1), months * 30)


@given(DAYS, st.integers(-300, 300))
def test_adding_months_keeps_the_day_or_takes_the_last(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year - day.year) * 12 + moved.month - day.month == months
    assert moved.day == day.day or (moved.day < day.day and moved == end_of_month(moved))


@given(DAYS)
def test_the_periods_around_a_day_hold_it_and_begin_and_end_with_months(day: date) -> None:
    for period in (dates.month_of(day), dates.quarter_of(day), dates.year_of(day, 4)):
        assert day in period
        assert period.first.day == 1
        assert period.last == end_of_month(period.last)
    assert dates.quarter_of(day).days in range(90, 93)
    assert dates.year_of(day, 4).first.month == 4
    assert dates.year_of(day).last == date(day.year, 12, 31)


@given(DAYS, st.sampled_from([1, 3, 12]), st.integers(0, 40))
def test_periods_of_a_series_leave_no_gap(start: date, months: int, index: int) -> None:
    this, following = (dates.period_after(start, months, i) for i in (index, index + 1))
    assert this.last + timedelta(days=1) == following.first
    assert this.days > 27


def test_a_period_has_both_its_ends() -> None:
    june = Period(date(2026, 6, 1), date(2026, 6, 30))
    assert (date(2026, 6, 1) in june, date(2026, 6, 30) in june, date(2026, 7, 1) in june) == (
        True,
        True,
        False,
    )
    assert june.days == 30


def test_zones_are_the_standard_ones() -> None:
    assert dates.zone("Asia/Kolkata") == ZoneInfo("Asia/Kolkata")
