"""Names shared by jobs, imports and alerts."""

from enum import StrEnum


class JobOutcome(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ImportState(StrEnum):
    CHECKED = "checked"  # every row is good; its units are being put down
    STAGED = "staged"  # all units are down, so it can be finished without the file
    DONE = "done"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"
