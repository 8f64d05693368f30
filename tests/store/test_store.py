"""Units of work: who acts, what is done once, what a unit that fails leaves behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError

from billing_tui.domain.acts import Request
from billing_tui.domain.ids import new_id
from billing_tui.domain.rights import Role
from storage import store as store_module
from storage.errors import RequestReused, StoreBusy, StoreReadOnly
from storage.models import AppUser, Counter, Membership, Setting
from storage.models.base import table_of
from storage.repos import audit, organisations
from storage.rows import insert, update
from storage.store import Identity, NotAMember, Store, Written
from storage.uow import Unit
from tests.stores import NOON, ORIGIN, Database, as_text, sqlite_store

AS_NUMBER = Written("test", "", str, int)


def draw(unit: Unit) -> int:
    n = organisations.draw(unit, "customer")
    unit.note("test.drawn", f"test:{n}")
    return n


def say(unit: Unit) -> str:
    unit.note("test.said", "test:1")
    return ""


def chain_length(store: Store) -> int:
    head = store.read(audit.head_of)
    assert head is not None
    return head.seq


def test_founding_writes_the_first_rows_of_the_chain(store: Store) -> None:
    rows = store.read(lambda unit: list(audit.rows_after(unit, 0)))
    assert [row.action for row in rows] == [
        "organisations.found", "users.add", "currencies.use", "entities.create",
    ]  # fmt: skip


def test_the_same_request_is_done_once(store: Store) -> None:
    request = Request.new()
    first = store.write(draw, request, AS_NUMBER)
    length = chain_length(store)
    assert [store.write(draw, request, AS_NUMBER) for _ in range(3)] == [first] * 3
    assert chain_length(store) == length
    assert store.write(draw, Request.new(), AS_NUMBER) == first + 1


@pytest.mark.parametrize(
    "other",
    [Written("other", "", str, int), Written("test", "0f", str, int)],
    ids=["act", "parameters"],
)
def test_a_request_stands_for_one_thing(store: Store, other: Written) -> None:
    request = Request.new()
    store.write(draw, request, AS_NUMBER)
    length = chain_length(store)
    with pytest.raises(RequestReused):
        store.write(draw, request, other)
    assert chain_length(store) == length


def test_a_request_belongs_to_one_person(store: Store, colleague: Callable[[str], Store]) -> None:
    other = colleague("clerk")
    request = Request.new()
    store.write(draw, request, AS_NUMBER)
    with pytest.raises(RequestReused):
        other.write(draw, request, AS_NUMBER)
    assert other.write(draw, Request.new(), AS_NUMBER) == 2


def test_the_same_request_at_once_is_done_once(store: Store) -> None:
    request, together = Request.new(), threading.Barrier(4)
    answers: list[int] = []

    def ask() -> None:
        together.wait(10)
        answers.append(store.write(draw, request, AS_NUMBER))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == [1] * 4
    assert store.write(draw, Request.new(), AS_NUMBER) == 2


def add_setting(unit: Unit) -> str:
    row = {"id": new_id(), "name": "colour", "value": "blue"}
    insert(unit, Setting, row, "settings.add")
    return str(row["id"])


def test_a_unit_that_raises_leaves_nothing(store: Store) -> None:
    request, length = Request.new(), chain_length(store)

    def fail(unit: Unit) -> str:
        add_setting(unit)
        draw(unit)
        raise LookupError("changed my mind")

    with pytest.raises(LookupError):
        store.write(fail, request, as_text())
    left = store.read(
        lambda unit: unit.connection.execute(
            text("SELECT * FROM setting WHERE name = 'colour' AND organisation = :o"),
            {"o": str(unit.organisation)},
        ).all()
    )
    assert left == []
    assert chain_length(store) == length
    assert store.write(draw, request, AS_NUMBER) == 1, "the request is free again"


def test_a_result_that_cannot_be_kept_undoes_the_unit(store: Store) -> None:
    def refuse(_result: object) -> str:
        raise TypeError("no text for this")

    length = chain_length(store)
    with pytest.raises(TypeError):
        store.write(draw, Request.new(), Written("test", "", refuse, int))
    assert chain_length(store) == length


def test_the_reason_of_a_request_stands_in_the_chain(store: Store) -> None:
    request = Request.new("asked by phone")
    store.write(draw, request, AS_NUMBER)
    last = store.read(lambda unit: list(audit.rows_after(unit, 0)))[-1]
    assert (last.reason, last.request) == ("asked by phone", str(request.id))


@pytest.fixture
def colleague(
    store: Store, request: pytest.FixtureRequest, opening: Callable[..., Engine]
) -> Callable[[str], Store]:
    """Adds a person to the store's organisation and gives the store as they see it."""

    def add(roles: str) -> Store:
        login = f"colleague_{new_id().hex[-12:]}"

        def join(unit: Unit) -> str:
            row = {
                "id": new_id(), "login": login, "name": login, "roles": roles, "disabled_at": None,
                "password": "", "failures": 0, "retry_at": None, "public_key": "",
            }  # fmt: skip
            insert(unit, AppUser, row, "users.add")
            member = {"login": login, "organisation": unit.organisation}
            unit.connection.execute(table_of(Membership).insert(), member)
            return ""

        store.write(join, Request.new(), as_text(), as_owner=True)
        identity = Identity(store.identity.organisation, login, ORIGIN)
        if store.sqlite:
            return store.acting_as(identity)
        database: Database = request.getfixturevalue("database")
        database.add_login(login)
        engine = opening(database.server.url(login, database.name))
        return Store(engine, identity, lambda: NOON, None)

    return add


