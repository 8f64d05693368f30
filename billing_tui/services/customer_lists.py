"""Customers as lists: listed, searched, counted, completed, and asked for by what people type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from billing_tui.domain.customers import (
    CustomerFilter,
    CustomerLine,
    CustomerSort,
    Status,
    query,
)
from billing_tui.domain.pages import TOP, Counted, Page, Place, Slice, page_size
from storage.repos import customer_search
from storage.repos.customer_search.orders import Order, rank
from storage.repos.customer_search.tags import tags
from storage.uow import Unit

from .cases import Service, reads

ACTIVE_ONES = CustomerFilter()
LOOKED_AT = 50  # numbers that begin as typed, of which active ones come first


class CustomerLists(Service):
    @reads("customers.list")
    def list(
        self,
        unit: Unit,
        asked: CustomerFilter = ACTIVE_ONES,
        sort: CustomerSort = CustomerSort.NAME,
        descending: bool = False,
        cursor: str = "",
        limit: int = 50,
    ) -> Page[CustomerLine]:
        return customer_search.page(unit, asked, sort, descending, cursor, limit)

    @reads("customers.slice")
    def slice(
        self,
        unit: Unit,
        asked: CustomerFilter = ACTIVE_ONES,
        sort: CustomerSort = CustomerSort.NAME,
        descending: bool = False,
        place: Place = TOP,
        limit: int = 200,
    ) -> Slice[CustomerLine]:
        """Neighbours in a list, wherever in it: always in its order, also those before a place."""
        return customer_search.slice_at(unit, Order(asked, sort, descending), place, limit)

    @reads("customers.rank")
    def rank(
        self,
        unit: Unit,
        customer: UUID,
        asked: CustomerFilter = ACTIVE_ONES,
        sort: CustomerSort = CustomerSort.NAME,
        descending: bool = False,
    ) -> int | None:
        """How many stand before a customer in a list; None where it is not in it."""
        return rank(unit, Order(asked, sort, descending), customer)

    @reads("customers.count")
    def count(
        self, unit: Unit, asked: CustomerFilter = ACTIVE_ONES, most: int | None = 10_000
    ) -> Counted:
        """Quick up to `most`; None counts them all."""
        return customer_search.count(unit, asked, most)

    @reads("customers.search")
    def search(
        self, unit: Unit, text: str, cursor: str = "", limit: int = 50
    ) -> Page[CustomerLine]:
        """By name words, number, e-mail or tax id; archived and merged ones too."""
        asked = CustomerFilter(text=text, status=None)
        return customer_search.page(unit, asked, CustomerSort.NAME, False, cursor, limit)

    @reads("customers.suggest")
    def suggest(self, unit: Unit, text: str, limit: int = 8) -> tuple[CustomerLine, ...]:
        """The first few that text may mean, while it is typed; active ones before others."""
        size = page_size(limit)
        found = customer_search.numbered(unit, text, LOOKED_AT)
        if found:
            return tuple(sorted(found, key=lambda one: one.status is not Status.ACTIVE))[:size]
        for status in Status:
            asked = CustomerFilter(text=text, status=status)
            if len(found) < size:
                left = size - len(found)
                found += customer_search.page(unit, asked, CustomerSort.NAME, limit=left).items
        return found

    @reads("customers.tags")
    def tags(self, unit: Unit, prefix: str = "", limit: int = 50) -> tuple[str, ...]:
        """Tags in use that begin so, whatever their case and accents."""
        return tags(unit, prefix, page_size(limit))

    @reads("customers.understand")
    def understood(
        self, unit: Unit, text: str, beside: Mapping[str, Any] | None = None
    ) -> CustomerFilter:
        """What a typed filter asks for today; what `beside` says must hold too."""
        return query.understood(text, unit.today, beside)
