from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import Allocation, CustomerDraft
from billing_tui.domain.ids import new_id
from billing_tui.domain.organisations import OrganisationChange
from billing_tui.services.customers import Customers
from billing_tui.services.organisations import Organisations
from billing_tui.services.verify import Verify
from storage.repos.checks import reading, run
from storage.store import Identity, Store
from storage.uow import Unit
from tests.books import Books, add_customer
from tests.services.verify.tampering import (
    Hand,
    filled,
    found,
    hand_on,
    verify,
)
from tests.stores import NOON, ORIGIN, Database


def test_a_change_behind_the_program(hand: Hand) -> None:
    id = hand.shop.customer
    for statement in ("terms = 'net90'", "terms = 'net60', version = version + 1"):
        hand(f"UPDATE customer SET {statement} WHERE organisation = {{o}}")
        assert found(verify(hand.shop)) == {"I12": [f"customer {id}"] * (1 + ("ver" in statement))}


@pytest.mark.parametrize(
    ("column", "also"),
    [
        ("name", "I2"), ("terms", ""), ("language", ""), ("currency", "I20"), ("contacts", ""),
        ("addresses", ""), ("tags", ""), ("version", ""), ("credit_limit", ""),
        ("archived_at", ""), ("meta_data", ""), ("number", "I2"),
    ],
)  # fmt: skip
def test_each_column_of_a_customer(hand: Hand, column: str, also: str) -> None:
    changes: dict[str, Any] = {
        "contacts": '[{"email":"eve@example.com","name":"Zoë","phone":"","role":""}]',
        "addresses": "[]", "tags": '["vap"]', "version": 3, "credit_limit": 100,
        "archived_at": "2026-01-01T00:00:00.000000Z", "meta_data": "{}", "name": "Łódź Cafe x",
        "terms": "net31", "language": "pl", "currency": "EUX", "number": "C-1",
    }  # fmt: skip
    hand(f"UPDATE customer SET {column} = ? WHERE organisation = {{o}}", changes[column])
    broken = found(verify(hand.shop))
    assert broken["I12"][0] == f"customer {hand.shop.customer}"
    assert not also or also in broken


def test_a_customer_that_is_gone_and_one_that_came(hand: Hand) -> None:
    id = hand.shop.customer
    other = UUID(int=id.int ^ 3)
    hand("UPDATE customer SET id = ? WHERE organisation = {o}", other)
    broken = found(verify(hand.shop))
    assert set(broken["I12"]) == {f"customer {id}", f"customer {other}"}
    assert "posting 1/1" in broken["I23"]


def test_a_user_who_gave_himself_a_role(hand: Hand) -> None:
    hand("UPDATE app_user SET roles = 'admin,auditor,controller' WHERE organisation = {o}")
    (key,) = found(verify(hand.shop))["I12"]
    assert key.startswith("app_user ")


@pytest.mark.parametrize("change", ["value = 'eve'", "salt = 'x'", "value = '', salt = 'x'"])
def test_a_clear_value_changed(hand: Hand, change: str) -> None:
    hand(
        f"UPDATE personal_value SET {change} WHERE organisation = {{o}} AND value LIKE ?",
        "%zoe@example.com%",
    )
    broken = found(verify(hand.shop))["I12"]
    assert any(key.startswith("personal_value ") for key in broken)


def test_what_was_erased_verifies_once_the_row_holds_it_no_more(hand: Hand) -> None:
    """Else whoever empties the clear values could then write any address beside them."""
    customer = f"customer {hand.shop.customer}"
    hand("UPDATE personal_value SET value = '', salt = '' WHERE organisation = {o}")
    assert found(verify(hand.shop))["I12"] == [customer, customer]
    customers = Customers(hand.shop.store)
    (line,) = customers.list().items
    customers.edit(Request.new(), line.number, 1, {"addresses": (), "contacts": ()})
    hand("UPDATE personal_value SET value = '', salt = '' WHERE organisation = {o}")
    assert verify(hand.shop).exit == 0


def test_clear_values_that_are_missing(hand: Hand) -> None:
    hand("DELETE FROM personal_value WHERE organisation = {o}")
    assert set(found(verify(hand.shop))) == {"I12"}


