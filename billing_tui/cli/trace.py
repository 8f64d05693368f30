"""One request, from its entry to its traces in the store and in this machine's log."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from .parsing import Commands, argument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billing_tui.domain.trace import Trace

    from .context import Context

_ALWAYS_THERE = {"at", "level", "pid", "event", "request", "within", "organisation", "failure"}


def register(tree: Commands) -> None:
    id = argument("id", help="a request's id, or the reference of an error")
    tree.add("trace", show, "show what one request did: rows, books and log", id)


def show(context: Context, args: Namespace) -> None:
    found = context.services.traces.whole(args.id)
    if context.out.as_json:
        told = {"trace": found.trace, "within": found.within}
        told |= {"within_left_out": found.left_out, "log": found.lines}
        context.out.document(told)
    else:
        _print(context, found.trace, found.lines)
        _print_within(context, found.within, found.left_out)


def _print_within(context: Context, within: Sequence[Trace], left_out: int) -> None:
    if not within:
        return
    context.out.line()
    context.out.line("requests made within it")
    made = [(one.id, one.request, len(one.audit)) for one in within]
    rows = [(id, by.action if by else "", by.at if by else "", acts) for id, by, acts in made]
    context.out.table(("request", "action", "at", "audit rows"), rows)
    if left_out:
        context.out.line(f"and {left_out:,} more, which the log names")


def _print(context: Context, trace: Trace, lines: Sequence[dict[str, Any]]) -> None:
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
