from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from uuid import UUID

import pytest

from billing_tui.domain.currencies import UnknownCurrency
from billing_tui.domain.ledger import (
    ACCOUNTS,
    MIRRORS,
    OF_A_CUSTOMER,
    REVERSALS,
    RULES,
    Booked,
    Entry,
    EntryKind,
    EntryRefused,
    Line,
    booked_on,
    checked,
    family,
    lines_of,
    reversal,
    told,
)
from billing_tui.domain.money import AmountTooLarge

ACME, SHOP, CASE = UUID(int=1), UUID(int=2), UUID(int=3)
DAY, DUE = date(2026, 11, 20), date(2026, 12, 20)

# The posting table once more, written by hand: what may be debited, what may be credited.
EXPECTED = {
    "invoice_issued": ("receivable discounts", "revenue:* shipping tax_payable:*"),
    "credit_note_issued": ("revenue:* tax_payable:*", "receivable"),
    "void": ("revenue:* shipping tax_payable:*", "receivable discounts"),
    "money_recorded": ("undeposited bank:*", "unapplied_cash"),
    "deposit": ("bank:*", "undeposited"),
    "provider_payment": ("provider_clearing", "unapplied_cash"),
    "provider_fee": ("provider_fees", "provider_clearing"),
    "payout": ("bank:*", "provider_clearing"),
    "allocation": ("unapplied_cash", "receivable"),
    "unallocation": ("receivable", "unapplied_cash"),
    "credit_used": ("customer_credit", "receivable"),
    "credit_unused": ("receivable", "customer_credit"),
    "turned_into_credit": ("unapplied_cash", "customer_credit"),
    "promised_back": ("unapplied_cash", "refunds_due"),
    "refund": ("unapplied_cash refunds_due", "provider_clearing bank:*"),
    "refund_returned": ("provider_clearing bank:*", "unapplied_cash refunds_due"),
    "payment_returned": ("unapplied_cash bank_fees", "undeposited bank:*"),
    "dispute_withdrawn": ("disputes_held provider_fees", "provider_clearing"),
    "dispute_won": ("provider_clearing", "disputes_held"),
    "dispute_lost": ("dispute_losses", "disputes_held"),
    "write_off": ("bad_debt tax_payable:*", "receivable"),
    "short_payment": ("tolerance", "receivable"),
    "over_payment": ("unapplied_cash", "tolerance"),
    "late_fee": ("receivable", "late_fees tax_payable:*"),
    "withholding": ("withholding", "receivable"),
    "exchanged_out": ("unapplied_cash customer_credit", "fx_clearing"),
    "exchanged_in": ("fx_clearing", "unapplied_cash customer_credit"),
    "exchange_difference": ("fx_gain_loss fx_clearing", "fx_clearing fx_gain_loss"),
    "reversal": (
        "receivable tax_payable:* unapplied_cash undeposited provider_clearing customer_credit"
        " refunds_due bank:* disputes_held tolerance late_fees fx_clearing fx_gain_loss",
        "revenue:* tax_payable:* undeposited bank:* provider_clearing provider_fees unapplied_cash"
        " bank_fees disputes_held dispute_losses bad_debt tolerance receivable withholding"
        " customer_credit fx_clearing fx_gain_loss",
    ),
}


def line(account: str, amount: int) -> Line:
    (made,) = lines_of([(account, amount)], ACME, DUE)
    return made


def entry(kind: EntryKind, *lines: Line) -> Entry:
    return Entry(SHOP, DAY, kind, "EUR", lines, CASE, 7 if kind in MIRRORS else None)


def sides(kind: EntryKind) -> tuple[frozenset[str], frozenset[str]]:
    debits, credits = EXPECTED[kind.value]
    return frozenset(debits.split()), frozenset(credits.split())


def named(account: str) -> str:
    return account.replace("*", "main")


@pytest.mark.parametrize("kind", EntryKind)
def test_the_table_says_what_the_books_want(kind: EntryKind) -> None:
    assert (RULES[kind].debits, RULES[kind].credits) == sides(kind)


@pytest.mark.parametrize("kind", EntryKind)
def test_every_account_on_either_side_of_every_kind(kind: EntryKind) -> None:
    debits, credits = sides(kind)
    for debit, credit in product(sorted(ACCOUNTS), repeat=2):
        made = entry(kind, line(named(debit), 500), line(named(credit), -500))
        if debit in debits and credit in credits:
            assert checked(made) == made
        else:
            with pytest.raises(EntryRefused, match=r"may not (debit|credit)"):
                checked(made)


