from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.ledger import Line, reversal
from billing_tui.domain.rights import RightMissing
from billing_tui.services.verify import Verify
from storage.repos import ledger
from storage.repos.audit import rows_after
from storage.uow import Unit
from tests.books import DUE, Books
from tests.services.verify.tampering import (
    Hand,
    found,
    verify,
)

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


def test_writing_anew_while_others_post(shop: Books) -> None:
    def book() -> None:
        for _ in range(10):
            shop.post(shop.invoice(100), shop.invoice(200, currency="USD"))

    threads = [threading.Thread(target=book) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(4):
        Verify(shop.store).rebuild(Request.new())
    for thread in threads:
        thread.join()
    report = verify(shop)
    assert (report.exit, found(report)) == (0, {})


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"first":1e308,"last":1,"digest":"","marks":""}',
        '{"first":1,"last":"a","digest":"","marks":""}',
        '{"first":true,"last":1,"digest":"","marks":""}',
        '{"first":1,"last":1,"digest":5,"marks":[]}',
        "[]",
        "null",
        '"first"',
    ],
)
def test_what_is_no_telling_of_entries_is_located(hand: Hand, body: str) -> None:
    hand(
        "UPDATE audit_log SET body = ? WHERE organisation = {o} AND action = 'ledger.post'"
        " AND seq = (SELECT max(seq) FROM audit_log WHERE organisation = {o})",
        body,
    )
    broken = found(verify(hand.shop))
    assert f"audit_log {hand.last}" in broken["I12"]
    assert "ledger_entry 3" in broken["I12"]
