"""Days as commands take them: written in full, so that a script means the same tomorrow."""

from __future__ import annotations

from datetime import date

from billing_tui.domain.errors import InputError


class NotADay(InputError):
    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__("Not a date", f"{text[:40]!r}: write a day like 2026-11-30.")


def day(text: str | None) -> date | None:
    return day_given(text) if text else None


def day_given(text: str) -> date:
    """The day of an option that has to be there."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise NotADay(text) from None
    if found.isoformat() != text:
        raise NotADay(text)
    return found
