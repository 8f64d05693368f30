from __future__ import annotations

import re
from datetime import timedelta
from importlib.resources import files

import pytest

from billing_tui.domain.retention import (
    LOGS,
    RETENTION,
    ROWS,
    RetentionRefused,
    checked_days,
    cutoff,
    setting_name,
)
from tests.stores import NOON

PURGE = files("storage.migrations.objects") / "functions" / "7_purge.sql"


def test_the_database_keeps_to_the_same_table() -> None:
    text = PURGE.read_text(encoding="utf-8")
    least = re.findall(r"WHEN '(\w+)' THEN interval '(\d+) days?'", text)
    assert {name: int(days) for name, days in least} == {
        name: kept.least_days for name, kept in ROWS.items()
    }
    batches = re.findall(r"WHEN '(\w+)' THEN DELETE.*?LIMIT (\d+)", text, flags=re.DOTALL)
    assert {name: int(rows) for name, rows in batches} == {
        name: kept.batch for name, kept in ROWS.items()
    }


def test_answers_to_requests_are_kept_for_90_days_at_least() -> None:
    assert RETENTION["request"].least_days == 90
    assert cutoff("request", 1, NOON) <= NOON - timedelta(days=90)


@pytest.mark.parametrize("name", RETENTION)
def test_what_a_setting_may_say(name: str) -> None:
    kept = RETENTION[name]
    assert kept.least_days <= kept.days
    assert setting_name(name) == f"retention.{name}"
    assert checked_days(name, kept.least_days) == kept.least_days
    for wrong in (kept.least_days - 1, 0, -1, 10**9, None, "90", 90.0, True):
        with pytest.raises(RetentionRefused):
            checked_days(name, wrong)
        assert cutoff(name, wrong, NOON) == NOON - timedelta(days=kept.days)
    longer = kept.least_days + 5
    assert cutoff(name, longer, NOON) == NOON - timedelta(days=longer)


def test_log_files_are_no_rows() -> None:
    assert LOGS not in ROWS
