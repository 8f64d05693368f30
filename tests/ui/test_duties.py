"""The console runs jobs that come due while it is open."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from billing_tui.app.door import Door
from billing_tui.app.duties import Duties
from billing_tui.app.given import Options
from billing_tui.domain.acts import Request
from billing_tui.domain.jobs import JobOutcome, JobRun
from billing_tui.services.jobs import runner
from billing_tui.services.jobs.duties import Bench
from tests.ui.office import Office


def test_what_comes_due_is_run_and_ends_with_the_console(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(tmp_path, monkeypatch)
    office.found()
    ran, serve = threading.Event(), runner.serve

    def told(bench: Bench, stop: threading.Event, _report: Callable[[JobRun], None]) -> None:
        serve(bench, stop, lambda _run: ran.set(), lambda _seconds: stop.wait())

    monkeypatch.setattr(runner, "serve", told)
    opened = Door(Options()).open()
    try:
        opened.services.jobs.plan(Request.new())
        office.clock.advance(timedelta(days=1))
        duties = Duties()
        duties.begin(opened.bench)
        assert ran.wait(30)
        duties.end()
        runs = [job.last for job in opened.services.jobs.all() if job.last]
        assert JobOutcome.DONE in {run.outcome for run in runs}
        assert "jobs" not in {thread.name for thread in threading.enumerate()}
    finally:
        opened.console.close()
