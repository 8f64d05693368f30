from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from storage import types

from .base import BusinessRow, Kind, field, points_to, shape


class AppUser(BusinessRow, table=True):
    """A person. On Postgres `login` is a database login and holds the password; here none is."""

    __tablename__ = "app_user"
    __table_args__ = shape(
        Kind.BUSINESS,
        UniqueConstraint("organisation", "login"),
        *points_to("organisation", "organisation"),
    )

    login: str = field(types.SortKey)
    name: str = field(types.Words)
    roles: str = field(types.Words)
    disabled_at: datetime | None = field(types.UtcTime, nullable=True)
    password: str = field(types.Words, bookkeeping=True)
    failures: int = field(types.Whole, bookkeeping=True)
    retry_at: datetime | None = field(types.UtcTime, nullable=True, bookkeeping=True)
    public_key: str = field(types.Words, bookkeeping=True)


class Membership(SQLModel, table=True):
    """Which login belongs to which organisation: the root of every row-level policy."""

    __tablename__ = "membership"
    __table_args__ = shape(Kind.STORE)

    login: str = field(types.SortKey, primary_key=True)
    organisation: UUID = field(types.Id, primary_key=True)