def test_a_broken_zone_is_located_and_can_be_put_right(hand: Hand) -> None:
    hand("UPDATE organisation SET zone = 'Mars/Base' WHERE organisation = {o}")
    store = hand.shop.store
    assert found(verify(hand.shop))["I12"] == [f"organisation {store.identity.organisation}"]
    Organisations(store).edit(Request.new("it was broken"), OrganisationChange(zone="Asia/Tokyo"))
    assert verify(hand.shop).exit == 0


def test_days_that_python_has_not_are_read_as_text(shared_store: Store) -> None:
    """As lies in tables whose bounds were taken away."""
    sql = "SELECT 'infinity'::date, '0044-03-15 BC'::timestamptz, '2026-01-02'::date WHERE :o = :o"

    def look(unit: Unit) -> list[object]:
        with reading(unit):
            return list(run(unit, sql)[0])

    assert shared_store.read(look) == ["infinity", "0044-03-15 00:00:00+00 BC", date(2026, 1, 2)]
    with pytest.raises(DBAPIError):
        shared_store.read(lambda unit: run(unit, sql))


def test_an_audit_row_beyond_the_row(shop: Books) -> None:
    def act(unit: Unit) -> None:
        unit.note("customers.edit", f"customer:{shop.customer}", {"after": {}}, version=2)
        unit.note("customers.edit", f"customer:{UUID(int=5)}", {"after": {}}, version=1)

    shop.write(act)
    assert set(found(verify(shop))["I12"]) == {
        f"customer {shop.customer}",
        f"customer {UUID(int=5)}",
    }


def test_search_and_order(hand: Hand) -> None:
    for statement in (
        "UPDATE customer SET sort_name = 'zzz' WHERE organisation = {o}",
        "DELETE FROM customer_key WHERE organisation = {o} AND kind = 'email'",
    ):
        hand(statement)
        (key, *_) = found(verify(hand.shop))["I2"]
        assert key.split()[1] == str(hand.shop.customer)


def test_references_that_lead_nowhere_or_across(hand: Hand, shop: Books) -> None:
    hand("UPDATE customer SET parent = ? WHERE organisation = {o}", UUID(int=9))
    assert found(verify(shop))["I23"] == [f"customer {shop.customer}"]


def test_a_row_of_another_organisation(database: Database) -> None:
    ours, theirs = filled(database.store()), filled(database.store())
    with hand_on(ours, database) as hand:
        change = (
            "UPDATE posting SET customer = ? WHERE organisation = {o} AND entry = 1 AND line = 1"
        )
        hand(change, theirs.customer)
    assert found(verify(ours))["I23"] == ["posting 1/1"]
    assert verify(theirs).exit == 0
    for each in (ours, theirs):
        each.store.close()


def test_a_row_of_no_organisation(local_hand: Hand) -> None:
    stray = UUID(int=9)
    local_hand("UPDATE summary_open SET organisation = ? WHERE currency = 'USD'", stray)
    assert found(verify(local_hand.shop))["I23"] == [f"summary_open {stray}"]


def test_shares_that_do_not_sum(hand: Hand) -> None:
    for text in ('[{"department":"A","percent":"99.99"}]', '[{"percent":"x"}]', "broken", "[1]"):
        hand("UPDATE customer SET allocations = ? WHERE organisation = {o}", text)
        assert found(verify(hand.shop))["I19"] == ["customer C-00001"]


def test_a_customers_shares_that_sum_hold(shop: Books) -> None:
    thirds = tuple(Allocation(code, Decimal(p)) for code, p in (("A", "33.34"), ("B", "66.66")))
    draft = CustomerDraft("Thirds", "EUR", allocations=thirds)
    shop.write(lambda unit: add_customer(unit, "C-00002", draft))
    assert verify(shop).exit == 0


def test_currencies(hand: Hand) -> None:
    hand("UPDATE currency_use SET exponent = 7 WHERE organisation = {o} AND currency = 'USD'")
    assert found(verify(hand.shop))["I20"] == ["currency_use USD"]
    hand("DELETE FROM currency_use WHERE organisation = {o} AND currency = 'USD'")
    broken = found(verify(hand.shop))["I20"]
    assert broken == [f"{table} USD" for table in TABLES_OF_AMOUNTS]
    hand("UPDATE summary_open SET currency = 'EUX' WHERE organisation = {o} AND currency = 'USD'")
    assert "summary_open EUX" in found(verify(hand.shop))["I20"]


TABLES_OF_AMOUNTS = ("ledger_entry", "posting", "summary_open", "summary_moved")