def test_roles_are_read_in_every_transaction(
    store: Store, colleague: Callable[[str], Store]
) -> None:
    other = colleague("clerk,approver")
    seen = other.read(lambda unit: unit.actor)
    assert seen.roles == {Role.CLERK, Role.APPROVER}

    def disable(unit: Unit) -> str:
        update(unit, AppUser, seen.user, 1, {"disabled_at": unit.now}, "users.disable")
        return ""

    store.write(disable, Request.new(), as_text(), as_owner=True)
    with pytest.raises(NotAMember):
        other.read(lambda unit: unit.actor)
    with pytest.raises(NotAMember):
        other.write(draw, Request.new(), AS_NUMBER)


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_strangers_have_no_access(store: Store, where: str) -> None:
    organisation = store.identity.organisation if where == "here" else new_id()
    login = "nobody" if where == "here" else store.identity.login
    stranger = store.acting_as(Identity(organisation, login, ORIGIN))
    with pytest.raises(NotAMember):
        stranger.read(lambda unit: unit.actor)
    with pytest.raises(NotAMember):
        stranger.write(draw, Request.new(), AS_NUMBER)


def test_a_login_cannot_be_claimed_on_a_server(
    shared_store: Store, database: Database, opening: Callable[..., Engine]
) -> None:
    """Another person's name in the identity gives neither their roles nor their chain."""
    login = f"pretender_{new_id().hex[-12:]}"
    database.add_login(login)
    with database.server.superuser(database.name) as admin:
        organisation = shared_store.identity.organisation
        admin.execute("INSERT INTO membership VALUES (%s, %s)", (login, organisation))
    engine = opening(database.server.url(login, database.name))
    pretender = Store(engine, shared_store.identity, lambda: NOON)
    with pytest.raises(NotAMember):
        pretender.read(lambda unit: unit.actor)


def test_acting_as_shares_the_engine_and_the_one_writer(local_store: Store) -> None:
    other = local_store.acting_as(Identity(new_id(), "someone", ORIGIN))
    assert other.engine is local_store.engine
    assert other._one_writer is local_store._one_writer
    assert other.seal is local_store.seal


@pytest.mark.parametrize(
    ("instant", "today"),
    [
        (datetime(2026, 11, 21, 22, 59, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 21, 23, 0, tzinfo=UTC), date(2026, 11, 22)),
    ],
)
def test_today_is_the_organisations(tmp_path: Path, instant: datetime, today: date) -> None:
    """Northwind's books are kept in Berlin."""
    store = sqlite_store(tmp_path / "store.db", clock=lambda: instant)
    unit = store.read(lambda unit: unit)
    store.close()
    assert (unit.now, unit.today) == (instant, today)


def test_a_server_tells_the_time_itself(shared_store: Store) -> None:
    """A client's clock, here at noon of a fixed day, never reaches a shared record."""
    now = datetime.now(UTC)
    seen = [shared_store.read(lambda unit: unit.now) for _ in range(2)]
    assert all(abs(found - now) < timedelta(minutes=1) for found in seen)
    assert seen[0] < seen[1]
    assert all(found.tzinfo is UTC for found in seen)
    shared_store.write(draw, Request.new(), AS_NUMBER)
    last = shared_store.read(lambda unit: list(audit.rows_after(unit, 0)))[-1]
    assert abs(datetime.fromisoformat(last.at) - now) < timedelta(minutes=1)


