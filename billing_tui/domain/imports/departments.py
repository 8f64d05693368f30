"""Departments in a file."""

from __future__ import annotations

from billing_tui.domain.departments import (
    Department,
    DepartmentDraft,
    DepartmentRefused,
    checked_department,
)
from billing_tui.domain.fields import FieldError

from .layout import Column, Row

COLUMNS = (
    Column("code", "yours, such as SALES", needed=True),
    Column("name", "as in reports", needed=True),
    Column("parent", "the code of the department above, which may come later in the file"),
    Column("owner", "the login of the person who answers for it"),
    Column("status", "active, archived or merged", told=True),
    Column("merged_into", "the code it was merged into", told=True),
)


def read(row: Row) -> DepartmentDraft:
    return DepartmentDraft(
        row.code("code"), row.text("name"), row.code("parent"), row.code("owner")
    )


def examined(draft: DepartmentDraft) -> tuple[DepartmentDraft, tuple[FieldError, ...]]:
    try:
        return checked_department(draft), ()
    except DepartmentRefused as refused:
        return draft, refused.errors


def told(one: Department) -> list[str]:
    """A department as the cells of COLUMNS."""
    return [one.code, one.name, one.parent, one.owner, one.status.value, one.merged_into]
