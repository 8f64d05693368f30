from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index

from storage import types

from .base import Kind, Owned, field, points_to, shape


class FormDraft(Owned, table=True):
    """What a person typed into a form and did not save; emptied when it is used. `about` is the
    number of what the form changes, `seen` the version they saw."""

    __tablename__ = "form_draft"
    __table_args__ = shape(
        Kind.TECHNICAL, *points_to("app_user", "owner"), Index(None, "organisation", "saved_at")
    )

    owner: UUID = field(types.Id, primary_key=True)
    form: str = field(types.SortKey, primary_key=True)
    about: str = field(types.SortKey, primary_key=True)
    seen: int = field(types.Whole)
    body: Any = field(types.JsonText, personal=True)
    saved_at: datetime = field(types.UtcTime)
