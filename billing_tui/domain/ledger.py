"""The books: which event may touch which account on which side, and entries that balance."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from .audit import framed
from .currencies import currency as known_currency
from .dates import utc_text
from .errors import NotFound, Refused
from .money import Money


class EntryKind(StrEnum):
    INVOICE_ISSUED = "invoice_issued"
    CREDIT_NOTE_ISSUED = "credit_note_issued"
    VOID = "void"
    MONEY_RECORDED = "money_recorded"
    DEPOSIT = "deposit"
    PROVIDER_PAYMENT = "provider_payment"
    PROVIDER_FEE = "provider_fee"
    PAYOUT = "payout"
    ALLOCATION = "allocation"
    UNALLOCATION = "unallocation"
    CREDIT_USED = "credit_used"
    CREDIT_UNUSED = "credit_unused"
    TURNED_INTO_CREDIT = "turned_into_credit"
    PROMISED_BACK = "promised_back"
    REFUND = "refund"
    REFUND_RETURNED = "refund_returned"
    PAYMENT_RETURNED = "payment_returned"
    DISPUTE_WITHDRAWN = "dispute_withdrawn"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    WRITE_OFF = "write_off"
    SHORT_PAYMENT = "short_payment"
    OVER_PAYMENT = "over_payment"
    LATE_FEE = "late_fee"
    WITHHOLDING = "withholding"
    EXCHANGED_OUT = "exchanged_out"
    EXCHANGED_IN = "exchanged_in"
    EXCHANGE_DIFFERENCE = "exchange_difference"
    REVERSAL = "reversal"


# Event | accounts it may debit | accounts it may credit. "x:*" is any account of that family.
_TABLE = """
    invoice_issued      | receivable discounts           | revenue:* shipping tax_payable:*
    credit_note_issued  | revenue:* tax_payable:*        | receivable
    money_recorded      | undeposited bank:*             | unapplied_cash
    deposit             | bank:*                         | undeposited
    provider_payment    | provider_clearing              | unapplied_cash
    provider_fee        | provider_fees                  | provider_clearing
    payout              | bank:*                         | provider_clearing
    allocation          | unapplied_cash                 | receivable
    credit_used         | customer_credit                | receivable
    turned_into_credit  | unapplied_cash                 | customer_credit
    promised_back       | unapplied_cash                 | refunds_due
    refund              | unapplied_cash refunds_due     | provider_clearing bank:*
    payment_returned    | unapplied_cash bank_fees       | undeposited bank:*
    dispute_withdrawn   | disputes_held provider_fees    | provider_clearing
    dispute_won         | provider_clearing              | disputes_held
    dispute_lost        | dispute_losses                 | disputes_held
    write_off           | bad_debt tax_payable:*         | receivable
    short_payment       | tolerance                      | receivable
    over_payment        | unapplied_cash                 | tolerance
    late_fee            | receivable                     | late_fees tax_payable:*
    withholding         | withholding                    | receivable
    exchanged_out       | unapplied_cash customer_credit | fx_clearing
    exchanged_in        | fx_clearing                    | unapplied_cash customer_credit
    exchange_difference | fx_gain_loss fx_clearing       | fx_clearing fx_gain_loss
"""

# These are only ever the exact mirror of an entry of the kind beside them. Every other kind is
# mirrored by `reversal`; what should stand of the original is then booked anew.
REVERSALS = {
    EntryKind.VOID: EntryKind.INVOICE_ISSUED,
    EntryKind.UNALLOCATION: EntryKind.ALLOCATION,
    EntryKind.CREDIT_UNUSED: EntryKind.CREDIT_USED,
    EntryKind.REFUND_RETURNED: EntryKind.REFUND,
}
MIRRORS = frozenset(REVERSALS) | {EntryKind.REVERSAL}
# A balance on these belongs to somebody, so each posting names the customer.
OF_A_CUSTOMER = frozenset({"receivable", "unapplied_cash", "customer_credit", "refunds_due"})
# What is open falls due on some day, so each of its postings names that day.
RECEIVABLE = "receivable"
_ACCOUNT = re.compile(r"[a-z_]+(:[\w.-]+)?")


@dataclass(frozen=True, slots=True)
class Rule:
    debits: frozenset[str]
    credits: frozenset[str]


def _parse(table: str) -> dict[EntryKind, Rule]:
    rules = {}
    for line in table.strip().splitlines():
        kind, debits, credits = (cell.split() for cell in line.split("|"))
        rules[EntryKind(kind[0])] = Rule(frozenset(debits), frozenset(credits))
    return rules


RULES = _parse(_TABLE)
ACCOUNTS = frozenset().union(*(rule.debits | rule.credits for rule in RULES.values()))


def _mirrored(kinds: Iterable[EntryKind]) -> Rule:
    rules = [RULES[kind] for kind in kinds]
    return Rule(
        frozenset().union(*(rule.credits for rule in rules)),
        frozenset().union(*(rule.debits for rule in rules)),
    )


RULES |= {mirror: _mirrored([kind]) for mirror, kind in REVERSALS.items()}
RULES[EntryKind.REVERSAL] = _mirrored(RULES.keys() - MIRRORS - set(REVERSALS.values()))


@dataclass(frozen=True, slots=True)
class Line:
    """One posting; above zero is a debit."""

    account: str
    amount: int
    customer: UUID | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    entity: UUID
    booked_on: date
    kind: EntryKind
    currency: str
    lines: tuple[Line, ...]
    document: UUID | None = None
    reverses: int | None = None

    @property
    def moved(self) -> Money:
        return Money(sum(line.amount for line in self.lines if line.amount > 0), self.currency)


@dataclass(frozen=True, slots=True)
class Booked:
    """An entry as it stands in the books."""

    seq: int
    at: datetime
    request: UUID
    entry: Entry


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What a list of entries is narrowed by; `entity` is a legal entity's code."""

    entity: str = ""
    kind: EntryKind | None = None
    account: str = ""
    customer: UUID | None = None
    document: UUID | None = None
    booked_from: date | None = None
    booked_to: date | None = None


