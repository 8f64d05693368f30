"""The books: which event may touch which account on which side, and entries that balance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from .errors import Refused
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

# These are only ever the exact mirror of an entry of the kind beside them.
REVERSALS = {
    EntryKind.VOID: EntryKind.INVOICE_ISSUED,
    EntryKind.UNALLOCATION: EntryKind.ALLOCATION,
    EntryKind.CREDIT_UNUSED: EntryKind.CREDIT_USED,
    EntryKind.REFUND_RETURNED: EntryKind.REFUND,
}
# A balance on these belongs to somebody, so each posting names the customer.
OF_A_CUSTOMER = frozenset({"receivable", "unapplied_cash", "customer_credit", "refunds_due"})


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


@dataclass(frozen=True, slots=True)
class Line:
    """One posting; above zero is a debit."""

    account: str
    amount: int
    customer: UUID | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """How much of the receivable in an entry falls due on a day, for the summaries."""

    due_on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Entry:
    entity: UUID
    booked_on: date
    kind: EntryKind
    currency: str
    lines: tuple[Line, ...]
    document: UUID | None = None
    reverses: int | None = None
    opens: tuple[Opening, ...] = ()

    @property
    def moved(self) -> Money:
        return Money(sum(line.amount for line in self.lines if line.amount > 0), self.currency)


class EntryRefused(Refused):
    """The entry would break the books; a fault of the program, never of the person."""

    def __init__(self, kind: EntryKind, why: str) -> None:
        self.kind, self.why = kind, why
        super().__init__("Entry refused", f"The {kind.value} entry was not booked: {why}.")


def family(account: str) -> str:
    """`revenue:ads` belongs to `revenue:*`; an account without a colon is its own family."""
    return account.split(":", 1)[0] + ":*" if ":" in account else account


def checked(entry: Entry) -> Entry:
    """The entry itself, if the posting table and the sums allow it."""
    if len(entry.lines) < 2 or sum(line.amount for line in entry.lines) != 0:
        raise EntryRefused(entry.kind, "its postings do not sum to zero")
    for line in entry.lines:
        _check_line(entry, line)
    receivable = sum(line.amount for line in entry.lines if line.account == "receivable")
    if receivable != sum(opening.amount for opening in entry.opens):
        raise EntryRefused(entry.kind, "its receivable is not spread over due dates")
    if (entry.kind in REVERSALS) != (entry.reverses is not None):
        raise EntryRefused(entry.kind, "a reversal names the entry that it reverses")
    return entry


def _check_line(entry: Entry, line: Line) -> None:
    rule = RULES[REVERSALS.get(entry.kind, entry.kind)]
    debit = (line.amount > 0) != (entry.kind in REVERSALS)
    if line.amount == 0:
        raise EntryRefused(entry.kind, "a posting of zero says nothing")
    if family(line.account) not in (rule.debits if debit else rule.credits):
        side = "debit" if line.amount > 0 else "credit"
        raise EntryRefused(entry.kind, f"it may not {side} {line.account}")
    if (line.account in OF_A_CUSTOMER) != (line.customer is not None):
        raise EntryRefused(entry.kind, f"{line.account} and a customer go together")


def reversal(seq: int, entry: Entry, booked_on: date) -> Entry:
    """The exact mirror of an entry already booked as number `seq`."""
    kinds = [kind for kind, of in REVERSALS.items() if of is entry.kind]
    if not kinds:
        raise EntryRefused(entry.kind, "this kind is corrected by its own entry, not a reversal")
    return replace(
        entry,
        kind=kinds[0],
        booked_on=booked_on,
        lines=tuple(replace(line, amount=-line.amount) for line in entry.lines),
        opens=tuple(replace(opening, amount=-opening.amount) for opening in entry.opens),
        reverses=seq,
    )


def booked_on(wanted: date, closed_through: date) -> date:
    """The wanted day, or the first open one after the closed period."""
    return max(wanted, closed_through + timedelta(days=1))


def balances(lines: Iterable[tuple[str, str, int]]) -> dict[tuple[str, str], int]:
    """Sums by (account, currency), leaving out what is zero."""
    sums: dict[tuple[str, str], int] = {}
    for account, currency, amount in lines:
        sums[account, currency] = sums.get((account, currency), 0) + amount
    return {key: amount for key, amount in sums.items() if amount}


def lines_of(amounts: Sequence[tuple[str, int]], customer: UUID) -> tuple[Line, ...]:
    """Lines from (account, amount), naming the customer where the account belongs to one."""
    return tuple(
        Line(account, amount, customer if account in OF_A_CUSTOMER else None)
        for account, amount in amounts
        if amount
    )
