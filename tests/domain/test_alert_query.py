from __future__ import annotations

from datetime import date

import pytest

from billing_tui.domain.alert_query import completions, understood
from billing_tui.domain.alerts import AlertFilter, Severity
from billing_tui.domain.filters import FilterNotUnderstood

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", AlertFilter()),
        ("state:open", AlertFilter()),
        ("state:closed", AlertFilter(closed=True)),
        ("sev:warning", AlertFilter(severity=Severity.WARNING)),
        ("kind:job.failed owner:karl", AlertFilter(kind="job.failed", owner="karl")),
        ("who:ME", AlertFilter(owner="ada")),
        ('chain "does not hold"', AlertFilter(text="chain does not hold")),
    ],
)
def test_what_is_typed_is_what_is_asked(text: str, asked: AlertFilter) -> None:
    assert understood(text, TODAY, "ada") == asked


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [("sev:huge", 4, 8), ("age:1", 0, 3), ("kind:a kind:b", 7, 13), ("state:", 0, 6)],
)
def test_what_is_wrong_is_pointed_at(text: str, start: int, end: int) -> None:
    with pytest.raises(FilterNotUnderstood) as caught:
        understood(text, TODAY, "ada")
    assert (caught.value.start, caught.value.end) == (start, end)


def test_fields_and_values_are_completed() -> None:
    assert [one.replacement for one in completions("s", 1)] == ["state:", "severity:"]
    found = completions("owner:k", 7, {"owner": ["me", "karl"]})
    assert [one.replacement for one in found] == ["karl"]
