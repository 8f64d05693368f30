"""What one request did, as the store knows it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from billing_tui.domain.trace import Trace
from storage.repos import trace
from storage.uow import Unit

from .cases import Service, reads


class Traces(Service):
    @reads("trace.show")
    def show(self, unit: Unit, id: UUID) -> Trace:
        return trace.trace(unit, id)

    @reads("trace.all")
    def all(self, unit: Unit, ids: Sequence[UUID]) -> list[Trace]:
        """Those of these requests that are in the store."""
        found = (trace.trace(unit, id) for id in ids)
        return [one for one in found if one.request or one.audit]
