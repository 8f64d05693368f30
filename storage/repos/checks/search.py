"""What customers are found and sorted by, beside what their rows say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import UUID

from sqlalchemy import bindparam, select

from billing_tui.domain.customers import keys_of, number_sort
from billing_tui.domain.invariants import Findings
from billing_tui.domain.text import sort_key
from storage.models import Customer, CustomerKey
from storage.models.base import table_of
from storage.repos import customers
from storage.uow import Unit

from . import as_text, run

BATCH = 500
_CUSTOMER, _KEY = table_of(Customer), table_of(CustomerKey)
_IDS = select(_CUSTOMER.c.id).where(_CUSTOMER.c.organisation == bindparam("o"))
_KEYS = select(_KEY.c.customer, _KEY.c.kind, _KEY.c.key).where(
    _KEY.c.organisation == bindparam("o"),
    _KEY.c.customer.in_(bindparam("ids", expanding=True)),
    _KEY.c.gone_at.is_(None),
)
_SORTS = select(_CUSTOMER.c.id, _CUSTOMER.c.sort_name, _CUSTOMER.c.sort_number).where(
    _CUSTOMER.c.organisation == bindparam("o"),
    _CUSTOMER.c.id.in_(bindparam("ids", expanding=True)),
)


def check(unit: Unit, found: Findings, ids: Sequence[UUID] | None = None) -> None:
    """Of every customer, or of the named ones."""
    wanted = iter(_ids(unit, found) if ids is None else ids)
    while batch := list(islice(wanted, BATCH)):
        try:
            _check(unit, found, batch)
        except (ValueError, TypeError, KeyError, ArithmeticError):
            for id in batch:
                _check_alone(unit, found, id)


def _ids(unit: Unit, found: Findings) -> Iterator[UUID]:
    for (raw,) in run(unit, "SELECT id FROM customer WHERE organisation = :o ORDER BY id"):
        try:
            yield UUID(as_text(raw))
        except ValueError:
            found.add(_CUSTOMER.name, as_text(raw), "its id is none")


def _check_alone(unit: Unit, found: Findings, id: UUID) -> None:
    try:
        _check(unit, found, [id])
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        found.add(_CUSTOMER.name, id, f"it cannot be read ({type(error).__name__})")


def _check(unit: Unit, found: Findings, ids: list[UUID]) -> None:
    asked = {"o": unit.organisation, "ids": ids}
    kept: dict[UUID, set[tuple[str, str]]] = {}
    for customer, kind, key in unit.connection.execute(_KEYS, asked):
        kept.setdefault(customer, set()).add((kind, key))
    sorts = {row.id: row for row in unit.connection.execute(_SORTS, asked)}
    for each in customers.by_ids(unit, ids):
        found.checked += 1
        if keys_of(each) != kept.get(each.id, set()):
            found.add(_KEY.name, each.id, f"customer {each.number} is not found by what it says")
        name = sort_key(each.name)[: customers.LONGEST_SORT]
        if (sorts[each.id].sort_name, sorts[each.id].sort_number) != (
            name,
            number_sort(each.number),
        ):
            found.add(_CUSTOMER.name, each.id, "it is not sorted by what it says")