def test_a_number_given_twice(local_hand: Hand) -> None:
    hand = local_hand
    hand("CREATE TABLE copy AS SELECT * FROM customer")
    hand("DROP TABLE customer")
    hand("ALTER TABLE copy RENAME TO customer")
    hand("INSERT INTO customer SELECT * FROM customer")
    hand(f"UPDATE customer SET id = '{UUID(int=7)}' WHERE rowid = 2")
    assert found(verify(hand.shop))["I16"] == ["customer C-00001"]


def test_states(hand: Hand) -> None:
    stamp = "2026-01-01T00:00:00.000000Z"
    hand(
        "INSERT INTO job_run (organisation, id, job, started_at, finished_at, outcome,"
        " counts, error) VALUES ({o}, ?, 'sweep', ?, NULL, 'done', '[]', '')",
        UUID(int=4), stamp,
    )  # fmt: skip
    assert found(verify(hand.shop))["I8"] == [f"job_run {UUID(int=4)}"]


@pytest.mark.parametrize(
    ("state", "written", "what"),
    [("done", False, "it is done, and rows of it are not written"),
     ("staged", True, ""),
     ("checked", True, "it is not put down yet, and rows of it are written")],
)  # fmt: skip
def test_an_import_says_what_its_units_say(
    hand: Hand, state: str, written: bool, what: str
) -> None:
    stamp, run = "2026-01-01T00:00:00.000000Z", UUID(int=5)
    hand(
        "INSERT INTO import_run (organisation, id, kind, file_hash, state, rows, started_by,"
        " started_at) VALUES ({o}, ?, 'customers', 'f', ?, 1, ?, ?)",
        run, state, UUID(int=6), stamp,
    )  # fmt: skip
    hand(
        "INSERT INTO import_unit (organisation, run, n, rows, done_at) VALUES ({o}, ?, 0, '', ?)",
        run, stamp if written else None,
    )  # fmt: skip
    told = next(one for one in verify(hand.shop).outcomes if one.id == "I8")
    assert [one.what for one in told.findings] == ([what] if what else [])


def test_a_state_that_is_none(local_hand: Hand) -> None:
    local_hand("PRAGMA ignore_check_constraints = ON")
    local_hand(
        "INSERT INTO job_run (organisation, id, job, started_at, finished_at, outcome,"
        " counts, error) VALUES ({o}, ?, 'sweep', ?, NULL, 'gone', '[]', '')",
        UUID(int=4), "2026-01-01T00:00:00.000000Z",
    )  # fmt: skip
    assert found(verify(local_hand.shop))["I8"] == [f"job_run {UUID(int=4)}"]


def test_broken_text_anywhere_is_a_finding_and_no_error(local_hand: Hand) -> None:
    hand = local_hand
    for statement in (
        "UPDATE customer SET name = CAST(x'ff' AS TEXT), contacts = CAST(x'fe' AS TEXT)",
        "UPDATE posting SET account = CAST(x'ff' AS TEXT) WHERE entry = 1 AND line = 2",
        "UPDATE ledger_entry SET kind = CAST(x'ff' AS TEXT), booked_on = 'soon' WHERE seq = 2",
        "UPDATE summary_open SET currency = CAST(x'ff' AS TEXT) WHERE currency = 'USD'",
        "UPDATE personal_value SET salt = CAST(x'ff' AS TEXT)",
    ):
        hand(statement)
    assert {"I1", "I2", "I12"} <= found(verify(hand.shop)).keys()


def test_an_auditors_login_verifies(database: Database) -> None:
    """The reading role of the server is enough; the row it was let in by is found, of course."""
    shop = filled(database.store())
    login, id = f"auditor_{new_id().hex}", new_id()
    database.add_login(login, "read")
    with hand_on(shop, database) as hand:
        hand(
            "INSERT INTO app_user (organisation, id, version, login, name, roles, password,"
            " failures, public_key) VALUES ({o}, ?, 1, ?, 'Ann', 'auditor', '', 0, '')",
            id, login,
        )  # fmt: skip
        hand("INSERT INTO membership (login, organisation) VALUES (?, {o})", login)
    identity = Identity(shop.store.identity.organisation, login, ORIGIN)
    theirs = Store(database.engine(login), identity, lambda: NOON)
    assert found(Verify(theirs).run()) == {"I12": [f"app_user {id}"]}
    for each in (theirs, shop.store):
        each.close()
