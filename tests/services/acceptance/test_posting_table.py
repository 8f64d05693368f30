"""The posting table of the design, typed once more: what it allows is booked, all else is not."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from billing_tui.domain.ledger import ACCOUNTS, Entry, EntryKind, EntryRefused, Line, checked

SOMEBODY, DAY = UUID(int=7), date(2026, 11, 21)
DESIGN = {
    "invoice_issued": ("receivable discounts", "revenue:class shipping tax_payable:jurisdiction"),
    "credit_note_issued": ("revenue:class tax_payable:jurisdiction", "receivable"),
    "money_recorded": ("undeposited bank:account", "unapplied_cash"),
    "deposit": ("bank:account", "undeposited"),
    "provider_payment": ("provider_clearing", "unapplied_cash"),
    "provider_fee": ("provider_fees", "provider_clearing"),
    "payout": ("bank:account", "provider_clearing"),
    "allocation": ("unapplied_cash", "receivable"),
    "credit_used": ("customer_credit", "receivable"),
    "turned_into_credit": ("unapplied_cash", "customer_credit"),
    "promised_back": ("unapplied_cash", "refunds_due"),
    "refund": ("unapplied_cash refunds_due", "provider_clearing bank:account"),
    "payment_returned": ("unapplied_cash bank_fees", "undeposited bank:account"),
    "dispute_withdrawn": ("disputes_held provider_fees", "provider_clearing"),
    "dispute_won": ("provider_clearing", "disputes_held"),
    "dispute_lost": ("dispute_losses", "disputes_held"),
    "write_off": ("bad_debt tax_payable:jurisdiction", "receivable"),
    "short_payment": ("tolerance", "receivable"),
    "over_payment": ("unapplied_cash", "tolerance"),
    "late_fee": ("receivable", "late_fees tax_payable:jurisdiction"),
    "withholding": ("withholding", "receivable"),
    "exchange_difference": ("fx_gain_loss fx_clearing", "fx_clearing fx_gain_loss"),
}
# Mirrors of another entry and the two halves of an exchange have no line of their own there.
UNTABLED = {"void", "unallocation", "credit_unused", "refund_returned", "reversal",
            "exchanged_out", "exchanged_in"}  # fmt: skip
NAMES = {"revenue:*": "revenue:class", "tax_payable:*": "tax_payable:jurisdiction",
         "bank:*": "bank:account"}  # fmt: skip


def _line(account: str, amount: int) -> Line:
    of_somebody = account in {"receivable", "unapplied_cash", "customer_credit", "refunds_due"}
    due_on = DAY if account == "receivable" else None
    return Line(account, amount, SOMEBODY if of_somebody else None, due_on)


def _booked(kind: EntryKind, debit: str, credit: str) -> bool:
    lines = (_line(debit, 5), _line(credit, -5))
    try:
        checked(Entry(SOMEBODY, DAY, kind, "EUR", lines))
    except EntryRefused:
        return False
    return True


def test_every_event_of_the_design_has_its_kind() -> None:
    assert {kind.value for kind in EntryKind} == DESIGN.keys() | UNTABLED


@pytest.mark.parametrize("kind", DESIGN)
def test_exactly_these_accounts_are_posted_to(kind: str) -> None:
    debits, credits = (side.split() for side in DESIGN[kind])
    accounts = [NAMES.get(account, account) for account in ACCOUNTS]
    allowed = {
        (debit, credit)
        for debit in accounts
        for credit in accounts
        if _booked(EntryKind(kind), debit, credit)
    }
    assert allowed == {(debit, credit) for debit in debits for credit in credits}
