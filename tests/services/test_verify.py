from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from billing_tui.adapters.checkpoints import CheckpointFile
from billing_tui.adapters.signing import SigningKey
from billing_tui.domain.customers import CustomerDraft
from billing_tui.domain.ids import new_id
from billing_tui.domain.invariants import TITLES, Report
from billing_tui.domain.rights import RightMissing
from billing_tui.services.verify import Verify, Witness
from storage.repos import customers, ledger
from storage.repos.audit import Seal, rows_after
from storage.store import Store
from storage.uow import Request, Unit
from tests.books import DUE, Books, add_customer
from tests.services.tampering import COLUMNS, Hand, copied, filled, hand_on, template
from tests.stores import KEY, Database

SIGNER = SigningKey(bytes(range(32)))
OTHER = Seal("other-key", b"o" * 32)
ROW = 6  # in the middle of the chain: a customer's first version


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def local(made: Books, tmp_path: Path) -> Iterator[Books]:
    shop = copied(made, tmp_path / "store.db")
    yield shop
    shop.store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest) -> Books:
    if request.param == "sqlite":
        found: Books = request.getfixturevalue("local")
        return found
    return filled(request.getfixturevalue("shared_store"))


@pytest.fixture
def hand(shop: Books, request: pytest.FixtureRequest) -> Iterator[Hand]:
    database = None if shop.store.sqlite else request.getfixturevalue("database")
    with hand_on(shop, database) as reaching:
        yield reaching


@pytest.fixture
def local_hand(local: Books) -> Iterator[Hand]:
    with hand_on(local, None) as reaching:
        yield reaching


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(CheckpointFile(tmp_path / "checkpoints.jsonl"), "here", SIGNER)


def verify(shop: Books, witness: Witness | None = None, recent: bool = False) -> Report:
    return Verify(shop.store, witness).run(recent)


def found(report: Report) -> dict[str, list[str]]:
    """What each broken invariant located."""
    return {
        outcome.id: [f"{each.table} {each.key}" for each in outcome.findings]
        for outcome in report.outcomes
        if not outcome.holds
    }


def note(report: Report, id: str) -> str:
    return next(outcome.note for outcome in report.outcomes if outcome.id == id)


def say(shop: Books, text: str = "test:1") -> None:
    def act(unit: Unit) -> None:
        unit.note("test.said", text)

    shop.write(act)


def test_a_sound_store_holds_by_name(shop: Books, witness: Witness) -> None:
    shop.write(lambda unit: ledger.reverse(unit, 1, DUE))
    report = verify(shop, witness)
    assert (report.exit, found(report)) == (0, {})
    assert [outcome.id for outcome in report.outcomes] == list(TITLES)
    assert report.sealed is (True if shop.store.sqlite else None)
    fields = report.fields()
    first = fields["invariants"][0]
    assert list(first)[:5] == ["id", "title", "holds", "checked", "findings"]
    assert (first["id"], first["holds"], first["checked"]) == ("I1", True, 4)
    again = verify(shop, witness).fields()
    changed = json.dumps(again["invariants"][5]), again["invariants"].pop(5)
    assert changed[1]["id"] == "I14"  # the first run remembered a checkpoint
    assert again["invariants"] == [each for each in fields["invariants"] if each["id"] != "I14"]


@pytest.mark.parametrize("column", COLUMNS)
def test_one_byte_in_each_column_of_an_audit_row(hand: Hand, column: str) -> None:
    hand.flip("audit_log", column, f"seq = {ROW}")
    report = verify(hand.shop)
    assert report.exit == 1
    keys = found(report)["I13"]
    assert keys[0] == f"audit_log {ROW}"
    assert len(keys) == 1 or column == "seq"


@pytest.mark.parametrize("column", [c for c in COLUMNS if c not in ("organisation", "seq")])
def test_bytes_that_are_no_text(local_hand: Hand, column: str) -> None:
    if column != "version":
        local_hand(f"UPDATE audit_log SET {column} = CAST(x'ff00fe' AS TEXT) WHERE seq = {ROW}")
        assert found(verify(local_hand.shop))["I13"] == [f"audit_log {ROW}"]


