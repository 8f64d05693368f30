from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text

from storage import types

from .base import BusinessRow, Kind, field, points_to, shape


def _once(name: str, column: str, where: str) -> Index:
    """One live view of a person and an area may have it."""
    live = text(f"deleted_at IS NULL{where}")
    return Index(
        name,
        "organisation",
        "owner",
        "area",
        column,
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )


class SavedView(BusinessRow, table=True):
    """A list as its owner likes to see it; `position` is its number key, 0 for none."""

    __tablename__ = "saved_view"
    __table_args__ = shape(
        Kind.BUSINESS,
        *points_to("app_user", "owner"),
        CheckConstraint("position BETWEEN 0 AND 9", name="position"),
        _once("uq_saved_view_live_name", "sort_name", ""),
        _once("uq_saved_view_live_position", "position", " AND position > 0"),
    )

    owner: UUID = field(types.Id)
    area: str = field(types.SortKey)
    name: str = field(types.Words)
    query: str = field(types.Words, personal=True)
    sort: str = field(types.Words)
    descending: bool = field(types.Flag)
    position: int = field(types.Whole)
    deleted_at: datetime | None = field(types.UtcTime, nullable=True)
    sort_name: str = field(types.SortKey, bookkeeping=True)