class EntryRefused(Refused):
    """The entry would break the books; a fault of the program, never of the person."""

    def __init__(self, kind: EntryKind, why: str) -> None:
        self.kind, self.why = kind, why
        super().__init__("Entry refused", f"The {kind.value} entry was not booked: {why}.")


class EntryNotFound(NotFound):
    def __init__(self, seq: int) -> None:
        self.seq = seq
        super().__init__("No such entry", f"The books have no entry {seq}.")


class AlreadyReversed(Refused):
    def __init__(self, seq: int | None) -> None:
        self.seq = seq
        super().__init__(
            "Already reversed", f"Entry {seq} was reversed before; an entry is reversed only once."
        )


class BooksClosed(Refused):
    def __init__(self, day: date) -> None:
        self.day = day
        super().__init__(
            "Books closed", f"The books are closed on {day}. Choose a day after the closed period."
        )


def family(account: str) -> str:
    """`revenue:ads` belongs to `revenue:*`; an account without a colon is its own family."""
    return account.split(":", 1)[0] + ":*" if ":" in account else account


def checked(entry: Entry) -> Entry:
    """The entry itself, if the posting table and the sums allow it."""
    if why := fault(entry):
        raise EntryRefused(entry.kind, why)
    known_currency(entry.moved.currency)  # and `moved` refuses sums that no column could hold
    return entry


def fault(entry: Entry) -> str:
    """What is wrong with an entry by itself, or nothing."""
    if any(type(line.amount) is not int for line in entry.lines):
        return "an amount is not a whole number of minor units"
    if len(entry.lines) < 2 or sum(line.amount for line in entry.lines) != 0:
        return "its postings do not sum to zero"
    if (entry.kind in MIRRORS) != (entry.reverses is not None):
        return "a reversal, and only a reversal, names the entry that it reverses"
    faults = (
        line_fault(entry.kind, line.account, line.amount > 0, line.customer, line.due_on)
        for line in entry.lines
    )
    if not all(line.amount for line in entry.lines):
        return "a posting of zero says nothing"
    return next(filter(None, faults), "")


def line_fault(kind: EntryKind, account: str, debit: bool, customer: object, due_on: object) -> str:
    """What the posting table has against one line, or nothing."""
    rule = RULES[kind]
    if family(account) not in (rule.debits if debit else rule.credits):
        return f"it may not {'debit' if debit else 'credit'} {account}"
    if _ACCOUNT.fullmatch(account) is None:
        return f"{account!r} is no account"
    if (account in OF_A_CUSTOMER) != (customer is not None):
        return f"{account} {'needs' if account in OF_A_CUSTOMER else 'takes no'} customer"
    if (account == RECEIVABLE) != (due_on is not None):
        return f"{account} {'needs' if account == RECEIVABLE else 'takes no'} due date"
    return ""


def reversal(seq: int, entry: Entry, booked_on: date) -> Entry:
    """The exact mirror of an entry already booked as number `seq`."""
    if entry.kind in MIRRORS:
        raise EntryRefused(entry.kind, "a reversal is not reversed; what should stand is booked")
    named = [kind for kind, of in REVERSALS.items() if of is entry.kind]
    return replace(
        entry,
        kind=named[0] if named else EntryKind.REVERSAL,
        booked_on=booked_on,
        lines=tuple(replace(line, amount=-line.amount) for line in entry.lines),
        reverses=seq,
    )


def told(entries: Sequence[Booked]) -> dict[str, Any]:
    """What the audit chain says of entries, so that no posting changes unseen. `digest` is over
    all of them; the eight letters of each in `marks` say which one it was."""
    hashes = [_hash(booked) for booked in entries]
    return telling(entries[0].seq, hashes)


def telling(first: int, hashes: Sequence[bytes]) -> dict[str, Any]:
    return {
        "digest": hashlib.sha256(b"".join(hashes)).hexdigest(),
        "first": first,
        "last": first + len(hashes) - 1,
        "marks": "".join(each.hex()[:8] for each in hashes),
    }


def _hash(booked: Booked) -> bytes:
    """Over the cells of the entry, their number of lines, and the cells of each line."""
    entry = booked.entry
    head = (
        booked.seq, utc_text(booked.at), booked.request, entry.entity, entry.booked_on,
        entry.kind.value, entry.currency, entry.document, entry.reverses, len(entry.lines),
    )  # fmt: skip
    lines = ((line.account, line.amount, line.customer, line.due_on) for line in entry.lines)
    cells = (cell for row in (head, *lines) for cell in row)
    return hashlib.sha256(framed(None if c is None else str(c) for c in cells)).digest()


def booked_on(wanted: date, closed_through: date) -> date:
    """The wanted day, or the first open one after the closed period."""
    return max(wanted, closed_through + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Balance:
    """Above zero on the debit side."""

    account: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Balances over what was booked by `as_of`, of what was known by the end of `known_on`."""

    as_of: date
    known_on: date | None
    items: tuple[Balance, ...]


def lines_of(
    amounts: Sequence[tuple[str, int]], customer: UUID, due_on: date | None = None
) -> tuple[Line, ...]:
    """Lines from (account, amount), naming customer and due date where the account wants them."""
    return tuple(
        Line(
            account,
            amount,
            customer if account in OF_A_CUSTOMER else None,
            due_on if account == RECEIVABLE else None,
        )
        for account, amount in amounts
        if amount
    )
