"""Payment terms: the rule that turns an issue date into a due date, and its short text form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .dates import add_days, add_months, end_of_month
from .errors import InputError

LONGEST_DAYS = 365
_TEXT = re.compile(r"(net|eom|dom) ?\+? ?(\d{0,4})", re.ASCII)


class TermsKind(StrEnum):
    NET = "net"
    END_OF_MONTH = "eom"
    DAY_OF_MONTH = "dom"


class NotPaymentTerms(InputError):
    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            "Not payment terms",
            f"{text.strip()[:40]!r} is not a payment term; write net30 (days after issue), eom or "
            f"eom+10 (end of month and days), or dom15 (the next 15th), up to {LONGEST_DAYS} days.",
        )


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """`days` after the issue, after the end of its month, or the day of month it is due on."""

    kind: TermsKind
    days: int

    def __post_init__(self) -> None:
        lowest, highest = (1, 31) if self.kind is TermsKind.DAY_OF_MONTH else (0, LONGEST_DAYS)
        if not lowest <= self.days <= highest:
            raise NotPaymentTerms(str(self))

    @classmethod
    def parse(cls, text: str) -> PaymentTerms:
        found = _TEXT.fullmatch(" ".join(text.lower().split()))
        if found is None or (not found[2] and found[1] != TermsKind.END_OF_MONTH):
            raise NotPaymentTerms(text)
        if "+" in text and found[1] != TermsKind.END_OF_MONTH:
            raise NotPaymentTerms(text)
        return cls(TermsKind(found[1]), int(found[2] or 0))

    def __str__(self) -> str:
        if self.kind is TermsKind.END_OF_MONTH:
            return f"eom+{self.days}" if self.days else "eom"
        return f"{self.kind}{self.days}"

    def due(self, issued: date) -> date:
        if self.kind is TermsKind.NET:
            return add_days(issued, self.days)
        if self.kind is TermsKind.END_OF_MONTH:
            return add_days(end_of_month(issued), self.days)
        this_month = add_months(issued.replace(day=1), 0, anchor=self.days)
        if this_month > issued:
            return this_month
        return add_months(issued.replace(day=1), 1, anchor=self.days)

    def said(self) -> str:
        """The terms as one reads them on an invoice."""
        if self.kind is TermsKind.NET:
            return f"{self.days} days after issue" if self.days else "due on receipt"
        if self.kind is TermsKind.END_OF_MONTH:
            return f"end of month and {self.days} days" if self.days else "end of month"
        return f"on day {self.days} of the month"
