"""Several processes and threads on one store: exactly one of them runs a job."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.ids import new_id
from billing_tui.domain.jobs import SCHEDULES, JobOutcome
from billing_tui.services.jobs.runner import run_due
from storage.store import Store
from tests.benches import LocalBench, bench_for
from tests.stores import PASSWORD, Database

ROOT = Path(__file__).parents[2]
PATIENCE = 120

# Says when it is ready, and runs what is due once it is told to go on.
RUNNER = """
import json, os, sys, threading
from datetime import UTC, datetime
from uuid import UUID
from tests.benches import bench_for
from billing_tui.domain.acts import Origin, Request
from billing_tui.domain.jobs import SCHEDULES
from billing_tui.services.jobs.duties import DUTIES
from billing_tui.services.jobs.runner import run_due
from storage.engine import open_engine
from storage.store import Identity, Store

url, organisation, login, mode = sys.argv[1:]
engine = open_engine(url, lambda: os.environ["RACE_PASSWORD"])
identity = Identity(UUID(organisation), login, Origin("job", "host", "tester", "test"))
bench = bench_for(Store(engine, identity, lambda: datetime.now(UTC)))

def work(bench, request, progress):
    progress(runs=1)
    if mode == "die":
        os._exit(7)

DUTIES["cleanup"] = work
for name in [name for name in SCHEDULES if name != "cleanup"]:
    del SCHEDULES[name]
bench.jobs.due()
print("ready", flush=True)
sys.stdin.readline()
ran = [run.job for run in run_due(bench, Request.new(), threading.Event())]
print(json.dumps(ran), flush=True)
engine.dispose()
"""


@contextmanager
def runner(store: Store, url: str, mode: str = "run") -> Iterator[subprocess.Popen[str]]:
    identity = store.identity
    arguments = [url, str(identity.organisation), identity.login, mode]
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, *arguments],
        cwd=ROOT,
        env={**os.environ, "RACE_PASSWORD": PASSWORD},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
    finally:
        process.kill()


@pytest.fixture
def url(store: Store, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if store.sqlite:
        return f"sqlite:///{tmp_path / 'store.db'}"
    database: Database = request.getfixturevalue("database")
    return database.server.url(store.identity.login, database.name)


@pytest.fixture
def bench(store: Store, monkeypatch: pytest.MonkeyPatch) -> LocalBench:
    """By the real clock, as the runners are, and with one job only."""
    for name in [name for name in SCHEDULES if name != "cleanup"]:
        monkeypatch.delitem(SCHEDULES, name)
    return bench_for(Store(store.engine, store.identity, lambda: datetime.now(UTC)))


def finish(process: subprocess.Popen[str]) -> list[str]:
    out, _ = process.communicate("\n", timeout=PATIENCE)
    assert process.returncode == 0
    ran: list[str] = json.loads(out)
    return ran


def test_of_two_processes_one_runs_a_due_job(store: Store, bench: LocalBench, url: str) -> None:
    bench.make_due()
    with runner(store, url) as one, runner(store, url) as two:
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        assert sorted([finish(one), finish(two)]) == [[], ["cleanup"]]
    (job,) = bench.jobs.all()
    assert job.last is not None
    assert (job.last.outcome, job.last.counts) == (JobOutcome.DONE, {"runs": 1})


def test_of_many_threads_one_claims_a_job(bench: LocalBench) -> None:
    bench.make_due()
    ready = threading.Barrier(4)

    def claim() -> bool:
        ready.wait(PATIENCE)
        return bench.jobs.claim(Request.new(), "cleanup", new_id(), True)

    with ThreadPoolExecutor(4) as pool:
        claimed = [each.result(PATIENCE) for each in [pool.submit(claim) for _ in range(4)]]
    assert sorted(claimed) == [False, False, False, True]


def test_a_process_that_died_is_taken_over_after_its_lease(
    store: Store, bench: LocalBench, url: str
) -> None:
    bench.make_due()
    with runner(store, url, "die") as dying:
        dying.communicate("\n", timeout=PATIENCE)
        assert dying.returncode == 7
    never = threading.Event()
    assert list(run_due(bench, Request.new(), never)) == []
    bench.set_row(next_run_at=lambda now: now, lease_until=None)  # its lease is over
    assert [run.job for run in run_due(bench, Request.new(), never)] == ["cleanup"]
