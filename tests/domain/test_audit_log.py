from __future__ import annotations

from datetime import date

import pytest

from billing_tui.domain.audit_log import moments

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, ("", "")),
        (date(2026, 1, 5), None, ("2026-01-04T23:00:00.000000Z", "")),
        (None, date(2026, 7, 5), ("", "2026-07-05T22:00:00.000000Z")),
        # The day on which clocks go forward has 23 hours.
        (
            date(2026, 3, 29),
            date(2026, 3, 29),
            ("2026-03-28T23:00:00.000000Z", "2026-03-29T22:00:00.000000Z"),
        ),
        (date(1, 1, 1), date(9999, 12, 31), ("", "")),
        (None, date(1, 1, 1), ("", "1900-01-01T23:00:00.000000Z")),
    ],
)
def test_days_are_those_of_the_zone(
    since: date | None, until: date | None, expected: tuple[str, str]
) -> None:
    assert moments(since, until, BERLIN) == expected
