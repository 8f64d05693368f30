"""Departments from a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from billing_tui.domain.departments import CodeTaken, DepartmentDraft, DepartmentNotFound
from billing_tui.domain.errors import BillingError
from billing_tui.domain.imports import departments as columns
from billing_tui.domain.rights import Right
from billing_tui.domain.trees import DEEPEST, chain, depth
from storage.repos import departments as repo
from storage.uow import Unit

from .targets import Found, Target


def _compare(unit: Unit, drafts: Sequence[DepartmentDraft]) -> list[Found]:
    return list(_troubles(unit, drafts))


def _troubles(unit: Unit, drafts: Sequence[DepartmentDraft]) -> Iterator[Found]:
    taken = repo.by_codes(unit, (draft.code for draft in drafts))
    owners = {login: _owner_trouble(unit, login) for login in {draft.owner for draft in drafts}}
    for at, draft in enumerate(drafts):
        if draft.code in taken:
            yield Found(at, "code", f"department {draft.code} is in the store already.")
        if trouble := owners[draft.owner]:
            yield Found(at, "owner", trouble)


def _owner_trouble(unit: Unit, login: str) -> str:
    try:
        repo.owner_of(unit, login)
    except BillingError as error:
        return error.message
    return ""


def _parents(unit: Unit, codes: Iterable[str]) -> Mapping[str, int | str]:
    """How deep each lies, or why nothing can go below it."""
    found = repo.by_codes(unit, codes)
    wrong = repo.unusable(unit, found)
    nodes = repo.TREES.nodes_above(unit, (one.id for one in found.values()))
    told: dict[str, int | str] = {}
    for code, one in found.items():
        level = depth(chain(nodes, one.id))
        told[code] = level if level + 1 < DEEPEST else "already lies on the lowest level."
    return told | {code: f"cannot be used. {error.message}" for code, error in wrong.items()}


def _write(unit: Unit, drafts: Sequence[DepartmentDraft]) -> None:
    repo.hold_tree(unit)
    known = repo.by_codes(unit, [name for one in drafts for name in (one.code, one.parent)])
    ids = {code: one.id for code, one in known.items()}
    for draft in drafts:
        if draft.code in ids:
            raise CodeTaken(draft.code)
        if draft.parent and draft.parent not in ids:
            raise DepartmentNotFound(draft.parent)
        parent = ids[draft.parent] if draft.parent else None
        ids[draft.code] = repo.create(unit, draft, parent, repo.owner_of(unit, draft.owner))


TARGET = Target(
    name="departments",
    right=Right.EDIT_DEPARTMENTS,
    columns=columns.COLUMNS,
    draft=DepartmentDraft,
    read=columns.read,
    examine=columns.examined,
    key_field="code",
    key=lambda draft: draft.code,
    label=lambda draft: draft.name,
    compare=_compare,
    write=_write,
    parent=lambda draft: draft.parent,
    parents=_parents,
)
