"""What one request left in the store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Text, bindparam, cast, select

from billing_tui.domain.trace import Trace, TracedAct, TracedEntry, TracedRequest
from storage.models import AppUser, AuditLog, LedgerEntry, Request
from storage.models.base import table_of
from storage.uow import Unit

from .history import entries_told

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
# What was booked is named by the chain, so entries need no index of their own by request.
_POSTS = select(_AUDIT.c.body).where(
    _AUDIT.c.organisation == bindparam("o"),
    _AUDIT.c.request == bindparam("request"),
    _AUDIT.c.action == "ledger.post",
)
_ENTRIES = (
    select(
        _ENTRY.c.seq, _ENTRY.c.booked_on, _ENTRY.c.kind, _ENTRY.c.currency, _ENTRY.c.document
    )
    .where(
        _ENTRY.c.organisation == bindparam("o"),
        _ENTRY.c.seq.between(bindparam("first"), bindparam("last")),
    )
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
    named = {"o": unit.organisation, "request": str(id)}
    acts = tuple(TracedAct(*row) for row in unit.connection.execute(_ACTS, named))
    return Trace(id, request, acts, tuple(_entries(unit, named)))


def _entries(unit: Unit, named: dict[str, Any]) -> Iterator[TracedEntry]:
    for (body,) in unit.connection.execute(_POSTS, named).all():
        if (booked := entries_told(body)) is None:
            continue
        span = {"o": unit.organisation, "first": booked["first"], "last": booked["last"]}
        yield from (TracedEntry(*row) for row in unit.connection.execute(_ENTRIES, span))