@pytest.mark.parametrize("seq", [1, ROW])
def test_a_row_that_is_gone(hand: Hand, seq: int) -> None:
    hand("DELETE FROM audit_log WHERE organisation = {o} AND seq = ?", seq)
    assert found(verify(hand.shop))["I13"] == [f"audit_log {seq}"]


def test_several_rows_that_are_gone(hand: Hand) -> None:
    hand("DELETE FROM audit_log WHERE organisation = {o} AND seq IN (3, 4, 5)")
    report = verify(hand.shop)
    (outcome,) = [each for each in report.outcomes if each.id == "I13"]
    assert [(each.key, each.what) for each in outcome.findings] == [
        ("3", "the rows to 5 are missing")
    ]


def cut(hand: Hand, left: int) -> None:
    """Cut the tail and move the head back, as if it had never been."""
    hand("DELETE FROM audit_log WHERE organisation = {o} AND seq > ?", left)
    head = hand("SELECT hash FROM audit_log WHERE organisation = {o} AND seq = ?", left)
    hand(
        "UPDATE audit_head SET seq = ?, hash = ? WHERE organisation = {o}",
        left, head[0][0] if head else "0" * 64,
    )  # fmt: skip


def test_the_last_row_is_missed_by_the_head(hand: Hand) -> None:
    last = hand.last
    hand("DELETE FROM audit_log WHERE organisation = {o} AND seq = ?", last)
    assert found(verify(hand.shop))["I13"] == [f"audit_log {last}"]


def test_a_cut_tail_is_seen_by_a_checkpoint_alone(hand: Hand, witness: Witness) -> None:
    say(hand.shop)
    verify(hand.shop, witness)
    last = hand.last
    cut(hand, last - 1)
    assert verify(hand.shop).exit == 0
    report = verify(hand.shop, witness)
    assert found(report) == {"I14": [f"audit_log {last}"]}
    assert verify(hand.shop, witness, recent=True).exit == 1
    say(hand.shop)
    assert found(verify(hand.shop, witness)) == {"I14": [f"audit_log {last}"]}


def test_a_truncated_chain(hand: Hand, witness: Witness) -> None:
    verify(hand.shop, witness)
    last = hand.last
    hand("DELETE FROM audit_log WHERE organisation = {o}")
    report = verify(hand.shop)
    assert found(report)["I13"] == ["audit_log 1"]
    cut(hand, 0)
    report = verify(hand.shop, witness)
    assert found(report)["I14"] == [f"audit_log {last}"]
    assert "I13" not in found(report)
    assert report.last == 0
    hand("DELETE FROM audit_head WHERE organisation = {o}")
    assert found(verify(hand.shop))["I13"] == ["audit_head "]


def test_two_rows_swapped(hand: Hand) -> None:
    for was, now in ((ROW, 999), (ROW + 1, ROW), (999, ROW + 1)):
        hand("UPDATE audit_log SET seq = ? WHERE organisation = {o} AND seq = ?", now, was)
    keys = found(verify(hand.shop))["I13"]
    assert keys[:2] == [f"audit_log {ROW}", f"audit_log {ROW + 1}"]


@pytest.mark.parametrize("seq", [-(2**63), 0, 99])
def test_a_row_put_in(hand: Hand, seq: int) -> None:
    names = ", ".join(c for c in COLUMNS if c != "seq")
    hand(
        f"INSERT INTO audit_log (seq, {names}) SELECT {seq}, {names} FROM audit_log"
        f" WHERE organisation = {{o}} AND version IS NULL LIMIT 1"
    )
    keys = found(verify(hand.shop))["I13"]
    assert list(dict.fromkeys(keys)) == ["audit_log 9"] * (seq == 99) + [f"audit_log {seq}"]


