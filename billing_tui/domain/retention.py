"""How long technical rows and log files are kept. Business rows, books and audit are kept forever.

The least age and the batch stand in the database's own `purge` function too, which is the only way
to delete a row on Postgres; a test compares both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .errors import InputError


@dataclass(frozen=True, slots=True)
class Kept:
    """`batch` rows are deleted in one unit, so that none lasts longer than a second."""

    about: str
    least_days: int
    days: int
    batch: int = 0


ROWS = {
    "request": Kept("answers to requests that may be asked again", 90, 400, 5000),
    "job_run": Kept("finished runs of jobs", 30, 90, 5000),
    "import_unit": Kept("rows of imported files, once written", 7, 30, 200),
    "customer_key": Kept("search words that no longer lead to a customer", 1, 7, 5000),
    "form_draft": Kept("what was typed into forms and not saved", 7, 30, 5000),
}
LOGS = "log"
RETENTION = ROWS | {LOGS: Kept("log files that were turned over", 7, 90)}
LONGEST_DAYS = 36_500


class RetentionRefused(InputError):
    def __init__(self, name: str, least: int) -> None:
        self.name, self.least = name, least
        super().__init__(
            "Kept too short or too long",
            f"{name} is kept from {least} to {LONGEST_DAYS} days; say how many.",
        )


def setting_name(name: str) -> str:
    return f"retention.{name}"


def checked_days(name: str, days: object) -> int:
    """What a setting may say, for whoever writes settings."""
    least = RETENTION[name].least_days
    if type(days) is not int or not least <= days <= LONGEST_DAYS:
        raise RetentionRefused(name, least)
    return days


def cutoff(name: str, days: object, now: datetime) -> datetime:
    """What is older goes. `days` is the setting; one that cannot hold counts as absent."""
    try:
        kept = checked_days(name, days)
    except RetentionRefused:
        kept = RETENTION[name].days
    return now - timedelta(days=kept)
