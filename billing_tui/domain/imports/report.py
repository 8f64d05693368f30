"""What is told about a file: row by row what is wrong, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from billing_tui.domain.errors import InputError, Refused

from .layout import Problem

MOST_TOLD = 1000


class Outcome(StrEnum):
    REFUSED = "refused"  # a row is bad, so nothing is written
    CHECKED = "checked"  # all rows are good, and no more was asked
    WRITTEN = "written"
    EARLIER = "earlier"  # the same file was taken in before


class RowOutcome(StrEnum):
    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class RowLine:
    row: int
    key: str
    name: str
    outcome: RowOutcome
    message: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`problems` and `doubts` hold the first of their kind, `bad` and `doubtful` count the rows."""

    kind: str
    outcome: Outcome
    rows: int
    bad: int
    doubtful: int
    problems: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()
    written: int = 0
    run: UUID | None = None


class RowsRefused(InputError):
    """Some rows are bad; `report` says which."""

    def __init__(self, report: ImportReport) -> None:
        self.report = report
        some = "1 row is" if report.bad == 1 else f"{report.bad:,} rows are"
        super().__init__(
            "Nothing imported", f"{some} not usable, so none was written. Correct the file."
        )


class RowsDoubtful(Refused):
    def __init__(self, report: ImportReport) -> None:
        self.report = report
        some = "1 row is" if report.doubtful == 1 else f"{report.doubtful:,} rows are"
        super().__init__(
            "Nothing imported",
            f"{some} easily a mistake. Compare them; --anyway takes them in as they are.",
        )
