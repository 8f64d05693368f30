"""General ledger codes in a file: one account from one day on a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from billing_tui.domain.fields import FieldError, Findings, checked_code
from billing_tui.domain.gl import checked_account, checked_gl_code

from .layout import Column, Row

COLUMNS = (
    Column("entity", "the code of the legal entity, such as MAIN", needed=True),
    Column("account", "of our books, such as receivable or revenue:*", needed=True),
    Column("department", "its code; for all when empty"),
    Column("valid_from", "the first day it holds, such as 2026-01-01", needed=True),
    Column("code", "of the general ledger, such as 1400", needed=True),
)
DEPARTMENT = 32


@dataclass(frozen=True, slots=True)
class MappingDraft:
    entity: str
    account: str
    department: str
    valid_from: date
    code: str

    @property
    def key(self) -> str:
        part = f" of {self.department}" if self.department else ""
        return f"{self.account}{part} in {self.entity} from {self.valid_from}"


def read(row: Row) -> MappingDraft:
    return MappingDraft(
        row.code("entity"),
        row.code("account"),
        row.code("department"),
        row.day("valid_from", date.min),
        row.code("code"),
    )


def examined(draft: MappingDraft) -> tuple[MappingDraft, tuple[FieldError, ...]]:
    on = Findings()
    on.tried("account", lambda: checked_account(draft.account), "")
    on.tried("code", lambda: checked_gl_code(draft.code), "")
    on.tried("entity", lambda: checked_code(draft.entity, "entity", DEPARTMENT), "")
    if draft.department:
        on.tried("department", lambda: checked_code(draft.department, "department", DEPARTMENT), "")
    return draft, tuple(on.errors)
