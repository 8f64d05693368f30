"""One chain, two engines: either writes what the other, or a few plain lines, can check."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.audit import NO_PREVIOUS, AuditRow, digest
from billing_tui.domain.ids import new_id
from storage.engine import sqlite_module
from storage.models import Customer
from storage.repos import audit
from storage.rows import insert
from storage.store import Store
from storage.uow import Unit
from tests.store.samples import sample
from tests.stores import KEY, Database, as_text, sqlite_store

ORDER = (
    "organisation", "seq", "prev", "at", "actor", "database_user", "origin", "request", "action",
    "object", "version", "reason", "body",
)  # fmt: skip
VECTORS = json.loads((Path(__file__).parent / "audit_vectors.json").read_text(encoding="utf-8"))
HOSTILE = "Zoë\u202e \u001b[31m 東京 😀 12:34, '\"\\ %s $1"
ON_SERVER = (
    "SELECT audit_hash(%s::uuid, %s::bigint, %s, %s, %s, %s, %s, %s, %s, %s, %s::bigint, %s, %s)"
)


def plainly(values: tuple[Any, ...]) -> str:
    """The hash as anybody can compute it from the written rule, without this program."""
    text = b"\x01"
    for value in values:
        data = b"" if value is None else str(value).encode()
        text += b"-," if value is None else b"%d:%b," % (len(data), data)
    return hashlib.sha256(text).hexdigest()


def row_of(vector: dict[str, Any]) -> tuple[Any, ...]:
    found = (vector["row"][name] for name in ORDER)
    return tuple(v["repeat"] * v["times"] if isinstance(v, dict) else v for v in found)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_python_hashes_the_vectors(vector: dict[str, Any]) -> None:
    values = row_of(vector)
    assert digest(AuditRow(*values)) == vector["hash"]
    assert plainly(values) == vector["hash"]


def test_the_server_hashes_the_vectors(database: Database) -> None:
    with database.server.superuser(database.name) as admin:
        for vector in VECTORS:
            found = admin.execute(ON_SERVER, row_of(vector)).fetchone()
            assert found == (vector["hash"],), vector["name"]


def test_no_two_vectors_read_the_same() -> None:
    assert len({vector["hash"] for vector in VECTORS}) == len(VECTORS)


def say(store: Store, *objects: str, reason: str = HOSTILE) -> None:
    def act(unit: Unit) -> str:
        for n, name in enumerate(objects):
            body = {"n": n, "text": HOSTILE, "none": None}
            unit.note("test.said", name, body, version=None if n % 2 else n)
        return ""

    store.write(act, Request.new(reason), as_text())


def chain_of(store: Store) -> list[tuple[Any, ...]]:
    """The rows as they lie in the database, read by the bare driver."""
    columns = ", ".join((*ORDER, "hash", "key_id", "mac"))
    query = f"SELECT {columns} FROM audit_log WHERE organisation = {{}} ORDER BY seq"
    organisation = str(store.identity.organisation)
    if store.sqlite:
        # The same library: a second one in one process would drop the locks of the first.
        plain = sqlite_module().connect(str(store.engine.url.database))
        found: list[Any] = plain.execute(query.format("?"), (organisation,)).fetchall()
        plain.close()
        return found
    with store.engine.connect() as connection:
        return [
            tuple(row) for row in connection.exec_driver_sql(query.format("%s"), (organisation,))
        ]


def head_of(store: Store) -> audit.Head | None:
    return store.read(audit.head_of)


def test_a_chain_verifies_in_plain_python(store: Store) -> None:
    say(store, *(f"test:{n}" for n in range(20)))
    say(store, "test:one")
    before = NO_PREVIOUS
    rows = chain_of(store)
    for seq, row in enumerate(rows, 1):
        values, (kept, key_id, mac) = row[: len(ORDER)], row[len(ORDER) :]
        assert (values[1], values[2]) == (seq, before)
        before = plainly(values)
        assert kept == before
        if store.sqlite:
            sealed = b"%d:%b,%d:%b," % (len(key_id), key_id.encode(), len(kept), kept.encode())
            expected = hmac.new(KEY.key, b"\x01" + sealed, hashlib.sha256).hexdigest()
            assert (key_id, mac) == (KEY.key_id, expected)
        else:
            assert (key_id, mac) == ("", "")
    assert head_of(store) == audit.Head(len(rows), before)


def test_a_chain_of_a_file_verifies_on_the_server(local_store: Store, database: Database) -> None:
    say(local_store, *(f"test:{n}" for n in range(5)))
    with database.server.superuser(database.name) as admin:
        for row in chain_of(local_store):
            assert admin.execute(ON_SERVER, row[:13]).fetchone() == (row[13],)


def test_what_was_said_is_what_stands_there(store: Store) -> None:
    say(store, "test:é", reason="because")
    last = store.read(lambda unit: list(audit.rows_after(unit, 0)))[-1]
    assert (last.action, last.object, last.version) == ("test.said", "test:é", 0)
    assert last.reason == "because"
    assert json.loads(last.body) == {"n": 0, "text": HOSTILE, "none": None}
    assert last.at.endswith("Z")
    assert len(last.at) == len("2026-11-21T20:45:39.123456Z")


def test_rows_are_read_in_pages(store: Store) -> None:
    say(store, *(f"test:{n}" for n in range(7)))
    whole = store.read(lambda unit: list(audit.rows_after(unit, 0)))
    for batch in (1, 3, len(whole), len(whole) + 1):
        paged = store.read(lambda unit, n=batch: list(audit.rows_after(unit, 0, n)))  # type: ignore[misc]
        assert paged == whole
    assert store.read(lambda unit: list(audit.rows_after(unit, len(whole) - 2))) == whole[-2:]


def test_appenders_at_once_leave_no_gap(store: Store) -> None:
    before = head_of(store)
    assert before is not None
    together = threading.Barrier(6)
    failed: list[Exception] = []

    def work(worker: int) -> None:
        try:
            together.wait(10)
            for n in range(8):
                say(store, f"worker:{worker}/{n}/a", f"worker:{worker}/{n}/b")
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    rows = store.read(lambda unit: list(audit.rows_after(unit, 0)))
    assert [row.seq for row in rows] == list(range(1, before.seq + 6 * 8 * 2 + 1))
    previous = NO_PREVIOUS
    for row in rows:
        assert row.prev == previous
        previous = digest(row)
        assert row.hash == previous


def test_a_unit_that_fails_leaves_the_chain_alone(store: Store) -> None:
    before = head_of(store)

    def fail(unit: Unit) -> str:
        unit.note("test.said", "test:1")
        audit.append(unit, KEY if unit.sqlite else None)
        raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError):
        store.write(fail, Request.new(), as_text())
    assert head_of(store) == before


def test_rows_without_the_key_say_so_and_have_no_seal(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path / "store.db")
    founded = len(chain_of(store))
    other = audit.Seal("other-key", b"o" * 32)
    for key in (None, None, KEY, other):
        store.seal = key
        say(store, f"test:{new_id()}")
    told = [(row[8], row[14], bool(row[15])) for row in chain_of(store)]
    store.close()
    assert told[:founded] == [(action, "test-key", True) for action, *_ in told[:founded]]
    assert told[founded:] == [
        ("key.missing", "", False),
        ("test.said", "", False),
        ("test.said", "", False),
        ("test.said", "test-key", True),
        ("key.rotated", "other-key", True),
        ("test.said", "other-key", True),
    ]


def test_personal_values_stand_aside(store: Store) -> None:
    """The chain holds salted hashes alone, so it holds when the clear values are emptied."""
    table = Customer.__dict__["__table__"]
    id = new_id()
    row = sample(table, store.identity.organisation, {}) | {"id": id}
    row |= {"contacts": [{"email": "ada@example.com", "empty": ""}], "number": str(id)}
    row |= {"addresses": {"bill": ["1 Main St"]}}

    def add(unit: Unit) -> str:
        insert(unit, Customer, row, "customers.create")
        return ""

    store.write(add, Request.new(), as_text())
    said = store.read(lambda unit: list(audit.rows_after(unit, 0)))[-1].body
    assert "ada@example.com" not in said
    assert "Main" not in said
    told = json.loads(said)["after"]
    with store.engine.connect() as connection:
        kept = connection.exec_driver_sql(
            "SELECT digest, salt, value, object FROM personal_value"
        ).all()
    found = {f"sha256:{d}": (salt, value) for d, salt, value, name in kept if str(id) in name}
    salt, value = found[told["contacts"]]
    assert json.loads(value) == row["contacts"]
    assert told["contacts"] == "sha256:" + hashlib.sha256(f"{salt}:{value}".encode()).hexdigest()
    assert len(found) == 2


def test_a_key_never_prints() -> None:
    assert "kkk" not in repr(KEY)
    assert "kkk" not in str(KEY)
