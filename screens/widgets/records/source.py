"""Where the rows of a list come from."""

from __future__ import annotations

from typing import Protocol, TypeVar

from billing_tui.domain.pages import Counted, Place, Slice

Row = TypeVar("Row")


class Source(Protocol[Row]):
    """One list: a filter in an order. Both are called in worker threads."""

    def slice(self, place: Place, limit: int) -> Slice[Row]: ...

    def count(self, most: int | None) -> Counted:
        """How many rows there are; none beyond `most` need be counted."""
