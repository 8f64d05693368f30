"""A row, its version and its line in the chain always go together."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import Delivery
from billing_tui.domain.ids import new_id
from storage.errors import StaleVersion
from storage.models import Customer, ExchangeRate, Setting
from storage.models.base import table_of
from storage.repos import audit
from storage.rows import Wanted, insert, insert_many, object_name, update, update_many
from storage.store import Store
from storage.uow import Unit
from tests.store.samples import Row, sample
from tests.stores import as_text


def write(store: Store, act: Any) -> Any:
    kept: list[Any] = []

    def once(unit: Unit) -> str:
        kept.append(act(unit))
        return ""

    store.write(once, Request.new(), as_text())
    return kept[-1]


def lines(store: Store, model: type[SQLModel], id: UUID) -> list[tuple[str, int | None, Any]]:
    name = object_name(table_of(model), id)
    rows = store.read(lambda unit: list(audit.rows_after(unit, 0)))
    return [(r.action, r.version, json.loads(r.body)) for r in rows if r.object == name]


def stored(store: Store, model: type[SQLModel], id: UUID) -> Row:
    table = table_of(model)
    query = select(table).where(
        table.c.organisation == store.identity.organisation, table.c.id == id
    )
    return dict(store.read(lambda unit: unit.connection.execute(query).mappings().one()))


def fresh(store: Store, model: type[SQLModel]) -> Row:
    row = sample(table_of(model), store.identity.organisation, {})
    for name in ("organisation", "version"):
        row.pop(name)
    return row


def change(store: Store, model: type[SQLModel], id: UUID, version: int, **changes: Any) -> int:
    done: int = write(store, lambda unit: update(unit, model, id, version, changes, "test.change"))
    return done


def test_a_new_row_is_one_line(store: Store) -> None:
    row = fresh(store, Setting)
    write(store, lambda unit: insert(unit, Setting, row, "settings.add"))
    after = {"name": row["name"], "value": []}
    assert lines(store, Setting, row["id"]) == [("settings.add", 1, {"after": after})]
    assert stored(store, Setting, row["id"])["version"] == 1


@pytest.mark.parametrize("count", [1, 3, 30])
def test_many_rows_are_as_many_lines(store: Store, count: int) -> None:
    rows = [fresh(store, Customer) for _ in range(count)]
    write(store, lambda unit: insert_many(unit, Customer, rows, "customers.create"))
    for row in rows:
        ((action, version, body),) = lines(store, Customer, row["id"])
        assert (action, version) == ("customers.create", 1)
        assert "sort_name" not in body["after"], "bookkeeping is no content"
        assert body["after"]["name"] == row["name"]


def test_a_change_names_what_was_and_what_is(store: Store) -> None:
    row = fresh(store, Setting)
    write(store, lambda unit: insert(unit, Setting, row, "settings.add"))
    assert change(store, Setting, row["id"], 1, name=row["name"], value={"a": 1}) == 2
    assert lines(store, Setting, row["id"])[1:] == [
        ("test.change", 2, {"before": {"value": []}, "after": {"value": {"a": 1}}})
    ]


def test_what_stays_the_same_is_no_change(store: Store) -> None:
    row = fresh(store, Setting)
    write(store, lambda unit: insert(unit, Setting, row, "settings.add"))
    assert change(store, Setting, row["id"], 1, name=row["name"], value=()) == 1
    assert len(lines(store, Setting, row["id"])) == 1


def test_bookkeeping_raises_no_version(store: Store) -> None:
    row = fresh(store, Customer)
    write(store, lambda unit: insert(unit, Customer, row, "customers.create"))
    assert change(store, Customer, row["id"], 1, sort_name="another key") == 1
    kept = stored(store, Customer, row["id"])
    assert (kept["sort_name"], kept["version"]) == ("another key", 1)
    assert len(lines(store, Customer, row["id"])) == 1
    assert change(store, Customer, row["id"], 1, sort_name="b", name="B") == 2
    assert stored(store, Customer, row["id"])["sort_name"] == "b"


@pytest.mark.parametrize("seen", [0, 2, 99])
def test_a_version_that_was_not_seen_is_refused(store: Store, seen: int) -> None:
    row = fresh(store, Setting)
    write(store, lambda unit: insert(unit, Setting, row, "settings.add"))
    with pytest.raises(StaleVersion) as refused:
        change(store, Setting, row["id"], seen, value=1)
    assert (refused.value.object, refused.value.seen) == (f"setting:{row['id']}", seen)
    assert stored(store, Setting, row["id"])["value"] == []
    assert len(lines(store, Setting, row["id"])) == 1


def test_a_row_that_is_not_there_is_stale(store: Store) -> None:
    with pytest.raises(StaleVersion):
        change(store, Setting, new_id(), 1, value=1)


def test_the_second_editor_loses_also_between_look_and_write(shared_store: Store) -> None:
    """Somebody else commits after this unit has looked and before it writes."""
    row = fresh(shared_store, Setting)
    write(shared_store, lambda unit: insert(unit, Setting, row, "settings.add"))

    def late(unit: Unit) -> None:
        real: Any = unit.connection.execute
        first = [True]

        def execute(*args: Any, **kwargs: Any) -> Any:
            found = real(*args, **kwargs)
            if first:
                first.clear()
                found = found.freeze()()
                change(shared_store, Setting, row["id"], 1, value="theirs")
            return found

        unit.connection.execute = execute  # type: ignore[method-assign]
        try:
            update(unit, Setting, row["id"], 1, {"value": "mine"}, "test.change")
        finally:
            unit.connection.execute = real  # type: ignore[method-assign]

    with pytest.raises(StaleVersion):
        write(shared_store, late)
    assert stored(shared_store, Setting, row["id"])["value"] == "theirs"


def test_rows_of_another_organisation_are_not_found(store: Store) -> None:
    row = fresh(store, Setting)
    write(store, lambda unit: insert(unit, Setting, row, "settings.add"))

    def elsewhere(unit: Unit) -> None:
        unit.organisation = new_id()
        update(unit, Setting, row["id"], 1, {"value": 1}, "test.change")

    with pytest.raises(StaleVersion):
        write(store, elsewhere)


def test_equal_decimals_are_equal(store: Store) -> None:
    row = fresh(store, ExchangeRate)
    write(store, lambda unit: insert(unit, ExchangeRate, row, "rates.add"))
    assert change(store, ExchangeRate, row["id"], 1, rate=Decimal("1.5")) == 1
    assert change(store, ExchangeRate, row["id"], 1, rate=Decimal("1.51")) == 2
    body = lines(store, ExchangeRate, row["id"])[-1][2]
    assert body == {"before": {"rate": "1.50"}, "after": {"rate": "1.51"}}


def test_personal_changes_are_told_by_their_hash(store: Store) -> None:
    row = fresh(store, Customer) | {"contacts": [{"email": "old@example.com"}]}
    write(store, lambda unit: insert(unit, Customer, row, "customers.create"))
    assert change(store, Customer, row["id"], 1, contacts=[{"email": "new@example.com"}]) == 2
    body = lines(store, Customer, row["id"])[-1][2]
    assert set(body) == {"before", "after"}
    for side in body.values():
        assert side["contacts"].startswith("sha256:")
    assert "example.com" not in json.dumps(body)


@pytest.mark.parametrize("count", [1, 9])
def test_many_changes_are_as_many_versions_and_lines(store: Store, count: int) -> None:
    rows = [fresh(store, Customer) for _ in range(count)]
    write(store, lambda unit: insert_many(unit, Customer, rows, "customers.create"))
    changes: list[Row] = [
        {"tags": [f"t{n}"], "terms": rows[n]["terms"]}
        | ({"delivery": Delivery.POST} if n % 3 else {})
        for n in range(count)
    ]
    wanted = [Wanted(row["id"], 1, new) for row, new in zip(rows, changes, strict=True)]
    write(store, lambda unit: update_many(unit, Customer, wanted, "test.bulk"))
    for n, (row, new) in enumerate(zip(rows, changes, strict=True)):
        now = stored(store, Customer, row["id"])
        assert now == now | row | new | {"version": 2}
        ((action, version, body),) = lines(store, Customer, row["id"])[1:]
        assert (action, version) == ("test.bulk", 2)
        assert set(body["after"]) == {"tags", *(["delivery"] if n % 3 else [])}
        assert (body["before"]["tags"], body["after"]["tags"]) == (row["tags"], new["tags"])


def test_many_changes_that_change_nothing_are_none(store: Store) -> None:
    row = fresh(store, Customer)
    write(store, lambda unit: insert(unit, Customer, row, "customers.create"))
    wanted = [Wanted(row["id"], 1, {"tags": row["tags"], "name": row["name"]})]
    write(store, lambda unit: update_many(unit, Customer, wanted, "test.bulk"))
    assert stored(store, Customer, row["id"])["version"] == 1
    assert len(lines(store, Customer, row["id"])) == 1


def test_one_stale_row_of_many_stops_all(store: Store) -> None:
    rows = [fresh(store, Customer) for _ in range(3)]
    write(store, lambda unit: insert_many(unit, Customer, rows, "customers.create"))
    for id, version in ((rows[2]["id"], 2), (new_id(), 1)):
        wanted = [Wanted(rows[0]["id"], 1, {"terms": "eom"}), Wanted(id, version, {"terms": "eom"})]
        with pytest.raises(StaleVersion):
            write(store, lambda unit, some=wanted: update_many(unit, Customer, some, "test.bulk"))
        assert stored(store, Customer, rows[0]["id"])["version"] == 1
