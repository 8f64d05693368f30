"""Filters of the audit trail as they are typed: `who:ann action:customers at>=2026-01-01`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from billing_tui.domain import filters
from billing_tui.domain.audit_log import AuditFilter
from billing_tui.domain.dates import add_days
from billing_tui.domain.errors import InputError
from billing_tui.domain.filters import (
    Comparison,
    Completion,
    Field,
    FilterNotUnderstood,
    Kind,
    Reading,
    Term,
)

FIELDS = (
    Field("who", "the login of who did it", aliases=("by",)),
    Field("action", "how the act begins, such as customers or users.add", aliases=("act",)),
    Field("object", "a kind such as customer, or one such as customer:C-00001", aliases=("obj",)),
    Field("request", "the id of one request"),
    Field("at", "the day, such as 2026-01-31 or -30", Kind.DATE, ("on", "day")),
)


def understood(text: str, today: date) -> AuditFilter:
    query = filters.read(text, FIELDS, Reading(today))
    for place in query.places:
        message = "A word alone says nothing here; write who:, action: or object: before it."
        raise FilterNotUnderstood(*place, message)
    asked: dict[str, Any] = {}
    for term in query.terms:
        for name, value in _members(term):
            if name in asked:
                message = f"{term.field.name} is already asked for; once is enough."
                raise FilterNotUnderstood(term.start, term.end, message)
            asked[name] = value
        first, last = asked.get("since"), asked.get("until")
        if first and last and first > last:
            message = f"No day is from {first} on and not after {last}."
            raise FilterNotUnderstood(term.start, term.end, message)
    return AuditFilter(**asked)


def completions(
    text: str, cursor: int, values: Mapping[str, Sequence[str]] | None = None
) -> list[Completion]:
    return filters.completions(text, cursor, FIELDS, values or {})


def _members(term: Term) -> list[tuple[str, Any]]:
    if term.field.kind is not Kind.DATE:
        return [(term.field.name, term.value)]
    day: date = term.value
    try:
        match term.comparison:
            case Comparison.AT_LEAST:
                return [("since", day)]
            case Comparison.AT_MOST:
                return [("until", day)]
            case Comparison.MORE:
                return [("since", add_days(day, 1))]
            case Comparison.LESS:
                return [("until", add_days(day, -1))]
    except InputError as error:
        raise FilterNotUnderstood(term.start, term.end, error.message) from None
    return [("since", day), ("until", day)]
