from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint

from storage import types

from .base import BusinessRow, Kind, field, shape


class Feature(BusinessRow, table=True):
    __tablename__ = "feature"
    __table_args__ = shape(
        Kind.BUSINESS,
        UniqueConstraint("organisation", "name"),
        CheckConstraint("percentage BETWEEN 0 AND 100", name="percentage"),
    )

    name: str = field(types.SortKey)
    enabled: bool = field(types.Flag)
    roles: Any = field(types.JsonText)
    percentage: int = field(types.Whole)
