"""The books: what was booked, what it adds up to, and closing a period."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from billing_tui.domain.currencies import format_money
from billing_tui.domain.ledger import EntryFilter, EntryKind
from billing_tui.domain.money import Money

from .dates import NotADay, day
from .parsing import Commands, argument, paged

if TYPE_CHECKING:
    from .context import Context

_entity = argument("--entity", default="", metavar="CODE", help="of this legal entity")


def register(tree: Commands) -> None:
    group = tree.group("books", "what was booked, and what it adds up to")
    group.add(
        "list",
        list_entries,
        "show entries with their postings, the newest first",
        _entity,
        argument(
            "--kind",
            choices=[kind.value for kind in EntryKind],
            metavar="KIND",
            help="of this kind, such as invoice_issued or reversal",
        ),
        argument("--account", default="", metavar="ACCOUNT", help="that touch this account"),
        argument("--from", dest="first", metavar="DATE", help="booked on or after"),
        argument("--to", dest="last", metavar="DATE", help="booked on or before"),
        paged,
    )
    group.add(
        "balance",
        balance,
        "show the trial balance",
        _entity,
        argument("--as-of", metavar="DATE", help="what was booked by then (today)"),
        argument("--known-on", metavar="DATE", help="as far as it was known by then"),
    )
    group.add(
        "close",
        close,
        "close the books of a legal entity; what is closed does not open again",
        argument("entity", metavar="CODE", help="of the legal entity, such as MAIN"),
        argument("through", metavar="DATE", help="the last closed day"),
        cases=("entities.close",),
    )


def list_entries(context: Context, args: Namespace) -> None:
    kind = EntryKind(args.kind) if args.kind else None
    wanted = EntryFilter(
        args.entity,
        kind,
        args.account,
        booked_from=day(args.first),
        booked_to=day(args.last),
    )
    page = context.services.ledger.entries(wanted, args.limit, args.cursor)
    rows = [
        (booked.seq, booked.entry.booked_on, booked.entry.kind, line.account, format_money(amount))
        for booked in page.items
        for line in booked.entry.lines
        for amount in [Money(line.amount, booked.entry.currency)]
    ]
    columns = ("entry", "booked on", "kind", "account", "amount")
    empty = "No such entries. Nothing is booked before the first invoice or payment."
    context.out.page(page.items, page.next or None, columns, rows, empty)


def balance(context: Context, args: Namespace) -> None:
    found = context.services.ledger.balance(day(args.as_of), day(args.known_on), args.entity)
    if context.out.as_json:
        context.out.document(found)
        return
    rows = [(each.account, format_money(Money(each.amount, each.currency))) for each in found.items]
    context.out.table(("account", "balance"), rows, "Nothing is booked yet.")
    context.out.line(f"as of {found.as_of}; above zero is a debit")


def close(context: Context, args: Namespace) -> None:
    through = day(args.through)
    if through is None:
        raise NotADay(args.through)
    done = context.services.ledger.close(context.request(), args.entity, through)
    context.out.show({"entity": args.entity, "closed_through": done}, [("closed through", done)])
