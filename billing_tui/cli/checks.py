"""Verifying the record: every invariant by its id, and what breaks it located."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from .parsing import Commands, UsageError, argument
from .progress import meter

if TYPE_CHECKING:
    from billing_tui.domain.invariants import Report

    from .context import Context


def register(tree: Commands) -> None:
    tree.add(
        "verify",
        verify,
        "check the whole record; exit code 1 when anything is broken",
        argument("--recent", action="store_true", help="only what came after the last checkpoint"),
        argument("--rebuild", choices=["summaries"], help="first write these anew from their rows"),
        cases=("verify.rebuild",),
    )


def verify(context: Context, args: Namespace) -> int:
    from billing_tui.bootstrap import Workbench

    if not args.rebuild and (args.request or args.reason):
        raise UsageError("--request and --reason go with --rebuild; looking writes nothing.")
    verifier = Workbench(context.console).verify
    if args.rebuild:
        verifier.rebuild(context.request())
    with meter() as shown:
        report = verifier.run(args.recent, shown.tell if shown else lambda _what, _done: None)
    _show(context, report)
    return report.exit


def _show(context: Context, report: Report) -> None:
    out = context.out
    if out.as_json:
        out.document(report.fields())
        return
    columns = ("id", "holds", "checked", "what")
    out.table(columns, [(o.id, o.holds, o.checked, o.title) for o in report.outcomes])
    for outcome in report.outcomes:
        for found in outcome.findings:
            out.line(f"{outcome.id} broken: {found.table} {found.key}: {found.what}")
        if outcome.more:
            out.line(f"{outcome.id}: {outcome.more} more")
        if outcome.note:
            out.line(f"{outcome.id}: {outcome.note}")
    if report.since:
        out.line(f"Only what came after row {report.since} of the chain was looked at.")
    out.line(_sentence(report))


def _sentence(report: Report) -> str:
    if not report.holds:
        return "The record is broken."
    if report.exit:
        return "The links hold; the seal was not checked on every row."
    return "The record holds."
