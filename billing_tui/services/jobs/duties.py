"""What each job does. A duty works in units and says after each what it has done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Protocol

from billing_tui.adapters.signing import SignedCheckpoint
from billing_tui.domain.acts import Request
from billing_tui.domain.alerts import AlertDraft, Severity
from billing_tui.domain.errors import IntegrityError
from billing_tui.domain.retention import LOGS, ROWS
from billing_tui.services.alerts import Alerts
from billing_tui.services.cleanup import Cleanup
from billing_tui.services.imports import Imports
from billing_tui.services.verify import Verify

from . import Jobs


class Signs(Protocol):
    """Signs the head of the chain and remembers it outside the store."""

    def sign(self) -> SignedCheckpoint | None: ...


class RecordBroken(IntegrityError):
    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = tuple(ids)
        super().__init__(
            "The record does not add up",
            f"{', '.join(ids)} failed. `billing-tui verify` locates the rows.",
        )


class Bench(Protocol):
    """What duties and their runner work with."""

    @property
    def jobs(self) -> Jobs: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def cleanup(self) -> Cleanup: ...
    @property
    def checkpoints(self) -> Signs: ...
    @property
    def imports(self) -> Imports: ...
    @property
    def verify(self) -> Verify: ...


class Progress(Protocol):
    def __call__(self, **counts: int) -> None:
        """Between two units: adds to the counts, and leaves the duty when it is asked to end."""


# The request is that of the run; each unit has its own within it.
Duty = Callable[[Bench, Request, Progress], None]
Preview = Callable[[Bench], Mapping[str, int]]


def cleanup(bench: Bench, request: Request, progress: Progress) -> None:
    for name in ROWS:
        units = (request.within(f"{name} {n}") for n in count())
        while gone := bench.cleanup.purge(next(units), name):
            progress(**{name: gone})
    progress(**{LOGS: bench.cleanup.forget_logs()})


def cleanup_preview(bench: Bench) -> Mapping[str, int]:
    return bench.cleanup.expired()


def imports(bench: Bench, request: Request, progress: Progress) -> None:
    """Finish what a crash left between: files that were checked and not written to their end."""
    left = len(bench.imports.pending())
    troubles = bench.imports.finish_pending(request, lambda _told: progress())
    progress(files=left - len(troubles))
    if troubles:
        raise troubles[0]


def imports_preview(bench: Bench) -> Mapping[str, int]:
    found = bench.imports.pending()
    return {"files": len(found), "rows": sum(run.rows for run in found)}


def checkpoint(bench: Bench, _request: Request, progress: Progress) -> None:
    progress(signed=int(bench.checkpoints.sign() is not None))


def verify(recent: bool, bench: Bench, request: Request, progress: Progress) -> None:
    """Check what came after the last verified checkpoint, or everything, since only that finds an
    old row changed; raise the alarm if it is broken."""
    report = bench.verify.run(recent=recent, progress=lambda _what, _done: progress())
    progress(rows=report.last - report.since)
    broken = RecordBroken([each.id for each in report.outcomes if not each.holds])
    if broken.ids:
        draft = AlertDraft("record.broken", "", Severity.CRITICAL, broken.message, "audit_log")
        bench.alerts.raise_alert(request.within("alert"), draft)
        raise broken


DUTIES: dict[str, Duty] = {
    "checkpoint": checkpoint,
    "cleanup": cleanup,
    "imports": imports,
    "verify": partial(verify, True),
    "verify-all": partial(verify, False),
}
# What a run would do, for those that can tell.
PREVIEWS: dict[str, Preview] = {"cleanup": cleanup_preview, "imports": imports_preview}
