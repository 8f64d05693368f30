"""Whatever happens to a COMMIT on its way: the request is done exactly once, its answer known."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text

from billing_tui.domain.acts import Request
from billing_tui.services import setup
from storage import store as store_module
from storage.errors import StoreAway
from storage.repos import audit, organisations
from storage.store import Identity, Store
from storage.uow import Unit
from tests.store.proxies import Plan, Proxy, wait_until
from tests.stores import ADMIN, FOUNDING, NOON, ORIGIN, Database, as_text

COUNTER = "customer"


@pytest.fixture
def proxy(database: Database) -> Iterator[Proxy]:
    proxy = Proxy(database.server.socket)
    yield proxy
    proxy.close()


@pytest.fixture
def through(
    proxy: Proxy, database: Database, shared_store: Store, opening: Callable[..., Engine]
) -> Store:
    """The same store, reached through the proxy."""
    engine = opening(f"postgresql://{ADMIN}@127.0.0.1:{proxy.port}/{database.name}")
    owner = f"{database.name}_owner"
    return Store(engine, shared_store.identity, lambda: NOON, None, owner)


class Work:
    """Draws a number, says so in the chain, and counts how often it was asked to."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, unit: Unit) -> int:
        self.runs += 1
        n = organisations.draw(unit, COUNTER)
        unit.note("test.drawn", f"test:{n}")
        return n


def write(store: Store, work: Callable[[Unit], Any], request: Request) -> Any:
    written = as_text()
    return store.write(work, request, store_module.Written(written.action, "", str, int))


def state(store: Store) -> tuple[int, int, int]:
    """The counter, the chain's length, and how many requests are known."""

    def look(unit: Unit) -> tuple[int, int, int]:
        own = {"o": unit.organisation, "c": COUNTER}
        counter = "SELECT n FROM counter WHERE organisation = :o AND name = :c"
        requests = "SELECT count(*) FROM request WHERE organisation = :o"
        n: int = unit.connection.execute(text(counter), own).scalar_one()
        known: int = unit.connection.execute(text(requests), own).scalar_one()
        head = audit.head_of(unit)
        assert head is not None
        return n, head.seq, known

    return store.read(look)


@pytest.mark.parametrize(
    ("plans", "runs"),
    [
        ([Plan.CUT_AFTER], 1),
        ([Plan.CUT_BEFORE], 2),
        ([Plan.CUT_BEFORE, Plan.CUT_AFTER], 2),
        ([Plan.CUT_AFTER, Plan.CUT_AFTER], 1),
        ([Plan.CUT_BEFORE] * 3, 4),
    ],
    ids=lambda value: "-".join(p.name for p in value) if isinstance(value, list) else "",
)
def test_a_cut_connection_is_resolved(
    through: Store, shared_store: Store, proxy: Proxy, plans: list[Plan], runs: int
) -> None:
    n, seq, known = state(shared_store)
    proxy.plans.extend(plans)
    work, request = Work(), Request.new()
    assert write(through, work, request) == n + 1
    assert work.runs == runs
    assert state(shared_store) == (n + 1, seq + 1, known + 1)
    assert write(through, work, request) == n + 1, "and the answer stays the same"
    assert work.runs == runs
    assert not proxy.plans


def test_a_commit_that_arrives_after_the_retry(
    through: Store, shared_store: Store, proxy: Proxy, database: Database
) -> None:
    """The retry finds the first transaction still open, waits for it, and takes its answer."""
    n, seq, known = state(shared_store)
    proxy.plans.append(Plan.CUT_THEN_DELIVER)
    with database.server.superuser(database.name) as admin:
        waiting = threading.Thread(target=lambda: _release_when_waiting(admin, proxy))
        waiting.start()
        work = Work()
        assert write(through, work, Request.new()) == n + 1
        waiting.join(10)
    assert work.runs == 1
    assert state(shared_store) == (n + 1, seq + 1, known + 1)


def _release_when_waiting(admin: psycopg.Connection[Any], proxy: Proxy) -> None:
    assert proxy.reached.wait(10)
    blocked = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND query LIKE 'INSERT INTO request%%'"
    )
    wait_until(lambda: admin.execute(blocked).fetchone() == (1,))
    proxy.released.set()


def test_an_answer_that_takes_its_time(through: Store, shared_store: Store, proxy: Proxy) -> None:
    n, seq, known = state(shared_store)
    proxy.plans.append(Plan.DELAY)

    def release() -> None:
        assert proxy.reached.wait(10)
        assert state(shared_store) == (n + 1, seq + 1, known + 1)
        proxy.released.set()

    waiting = threading.Thread(target=release)
    waiting.start()
    work = Work()
    assert write(through, work, Request.new()) == n + 1
    waiting.join(10)
    assert work.runs == 1


def test_a_server_that_stays_away_leaves_the_outcome_to_the_next_try(
    through: Store, shared_store: Store, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given up on, the request is still known: asked again, it gives the stored answer."""
    n, seq, known = state(shared_store)
    monkeypatch.setattr(store_module, "PATIENCE_SECONDS", 0.0)
    proxy.plans.append(Plan.CUT_AFTER)
    work, request = Work(), Request.new()
    with pytest.raises(StoreAway):
        write(through, work, request)
    monkeypatch.undo()
    assert write(through, work, request) == n + 1
    assert work.runs == 1
    assert state(shared_store) == (n + 1, seq + 1, known + 1)


@pytest.mark.parametrize("plan", [Plan.CUT_AFTER, Plan.CUT_BEFORE])
def test_an_organisation_is_founded_once(
    through: Store, proxy: Proxy, plan: Plan, database: Database
) -> None:
    from billing_tui.domain.ids import new_id

    fresh = through.acting_as(Identity(new_id(), ADMIN, ORIGIN))
    proxy.plans.append(plan)
    admin = setup.found(fresh, FOUNDING)
    assert fresh.read(lambda unit: unit.actor.user) == admin
    actions = fresh.read(lambda unit: [row.action for row in audit.rows_after(unit, 0)])
    assert actions.count("organisations.found") == 1


def test_reads_survive_a_cut(through: Store, proxy: Proxy) -> None:
    before = state(through)
    proxy.plans.extend([Plan.CUT_BEFORE, Plan.CUT_AFTER])
    assert state(through) == before


def test_a_pool_of_dead_connections_is_no_trouble(shared_store: Store, database: Database) -> None:
    """After a restart every pooled connection is dead; the next use finds out and connects anew."""
    before = state(shared_store)
    pooled = [shared_store.engine.connect() for _ in range(3)]
    pids = [one.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() for one in pooled]
    for one in pooled:
        one.close()
    with database.server.superuser(database.name) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS p (pid)", (pids,))
    assert state(shared_store) == before
    assert write(shared_store, Work(), Request.new()) == before[0] + 1
