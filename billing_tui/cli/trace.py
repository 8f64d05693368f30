"""One request, from its entry to its traces in the store and in this machine's log."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from billing_tui.domain.trace import NothingTraced, NotTraceable, Trace

from .parsing import Commands, argument

if TYPE_CHECKING:
    from .context import Context

_MOST_WITHIN = 500
_ALWAYS_THERE = {"at", "level", "pid", "event", "request", "within", "organisation", "failure"}


def register(tree: Commands) -> None:
    id = argument("id", help="a request's id, or the reference of an error")
    tree.add("trace", show, "show what one request did: rows, books and log", id)


def show(context: Context, args: Namespace) -> None:
    from billing_tui.logs import REFERENCE, lines_of

    folder = context.settings.state
    request = _request(args.id)
    if request is None:
        if not REFERENCE.fullmatch(args.id.upper()):
            raise NotTraceable
        named = lines_of(folder, args.id.upper(), "reference")
        found = [line["request"] for line in named if "request" in line]
        if not found:
            raise NothingTraced(args.id)
        request = UUID(found[-1])
    trace = context.services.traces.show(request)
    lines = lines_of(folder, str(request), "request", "within")
    if trace.request is None and not trace.audit and not trace.ledger and not lines:
        raise NothingTraced(str(request))
    ids = _made_within(request, lines)
    within = context.services.traces.all(ids[:_MOST_WITHIN])
    left_out = max(0, len(ids) - _MOST_WITHIN)
    if context.out.as_json:
        told = {"trace": trace, "within": within, "within_left_out": left_out, "log": lines}
        context.out.document(told)
    else:
        _print(context, trace, lines)
        _print_within(context, within, left_out)


def _request(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _made_within(request: UUID, lines: list[dict[str, Any]]) -> list[UUID]:
    """The units of a command that writes in many; which they are stands in the log alone."""
    named = (line.get("request", "") for line in lines if line.get("within") == str(request))
    return [id for id in map(_request, dict.fromkeys(map(str, named))) if id is not None]


def _print_within(context: Context, within: list[Trace], left_out: int) -> None:
    if not within:
        return
    context.out.line()
    context.out.line("requests made within it")
    made = [(one.id, one.request, len(one.audit)) for one in within]
    rows = [(id, by.action if by else "", by.at if by else "", acts) for id, by, acts in made]
    context.out.table(("request", "action", "at", "audit rows"), rows)
    if left_out:
        context.out.line(f"and {left_out:,} more, which the log names")


def _print(context: Context, trace: Trace, lines: list[dict[str, Any]]) -> None:
    out, request = context.out, trace.request
    out.line(f"request {trace.id}")
    if request:
        out.line(f"{request.action} by {request.actor} at {request.at.isoformat()}")
    elif not trace.audit:
        out.line("It wrote nothing to the store under its own id.")
    if trace.audit:
        out.line()
        out.line("audit")
        rows = [(a.seq, a.at, a.action, a.object, a.version, a.reason) for a in trace.audit]
        out.table(("seq", "at", "action", "object", "version", "reason"), rows)
    if trace.ledger:
        out.line()
        out.line("ledger")
        rows_ = [(e.seq, e.booked_on, e.kind, e.currency, e.document) for e in trace.ledger]
        out.table(("seq", "booked on", "kind", "currency", "document"), rows_)
    if lines:
        out.line()
        out.line("log of this machine")
        out.table(("at", "level", "event", "details"), [_line(line) for line in lines])


def _line(line: dict[str, Any]) -> tuple[Any, ...]:
    details = {name: value for name, value in line.items() if name not in _ALWAYS_THERE}
    details |= (
        {"failed": [each.get("class") for each in line.get("failure", [])]}
        if ("failure" in line)
        else {}
    )
    return line.get("at"), line.get("level"), line.get("event"), details
