"""`billing-tui rates`: exchange rates by day."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from billing_tui.domain.errors import InputError

from .dates import day, day_given
from .imports import add_import
from .parsing import Commands, argument, paged

if TYPE_CHECKING:
    from .context import Context


def register(tree: Commands) -> None:
    group = tree.group("rates", "exchange rates")
    group.add(
        "list",
        show_all,
        "list rates, the latest first",
        argument("--base", default="", metavar="CODE", help="of this currency"),
        argument("--quote", default="", metavar="CODE", help="in this currency"),
        argument("--until", metavar="DATE", help="not after this day"),
        paged,
    )
    group.add(
        "set",
        put,
        "enter a rate: one of the first is worth so many of the second",
        argument("base", help="such as EUR"),
        argument("quote", help="such as USD"),
        argument("rate", help="such as 1.0875"),
        argument("--from", dest="on", metavar="DATE", required=True, help="the day it is of"),
        argument("--source", required=True, metavar="NAME", help="who says so, such as ECB"),
        argument("--inverse", action="store_true", help="it holds for both directions"),
        cases=("rates.set",),
    )
    add_import(group, "rates")


def show_all(context: Context, args: Namespace) -> None:
    found = context.services.rates.list(
        args.base, args.quote, day(args.until), args.cursor, args.limit
    )
    names = ("on", "base", "quote", "rate", "inverse", "source")
    rows = [[getattr(one, name) for name in names] for one in found.items]
    empty = "No such rates. Enter one with `billing-tui rates set`, or many with `rates import`."
    context.out.page(found.items, found.next or None, names, rows, empty)


class RateUnclear(InputError):
    def __init__(self, typed: str, readings: Sequence[Decimal]) -> None:
        self.typed = typed
        one, other = readings
        super().__init__(
            "Rate not clear",
            f"{typed[:40]!r} may be {one:f} or {other:f}. Add a zero, or leave the mark out.",
        )


def _rate(typed: str) -> Decimal:
    """Rates are written with a point in some papers and a comma in others, whatever the locale,
    so what could be a thousand times as much is not guessed."""
    from billing_tui.domain.typed import GroupsUnclear, parse_decimal

    readings = []
    for mark in ".,":
        try:
            readings.append(parse_decimal(typed, mark, places=12))
        except GroupsUnclear:
            continue
    if not readings:
        return parse_decimal(typed, places=12)
    if len(set(readings)) > 1:
        raise RateUnclear(typed, readings)
    return readings[0]


def put(context: Context, args: Namespace) -> None:
    from billing_tui.domain.currencies import currency
    from billing_tui.domain.rates import Rate

    on = day_given(args.on)
    rate = Rate(
        currency(args.base).code,
        currency(args.quote).code,
        _rate(args.rate),
        on,
        args.source,
        args.inverse,
    )
    kept = context.services.rates.set(context.request(), rate)
    context.out.show(
        kept, [("rate", f"1 {kept.base} = {kept.rate:f} {kept.quote}"), ("on", kept.on)]
    )
