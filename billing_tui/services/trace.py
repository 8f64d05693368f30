"""What one request did, as the store knows it."""

from __future__ import annotations

from uuid import UUID

from billing_tui.domain.trace import Trace
from storage.repos import trace
from storage.uow import Unit

from .cases import Service, reads


class Traces(Service):
    @reads("trace.show")
    def show(self, unit: Unit, id: UUID) -> Trace:
        return trace.trace(unit, id)
