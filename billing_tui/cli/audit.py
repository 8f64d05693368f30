"""The audit trail: who did what to what, page by page, and one entry whole."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from billing_tui.domain.audit_log import AuditLine
from billing_tui.domain.errors import InputError
from billing_tui.domain.history import Change
from billing_tui.domain.pages import Place

from .exports import FILTERS, add_export, audit_filter
from .parsing import Commands, argument, paged

if TYPE_CHECKING:
    from .context import Context

_COLUMNS = ("seq", "at", "who", "action", "object", "version", "reason")
_LARGEST = 18  # digits


class NotAnEntry(InputError):
    def __init__(self) -> None:
        super().__init__("Not an entry", "Name an entry by its number, as `audit list` shows it.")


def register(tree: Commands) -> None:
    group = tree.group("audit", "the trail of who did what; `verify` checks it")
    group.add("list", list_entries, "show entries, the newest first", *FILTERS["audit"], paged)
    seq = argument("seq", help="its number, as `audit list` shows it")
    group.add("show", show, "show one entry with everything it says", seq)
    add_export(group, "audit")


def list_entries(context: Context, args: Namespace) -> None:
    asked, audit = audit_filter(args), context.services.audit
    found = audit.slice(asked, Place(after=args.cursor), args.limit)
    more = len(found.items) == args.limit and audit.slice(asked, Place(after=found.last), 1).items
    rows = [_row(line) for line in found.items]
    empty = "No entry fits. Leave out an option to see more."
    context.out.page(found.items, found.last if more else None, _COLUMNS, rows, empty)


def _row(line: AuditLine) -> tuple[object, ...]:
    about = f"{line.object.partition(':')[0]} {line.label}" if line.label else line.object
    return line.seq, line.at, line.who, line.action, about, line.version, line.reason


def show(context: Context, args: Namespace) -> None:
    if not (args.seq.isascii() and args.seq.isdecimal() and len(args.seq) <= _LARGEST):
        raise NotAnEntry
    entry = context.services.audit.show(int(args.seq))
    line, origin = entry.line, entry.origin
    context.out.show(
        entry,
        [
            *((name, getattr(line, name)) for name in ("seq", "at", "who", "action", "object")),
            *((name, getattr(line, name)) for name in ("label", "version", "reason", "request")),
            ("database user", entry.database_user),
            ("from", " ".join(filter(None, (origin.kind, origin.host, origin.os_user)))),
            ("program", origin.program),
            *((change.field, _told(change)) for change in entry.changes),
            *((fact.name, fact.value) for fact in entry.facts),
            ("sealed", "" if entry.sealed is None else entry.sealed),
            ("hash", entry.hash),
            ("hash before", entry.prev),
        ],
    )


def _told(change: Change) -> str:
    return f"{change.before} -> {change.after}" if change.before else change.after
