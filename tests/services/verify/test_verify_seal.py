from __future__ import annotations

from pathlib import Path

import pytest

from billing_tui.domain.ids import new_id
from billing_tui.services.setup import found as founded
from billing_tui.services.verify import Verify
from storage import migrate
from storage.engine import open_engine
from storage.repos.audit import Seal, rows_after
from storage.store import Identity, Store
from tests.books import Books
from tests.services.verify.tampering import (
    Hand,
    found,
    note,
    say,
    verify,
)
from tests.stores import FOUNDING, KEY, NOON, ORIGIN

OTHER = Seal("other-key", b"o" * 32)
ROW = 6


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