def test_a_transaction_costs_few_round_trips(shared_store: Store) -> None:
    """Who acts, what time it is: one question. A write claims, keeps and appends besides."""
    asked: list[str] = []
    event.listen(
        shared_store.engine, "before_cursor_execute", lambda *args: asked.append(str(args[2]))
    )
    shared_store.read(lambda unit: None)
    assert len(asked) == 1
    asked.clear()
    shared_store.write(say, Request.new(), as_text())
    assert len(asked) == 4


WRITING = [
    "UPDATE counter SET n = n + 1",
    "INSERT INTO counter (organisation, name, n) SELECT organisation, 'x', 1 FROM counter",
    "DELETE FROM job_run",
    "CREATE TABLE mine (id INTEGER)",
    "DROP TABLE posting",
]


@pytest.mark.parametrize("statement", WRITING)
def test_a_read_cannot_write(both: Store, statement: str) -> None:
    with pytest.raises(StoreReadOnly):
        both.read(lambda unit: unit.connection.exec_driver_sql(statement))
    assert both.write(draw, Request.new(), AS_NUMBER), "writing goes on with the same connections"
    with pytest.raises(StoreReadOnly):
        both.read(lambda unit: unit.connection.exec_driver_sql(statement))


def append(unit: Unit) -> None:
    say(unit)
    audit.append(unit, None)


def test_a_read_cannot_append_either(session_server_store: Store) -> None:
    with pytest.raises(StoreReadOnly):
        session_server_store.read(append)


def count(unit: Unit) -> int:
    own = {"o": str(unit.organisation)}
    query = text("SELECT n FROM counter WHERE organisation = :o AND name = 'customer'")
    found: int = unit.connection.execute(query, own).scalar_one()
    return found


@pytest.mark.parametrize("snapshot", [True, False])
def test_a_snapshot_sees_one_moment(store: Store, snapshot: bool) -> None:
    def look_twice(unit: Unit) -> tuple[int, int]:
        first = count(unit)
        writer = threading.Thread(target=lambda: store.write(draw, Request.new(), AS_NUMBER))
        writer.start()
        writer.join(10)
        return first, count(unit)

    first, second = store.read(look_twice, snapshot=snapshot)
    assert second == (first if snapshot or store.sqlite else first + 1)
    assert store.read(count) == first + 1


def test_many_threads_read_and_write(store: Store) -> None:
    together = threading.Barrier(12)
    numbers: list[int] = []
    failed: list[Exception] = []

    def work(worker: int) -> None:
        try:
            together.wait(10)
            for _ in range(6):
                if worker % 3:
                    store.read(count)
                else:
                    numbers.append(store.write(draw, Request.new(), AS_NUMBER))
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert sorted(numbers) == list(range(1, 25))


def test_waiting_writers_give_up_in_time(
    local_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "PATIENCE_SECONDS", 0.05)
    with local_store._one_writer, pytest.raises(StoreBusy):
        local_store.write(draw, Request.new(), AS_NUMBER)
    assert local_store.write(draw, Request.new(), AS_NUMBER) == 1


def test_a_broken_rule_is_the_programs_own_fault(store: Store) -> None:
    """It is not tried again, and comes out as it is."""
    runs: list[int] = []

    def twice(unit: Unit) -> str:
        runs.append(1)
        row = {"organisation": unit.organisation, "name": "customer", "n": 1}
        unit.connection.execute(table_of(Counter).insert(), row)
        return ""

    with pytest.raises(DBAPIError) as raised:
        store.write(twice, Request.new(), as_text())
    assert len(runs) == 1
    assert "customer" not in str(raised.value).replace("DETAIL", ""), "parameters are hidden"


def test_a_result_comes_back_as_it_was(store: Store) -> None:
    written = Written("test", "", repr, lambda text: f"stored {text}")
    request = Request.new()
    hostile = "'; DROP TABLE customer; -- \u202e %s"
    assert store.write(lambda unit: hostile, request, written) == hostile
    assert store.write(lambda unit: hostile, request, written) == f"stored {hostile!r}"
