"""Many processes write at once while connections and processes die. Nothing is lost or doubled."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from billing_tui.services.verify import Verify
from storage.store import Store
from tests.sim.acts import prepare
from tests.sim.writers import KILLED_SHARE, Place, Tally, Task, write_all, write_all_with_deaths
from tests.stores import ADMIN, KEY, PASSWORD, Database

WRITES = int(os.environ.get("SIM_WRITES", "20000"))
_PROCESSES = multiprocessing.get_context("spawn")
_LONGEST = 1800


def test_eight_processes_on_postgres_with_killed_connections(
    database: Database, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    store = database.store()
    place = Place(
        database.server.url(ADMIN, database.name),
        store.identity.organisation,
        ADMIN,
        PASSWORD,
        f"{database.name}_owner",
    )
    prepare(store)
    with database.server.superuser() as admin:
        killed = _Killer(admin, database.name, seed)
        tasks = _work(write_all, place, tmp_path, seed, writers=8, meanwhile=killed.one)
    _tell(capsys, f"connections killed: {killed.count} of {WRITES} writes")
    assert killed.count >= WRITES * KILLED_SHARE * 0.9
    _all_is_known(store, tasks, capsys)
    store.close()


def test_two_processes_on_one_file_with_deaths_midway(
    local_store: Store, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Place(
        str(local_store.engine.url.database),
        local_store.identity.organisation,
        local_store.identity.login,
        seal=KEY,
    )
    prepare(local_store)
    tasks = _work(write_all_with_deaths, place, tmp_path, seed, writers=2)
    _all_is_known(local_store, tasks, capsys)


class _Killer:
    """Ends a connection of the store at random, as an admin of the server can."""

    def __init__(self, admin: psycopg.Connection[Any], name: str, seed: int) -> None:
        self.count = 0
        self._rng = random.Random(f"{seed}:killer")
        self._admin, self._name = admin, name

    def one(self, done: int) -> None:
        if self.count >= done * KILLED_SHARE:
            return
        found = self._admin.execute(
            "SELECT pid FROM pg_stat_activity WHERE usename = %s AND datname = %s",
            (ADMIN, self._name),
        ).fetchall()
        if found:
            (pid,) = self._rng.choice(found)
            asked = self._admin.execute("SELECT pg_terminate_backend(%s)", (pid,)).fetchone()
            self.count += bool(asked and asked[0])


def _work(
    run: Callable[[Place, Task, Tally], None],
    place: Place,
    folder: Path,
    seed: int,
    *,
    writers: int,
    meanwhile: Callable[[int], None] = lambda _done: None,
) -> list[Task]:
    tasks = [Task(seed, n, WRITES // writers, folder / f"{n}.jsonl") for n in range(writers)]
    done = _PROCESSES.Value("q", 0)
    processes: list[BaseProcess] = [
        _PROCESSES.Process(target=run, args=(place, task, done)) for task in tasks
    ]
    for process in processes:
        process.start()
    for _ in range(_LONGEST * 100):
        alive = [process for process in processes if process.is_alive()]
        if not alive:
            break
        meanwhile(done.value)
        alive[0].join(0.01)
    assert [process.exitcode for process in processes] == [0] * writers
    return tasks


def _tell(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{line}\n")


def _all_is_known(store: Store, tasks: list[Task], capsys: pytest.CaptureFixture[str]) -> None:
    """What was noted as done is in the store and the rest is not; every invariant holds."""
    ended = {
        UUID(line["id"]): line["ended"]
        for task in tasks
        for line in map(json.loads, task.log.read_text(encoding="utf-8").splitlines())
    }
    counted = Counter(ended.values())
    _tell(capsys, f"writes: {len(ended)}, ended: {dict(counted.most_common())}")
    assert len(ended) == sum(task.count for task in tasks)
    assert "unknown" not in counted
    assert counted["done"] > len(ended) / 2

    asked = "SELECT id FROM request WHERE organisation = :o"
    organisation = store.identity.organisation
    wanted = {"o": str(organisation) if store.sqlite else organisation}
    kept = store.read(lambda unit: [row.id for row in unit.connection.execute(text(asked), wanted)])
    in_store = {UUID(str(id)) for id in kept} & ended.keys()
    assert in_store == {id for id, how in ended.items() if how == "done"}

    report = Verify(store).run()
    broken = [o.fields() for o in report.outcomes if not o.holds]
    assert not broken
