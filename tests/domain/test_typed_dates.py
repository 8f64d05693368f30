from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain.dates import DateOutOfRange
from billing_tui.domain.errors import InputError
from billing_tui.domain.typed_dates import NotADate, parse_date

TODAY = date(2026, 11, 20)  # a Friday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-01", "2026-12-01"),
        ("2026/12/01", "2026-12-01"),
        ("20261201", "2026-12-01"),
        (" 1.12.2026 ", "2026-12-01"),
        ("01.12.2026", "2026-12-01"),
        ("today", "2026-11-20"),
        ("TODAY", "2026-11-20"),
        ("tomorrow", "2026-11-21"),
        ("yesterday", "2026-11-19"),
        ("+30", "2026-12-20"),
        ("+ 30", "2026-12-20"),
        ("-5", "2026-11-15"),
        ("+0", "2026-11-20"),
        ("+2w", "2026-12-04"),
        ("+1m", "2026-12-20"),
        ("-1y", "2025-11-20"),
        ("+3d", "2026-11-23"),
        ("eom", "2026-11-30"),
        ("eom+10", "2026-12-10"),
        ("eom - 1", "2026-11-29"),
        ("fri", "2026-11-27"),
        ("sat", "2026-11-21"),
        ("Thu", "2026-11-26"),
        ("thurs", "2026-11-26"),
        ("monday", "2026-11-23"),
        ("2028-02-29", "2028-02-29"),
    ],
)
def test_typed_dates(text: str, expected: str) -> None:
    assert parse_date(text, TODAY) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Type a date"),
        ("   ", "Type a date"),
        ("12/01/2026", "read as two dates"),
        ("1-2-26", "read as two dates"),
        ("2026-02-30", "calendar has no"),
        ("31.4.2026", "calendar has no"),
        ("2026-1-1", "is not a date"),
        ("2026-12/01", "is not a date"),
        ("٢٠٢٦-١٢-٠١", "digits 0 to 9"),
        ("f", "is not a date"),
        ("fr", "is not a date"),
        ("fridays", "is not a date"),
        ("soon", "is not a date"),
        ("30", "is not a date"),
        ("NaN", "is not a date"),
        ("+999999", "is not a date"),
    ],
)
def test_what_is_no_date_is_refused_with_a_reason(text: str, said: str) -> None:
    with pytest.raises(NotADate, match=said):
        parse_date(text, TODAY)


@pytest.mark.parametrize("text", ["0026-12-01", "2926-12-01", "+99999w", "+9999y", "-9999m"])
def test_a_date_outside_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(DateOutOfRange):
        parse_date(text, TODAY)


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    with suppress(InputError):
        assert abs(parse_date(text, TODAY).year - TODAY.year) < 400


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_an_iso_date_is_itself(day: date) -> None:
    assert parse_date(day.isoformat(), TODAY) == day
