"""What each job does. A duty works in units and says after each what it has done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from billing_tui.domain.acts import Request
from billing_tui.domain.retention import LOGS, ROWS
from billing_tui.services.alerts import Alerts
from billing_tui.services.cleanup import Cleanup

from . import Jobs


class Bench(Protocol):
    """What duties and their runner use of the services."""

    @property
    def jobs(self) -> Jobs: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def cleanup(self) -> Cleanup: ...


class Progress(Protocol):
    def __call__(self, **counts: int) -> None:
        """Between two units: adds to the counts, and leaves the duty when it is asked to end."""


Duty = Callable[[Bench, Progress], None]
Preview = Callable[[Bench], Mapping[str, int]]


def cleanup(bench: Bench, progress: Progress) -> None:
    for name in ROWS:
        while gone := bench.cleanup.purge(Request.new(), name):
            progress(**{name: gone})
    progress(**{LOGS: bench.cleanup.forget_logs()})


def cleanup_preview(bench: Bench) -> Mapping[str, int]:
    return bench.cleanup.expired()


DUTIES: dict[str, Duty] = {"cleanup": cleanup}
# What a run would do, for those that can tell.
PREVIEWS: dict[str, Preview] = {"cleanup": cleanup_preview}
