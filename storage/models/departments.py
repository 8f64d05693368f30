from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text

from storage import types

from .base import BusinessRow, Kind, field, points_to, shape


class Department(BusinessRow, table=True):
    __tablename__ = "department"
    __table_args__ = shape(
        Kind.BUSINESS,
        UniqueConstraint("organisation", "code"),
        CheckConstraint("parent <> id", name="parent"),
        CheckConstraint("merged_into <> id", name="merged_into"),
        *points_to("organisation", "organisation"),
        *points_to("department", "parent", "merged_into"),
        *points_to("app_user", "owner"),
        Index(None, "organisation", "parent"),
        Index(None, "organisation", "merged_into"),
        Index("ix_department_above", "organisation", text("coalesce(merged_into, parent)")),
        Index(None, "organisation", "sort_name", "id"),
    )

    code: str = field(types.SortKey)
    name: str = field(types.Words)
    parent: UUID | None = field(types.Id, nullable=True)
    owner: UUID | None = field(types.Id, nullable=True)
    merged_into: UUID | None = field(types.Id, nullable=True)
    archived_at: datetime | None = field(types.UtcTime, nullable=True)
    sort_name: str = field(types.SortKey, bookkeeping=True)


class GlMapping(BusinessRow, table=True):
    """Ledger account to the general ledger's code, from a day on; an empty code ends it there."""

    __tablename__ = "gl_mapping"
    __table_args__ = shape(
        Kind.BUSINESS,
        *points_to("legal_entity", "entity"),
        *points_to("department", "department"),
        Index(None, "organisation", "account", "valid_from", "id"),
    )

    entity: UUID = field(types.Id)
    department: UUID | None = field(types.Id, nullable=True)
    account: str = field(types.SortKey)
    code: str = field(types.Words)
    valid_from: date = field(types.Day)
    deleted_at: datetime | None = field(types.UtcTime, nullable=True)


class ExchangeRate(BusinessRow, table=True):
    __tablename__ = "exchange_rate"
    __table_args__ = shape(
        Kind.BUSINESS,
        UniqueConstraint("organisation", "base", "quote", "valid_on"),
        *points_to("organisation", "organisation"),
        Index(None, "organisation", "valid_on", "base", "quote"),
    )

    base: str = field(types.SortKey)
    quote: str = field(types.SortKey)
    valid_on: date = field(types.Day)
    rate: Decimal = field(types.ExactDecimal)
    inverse: bool = field(types.Flag)
    source: str = field(types.Words)
