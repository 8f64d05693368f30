"""Lists as files: `export` in the groups of what is listed."""

from __future__ import annotations

import sys
from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .parsing import Argument, Group, argument, explained
from .progress import meter

if TYPE_CHECKING:
    from billing_tui.domain.audit_log import AuditFilter
    from billing_tui.domain.customers import CustomerFilter
    from billing_tui.services.exports import Asked

    from .context import Context

_STATUSES = ("active", "archived", "merged", "all")
_WHERE = "all of it in one text, as described below"
EXPLAINED = explained("help/customer_filter.txt")
_TEXT = argument("--text", default="", help="words of the name, a number, e-mail or tax id")
_OUT = "a signed checkpoint is left beside it; or - for CSV on standard output, which leaves none"
_WORDS = argument("--text", default="", help="words of the name, or a code")
FILTERS: dict[str, tuple[Argument, ...]] = {
    "customers": (
        _TEXT,
        # Whether it was said matters beside --where, so it has no default here.
        argument("--status", choices=_STATUSES, help="which (active)"),
        argument("--tag", default="", help="with this tag"),
        argument("--parent", default="", metavar="NUMBER", help="right under this customer"),
        argument("--department", default="", metavar="CODE", help="with a share of this one"),
        argument("--currency", default="", metavar="CODE", help="billed in this currency"),
        argument("--brake", choices=("hold", "no_dunning", "no_auto_pay"), help="with this brake"),
        argument("--where", default="", metavar="FILTER", help=_WHERE),
        EXPLAINED,
    ),
    "departments": (
        _WORDS,
        argument("--status", choices=_STATUSES, default="active", help="which (active)"),
    ),
    "audit": (
        argument("--who", default="", metavar="LOGIN", help="only what this person did"),
        argument("--action", default="", metavar="START", help="only acts that begin so"),
        argument(
            "--object",
            default="",
            metavar="KIND[:NUMBER]",
            help="only about such things, such as customer or customer:C-00001",
        ),
        argument("--of-request", default="", metavar="UUID", help="only what this request did"),
        argument("--since", metavar="DAY", help="from this day on"),
        argument("--until", metavar="DAY", help="up to this day, which counts"),
    ),
}
_CALLED = {"audit": "the audit trail"}


def add_export(group: Group, kind: str) -> None:
    """The command `export` of a group."""
    called = _CALLED.get(kind, kind)
    group.add(
        "export",
        partial(export, kind),
        f"write {called} to a CSV file or spreadsheet that no text in it can act in",
        argument("--out", metavar="FILE", required=True, help=_OUT),
        argument("--format", choices=("csv", "xlsx"), default="", help="else by the file's name"),
        argument("--force", action="store_true", help="replace a file that is there"),
        *FILTERS[kind],
        cases=("exports.note_trail" if kind == "audit" else "exports.note",),
    )


def export(kind: str, context: Context, args: Namespace) -> None:
    from billing_tui.services.checkpoints import Checkpoints
    from billing_tui.services.exports import format_of

    asked, exports = _asked(kind, context, args), context.services.exports
    with meter() as shown:

        def tell(rows: int) -> None:
            if shown is not None:
                shown.tell("written", rows)

        if args.out == "-":
            sink = _Terminal(context) if sys.stdout.isatty() else sys.stdout.buffer
            exports.to_stream(context.request(), asked, sink, tell)
            return
        signed = Checkpoints(context.console.store, context.settings, context.credentials)
        done = exports.to_file(
            context.request(),
            asked,
            Path(args.out),
            format_of(args.out, args.format),
            force=args.force,
            sign=signed.sign,
            tell=tell,
        )
    lines = [
        ("file", args.out),
        ("rows", done.rows),
        ("SHA-256", done.sha256),
    ]
    context.out.show(done, lines)


class _Terminal:
    """Shows what goes by; in a file the cells stand as given, but here nothing in them may act."""

    def __init__(self, context: Context) -> None:
        self._out = context.out

    def write(self, data: bytes, /) -> int:
        self._out.text(data.decode().replace("\r\n", "\n").removesuffix("\n"))
        return len(data)


def _asked(kind: str, context: Context, args: Namespace) -> Asked:
    from billing_tui.domain.departments import DepartmentStatus
    from billing_tui.services.exports import DepartmentFilter

    if kind == "customers":
        return customer_filter(context, args)
    if kind == "audit":
        return audit_filter(args)
    every = args.status == "all"
    return DepartmentFilter(args.text, None if every else DepartmentStatus(args.status))


def audit_filter(args: Namespace) -> AuditFilter:
    from billing_tui.domain.audit_log import AuditFilter

    from .dates import day

    return AuditFilter(
        args.who, args.action, args.object, args.of_request, day(args.since), day(args.until)
    )


def customer_filter(context: Context, args: Namespace) -> CustomerFilter:
    """What the options of FILTERS ask for; each says something more, and none something else."""
    from billing_tui.domain.customers import Brake, CustomerFilter, Status

    said: dict[str, Any] = {
        name: getattr(args, name)
        for name in ("text", "tag", "parent", "department", "currency")
        if getattr(args, name)
    }
    if args.status:
        said["status"] = None if args.status == "all" else Status(args.status)
    if args.brake:
        said["brake"] = Brake(args.brake)
    if args.where:
        return context.services.customers.understood(args.where, said)
    return CustomerFilter(**said)
