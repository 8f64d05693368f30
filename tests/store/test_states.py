"""A state changes by its table alone, in one UPDATE that says whether it did."""

from __future__ import annotations

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.ids import new_id
from billing_tui.domain.imports.runs import IMPORT_RUN, ImportEvent, ImportState
from billing_tui.domain.jobs import JOB_RUN, JobEvent, JobOutcome, JobRun, ending
from storage.repos import imports, jobs
from storage.repos.imports import Run
from storage.store import Store
from storage.uow import Unit
from tests.stores import as_text


def done(store: Store, change: object) -> str:
    return str(store.write(change, Request.new(), as_text()))  # type: ignore[arg-type]


@pytest.mark.parametrize(("state", "event", "after"), IMPORT_RUN.walk())
def test_an_import_moves_by_its_table(
    store: Store, state: ImportState, event: ImportEvent, after: ImportState | None
) -> None:
    file = f"{new_id().hex:>64} {event}"

    def change(unit: Unit) -> str:
        run = Run(new_id(), "customers", file, state, 1, unit.actor.user, unit.now)
        imports.add_run(unit, run)
        changed = imports.change_state(unit, run.id, event)
        (now,) = [one.state for one in imports.earlier(unit, run.kind, file[:64])]
        return f"{changed} {now}"

    assert done(store, change) == f"{after is not None} {after or state}"


@pytest.mark.parametrize(("state", "event", "after"), JOB_RUN.walk())
def test_a_run_of_a_job_moves_by_its_table(
    store: Store, state: JobOutcome, event: JobEvent, after: JobOutcome | None
) -> None:
    def change(unit: Unit) -> str:
        jobs.add(unit, "sweep", "hourly", unit.now)
        ended = None if state is JobOutcome.RUNNING else unit.now
        run = JobRun(new_id(), "sweep", unit.now, ended, state, {})
        jobs.start_run(unit, run)
        changed = jobs.end_run(unit, run.id, event, {"rows": 1}, "")
        found = jobs.find_run(unit, run.id)
        assert found is not None
        assert (found.finished_at is None) == (found.outcome is JobOutcome.RUNNING)
        return f"{changed} {found.outcome}"

    assert done(store, change) == f"{after is not None} {after or state}"


def test_every_end_of_a_run_has_its_event() -> None:
    assert {ending(outcome) for outcome in JOB_RUN.final} == set(JobEvent) - {JobEvent.BURY}
    with pytest.raises(KeyError):
        ending(JobOutcome.RUNNING)
