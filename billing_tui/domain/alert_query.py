"""Filters of alerts as they are typed: `severity:critical kind:job.failed owner:me "free text"`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from billing_tui.domain import filters
from billing_tui.domain.alerts import AlertFilter, Severity
from billing_tui.domain.filters import Completion, Field, FilterNotUnderstood, Kind, Reading, Term

ME = "me"
_OPEN, _CLOSED = "open", "closed"
_STATES = {_OPEN: "nobody has taken note yet", _CLOSED: "somebody has acknowledged it"}
_SEVERITIES = {
    Severity.INFO.value: "every one",
    Severity.WARNING.value: "warnings and what is worse",
    Severity.CRITICAL.value: "only what is critical",
}
FIELDS = (
    Field("state", "open, which is what no state at all means, or closed", Kind.CHOICE,
          choices=_STATES),
    Field("severity", "at least this severe", Kind.CHOICE, ("sev",), choices=_SEVERITIES),
    Field("kind", "such as job.failed"),
    Field("owner", "the login of who looks after it, or me", aliases=("who",)),
)  # fmt: skip


def understood(text: str, today: date, login: str) -> AlertFilter:
    """What a text asks for; `login` is who `me` means."""
    query = filters.read(text, FIELDS, Reading(today))
    asked: dict[str, Any] = {}
    for term in query.terms:
        name, value = _member(term, login)
        if name in asked:
            message = f"{term.field.name} is already asked for; once is enough."
            raise FilterNotUnderstood(term.start, term.end, message)
        asked[name] = value
    return AlertFilter(**asked, text=" ".join(query.words))


def completions(
    text: str, cursor: int, values: Mapping[str, Sequence[str]] | None = None
) -> list[Completion]:
    return filters.completions(text, cursor, FIELDS, values or {})


def _member(term: Term, login: str) -> tuple[str, Any]:
    value = term.value
    match term.field.name:
        case "state":
            return "closed", value == _CLOSED
        case "severity":
            return "severity", Severity(value)
        case "owner":
            return "owner", login if value.lower() == ME else value
    return term.field.name, value