def test_a_row_added_by_the_rules_lacks_the_seal(local_hand: Hand) -> None:
    hand, last = local_hand, local_hand.last
    names = ", ".join(c for c in COLUMNS if c not in ("seq", "object", "key_id", "mac"))
    hand(
        f"INSERT INTO audit_log (seq, object, key_id, mac, {names})"
        f" SELECT seq + 1, 'test:9', '', '', {names} FROM audit_log WHERE seq = {last}"
    )
    previous = hand.one(f"SELECT hash FROM audit_log WHERE seq = {last}")
    hand(f"UPDATE audit_log SET prev = ? WHERE seq = {last + 1}", previous)
    hand("UPDATE audit_head SET seq = seq + 1")
    hand.rebuild(last + 1)
    assert found(verify(hand.shop))["I13"] == [f"audit_log {last + 1}"]


def test_a_row_replaced_by_one_that_gives_its_hash(hand: Hand) -> None:
    body = '{"after":{"name":"forged"}}'
    after = hand.one(f"SELECT hash FROM audit_log WHERE organisation = {{o}} AND seq = {ROW + 1}")
    hand.rebuild(ROW, body=body)
    kept = hand.last
    hand.rebuild(ROW + 1)
    previous = "SELECT hash FROM audit_log WHERE organisation = {o} AND seq = ?"
    assert hand.one(previous, ROW + 1) != after
    hand("UPDATE audit_log SET prev = ? WHERE organisation = {o} AND seq = ?", "ab" * 32, ROW + 1)
    assert f"audit_log {ROW + 1}" in found(verify(hand.shop))["I13"]
    assert hand.last == kept


def test_a_chain_rebuilt_from_some_row_on(hand: Hand, witness: Witness) -> None:
    """Consistent in itself: only the seal or a checkpoint shows it."""
    verify(hand.shop, witness)
    last = hand.last
    hand.rebuild(ROW, body=hand.one(f"{BODY} {ROW}").replace("zo", "zi") + " ")
    without = found(verify(hand.shop)).get("I13", [])
    if hand.sqlite:
        assert without == [f"audit_log {seq}" for seq in range(ROW, last + 1)]
    else:
        assert without == []
    assert found(verify(hand.shop, witness))["I14"] == [f"audit_log {last}"]


BODY = "SELECT body FROM audit_log WHERE organisation = {o} AND seq ="


def test_a_rebuilt_chain_without_its_seals(local_hand: Hand) -> None:
    hand = local_hand
    hand("UPDATE audit_log SET key_id = '', mac = '' WHERE seq >= ?", ROW)
    hand.rebuild(ROW)
    keys = found(verify(hand.shop))["I13"]
    assert keys == [f"audit_log {seq}" for seq in range(ROW, hand.last + 1)]


def test_a_chain_longer_than_a_page(hand: Hand) -> None:
    def much(unit: Unit) -> None:
        for n in range(11_000):
            unit.note("test.said", f"test:{n}")

    hand.shop.write(much)
    assert verify(hand.shop).exit == 0
    hand.flip("audit_log", "action", "seq = 10500")
    assert found(verify(hand.shop)) == {"I13": ["audit_log 10500"]}


# The seal and its key.


def opened(shop: Books, seal: Seal | None) -> Books:
    shop.store.seal = seal
    return shop


def test_without_the_key_links_hold_and_the_seal_is_not_checked(local: Books) -> None:
    report = verify(opened(local, None))
    assert (report.exit, report.sealed, found(report)) == (8, False, {})
    assert "links hold, seal not checked" in note(report, "I13")


def test_rows_written_without_the_key(local: Books) -> None:
    say(opened(local, None))
    say(local)
    report = verify(opened(local, KEY))
    assert (report.exit, note(report, "I13").split(":")[1]) == (
        8,
        " 3 rows have none, 0 need a key that is not here",
    )
    say(local)
    rows = local.store.read(lambda unit: list(rows_after(unit, 0)))
    said = [(row.action, bool(row.mac)) for row in rows[-4:]]
    expected = [("key.missing", False), ("test.said", False), ("test.said", False)]
    assert said == [*expected, ("test.said", True)]
    assert verify(local).exit == 8


