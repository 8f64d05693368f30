from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text

from billing_tui.domain.customers import Delivery, KeyKind
from storage import types

from .base import BusinessRow, Kind, Owned, field, points_to, shape


class Customer(BusinessRow, table=True):
    """A billing entity. What is edited as one form is one row, so one version guards it all."""

    __tablename__ = "customer"
    __table_args__ = shape(
        Kind.BUSINESS,
        UniqueConstraint("organisation", "number"),
        CheckConstraint("parent <> id", name="parent"),
        CheckConstraint("merged_into <> id", name="merged_into"),
        *points_to("organisation", "organisation"),
        *points_to("customer", "parent", "merged_into"),
        Index(None, "organisation", "sort_name", "id"),
        Index(None, "organisation", "sort_number", "id"),
        Index(None, "organisation", "created_at", "id"),
        Index(None, "organisation", "parent"),
        Index(None, "organisation", "merged_into"),
        Index("ix_customer_above", "organisation", text("coalesce(merged_into, parent)")),
        Index(None, "organisation", "archived_at"),
        Index(None, "organisation", "currency"),
        Index(None, "organisation", "skeleton"),
    )

    number: str = field(types.SortKey)
    name: str = field(types.Words)
    parent: UUID | None = field(types.Id, nullable=True)
    currency: str = field(types.Words)
    terms: str = field(types.Words)
    credit_limit: int | None = field(types.MinorUnits, nullable=True)
    delivery: Delivery = field(types.Choice(Delivery))
    language: str = field(types.Words)
    addresses: Any = field(types.JsonText, personal=True)
    contacts: Any = field(types.JsonText, personal=True)
    tax_ids: Any = field(types.JsonText)
    allocations: Any = field(types.JsonText)
    brakes: Any = field(types.JsonText)
    tags: Any = field(types.JsonText)
    meta_data: Any = field(types.JsonText)
    merged_into: UUID | None = field(types.Id, nullable=True)
    archived_at: datetime | None = field(types.UtcTime, nullable=True)
    sort_name: str = field(types.SortKey, bookkeeping=True)
    sort_number: str = field(types.SortKey, bookkeeping=True)
    skeleton: str = field(types.SortKey, bookkeeping=True)
    created_at: datetime = field(types.UtcTime, bookkeeping=True)


class CustomerKey(Owned, table=True):
    """What a customer can be found by. A key that no longer holds is gone, later purged."""

    __tablename__ = "customer_key"
    __table_args__ = shape(
        Kind.TECHNICAL,
        *points_to("customer", "customer"),
        Index(None, "organisation", "customer", "kind", "key"),
        Index(
            None,
            "organisation",
            "gone_at",
            sqlite_where=text("gone_at IS NOT NULL"),
            postgresql_where=text("gone_at IS NOT NULL"),
        ),
    )

    kind: KeyKind = field(types.Choice(KeyKind), primary_key=True)
    key: str = field(types.SortKey, primary_key=True)
    customer: UUID = field(types.Id, primary_key=True)
    gone_at: datetime | None = field(types.UtcTime, nullable=True)


class CustomerNote(BusinessRow, table=True):
    __tablename__ = "customer_note"
    __table_args__ = shape(
        Kind.BUSINESS,
        *points_to("customer", "customer"),
        *points_to("app_user", "author"),
        Index(None, "organisation", "customer", "written_at"),
    )

    customer: UUID = field(types.Id)
    author: UUID = field(types.Id)
    text: str = field(types.Words, personal=True)
    written_at: datetime = field(types.UtcTime)
    deleted_at: datetime | None = field(types.UtcTime, nullable=True)
