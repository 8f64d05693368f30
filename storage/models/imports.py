from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint

from billing_tui.domain.imports.runs import ImportState
from storage import types

from .base import Kind, Owned, field, points_to, shape


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
