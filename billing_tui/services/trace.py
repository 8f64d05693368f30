"""What one request did, as the store and this machine's log know it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from billing_tui.domain.trace import NothingTraced, NotTraceable, Trace, Traced
from billing_tui.logs import REFERENCE, lines_of
from storage.repos import trace
from storage.store import Store
from storage.uow import Unit

from .cases import Service, reads

MOST_WITHIN = 500


class Traces(Service):
    """`state` is this machine's folder, where its log lies."""

    def __init__(self, store: Store, state: Path | None = None) -> None:
        super().__init__(store)
        self._state = state

    @reads("trace.show")
    def show(self, unit: Unit, id: UUID) -> Trace:
        return trace.trace(unit, id)

    @reads("trace.all")
    def all(self, unit: Unit, ids: Sequence[UUID]) -> list[Trace]:
        """Those of these requests that are in the store."""
        found = (trace.trace(unit, id) for id in ids)
        return [one for one in found if one.request or one.audit]

    def whole(self, text: str) -> Traced:
        """By a request's id, or by the reference of an error in the log."""
        request = _request(text) or self._referred(text.upper())
        found, lines = self.show(request), self._lines(str(request), "request", "within")
        if found.request is None and not found.audit and not found.ledger and not lines:
            raise NothingTraced(str(request))
        ids = _made_within(request, lines)
        within = self.all(ids[:MOST_WITHIN])
        return Traced(found, tuple(within), max(0, len(ids) - MOST_WITHIN), tuple(lines))

    def _referred(self, reference: str) -> UUID:
        if not REFERENCE.fullmatch(reference):
            raise NotTraceable
        named = self._lines(reference, "reference")
        found = [line["request"] for line in named if "request" in line]
        if not found:
            raise NothingTraced(reference)
        return UUID(found[-1])

    def _lines(self, value: str, *fields: str) -> list[dict[str, Any]]:
        return lines_of(self._state, value, *fields) if self._state else []


def _request(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _made_within(request: UUID, lines: Iterable[dict[str, Any]]) -> list[UUID]:
    """The units of a command that writes in many; which they are stands in the log alone."""
    named = (line.get("request", "") for line in lines if line.get("within") == str(request))
    return [id for id in map(_request, dict.fromkeys(map(str, named))) if id is not None]
