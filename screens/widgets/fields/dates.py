"""Dates as people type them: `+30`, `eom`, `fri`, or all their digits."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from billing_tui.domain.typed_dates import parse_date
from screens.formatting import day

from .texts import InputField

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class DateField(InputField[date | None]):
    """`today` is the day in the organisation's zone."""

    WIDE: ClassVar[bool] = False

    def __init__(self, name: str, label: str, *, today: date, **more: Any) -> None:
        super().__init__(name, label, **more)
        self.today = today

    def read(self, text: str) -> date | None:
        if text.strip():
            return parse_date(text, self.today)
        if self.required:
            raise self.missing()
        return None

    def understood(self, value: date | None) -> str:
        return "" if value is None else f"= {_WEEKDAYS[value.weekday()]} {day(value)}"
