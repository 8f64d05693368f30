"""What one request left in the store."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Text, bindparam, cast, select

from billing_tui.domain.trace import Trace, TracedAct, TracedEntry, TracedRequest
from storage.models import AppUser, AuditLog, LedgerEntry, Request
from storage.models.base import table_of
from storage.uow import Unit

_REQUEST = table_of(Request)
_AUDIT = table_of(AuditLog)
_ENTRY = table_of(LedgerEntry)
_USER = table_of(AppUser)
_FIND = (
    select(
        _REQUEST.c.at,
        _REQUEST.c.actor,
        _USER.c.login,
        _REQUEST.c.action,
        _REQUEST.c.result.is_not(None).label("answered"),
    )
    .outerjoin(
        _USER,
        (_USER.c.organisation == _REQUEST.c.organisation)
        & (cast(_USER.c.id, Text) == _REQUEST.c.actor),
    )
    .where(_REQUEST.c.organisation == bindparam("o"), _REQUEST.c.id == bindparam("request"))
)
_ACTS = (
    select(
        _AUDIT.c.seq, _AUDIT.c.at, _AUDIT.c.action, _AUDIT.c.object, _AUDIT.c.version,
        _AUDIT.c.reason,
    )
    .where(_AUDIT.c.organisation == bindparam("o"), _AUDIT.c.request == bindparam("request"))
    .order_by(_AUDIT.c.seq)
)  # fmt: skip
_ENTRIES = (
    select(
        _ENTRY.c.seq, _ENTRY.c.booked_on, _ENTRY.c.kind, _ENTRY.c.currency, _ENTRY.c.document
    )
    .where(_ENTRY.c.organisation == bindparam("o"), _ENTRY.c.request == bindparam("request"))
    .order_by(_ENTRY.c.seq)
)  # fmt: skip


def trace(unit: Unit, id: UUID) -> Trace:
    asked = {"o": unit.organisation, "request": id}
    found = unit.connection.execute(_FIND, asked).one_or_none()
    request = None
    if found is not None:
        request = TracedRequest(
            found.at, found.login or found.actor, found.action, bool(found.answered)
        )
    acts = unit.connection.execute(_ACTS, asked | {"request": str(id)})
    return Trace(
        id,
        request,
        tuple(TracedAct(*row) for row in acts),
        tuple(TracedEntry(*row) for row in unit.connection.execute(_ENTRIES, asked)),
    )
