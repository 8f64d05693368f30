"""Customers: who is billed, on what terms, and what holds them back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


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
class TaxId:
    country: str
    number: str


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
    credit_limit: int | None = None
    delivery: Delivery = Delivery.EMAIL
    language: str = "en"
    addresses: tuple[Address, ...] = ()
    contacts: tuple[Contact, ...] = ()
    tax_ids: tuple[TaxId, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    tags: tuple[str, ...] = ()
    meta_data: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Customer:
    id: UUID
    version: int
    number: str
    name: str
    currency: str
    parent: str
    terms: str
    credit_limit: int | None
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
