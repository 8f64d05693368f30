from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text

from billing_tui.domain.alerts import Severity
from storage import types

from .base import BusinessRow, Kind, field, points_to, shape


class Alert(BusinessRow, table=True):
    """Something a person must know. `key` is what it is about, so that it is raised only once."""

    __tablename__ = "alert"
    __table_args__ = shape(
        Kind.BUSINESS,
        *points_to("app_user", "owner", "acknowledged_by"),
        Index(
            "uq_alert_open_key",
            "organisation",
            "kind",
            "key",
            unique=True,
            sqlite_where=text("acknowledged_at IS NULL"),
            postgresql_where=text("acknowledged_at IS NULL"),
        ),
        Index(None, "organisation", "raised_at", "id"),
    )

    kind: str = field(types.SortKey)
    key: str = field(types.SortKey)
    severity: Severity = field(types.Choice(Severity))
    message: str = field(types.Words)
    object: str = field(types.Words)
    owner: UUID | None = field(types.Id, nullable=True)
    raised_at: datetime = field(types.UtcTime)
    due_at: datetime | None = field(types.UtcTime, nullable=True)
    acknowledged_at: datetime | None = field(types.UtcTime, nullable=True)
    acknowledged_by: UUID | None = field(types.Id, nullable=True)
