from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text

from billing_tui.domain.operations import ImportState, JobOutcome, Severity
from storage import types

from .base import BusinessRow, Kind, Owned, field, points_to, shape


class Job(Owned, table=True):
    """One scheduled duty. The lease decides who runs it."""

    __tablename__ = "job"
    __table_args__ = shape(Kind.TECHNICAL, Index(None, "organisation", "next_run_at"))

    name: str = field(types.SortKey, primary_key=True)
    schedule: str = field(types.Words)
    enabled: bool = field(types.Flag)
    lease: UUID | None = field(types.Id, nullable=True)
    lease_until: datetime | None = field(types.UtcTime, nullable=True)
    last_run_at: datetime | None = field(types.UtcTime, nullable=True)
    next_run_at: datetime = field(types.UtcTime)


class JobRun(Owned, table=True):
    __tablename__ = "job_run"
    __table_args__ = shape(
        Kind.TECHNICAL,
        ForeignKeyConstraint(["organisation", "job"], ["job.organisation", "job.name"]),
        Index(None, "organisation", "started_at"),
    )

    id: UUID = field(types.Id, primary_key=True)
    job: str = field(types.SortKey)
    started_at: datetime = field(types.UtcTime)
    finished_at: datetime | None = field(types.UtcTime, nullable=True)
    outcome: JobOutcome = field(types.Choice(JobOutcome))
    counts: Any = field(types.JsonText)
    error: str = field(types.Words)


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


class ImportRun(Owned, table=True):
    """One file taken in: the same bytes are recognised, and a crash is finished from its units."""

    __tablename__ = "import_run"
    __table_args__ = shape(Kind.TECHNICAL, UniqueConstraint("organisation", "kind", "file_hash"))

    id: UUID = field(types.Id, primary_key=True)
    kind: str = field(types.SortKey)
    file_hash: str = field(types.SortKey)
    state: ImportState = field(types.Choice(ImportState))
    rows: int = field(types.Whole)
    started_by: UUID = field(types.Id)
    started_at: datetime = field(types.UtcTime)


class ImportUnit(Owned, table=True):
    """Rows of a checked file that are written in one transaction."""

    __tablename__ = "import_unit"
    __table_args__ = shape(Kind.TECHNICAL, *points_to("import_run", "run"))

    run: UUID = field(types.Id, primary_key=True)
    n: int = field(types.Whole, primary_key=True)
    rows: str = field(types.Words)
    done_at: datetime | None = field(types.UtcTime, nullable=True)
