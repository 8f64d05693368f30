from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint

from storage import types

from .base import Kind, Owned, field, shape


class AuditLog(Owned, table=True):
    """The chain. Every column holds exactly the text that was hashed."""

    __tablename__ = "audit_log"
    __table_args__ = shape(
        Kind.APPEND_ONLY,
        UniqueConstraint("organisation", "object", "version"),
        Index(None, "organisation", "request"),
        Index(None, "organisation", "at", "seq"),
        Index(None, "organisation", "actor", "action", "seq"),
        Index(None, "organisation", "action", "seq"),
    )

    seq: int = field(types.Whole, primary_key=True)
    prev: str = field(types.SortKey)
    at: str = field(types.SortKey)
    actor: str = field(types.Words)
    database_user: str | None = field(types.Words, nullable=True)
    origin: str = field(types.Words)
    request: str | None = field(types.Words, nullable=True)
    action: str = field(types.Words)
    object: str = field(types.SortKey)
    version: int | None = field(types.Whole, nullable=True)
    reason: str = field(types.Words)
    body: str = field(types.Words)
    hash: str = field(types.SortKey)
    key_id: str = field(types.Words)
    mac: str = field(types.Words)


class AuditHead(Owned, table=True):
    __tablename__ = "audit_head"
    __table_args__ = shape(Kind.TECHNICAL)

    seq: int = field(types.Whole)
    hash: str = field(types.SortKey)


class PersonalValue(Owned, table=True):
    """The clear value behind a salted hash in the chain; erasure empties value and salt."""

    __tablename__ = "personal_value"
    __table_args__ = shape(Kind.TECHNICAL, Index(None, "organisation", "object"))

    digest: str = field(types.SortKey, primary_key=True)
    object: str = field(types.SortKey)
    salt: str = field(types.Words)
    value: str = field(types.Words)


class Request(Owned, table=True):
    """One write as its client named it, and the answer it got."""

    __tablename__ = "request"
    __table_args__ = shape(Kind.TECHNICAL, Index(None, "organisation", "at"))

    id: UUID = field(types.Id, primary_key=True)
    actor: str = field(types.Words)
    action: str = field(types.Words)
    params: str = field(types.SortKey)
    result: str | None = field(types.Words, nullable=True)
    at: datetime = field(types.UtcTime)
