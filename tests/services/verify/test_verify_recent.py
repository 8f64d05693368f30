from __future__ import annotations

import json
import threading
from dataclasses import replace

from billing_tui.adapters.signing import SigningKey
from billing_tui.domain.acts import Request
from billing_tui.domain.customers import CustomerDraft
from billing_tui.domain.invariants import TITLES
from billing_tui.services.jobs.runner import run_job
from billing_tui.services.verify import Verify, Witness
from storage.repos import customers, ledger
from tests.benches import bench_for
from tests.books import DUE, Books, add_customer
from tests.services.verify.tampering import (
    Hand,
    cut,
    found,
    say,
    verify,
)


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


def test_the_weekly_job_finds_an_old_row_changed(hand: Hand, witness: Witness) -> None:
    store = hand.shop.store
    bench = replace(bench_for(store), verify=Verify(store, witness))
    for name, error in (("verify-all", ""), ("verify", ""), ("verify-all", "record_broken")):
        run = run_job(bench, name, Request.new(), threading.Event())
        assert (name, run.error) == (name, error)
        hand("UPDATE customer SET terms = 'net9' WHERE organisation = {o}")
    assert [kind for kind, *_ in bench.alerts_open()].count("record.broken") == 1


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