@pytest.mark.parametrize("account", ["cash", "revenue", "Receivable", "bank", "receivable:x"])
def test_a_misspelt_account_is_refused(account: str) -> None:
    with pytest.raises(EntryRefused, match="may not"):
        checked(entry(EntryKind.INVOICE_ISSUED, line("receivable", 1), Line(account, -1)))


@pytest.mark.parametrize("account", ["revenue:", "revenue:a b", "revenue:*", "revenue:a:b"])
def test_the_second_half_of_an_account_is_a_name(account: str) -> None:
    with pytest.raises(EntryRefused, match="no account"):
        checked(entry(EntryKind.INVOICE_ISSUED, line("receivable", 1), Line(account, -1)))


SALE = entry(EntryKind.INVOICE_ISSUED, line("receivable", 119), line("revenue:a", -119))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"lines": ()}, "sum to zero"),
        ({"lines": SALE.lines[:1]}, "sum to zero"),
        ({"lines": (line("receivable", 119), line("revenue:a", -118))}, "sum to zero"),
        ({"lines": (*SALE.lines, Line("shipping", 0))}, "zero says nothing"),
        ({"lines": (Line("receivable", 119, None, DUE), SALE.lines[1])}, "needs customer"),
        ({"lines": (SALE.lines[0], Line("revenue:a", -119, ACME))}, "takes no customer"),
        ({"lines": (Line("receivable", 119, ACME), SALE.lines[1])}, "needs due date"),
        ({"lines": (SALE.lines[0], Line("revenue:a", -119, None, DUE))}, "takes no due date"),
        ({"lines": (line("receivable", True), line("revenue:a", -1))}, "whole number"),
        ({"reverses": 4}, "names the entry"),
        ({"kind": EntryKind.VOID}, "names the entry"),
    ],
)
def test_what_does_not_add_up_is_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(EntryRefused, match=why):
        checked(replace(SALE, **change))  # type: ignore[arg-type]  # wrong on purpose


def test_a_currency_and_a_sum_must_exist() -> None:
    with pytest.raises(UnknownCurrency):
        checked(replace(SALE, currency="EUX"))
    large = (line("receivable", 2**62), line("receivable", 2**62), line("revenue:a", -(2**63)))
    with pytest.raises(AmountTooLarge):
        checked(replace(SALE, lines=large))


@pytest.mark.parametrize("kind", [kind for kind in EntryKind if kind not in MIRRORS])
def test_every_kind_can_be_mirrored_once(kind: EntryKind) -> None:
    debit, credit = min(RULES[kind].debits), max(RULES[kind].credits)
    made = checked(entry(kind, line(named(debit), 500), line(named(credit), -500)))
    back = checked(reversal(7, made, DUE))
    assert (back.reverses, back.booked_on, back.document) == (7, DUE, CASE)
    assert REVERSALS.get(back.kind, kind) is kind
    assert [-one.amount for one in back.lines] == [one.amount for one in made.lines]
    with pytest.raises(EntryRefused, match="not reversed"):
        reversal(8, back, DUE)


def test_families() -> None:
    assert [family(name) for name in ("shipping", "revenue:ads")] == ["shipping", "revenue:*"]
    assert OF_A_CUSTOMER < ACCOUNTS


def test_closed_days_move_a_booking_to_the_first_open_one() -> None:
    assert booked_on(DAY, date(2026, 10, 31)) == DAY
    assert booked_on(DAY, DAY) == date(2026, 11, 21)


def test_the_digest_names_everything_that_is_booked() -> None:
    at = datetime(2026, 11, 21, 20, 45, 39, 123456, tzinfo=UTC)
    booked = Booked(7, at, CASE, SALE)
    assert told([booked]) == {
        "digest": "b98f3a385d0d3b251cb65767001af8f41c9029be186979c2736681d81cbf5843",
        "first": 7,
        "last": 7,
        "marks": "7318d5d0",
    }
    first, second = SALE.lines
    others = [
        replace(booked, seq=8),
        replace(booked, at=at.replace(microsecond=0)),
        replace(booked, request=ACME),
        *(
            replace(booked, entry=replace(SALE, **change))
            for change in (
                {"entity": ACME}, {"booked_on": DUE}, {"kind": EntryKind.LATE_FEE},
                {"currency": "USD"}, {"document": None}, {"reverses": 1},
                {"lines": (second, first)}, {"lines": (first,)},
                {"lines": (replace(first, customer=SHOP), second)},
                {"lines": (replace(first, due_on=DAY), second)},
                {"lines": (replace(first, amount=120), second)},
                {"lines": (first, replace(second, account="revenue:b"))},
            )
        ),
    ]  # fmt: skip
    assert len({told([each])["digest"] for each in [booked, *others]}) == len(others) + 1
