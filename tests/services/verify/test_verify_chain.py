from __future__ import annotations

import pytest

from billing_tui.services.verify import Witness
from storage.uow import Unit
from tests.services.verify.tampering import (
    COLUMNS,
    Hand,
    cut,
    found,
    say,
    verify,
)

ROW = 6  # in the middle of the chain: a customer's first version


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
