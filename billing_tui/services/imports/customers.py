"""Customers from a file: what the store says of them, and how two hundred are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from billing_tui.domain.customers import CustomerDraft, NewCustomer, examined
from billing_tui.domain.ids import new_id
from billing_tui.domain.imports import customers as columns
from billing_tui.domain.lookalike import skeleton
from billing_tui.domain.rights import Right
from billing_tui.domain.text import sort_key
from billing_tui.domain.trees import DEEPEST, Node, chain, depth
from storage.repos import customers as repo
from storage.repos import departments, imports
from storage.repos.customer_places import placed
from storage.uow import Unit

from .targets import Found, Looks, Target


def _looks(draft: CustomerDraft) -> Looks | None:
    shape = skeleton(draft.name)[: repo.LONGEST_SORT]
    return Looks(shape, sort_key(draft.name), draft.name) if shape else None


def _compare(unit: Unit, drafts: Sequence[CustomerDraft]) -> list[Found]:
    return [*_taken(unit, drafts), *_departments(unit, drafts), *_alike(unit, drafts)]


def _taken(unit: Unit, drafts: Sequence[CustomerDraft]) -> Iterator[Found]:
    taken = repo.ids_of(unit, (draft.number for draft in drafts))
    for at, draft in enumerate(drafts):
        if draft.number in taken:
            yield Found(at, "number", f"customer {draft.number} is in the store already.")


def _departments(unit: Unit, drafts: Sequence[CustomerDraft]) -> Iterator[Found]:
    named = {share.department for draft in drafts for share in draft.allocations}
    wrong = departments.unusable(unit, named)
    for at, draft in enumerate(drafts) if wrong else ():
        for share in draft.allocations:
            if share.department in wrong:
                yield Found(at, "allocations", wrong[share.department].message)


def _alike(unit: Unit, drafts: Sequence[CustomerDraft]) -> Iterator[Found]:
    shapes = [skeleton(draft.name)[: repo.LONGEST_SORT] for draft in drafts]
    others: dict[str, list[imports.Alike]] = {}
    for one in imports.alike(unit, shapes):
        others.setdefault(one.skeleton, []).append(one)
    if not others:
        return
    for at, (draft, shape) in enumerate(zip(drafts, shapes, strict=True)):
        written = sort_key(draft.name)[: repo.LONGEST_SORT]
        found = sorted(others.get(shape, ()), key=lambda one: one.sort_name != written)
        if found:
            yield Found(at, "name", _told_of(found[0], written), doubt=True)


def _told_of(one: imports.Alike, written: str) -> str:
    if one.sort_name == written:
        return f"customer {one.number} is called {one.name!r} already."
    return f"looks like {one.name!r} ({one.number}), but is written differently."


def _parents(unit: Unit, numbers: Iterable[str]) -> Mapping[str, int | str]:
    """How deep each lies, or why nothing can go below it."""
    ids = repo.ids_of(unit, numbers)
    nodes = repo.TREES.nodes_above(unit, ids.values())
    return {number: _below(chain(nodes, id)) for number, id in ids.items()}


def _below(steps: Sequence[Node]) -> int | str:
    if steps[0].merged_into is not None:
        return "was merged into another customer."
    if steps[0].archived:
        return "is archived."
    return depth(steps) if depth(steps) + 1 < DEEPEST else "already lies on the lowest level."


def write(unit: Unit, drafts: Sequence[CustomerDraft]) -> None:
    """Checked drafts; if one of them can no longer be written, none is."""
    if any(draft.parent for draft in drafts):
        repo.hold_tree(unit)
    repo.hold_numbers(unit)
    given = {draft.number for draft in drafts} - {""}
    fresh = iter(repo.fresh_numbers(unit, sum(not draft.number for draft in drafts), given))
    news = [NewCustomer(new_id(), draft.number or next(fresh), draft) for draft in drafts]
    found = placed(unit, news)
    for troubles in found.troubles.values():
        raise troubles[0][1]
    repo.create_many(unit, found.order, found.parents)


TARGET = Target(
    name="customers",
    right=Right.BULK_CUSTOMERS,
    columns=columns.COLUMNS,
    draft=CustomerDraft,
    read=columns.read,
    examine=examined,
    key_field="number",
    key=lambda draft: draft.number,
    label=lambda draft: draft.name,
    compare=_compare,
    write=write,
    parent=lambda draft: draft.parent,
    parents=_parents,
    looks=_looks,
    column_of=columns.column_of,
)
