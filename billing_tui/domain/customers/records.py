"""What is known of a customer, and what a person decides about one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from billing_tui.domain.money import Money, split_money
from billing_tui.domain.tax_ids import TaxId


class Delivery(StrEnum):
    EMAIL = "email"
    POST = "post"
    DOWNLOAD = "download"


class Brake(StrEnum):
    HOLD = "hold"
    NO_DUNNING = "no_dunning"
    NO_AUTO_PAY = "no_auto_pay"


class AddressKind(StrEnum):
    BILLING = "billing"
    SHIPPING = "shipping"


class Status(StrEnum):
    ACTIVE = "active"
    ARCHIVED = "archived"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Address:
    kind: AddressKind
    country: str
    lines: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    email: str = ""
    phone: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Allocation:
    """A share of this customer's cost that a department bears; shares sum to 100."""

    department: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class CustomerDraft:
    """Everything a person decides about a customer; parent and departments by number and code."""

    name: str
    currency: str
    number: str = ""
    parent: str = ""
    terms: str = "net30"
    credit_limit: Money | None = None
    delivery: Delivery = Delivery.EMAIL
    language: str = "en"
    addresses: tuple[Address, ...] = ()
    contacts: tuple[Contact, ...] = ()
    tax_ids: tuple[TaxId, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    tags: tuple[str, ...] = ()
    meta_data: dict[str, str] = field(default_factory=dict)


# What an edit may change; a number is given once and stays.
EDITABLE = (
    "name", "currency", "parent", "terms", "credit_limit", "delivery", "language", "addresses",
    "contacts", "tax_ids", "allocations", "tags", "meta_data",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Customer:
    """`merged_into` is the number of the customer that a chain of merges ends at."""

    id: UUID
    version: int
    number: str
    name: str
    currency: str
    parent: str
    terms: str
    credit_limit: Money | None
    delivery: Delivery
    language: str
    addresses: tuple[Address, ...]
    contacts: tuple[Contact, ...]
    tax_ids: tuple[TaxId, ...]
    allocations: tuple[Allocation, ...]
    brakes: dict[Brake, str]
    tags: tuple[str, ...]
    meta_data: dict[str, str]
    merged_into: str
    archived_at: datetime | None
    created_at: datetime

    @property
    def status(self) -> Status:
        if self.merged_into:
            return Status.MERGED
        return Status.ACTIVE if self.archived_at is None else Status.ARCHIVED

    def draft(self) -> CustomerDraft:
        return CustomerDraft(number=self.number, **{name: getattr(self, name) for name in EDITABLE})


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A checked draft with its id and number, ready to be written."""

    id: UUID
    number: str
    draft: CustomerDraft


@dataclass(frozen=True, slots=True)
class Saved:
    """What a write answers and its request keeps; nothing personal is in it."""

    id: UUID
    number: str
    version: int


@dataclass(frozen=True, slots=True)
class Note:
    """`number` is the customer it was written on, which may have been merged since."""

    id: UUID
    version: int
    number: str
    author: str
    text: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class TreeLine:
    """One customer in a tree, `depth` levels below its top."""

    number: str
    name: str
    depth: int
    status: Status


@dataclass(frozen=True, slots=True)
class Tree:
    """Lines from top to bottom; `cut` when there are more than are shown."""

    items: tuple[TreeLine, ...]
    cut: bool = False


def shares(total: Money, allocations: tuple[Allocation, ...]) -> list[tuple[str, Money]]:
    """What each department bears of an amount, to the cent: by largest remainder, in order."""
    parts = split_money(total, [share.percent for share in allocations])
    return [(share.department, part) for share, part in zip(allocations, parts, strict=True)]
