from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index

from billing_tui.domain.ledger import EntryKind
from storage import types

from .base import Kind, Owned, field, points_to, shape


class LedgerEntry(Owned, table=True):
    __tablename__ = "ledger_entry"
    __table_args__ = shape(
        Kind.APPEND_ONLY,
        *points_to("legal_entity", "entity"),
        ForeignKeyConstraint(
            ["organisation", "reverses"], ["ledger_entry.organisation", "ledger_entry.seq"]
        ),
        Index(None, "organisation", "booked_on"),
        Index(None, "organisation", "document"),
        Index(None, "organisation", "reverses", unique=True),
    )

    seq: int = field(types.Whole, primary_key=True)
    entity: UUID = field(types.Id)
    at: datetime = field(types.UtcTime)
    booked_on: date = field(types.Day)
    kind: EntryKind = field(types.Choice(EntryKind))
    currency: str = field(types.Words)
    document: UUID | None = field(types.Id, nullable=True)
    reverses: int | None = field(types.Whole, nullable=True)
    request: UUID = field(types.Id)


class Posting(Owned, table=True):
    """One side of an entry: above zero is a debit. What is receivable says when it falls due."""

    __tablename__ = "posting"
    __table_args__ = shape(
        Kind.APPEND_ONLY,
        ForeignKeyConstraint(
            ["organisation", "entry"], ["ledger_entry.organisation", "ledger_entry.seq"]
        ),
        *points_to("customer", "customer"),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("(account = 'receivable') = (due_on IS NOT NULL)", name="due_on"),
        Index(None, "organisation", "account", "currency"),
        Index(None, "organisation", "customer"),
    )

    entry: int = field(types.Whole, primary_key=True)
    line: int = field(types.Whole, primary_key=True)
    account: str = field(types.SortKey)
    customer: UUID | None = field(types.Id, nullable=True)
    currency: str = field(types.Words)
    amount: int = field(types.MinorUnits)
    due_on: date | None = field(types.Day, nullable=True)


class LedgerHead(Owned, table=True):
    __tablename__ = "ledger_head"
    __table_args__ = shape(Kind.TECHNICAL)

    seq: int = field(types.Whole)


class SummaryOpen(Owned, table=True):
    """What is receivable, by the day it falls due."""

    __tablename__ = "summary_open"
    __table_args__ = shape(Kind.TECHNICAL)

    entity: UUID = field(types.Id, primary_key=True)
    currency: str = field(types.SortKey, primary_key=True)
    due_on: date = field(types.Day, primary_key=True)
    amount: int = field(types.MinorUnits)


class SummaryMoved(Owned, table=True):
    """What moved, by the day it was booked and why."""

    __tablename__ = "summary_moved"
    __table_args__ = shape(Kind.TECHNICAL)

    entity: UUID = field(types.Id, primary_key=True)
    currency: str = field(types.SortKey, primary_key=True)
    booked_on: date = field(types.Day, primary_key=True)
    kind: EntryKind = field(types.Choice(EntryKind), primary_key=True)
    amount: int = field(types.MinorUnits)
    entries: int = field(types.Whole)
