"""Filters of customers as they are typed: `tag:gold cur:eur created>=2026-01-01 "free text"`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from billing_tui.domain import filters
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

from .finding import CustomerFilter
from .records import Brake, Status

ALL = "all"
_STATUSES = {
    Status.ACTIVE.value: "at work, which is what no status at all means",
    Status.ARCHIVED.value: "put away",
    Status.MERGED.value: "gave way to another",
    ALL: "every one",
}
_BRAKES = {
    Brake.HOLD.value: "nothing is billed",
    Brake.NO_DUNNING.value: "is not chased",
    Brake.NO_AUTO_PAY.value: "is not charged automatically",
}
FIELDS = (
    Field("status", "active, archived, merged or all", Kind.CHOICE, choices=_STATUSES),
    Field("tag", "with this tag"),
    Field("cur", "billed in this currency", Kind.CURRENCY, ("currency",)),
    Field("brake", "held back by this", Kind.CHOICE, choices=_BRAKES),
    Field("parent", "the number right above"),
    Field("dep", "with a share of this department", aliases=("dept", "department")),
    Field("created", "the day it was added, such as 2026-01-31 or -30", Kind.DATE),
)
# What each field is called in CustomerFilter; days of creation are two bounds there.
_KEPT_AS = {
    "status": "status", "tag": "tag", "cur": "currency", "brake": "brake", "parent": "parent",
    "dep": "department",
}  # fmt: skip
_FROM, _TO = "created_from", "created_to"


class FilterContradicts(InputError):
    """Two ways of asking ask for different things."""

    def __init__(self, name: str, one: str, other: str) -> None:
        self.name, self.one, self.other = name, one, other
        super().__init__(
            "Filter contradicts itself",
            f"{name} is asked to be {one[:40]!r} and {other[:40]!r} at once. Ask for one of them.",
        )


def understood(text: str, today: date, beside: Mapping[str, Any] | None = None) -> CustomerFilter:
    """What a text asks for; what `beside` says, by the names of CustomerFilter, must hold too."""
    asked = _asked(text, today)
    for name, value in (beside or {}).items():
        if name == "text" and asked.get("text"):
            asked["text"] = f"{asked['text']} {value}"
        elif name not in asked:
            asked[name] = value
        elif _said(asked[name]).casefold() != _said(value).casefold():
            raise FilterContradicts(name, _said(asked[name]), _said(value))
    return CustomerFilter(**asked)


def told(asked: CustomerFilter) -> str:
    """The one text that asks for exactly this."""
    values = asdict(asked)
    status = asked.status.value if asked.status else ALL
    values["status"] = "" if asked.status is Status.ACTIVE else status
    said = [
        filters.term(name, Comparison.IS, str(values[kept]))
        for name, kept in _KEPT_AS.items()
        if values[kept]
    ]
    if asked.created_from and asked.created_from == asked.created_to:
        said.append(filters.term("created", Comparison.IS, asked.created_from.isoformat()))
    else:
        for sign, day in (
            (Comparison.AT_LEAST, asked.created_from), (Comparison.AT_MOST, asked.created_to),
        ):  # fmt: skip
            said += [filters.term("created", sign, day.isoformat())] if day else []
    return " ".join(filter(None, (*said, filters.words(asked.text))))


def completions(
    text: str, cursor: int, values: Mapping[str, Sequence[str]] | None = None
) -> list[Completion]:
    """What may stand at the cursor; `values` has what is known of tags, departments and so on, by
    the names of FIELDS."""
    return filters.completions(text, cursor, FIELDS, values or {})


def _asked(text: str, today: date) -> dict[str, Any]:
    query = filters.read(text, FIELDS, Reading(today))
    asked: dict[str, Any] = {}
    for term in query.terms:
        for name, value in _bounds(term) if term.field.kind is Kind.DATE else [_member(term)]:
            if name in asked:
                message = f"{term.field.name} is already asked for; once is enough."
                raise FilterNotUnderstood(term.start, term.end, message)
            asked[name] = value
        first, last = asked.get(_FROM), asked.get(_TO)
        if first and last and first > last:
            message = f"No day is from {first} on and not after {last}."
            raise FilterNotUnderstood(term.start, term.end, message)
    if query.words:
        asked["text"] = " ".join(query.words)
    return asked


def _member(term: Term) -> tuple[str, Any]:
    value = term.value
    match term.field.name:
        case "status":
            value = None if value == ALL else Status(value)
        case "brake":
            value = Brake(value)
    return _KEPT_AS[term.field.name], value


def _bounds(term: Term) -> list[tuple[str, date]]:
    day: date = term.value
    try:
        match term.comparison:
            case Comparison.AT_LEAST:
                return [(_FROM, day)]
            case Comparison.AT_MOST:
                return [(_TO, day)]
            case Comparison.MORE:
                return [(_FROM, add_days(day, 1))]
            case Comparison.LESS:
                return [(_TO, add_days(day, -1))]
    except InputError as error:
        raise FilterNotUnderstood(term.start, term.end, error.message) from None
    return [(_FROM, day), (_TO, day)]


def _said(value: Any) -> str:
    return ALL if value is None else str(value)
