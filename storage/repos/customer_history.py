"""What happened to a customer and its notes, told in numbers and amounts instead of keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from billing_tui.domain.currencies import CURRENCIES
from billing_tui.domain.customers import told
from billing_tui.domain.history import Act, Change
from billing_tui.domain.money import Money
from storage.uow import Unit

from . import customer_notes, history
from .customers import numbers_of, object_of

_REFERENCES = ("parent", "merged_into")


def acts(unit: Unit, customer: UUID, currency: str, before: int | None, limit: int) -> list[Act]:
    """The newest first; `before` is the last sequence number seen."""
    objects = [object_of(customer), *customer_notes.objects_of(unit, customer)]
    rows = history.rows_of(unit, objects, before, limit)
    bodies = [history.told(row.body) for row in rows]
    teller = _Teller(unit, bodies, currency)
    people = history.logins(unit, [row.actor for row in rows])
    return [
        Act(
            seq=row.seq,
            at=row.at,
            who=people.get(row.actor, ""),
            action=row.action,
            object=row.object,
            version=row.version,
            reason=row.reason,
            request=row.request or "",
            changes=tuple(teller.changes(body)),
        )
        for row, body in zip(rows, bodies, strict=True)
    ]


def replaced_since(unit: Unit, customer: UUID, seen: int, currency: str) -> dict[str, str]:
    """What the fields were at version `seen`, for those that were changed after it."""
    before = history.replaced_since(unit, object_of(customer), seen)
    teller = _Teller(unit, [{"before": before}], currency)
    return {name: teller.said(name, value, before) for name, value in before.items()}


class _Teller:
    """Looks up, once for many audit bodies, what their keys and hashes stand for."""

    def __init__(self, unit: Unit, bodies: Sequence[Any], currency: str) -> None:
        self._clear = history.clear_values(unit, bodies)
        self._numbers = numbers_of(unit, _references(bodies))
        self._currency = currency

    def changes(self, body: Mapping[str, Any]) -> Iterator[Change]:
        before, after = body.get("before", {}), body.get("after", {})
        for name in sorted(after):
            was = self.said(name, before.get(name), before)
            now = self.said(name, after[name], after)
            if was != now:
                yield Change(name, was, now)

    def said(self, name: str, value: Any, beside: Mapping[str, Any]) -> str:
        if name in _REFERENCES and value is not None:
            id = _id(value)
            return "" if id is None else self._numbers.get(id, "")
        code = beside.get("currency", self._currency)
        if name == "credit_limit" and type(value) is int and str(code) in CURRENCIES:
            return told(Money(value, str(code)))
        return told(history.readable(value, self._clear))


def _references(bodies: Iterable[Any]) -> list[UUID]:
    return [
        id
        for body in bodies
        for side in (body.get("before", {}), body.get("after", {}))
        for name in _REFERENCES
        if (id := _id(side.get(name)))
    ]


def _id(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