def test_a_new_key(local: Books) -> None:
    say(opened(local, OTHER))
    report = verify(local)
    assert (report.exit, report.sealed) == (8, False)
    both = Verify(local.store, keys=[KEY]).run()
    assert (both.exit, both.sealed) == (0, True)
    rows = local.store.read(lambda unit: list(rows_after(unit, 0)))
    assert [(row.action, row.key_id) for row in rows[-2:]] == [
        ("key.rotated", "other-key"), ("test.said", "other-key"),
    ]  # fmt: skip
    say(opened(local, None))
    say(opened(local, OTHER))
    assert Verify(local.store, keys=[KEY]).run().exit == 8


def test_a_store_that_never_had_a_key(tmp_path: Path) -> None:
    from billing_tui.services.setup import found as founded
    from storage import migrate
    from storage.engine import open_engine
    from storage.store import Identity
    from tests.stores import FOUNDING, NOON, ORIGIN

    engine = open_engine(f"sqlite:///{tmp_path / 'bare.db'}")
    migrate.upgrade(engine)
    store = Store(engine, Identity(new_id(), "tester", ORIGIN), lambda: NOON)
    founded(store, FOUNDING)
    assert Verify(store).run().exit == 8
    store.seal = KEY
    store.close()


@pytest.mark.parametrize("change", ["key_id = ''", "mac = ''", "key_id = '', mac = ''"])
def test_a_seal_taken_off(local_hand: Hand, change: str) -> None:
    local_hand(f"UPDATE audit_log SET {change} WHERE seq = {ROW}")
    assert found(verify(local_hand.shop)) == {"I13": [f"audit_log {ROW}"]}


# Business rows.


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
        f"UPDATE personal_value SET {change} WHERE organisation = {{o}} AND value = ?",
        "zoe@example.com",
    )
    broken = found(verify(hand.shop))["I12"]
    assert any(key.startswith("personal_value ") for key in broken)


def test_erased_values_still_verify_and_missing_ones_do_not(hand: Hand) -> None:
    hand("UPDATE personal_value SET value = '', salt = '' WHERE organisation = {o}")
    assert verify(hand.shop).exit == 0
    hand("DELETE FROM personal_value WHERE organisation = {o}")
    assert set(found(verify(hand.shop))) == {"I12"}


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


# The books.

ENTRY = ("seq", "entity", "at", "booked_on", "kind", "currency", "document", "reverses", "request")
OTHERS: dict[str, Any] = {
    "seq": 9, "entity": UUID(int=5), "at": "2026-01-01T00:00:00.000000Z", "booked_on": "2026-01-05",
    "kind": "late_fee", "currency": "USD", "document": UUID(int=5), "reverses": 1,
    "request": UUID(int=5), "entry": 1, "line": 7, "account": "revenue:b", "customer": UUID(int=5),
    "amount": 1, "due_on": "2026-12-24",
}  # fmt: skip


@pytest.mark.parametrize("column", ENTRY)
def test_each_column_of_an_entry(hand: Hand, column: str) -> None:
    change = f"UPDATE ledger_entry SET {column} = ? WHERE organisation = {{o}} AND seq = 3"
    hand(change, OTHERS[column])
    keys = {"seq": {"ledger_entry 3-3", "ledger_entry 9"}}
    assert set(found(verify(hand.shop))["I12"]) == keys.get(column, {"ledger_entry 3"})


@pytest.mark.parametrize(
    ("column", "line"),
    [("line", 2), ("account", 2), ("customer", 1), ("currency", 2), ("amount", 2), ("due_on", 1)],
)
def test_each_column_of_a_posting(hand: Hand, column: str, line: int) -> None:
    change = (
        f"UPDATE posting SET {column} = ? WHERE organisation = {{o}} AND entry = 3 AND line = ?"
    )
    hand(change, OTHERS[column], line)
    broken = found(verify(hand.shop))
    expected = {"line": "I1", "currency": "I1", "amount": "I1", "due_on": "I2", "customer": "I23"}
    assert {expected.get(column, "I12")} <= broken.keys()
    located = broken.get("I12", []) + broken.get("I1", [])
    assert "ledger_entry 3" in located


