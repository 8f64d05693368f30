"""Jobs that come due while the console is open are run by it, one console at a time.

Whoever works alone has no other program that would sign checkpoints, clean up and verify.
"""

from __future__ import annotations

import threading
from contextvars import copy_context
from typing import TYPE_CHECKING

from billing_tui.domain.errors import BillingError

if TYPE_CHECKING:
    from billing_tui.domain.jobs import JobRun
    from billing_tui.services.jobs.duties import Bench

_PATIENCE_SECONDS = 5.0


class Duties:
    """A thread of its own, so that nothing a person does waits for a job."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, bench: Bench) -> None:
        self.end()
        self._stop = stop = threading.Event()
        within = copy_context()
        self._thread = threading.Thread(
            target=within.run, args=(_serve, bench, stop), name="jobs", daemon=True
        )
        self._thread.start()

    def ask_to_end(self) -> None:
        self._stop.set()

    def end(self) -> None:
        """Waits for the unit at work, and not for a database that does not answer."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_PATIENCE_SECONDS)
            self._thread = None


def _serve(bench: Bench, stop: threading.Event) -> None:
    from billing_tui.logs import log_failure
    from billing_tui.services.jobs.runner import serve

    def ran(_run: JobRun) -> None:
        """Failures raise alerts, which the bar counts."""

    try:
        serve(bench, stop, ran)
    except BillingError:
        return  # such as a right that was taken away
    except Exception as fault:  # noqa: BLE001 - a thread has nobody to tell
        log_failure(fault)
