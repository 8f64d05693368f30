"""Alerts: something a person must know, said once until somebody has taken note of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from .errors import Conflict, NotFound


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


class AlertNotFound(NotFound):
    def __init__(self, id: UUID) -> None:
        self.id = id
        super().__init__("No such alert", f"There is no alert {id}. See `billing-tui alerts list`.")


class AlertAcknowledged(Conflict):
    def __init__(self, by: str) -> None:
        self.by = by
        super().__init__("Already acknowledged", f"{by} has acknowledged this alert before.")


class OwnerUnknown(NotFound):
    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(
            "No such person",
            f"{login[:60]!r} is no active user of this organisation. See `billing-tui users list`.",
        )


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """`kind` and `key` say what it is about: while such an alert is open there is no second one.

    The message names ids and codes, so that it may leave the house by mail or to a telephone.
    """

    kind: str
    key: str
    severity: Severity
    message: str
    object: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    id: UUID
    kind: str
    key: str
    severity: Severity
    message: str
    object: str
    owner: str  # a login, or nothing
    raised_at: datetime
    due_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    version: int


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Open ones of any kind, unless said otherwise; `severity` is the least that is shown."""

    closed: bool = False
    kind: str = ""
    severity: Severity = Severity.INFO
    owner: str = ""
    text: str = ""  # words of the message


class AlertSort(StrEnum):
    """The most severe or the newest first, when descending; of equals the newest."""

    SEVERITY = "severity"
    RAISED = "raised"


OPEN_ONES = AlertFilter()