def test_an_entry_moved_into_another(hand: Hand) -> None:
    hand("UPDATE posting SET entry = 2, line = line + 3 WHERE organisation = {o} AND entry = 3")
    broken = found(verify(hand.shop))
    assert set(broken["I1"]) == set(broken["I12"]) == {"ledger_entry 2", "ledger_entry 3"}


def test_balanced_changes_are_seen_by_summaries_and_chain(hand: Hand) -> None:
    hand("UPDATE posting SET amount = amount * 2 WHERE organisation = {o} AND entry = 3")
    broken = found(verify(hand.shop))
    assert broken.keys() == {"I2", "I12"}
    assert broken["I12"] == ["ledger_entry 3"]


def test_entries_that_are_gone(hand: Hand) -> None:
    hand("DELETE FROM posting WHERE organisation = {o} AND entry = 3")
    hand("DELETE FROM ledger_entry WHERE organisation = {o} AND seq = 3")
    broken = found(verify(hand.shop))
    assert broken["I12"] == ["ledger_entry 3-3"]
    assert "ledger_head 3" in broken["I2"]
    hand("DELETE FROM posting WHERE organisation = {o} AND entry = 1")
    hand("DELETE FROM ledger_entry WHERE organisation = {o} AND seq = 1")
    broken = found(verify(hand.shop))
    assert broken["I12"] == ["ledger_entry 1-2", "ledger_entry 3-3"]
    assert broken["I1"] == ["ledger_entry 1"]


def test_an_entry_that_the_chain_does_not_know(hand: Hand) -> None:
    hand(
        "INSERT INTO ledger_entry SELECT organisation, 4, entity, at, booked_on, kind, currency,"
        " document, reverses, request FROM ledger_entry WHERE organisation = {o} AND seq = 3"
    )
    hand(
        "INSERT INTO posting SELECT organisation, 4, line, account, customer, currency, amount,"
        " due_on FROM posting WHERE organisation = {o} AND entry = 3"
    )
    broken = found(verify(hand.shop))
    assert broken["I12"] == ["ledger_entry 4"]
    assert broken["I2"][-1] == "ledger_head 3"


def test_a_reversal_that_is_no_mirror(shop: Books) -> None:
    def act(unit: Unit) -> None:
        from billing_tui.domain.ledger import Line, reversal

        first = ledger.entry_at(unit, 1).entry
        lines = [replace(line, amount=-line.amount) for line in first.lines]
        lines[1] = Line("revenue:b", lines[1].amount)
        ledger.post(unit, [replace(reversal(1, first, DUE), lines=tuple(lines))])

    shop.write(act)
    assert found(verify(shop)) == {"I1": ["ledger_entry 4"]}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE summary_open SET amount = amount + 1 WHERE organisation = {o}",
        "UPDATE summary_moved SET amount = amount + 1 WHERE organisation = {o}",
        "UPDATE summary_moved SET entries = entries + 1 WHERE organisation = {o}",
        "UPDATE summary_open SET due_on = '2026-01-01' WHERE organisation = {o}",
        "DELETE FROM summary_moved WHERE organisation = {o}",
    ],
)
def test_summaries_are_found_wrong_and_written_anew(hand: Hand, statement: str) -> None:
    hand(statement)
    table = statement.split()[2 if "DELETE" in statement else 1]
    broken = found(verify(hand.shop))
    assert broken.keys() == {"I2"}
    assert all(key.startswith(f"{table} {hand.shop.entity}/") for key in broken["I2"])
    Verify(hand.shop.store).rebuild(Request.new())
    assert verify(hand.shop).exit == 0
    rows = hand.shop.store.read(lambda unit: list(rows_after(unit, 0)))
    assert rows[-1].action == "verify.rebuild"


