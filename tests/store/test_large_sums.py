"""Amounts at the edge of 64 bits: refused in a sentence, or counted to the last digit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from billing_tui.domain.ledger import Entry, EntryKind
from billing_tui.domain.money import LARGEST, AmountTooLarge
from billing_tui.services.ledger import Ledger
from billing_tui.services.verify import Verify
from storage.store import Store
from tests.books import DAY, Books, books


@pytest.fixture
def shop(store: Store) -> Books:
    return books(store)


def moved(shop: Books, amount: int, day: date = DAY) -> Entry:
    amounts = (("bank:main", amount), ("undeposited", -amount))
    return shop.entry(EntryKind.DEPOSIT, *amounts, booked_on=day)


def test_a_sum_that_no_column_holds_is_refused_and_nothing_is_booked(shop: Books) -> None:
    shop.post(moved(shop, LARGEST))
    with pytest.raises(AmountTooLarge):
        shop.post(moved(shop, 1))
    with pytest.raises(AmountTooLarge):
        shop.post(shop.invoice(LARGEST - 1), shop.invoice(LARGEST - 1))
    (line, _) = Ledger(shop.store).balance(DAY).items
    assert line.amount == LARGEST
    assert Verify(shop.store).run().exit == 0


@pytest.mark.parametrize("amount", [1, 2**32 - 1, 2**32, 2**32 + 1, LARGEST - 1, LARGEST])
def test_a_trial_balance_has_no_largest_sum(shop: Books, amount: int) -> None:
    days = [DAY - timedelta(days=n) for n in range(5)]
    shop.post(*(moved(shop, amount, day) for day in days))
    found = Ledger(shop.store).balance(DAY)
    sums = {one.account: one.amount for one in found.items}
    assert sums == {"bank:main": 5 * amount, "undeposited": -5 * amount}


@pytest.mark.parametrize("day", [date.min, date(9999, 12, 30), date.max])
def test_balances_of_the_first_and_last_days(shop: Books, day: date) -> None:
    shop.post(moved(shop, 5))
    known = Ledger(shop.store).balance(DAY, known_on=day).items
    assert len(known) == (0 if day == date.min else 2)
