"""Processes that write all kinds of things at once, each act drawn from one seed.

A process is told only what it needs to open the store by itself.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import URL

from billing_tui.domain.acts import Origin, Request
from billing_tui.domain.errors import BillingError, StoreError
from billing_tui.domain.ids import id_from
from storage.engine import open_engine
from storage.repos.audit import Seal
from storage.store import Identity, Store
from tests.sim.acts import Desk, draw

Tally: TypeAlias = "Synchronized[int]"
KILLED_SHARE = 0.1
TRIES = 40


@dataclass(frozen=True)
class Place:
    """What a process needs to open the same store; without an owner it is a SQLite file."""

    address: str
    organisation: UUID
    login: str
    password: str = ""
    owner: str = ""
    seal: Seal | None = None

    def open(self) -> Store:
        url = self.address if self.owner else URL.create("sqlite", database=self.address)
        return Store(
            open_engine(url, lambda: self.password),
            Identity(self.organisation, self.login, Origin("job", program="sim")),
            lambda: datetime.now(UTC),
            self.seal,
            self.owner,
        )


@dataclass(frozen=True)
class Task:
    """One process's share of the work."""

    seed: int
    writer: int
    count: int
    log: Path

    def rng(self, n: int, what: str = "") -> random.Random:
        return random.Random(f"{self.seed}:{self.writer}:{n}:{what}")

    def request(self, n: int) -> Request:
        return Request(id_from(1_764_000_000_000 + n, self.rng(n, "id").getrandbits(74)))


def write_all(place: Place, task: Task, done: Tally) -> None:
    """Do every act and note how it ended. What is noted as done must be in the store, once."""
    store = place.open()
    desk = Desk(store)
    with task.log.open("w", encoding="utf-8") as log:
        for n in range(task.count):
            ended = settled(desk, task, n)
            log.write(json.dumps({"id": str(task.request(n).id), "ended": ended}) + "\n")
            with done.get_lock():
                done.value += 1
    store.close()


def write_all_with_deaths(place: Place, task: Task, done: Tally) -> None:
    """The same, but before a tenth of the acts a twin begins it and is killed in the middle."""
    with task.log.open("w", encoding="utf-8") as log:
        store = place.open()
        for n in range(task.count):
            rng = task.rng(n, "death")
            if rng.random() < KILLED_SHARE:
                store.close()
                _die_midway(place, task, n, rng.uniform(0.0, 0.012))
                store = place.open()
            ended = settled(Desk(store), task, n)
            log.write(json.dumps({"id": str(task.request(n).id), "ended": ended}) + "\n")
            with done.get_lock():
                done.value += 1
        store.close()


def _die_midway(place: Place, task: Task, n: int, after: float) -> None:
    reader, writer = os.pipe()
    twin = os.fork()
    if twin == 0:
        try:
            desk = Desk(place.open())
            os.write(writer, b"!")
            settled(desk, task, n)
        finally:
            os._exit(0)
    os.close(writer)
    os.read(reader, 1)
    os.close(reader)
    # A bounded moment inside the act: the kill must land while it is under way.
    time.sleep(after)
    os.kill(twin, signal.SIGKILL)
    os.waitpid(twin, 0)


def settled(desk: Desk, task: Task, n: int) -> str:
    """How the act ended: "done", or the code of its refusal. A store that is away is asked again
    with the same request, as a person would."""
    for _ in range(TRIES):
        try:
            draw(task.rng(n))(desk, task.request(n))
        except StoreError:
            continue
        except BillingError as error:
            return error.code
        return "done"
    return "unknown"
