"""`billing-tui seed`: demo data to look around in."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from .parsing import Commands, argument
from .progress import meter

if TYPE_CHECKING:
    from .context import Context

_MOST = 10_000_000


def register(tree: Commands) -> None:
    tree.add(
        "seed",
        seed,
        "fill the store with made-up customers, the same ones for the same seed",
        argument("--customers", type=_count, default=1000, metavar="N", help="how many (1000)"),
        argument("--seed", type=_count, default=1, metavar="S", help="which ones (1)"),
        cases=("seed.departments", "seed.accounts", "seed.customers"),
    )


def seed(context: Context, args: Namespace) -> None:
    with meter() as shown:

        def tell(done: int) -> None:
            if shown is not None:
                shown.tell("customers", done, args.customers)

        added = context.services.seed.fill(context.request(), args.seed, args.customers, tell)
    lines = [
        ("customers", added.customers), ("departments", added.departments),
        ("ledger codes", added.mappings), ("exchange rates", added.rates),
    ]  # fmt: skip
    context.out.show(added, lines)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text[:10]) > _MOST:
        raise ArgumentTypeError(f"must be a whole number up to {_MOST:,}")
    return int(text)
