"""One request, from its entry to its traces in the store and in this machine's log."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from billing_tui.domain.trace import NothingTraced, NotTraceable, Trace

from .parsing import Commands, argument

if TYPE_CHECKING:
    from .context import Context

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
    if context.out.as_json:
        context.out.document({"trace": trace, "log": lines})
    else:
        _print(context, trace, lines)


def _request(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _print(context: Context, trace: Trace, lines: list[dict[str, Any]]) -> None:
    out, request = context.out, trace.request
    out.line(f"request {trace.id}")
    if request:
        out.line(f"{request.action} by {request.actor} at {request.at.isoformat()}")
    else:
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
