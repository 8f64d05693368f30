from datetime import date
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from storage import types

from .base import BusinessRow, Kind, Owned, field, points_to, shape


class StoreMeta(SQLModel, table=True):
    """Facts about the store itself, such as the oldest and newest program that may open it."""

    __tablename__ = "store_meta"
    __table_args__ = shape(Kind.STORE)

    name: str = field(types.Words, primary_key=True)
    value: str = field(types.Words)


class Organisation(BusinessRow, table=True):
    """A tenant. Its `id` equals its `organisation`, so every rule about rows holds for it too."""

    __tablename__ = "organisation"
    __table_args__ = shape(Kind.BUSINESS)

    name: str = field(types.Words)
    currency: str = field(types.Words)
    locale: str = field(types.Words)
    zone: str = field(types.Words)
    production: bool = field(types.Flag)


class CurrencyUse(BusinessRow, table=True):
    """The exponent of a currency, frozen at its first use in this organisation."""

    __tablename__ = "currency_use"
    __table_args__ = shape(Kind.BUSINESS, UniqueConstraint("organisation", "currency"))

    currency: str = field(types.Words)
    exponent: int = field(types.Whole)


class LegalEntity(BusinessRow, table=True):
    __tablename__ = "legal_entity"
    __table_args__ = shape(
        Kind.BUSINESS,
        UniqueConstraint("organisation", "code"),
        *points_to("organisation", "organisation"),
    )

    code: str = field(types.SortKey)
    name: str = field(types.Words)
    address: Any = field(types.JsonText)
    country: str = field(types.Words)
    currency: str = field(types.Words)
    tax_ids: Any = field(types.JsonText)
    closed_through: date = field(types.Day)


class Setting(BusinessRow, table=True):
    __tablename__ = "setting"
    __table_args__ = shape(Kind.BUSINESS, UniqueConstraint("organisation", "name"))

    name: str = field(types.Words)
    value: Any = field(types.JsonText)


class Counter(Owned, table=True):
    """A number series or a guard: changed by UPDATE, so its row lock serialises the takers."""

    __tablename__ = "counter"
    __table_args__ = shape(Kind.TECHNICAL)

    name: str = field(types.Words, primary_key=True)
    n: int = field(types.Whole)
