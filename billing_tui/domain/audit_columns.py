"""The audit trail in a file: a line of it as cells."""

from __future__ import annotations

from .audit_log import AuditLine
from .imports import Column

COLUMNS = (
    Column("seq", "its number in the trail", number=True, told=True),
    Column("at", "in UTC", told=True),
    Column("who", "the login of who did it", told=True),
    Column("action", "what was done", told=True),
    Column("object", "what it was done to", told=True),
    Column("label", "what people call that", told=True),
    Column("version", "which version of it came of that", number=True, told=True),
    Column("reason", "why", told=True),
    Column("request", "the id of the request it was part of", told=True),
)


def told(line: AuditLine) -> list[str | int]:
    """An act as the cells of COLUMNS."""
    version = "" if line.version is None else line.version
    return [
        line.seq, line.at, line.who, line.action, line.object, line.label, version, line.reason,
        line.request,
    ]  # fmt: skip
