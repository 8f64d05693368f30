"""Browsing the audit trail: slices of it, one entry whole, and what is new in it."""

from __future__ import annotations

from billing_tui.domain.audit_log import (
    EVERYTHING,
    MOST_COUNTED,
    AuditEntry,
    AuditFilter,
    AuditLine,
    EntryNotFound,
)
from billing_tui.domain.pages import TOP, Counted, Place, Slice
from storage.repos import audit_entries, audit_log
from storage.uow import Unit

from .cases import Service, reads


class Audit(Service):
    @reads("audit.slice")
    def slice(
        self, unit: Unit, asked: AuditFilter = EVERYTHING, place: Place = TOP, limit: int = 200
    ) -> Slice[AuditLine]:
        """The newest first."""
        return audit_log.slice_of(unit, asked, place, limit)

    @reads("audit.count")
    def count(
        self, unit: Unit, asked: AuditFilter = EVERYTHING, most: int = MOST_COUNTED
    ) -> Counted:
        return audit_log.count(unit, asked, most)

    @reads("audit.show")
    def show(self, unit: Unit, seq: int) -> AuditEntry:
        found = audit_entries.entry(unit, seq)
        if found is None:
            raise EntryNotFound(seq)
        return found

    @reads("audit.head")
    def head(self, unit: Unit) -> int:
        """The number of the newest entry: whoever saw a smaller one has something to read."""
        return audit_log.head(unit)

    @reads("audit.since")
    def since(self, unit: Unit, seq: int) -> tuple[str, ...]:
        """What the entries behind this one are about, such as `customer:<id>`, each once and the
        newest first; only the newest MOST_CHANGED entries are looked at."""
        return audit_log.changed_since(unit, seq)
