"""Short lists in pages, so that every list is asked for and answered in the same form."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from billing_tui.domain.pages import read_cursor, write_cursor

from .output import Output

T = TypeVar("T")


def listed(
    out: Output,
    args: Namespace,
    items: Sequence[T],
    key: Callable[[T], str],
    columns: Sequence[tuple[str, Callable[[T], Any]]],
    empty: str = "",
) -> None:
    """Print what follows the cursor, in the order of `key`; nothing is lost when rows come or go
    between two pages."""
    name = args.shown.prog
    ordered = sorted(items, key=key)
    if args.cursor:
        (last,) = read_cursor(args.cursor, name, "", 1)
        ordered = [item for item in ordered if key(item) > last]
    page = ordered[: args.limit]
    more = write_cursor(name, "", [key(page[-1])]) if len(page) < len(ordered) else None
    rows = [[tell(item) for _, tell in columns] for item in page]
    out.page(page, more, [column for column, _ in columns], rows, empty)