def test_who_may_verify_but_not_rebuild(local_hand: Hand) -> None:
    local_hand("UPDATE app_user SET roles = 'auditor'")
    assert found(verify(local_hand.shop)).keys() == {"I12"}
    with pytest.raises(RightMissing):
        Verify(local_hand.shop.store).rebuild(Request.new())


# Between rows.


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
    from decimal import Decimal

    from billing_tui.domain.customers import Allocation

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


# Only what is new.


def test_recent_looks_behind_the_checkpoint(shop: Books, witness: Witness) -> None:
    full = verify(shop, witness)
    assert full.since == 0
    shop.post(shop.invoice(700))
    shop.write(lambda unit: add_customer(unit, "C-00002"))
    report = verify(shop, witness, recent=True)
    assert (report.exit, report.since, report.last) == (0, full.last, full.last + 2)
    checked = {outcome.id: outcome.checked for outcome in report.outcomes}
    assert checked == {"I1": 1, "I2": 1, "I12": 2, "I13": 2, "I14": 1}
    nothing = verify(shop, witness, recent=True)
    assert (nothing.exit, nothing.since, nothing.last) == (0, report.last, report.last)
    assert len(witness.checkpoints.all("here")) == 2


def test_recent_finds_what_is_new_and_broken(hand: Hand, witness: Witness) -> None:
    shop = hand.shop
    verify(shop, witness)
    shop.post(shop.invoice(700))
    fresh = shop.write(lambda unit: add_customer(unit, "C-00002"))
    before = len(witness.checkpoints.all("here"))
    change = "UPDATE posting SET account = 'revenue:b' WHERE organisation = {o}"
    hand(f"{change} AND entry = 4 AND line = 2")
    hand("UPDATE customer SET terms = 'net9' WHERE organisation = {o} AND id = ?", fresh)
    report = verify(shop, witness, recent=True)
    assert found(report) == {"I12": [f"customer {fresh}", "ledger_entry 4"]}
    hand.flip("audit_log", "body", f"seq = {hand.last}")
    assert found(verify(shop, witness, recent=True))["I13"] == [f"audit_log {hand.last}"]
    assert len(witness.checkpoints.all("here")) == before


def test_recent_trusts_only_its_own_checkpoint(shop: Books, witness: Witness) -> None:
    other = replace(witness, signer=SigningKey.make())
    verify(shop, other)
    say(shop)
    assert verify(shop, witness, recent=True).since == 0
    assert verify(shop, replace(witness, signer=None), recent=True).since == 0
    assert verify(shop, witness, recent=True).since > 0


def test_a_forged_checkpoint(shop: Books, witness: Witness) -> None:
    verify(shop, witness)
    (signed,) = witness.checkpoints.all("here")
    witness.checkpoints.remember("here", replace(signed, signature=signed.signature[::-1]))
    assert found(verify(shop, witness)) == {"I14": [f"checkpoint {signed.checkpoint.seq}"]}


def test_a_checkpoint_of_another_history(hand: Hand, witness: Witness) -> None:
    say(hand.shop)
    verify(hand.shop, witness)
    last = hand.last
    cut(hand, last - 1)
    say(hand.shop, "test:other")
    say(hand.shop, "test:more")
    report = verify(hand.shop, witness, recent=True)
    assert (report.since, found(report)) == (0, {"I14": [f"audit_log {last}"]})


def test_progress_is_told(shop: Books) -> None:
    told: list[tuple[str, int]] = []
    Verify(shop.store).run(progress=lambda what, done: told.append((what, done)))
    assert told[0] == ("audit_log", 8)
    assert {"customer", "ledger_entry", "I23"} <= {what for what, _ in told}


def test_keys_are_checked_by_the_customers_own_rules(shop: Books) -> None:
    draft = CustomerDraft("Ægir & Søn ApS", "DKK", tags=("Nord Ost",))
    shop.write(lambda unit: add_customer(unit, "K 7-a", draft))
    assert verify(shop).exit == 0
    assert shop.store.read(lambda unit: customers.find(unit, "k7a")).name == draft.name
