"""Where new customers go: free numbers, parents that may have children, departments that exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from billing_tui.domain.customers import CustomerNotFound, NewCustomer, NumberTaken
from billing_tui.domain.errors import BillingError
from billing_tui.domain.trees import DEEPEST, Node, TreeCircle, chain, check_parent
from storage.uow import Unit

from . import customers, departments

Trouble = tuple[str, BillingError]


@dataclass(frozen=True, slots=True)
class Placed:
    """`order` has parents before their children; `troubles` say by id which field is wrong why."""

    order: tuple[NewCustomer, ...] = ()
    parents: Mapping[UUID, UUID] = field(default_factory=dict)
    troubles: Mapping[UUID, tuple[Trouble, ...]] = field(default_factory=dict)


def placed(unit: Unit, news: Sequence[NewCustomer]) -> Placed:
    """Look at many at once; a parent may be one of them. The numbers are held by the caller."""
    troubles: dict[UUID, list[Trouble]] = {}
    for id, trouble in _troubles_of_numbers(unit, news):
        troubles.setdefault(id, []).append(trouble)
    for id, trouble in _troubles_of_departments(unit, news):
        troubles.setdefault(id, []).append(trouble)
    order, parents, wrong = _parents(unit, news)
    for id, trouble in wrong:
        troubles.setdefault(id, []).append(trouble)
    return Placed(tuple(order), parents, {id: tuple(found) for id, found in troubles.items()})


def _troubles_of_numbers(unit: Unit, news: Sequence[NewCustomer]) -> Iterator[tuple[UUID, Trouble]]:
    taken = set(customers.ids_of(unit, [new.number for new in news]))
    for new in news:
        if new.number in taken:
            yield new.id, ("number", NumberTaken(new.number))
        taken.add(new.number)


def _troubles_of_departments(
    unit: Unit, news: Sequence[NewCustomer]
) -> Iterator[tuple[UUID, Trouble]]:
    codes = {share.department for new in news for share in new.draft.allocations}
    wrong = departments.unusable(unit, codes)
    for new in news:
        for n, share in enumerate(new.draft.allocations):
            if share.department in wrong:
                yield new.id, (f"allocations[{n}].department", wrong[share.department])


def _parents(
    unit: Unit, news: Sequence[NewCustomer]
) -> tuple[list[NewCustomer], dict[UUID, UUID], list[tuple[UUID, Trouble]]]:
    ids = customers.ids_of(unit, [new.draft.parent for new in news])
    nodes = customers.TREES.nodes_above(unit, ids.values())
    batch = {new.number: new for new in news}
    parents: dict[UUID, UUID] = {}
    wrong: list[tuple[UUID, Trouble]] = []
    order: list[NewCustomer] = []
    for new in _parents_first(news, batch):
        order.append(new)
        above = batch.get(new.draft.parent)
        parent = ids.get(new.draft.parent, above.id if above else None)
        node = Node(new.id, new.number, parent, None)
        try:
            if parent is not None:
                if parent not in nodes:
                    raise TreeCircle(new.number, new.draft.parent)
                check_parent(node, chain(nodes, parent), 0)
                parents[new.id] = parent
            elif new.draft.parent:
                raise CustomerNotFound(new.draft.parent)
        except BillingError as error:
            wrong.append((new.id, ("parent", error)))
            node = Node(new.id, new.number, None, None)
        nodes[new.id] = node
    return order, parents, wrong


def _parents_first(
    news: Sequence[NewCustomer], batch: Mapping[str, NewCustomer]
) -> Iterator[NewCustomer]:
    """As given, but each after its parent; those in a circle come once, for their trouble."""
    done: set[UUID] = set()
    for new in news:
        waiting = [new]
        while waiting[-1].id not in done and len(waiting) <= max(len(news), DEEPEST):
            above = batch.get(waiting[-1].draft.parent)
            if above is None or above in waiting:
                break
            waiting.append(above)
        for one in reversed(waiting):
            if one.id not in done:
                done.add(one.id)
                yield one
