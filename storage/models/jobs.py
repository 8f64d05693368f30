from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index

from billing_tui.domain.jobs import JobOutcome
from storage import types

from .base import Kind, Owned, field, shape


class Job(Owned, table=True):
    """One scheduled duty. The lease decides who runs it."""

    __tablename__ = "job"
    __table_args__ = shape(Kind.TECHNICAL)

    name: str = field(types.SortKey, primary_key=True)
    schedule: str = field(types.Words)
    enabled: bool = field(types.Flag)
    lease: UUID | None = field(types.Id, nullable=True)
    lease_until: datetime | None = field(types.UtcTime, nullable=True)
    last_run_at: datetime | None = field(types.UtcTime, nullable=True)
    next_run_at: datetime = field(types.UtcTime)


class JobRun(Owned, table=True):
    """One run. Its id is that of the request that asked for it."""

    __tablename__ = "job_run"
    __table_args__ = shape(
        Kind.TECHNICAL,
        ForeignKeyConstraint(["organisation", "job"], ["job.organisation", "job.name"]),
        Index(None, "organisation", "job", "started_at"),
        Index(None, "organisation", "finished_at"),
    )

    id: UUID = field(types.Id, primary_key=True)
    job: str = field(types.SortKey)
    started_at: datetime = field(types.UtcTime)
    finished_at: datetime | None = field(types.UtcTime, nullable=True)
    outcome: JobOutcome = field(types.Choice(JobOutcome))
    counts: Any = field(types.JsonText)
    error: str = field(types.Words)
