"""What each job does."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from billing_tui.adapters.csv_files import open_csv
from billing_tui.domain.acts import Request
from billing_tui.domain.alerts import AlertFilter, Severity
from billing_tui.domain.features import FeatureChange, FeatureOff
from billing_tui.domain.invariants import Finding, Outcome, Report
from billing_tui.domain.jobs import SCHEDULES, JobOutcome, JobRun
from billing_tui.services.features import Features
from billing_tui.services.imports import Progress, Wanted
from billing_tui.services.jobs.duties import DUTIES, PREVIEWS
from billing_tui.services.jobs.runner import preview, run_job
from billing_tui.services.trace import Traces
from storage.store import Store
from tests.benches import LocalBench, bench_for

ROWS = 450
FILE = "code,name\n" + "".join(f"D{n},Department {n}\n" for n in range(ROWS))


@pytest.fixture
def bench(store: Store) -> LocalBench:
    return bench_for(store)


def ran(bench: LocalBench, name: str, stop: threading.Event | None = None) -> JobRun:
    return run_job(bench, name, Request.new(), stop or threading.Event())


class PowerCut(Exception):
    pass


def cut_short(bench: LocalBench) -> None:
    """An import that ends after its first unit."""

    def tell(progress: Progress) -> None:
        if progress.doing == "written":
            raise PowerCut

    table = open_csv(FILE.encode(), {"code", "name"})
    with pytest.raises(PowerCut):
        bench.imports.take_in(Request.new(), "departments", table, Wanted(), tell)


def test_every_job_has_a_duty_and_a_schedule() -> None:
    assert DUTIES.keys() == SCHEDULES.keys()
    assert PREVIEWS.keys() <= SCHEDULES.keys()


def test_an_import_cut_short_is_finished(bench: LocalBench) -> None:
    cut_short(bench)
    assert preview(bench, "imports") == {"files": 1, "rows": ROWS}
    run = ran(bench, "imports")
    assert (run.outcome, run.counts) == (JobOutcome.DONE, {"files": 1})
    assert preview(bench, "imports") == {"files": 0, "rows": 0}
    assert ran(bench, "imports").counts == {"files": 0}


def test_finishing_stops_between_two_units(bench: LocalBench) -> None:
    cut_short(bench)
    stop = threading.Event()
    stop.set()
    assert ran(bench, "imports", stop).outcome is JobOutcome.STOPPED
    assert preview(bench, "imports")["files"] == 1
    assert ran(bench, "imports").counts == {"files": 1}


def test_bulk_import_is_refused_while_it_is_switched_off(bench: LocalBench, store: Store) -> None:
    cut_short(bench)
    Features(store).set(Request.new(), "bulk_import", FeatureChange(enabled=False))
    other = open_csv(FILE.replace("D", "E").encode(), {"code", "name"})
    with pytest.raises(FeatureOff):
        bench.imports.take_in(Request.new(), "departments", other, Wanted())
    # What was begun is finished all the same: half a file helps nobody.
    assert ran(bench, "imports").counts == {"files": 1}


def test_a_checkpoint_is_signed(bench: LocalBench) -> None:
    for signed, count in ((object(), 1), (None, 0)):
        bench.checkpoints = SimpleNamespace(sign=lambda signed=signed: signed)
        assert ran(bench, "checkpoint").counts == {"signed": count}


def test_a_sound_record_is_verified_in_silence(bench: LocalBench) -> None:
    run = ran(bench, "verify")
    assert (run.outcome, run.error) == (JobOutcome.DONE, "")
    assert run.counts["rows"] > 0
    assert bench.alerts.page(AlertFilter()).items == ()


def test_each_unit_of_a_run_is_a_request_within_it(bench: LocalBench) -> None:
    cut_short(bench)
    (left,) = bench.imports.pending()
    request = Request.new("by hand")
    run_job(bench, "imports", request, threading.Event())
    names = [f"{left.id} 1", f"{left.id} 2", f"{left.id} finish", "finish"]
    found = Traces(bench.store).all([request.within(name).id for name in names])
    actions = [each.request.action for each in found if each.request]
    assert actions == ["imports.write", "imports.write", "imports.finish", "jobs.finish"]
    assert {act.reason for each in found for act in each.audit} == {"by hand"}


def test_a_broken_record_raises_the_alarm(
    bench: LocalBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Outcome("I13", 5, (Finding("audit_log", "4", "changed"),))
    report = Report((Outcome("I1", 3), broken), None, 0, 5, "0" * 64)
    monkeypatch.setattr(bench.verify, "run", lambda recent, progress: report)
    run = ran(bench, "verify")
    assert (run.outcome, run.error) == (JobOutcome.FAILED, "record_broken")
    alarms = bench.alerts.page(AlertFilter(severity=Severity.CRITICAL)).items
    assert [(alarm.kind, "I13" in alarm.message) for alarm in alarms] == [("record.broken", True)]
