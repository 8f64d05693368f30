"""`billing-tui customers bulk`: one change to all of a filter, shown before it is done."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING

from billing_tui.domain.customers import Brake

from .exports import EXPLAINED
from .parsing import Group, argument
from .progress import meter

if TYPE_CHECKING:
    from billing_tui.domain.customers.bulk import BulkDiff, BulkLine

    from .context import Context

_SHOWN = 50
_REFUSED, _CONFLICT = 4, 6
_BRAKES = [brake.value for brake in Brake]
_WHERE = "which customers, as described below; '' is every active one"


def add_bulk(group: Group) -> None:
    """The command `bulk` of the customers."""
    group.add(
        "bulk",
        bulk,
        "change all customers of a filter alike, row by row; --dry-run shows what would change",
        argument("--where", required=True, metavar="FILTER", help=_WHERE),
        argument("--add-tag", action="append", default=[], metavar="TAG", help="give them this"),
        argument("--remove-tag", action="append", default=[], metavar="TAG", help="take this off"),
        argument("--terms", default="", help="payment terms, such as net14"),
        argument("--brake", choices=_BRAKES, help="hold them back; --reason says why"),
        argument("--release", choices=_BRAKES, help="take this brake off"),
        argument("--dry-run", action="store_true", help="show the difference and change nothing"),
        EXPLAINED,
        cases=("customers.bulk",),
    )


def bulk(context: Context, args: Namespace) -> int:
    from billing_tui.domain.customers.bulk import BulkChange, Chosen

    change = BulkChange(
        add_tags=tuple(args.add_tag),
        remove_tags=tuple(args.remove_tag),
        terms=args.terms,
        brake=Brake(args.brake) if args.brake else None,
        reason=args.reason if args.brake else "",
        release=Brake(args.release) if args.release else None,
    )
    # A reason that cannot be kept is refused before anything is looked at.
    request, services = context.request(), context.services
    asked = services.customers.understood(args.where)
    diff = services.customer_bulk.preview(Chosen(asked=asked), change)
    if args.dry_run:
        return _show(context, diff, "would be changed")
    with meter() as shown:

        def tell(done: int, total: int) -> None:
            if shown is not None:
                shown.tell("changed", done, total)

        report = services.customer_bulk.apply(request, diff, change, tell)
    return _show(context, report, "changed")


def _show(context: Context, diff: BulkDiff, done: str) -> int:
    from billing_tui.domain.customers.bulk import Outcome

    counts = {outcome.value: diff.count(outcome) for outcome in Outcome}
    if context.out.as_json:
        context.out.document({"counts": counts, "items": diff.lines})
    else:
        telling = [line for line in diff.lines if line.outcome is not Outcome.SAME]
        if telling:
            columns = ("number", "name", "outcome", "field", "before", "after or why not")
            context.out.table(columns, [_cells(line) for line in telling[:_SHOWN]])
        if len(telling) > _SHOWN:
            context.out.line(f"and more; --json tells of all {len(telling):,}")
        context.out.line(_sentence(counts, done))
    if counts[Outcome.CONFLICT]:
        return _CONFLICT
    return _REFUSED if counts[Outcome.REFUSED] else 0


def _cells(line: BulkLine) -> list[str]:
    return [
        line.number,
        line.name,
        line.outcome.value,
        line.field,
        line.before,
        line.after or line.why,
    ]


def _sentence(counts: Mapping[str, int], done: str) -> str:
    told = {
        done: "changed",
        "already so": "same",
        "refused": "refused",
        "changed by others": "conflict",
    }
    some = [f"{counts[outcome]:,} {name}" for name, outcome in told.items() if counts[outcome]]
    return f"{', '.join(some)}." if some else "No such customers."
