"""Departments: who bears the cost, in a tree of their own."""

from __future__ import annotations

from uuid import UUID

from billing_tui.domain.departments import (
    CodeTaken,
    Department,
    DepartmentArchived,
    DepartmentChanged,
    DepartmentDraft,
    DepartmentLine,
    DepartmentMerged,
    DepartmentNotArchived,
    DepartmentNotMerged,
    DepartmentSaved,
    DepartmentStatus,
    checked_department,
    checked_department_changes,
)
from billing_tui.domain.fields import about
from billing_tui.domain.ids import new_id
from billing_tui.domain.pages import Page
from billing_tui.domain.rights import Right
from billing_tui.domain.trees import (
    Node,
    StillInUse,
    check_merge,
    check_parent,
    check_unmerge,
    in_order,
)
from storage.repos import departments
from storage.repos.trees import SHOWN
from storage.uow import Unit

from .cases import Service, reads, writes


class Departments(Service):
    @writes("departments.create", Right.EDIT_DEPARTMENTS)
    def create(self, unit: Unit, draft: DepartmentDraft) -> DepartmentSaved:
        kept = checked_department(draft)
        departments.hold_tree(unit)
        if kept.code in departments.by_codes(unit, [kept.code]):
            with about("code"):
                raise CodeTaken(kept.code)
        with about("parent"):
            parent = _new_parent(unit, kept.parent) if kept.parent else None
        with about("owner"):
            owner = departments.owner_of(unit, kept.owner)
        return DepartmentSaved(departments.create(unit, kept, parent, owner), kept.code, 1)

    @writes("departments.edit", Right.EDIT_DEPARTMENTS)
    def edit(
        self, unit: Unit, code: str, version: int | None, changes: dict[str, str]
    ) -> DepartmentSaved:
        """Change some fields of the version that was seen; None is whichever there is now."""
        departments.hold_tree(unit)
        department = _live(departments.find(unit, code))
        if version is not None and department.version != version:
            theirs = {name: str(getattr(department, name, "")) for name in changes}
            differ = {n: (t, changes[n]) for n, t in theirs.items() if t != changes[n]}
            raise DepartmentChanged(department.code, department.version, differ)
        kept = checked_department_changes(department.draft(), changes)
        columns: dict[str, object] = dict(kept)
        if "owner" in kept:
            with about("owner"):
                columns["owner"] = departments.owner_of(unit, kept["owner"])
        if "parent" in kept:
            with about("parent"):
                columns["parent"] = _parent(unit, department, kept["parent"])
        now = departments.change(unit, department, columns, "departments.edit")
        return DepartmentSaved(department.id, department.code, now)

    @reads("departments.show")
    def show(self, unit: Unit, code: str) -> Department:
        return departments.find(unit, code)

    @reads("departments.list")
    def list(
        self,
        unit: Unit,
        status: DepartmentStatus | None = DepartmentStatus.ACTIVE,
        text: str = "",
        cursor: str = "",
        limit: int = 50,
    ) -> Page[Department]:
        """By name; `text` is how a name or code begins."""
        return departments.page(unit, status, text, cursor, limit)

    @reads("departments.tree")
    def tree(self, unit: Unit) -> tuple[DepartmentLine, ...]:
        """All of them, merged ones left out."""
        found = departments.TREES.everything(unit)[:SHOWN]
        return tuple(
            DepartmentLine(
                line.node.name,
                line.label,
                depth,
                DepartmentStatus.ARCHIVED if line.node.archived else DepartmentStatus.ACTIVE,
            )
            for line, depth in in_order(found)
        )

    @writes("departments.merge", Right.EDIT_DEPARTMENTS)
    def merge(self, unit: Unit, loser: str, winner: str) -> DepartmentSaved:
        """The loser gives way; shares and mappings that name it count for the winner."""
        departments.hold_tree(unit)
        into = departments.find(unit, winner)
        into = departments.find(unit, into.merged_into) if into.merged_into else into
        gone, into = _unmerged(departments.find(unit, loser)), _live(into)
        node = departments.TREES.steps(unit, gone.id)[0]
        below = departments.TREES.levels_below(unit, gone.id)
        check_merge(node, departments.TREES.steps(unit, into.id), below)
        version = departments.change(unit, gone, {"merged_into": into.id}, "departments.merge")
        return DepartmentSaved(gone.id, gone.code, version)

    @writes("departments.unmerge", Right.EDIT_DEPARTMENTS)
    def unmerge(self, unit: Unit, code: str) -> DepartmentSaved:
        """It stands on its own again, where it stood."""
        departments.hold_tree(unit)
        department = departments.find(unit, code)
        if not department.merged_into:
            raise DepartmentNotMerged(department.code)
        node = departments.TREES.steps(unit, department.id)[0]
        steps = departments.TREES.steps(unit, node.parent) if node.parent else []
        check_unmerge(node, steps, departments.TREES.levels_below(unit, department.id))
        apart = {"merged_into": None}
        version = departments.change(unit, department, apart, "departments.unmerge")
        return DepartmentSaved(department.id, department.code, version)

    @writes("departments.archive", Right.EDIT_DEPARTMENTS)
    def archive(self, unit: Unit, code: str) -> DepartmentSaved:
        departments.hold_tree(unit)
        department = _live(departments.find(unit, code))
        below = departments.TREES.live_children(unit, department.id)
        if below:
            raise StillInUse(department.code, below)
        gone = {"archived_at": unit.now}
        version = departments.change(unit, department, gone, "departments.archive")
        return DepartmentSaved(department.id, department.code, version)

    @writes("departments.unarchive", Right.EDIT_DEPARTMENTS)
    def unarchive(self, unit: Unit, code: str) -> DepartmentSaved:
        departments.hold_tree(unit)
        department = _unmerged(departments.find(unit, code))
        if department.archived_at is None:
            raise DepartmentNotArchived(department.code)
        if department.parent:
            parent = departments.find(unit, department.parent)
            if parent.archived_at is not None and not parent.merged_into:
                raise DepartmentArchived(parent.code)
        back = {"archived_at": None}
        version = departments.change(unit, department, back, "departments.unarchive")
        return DepartmentSaved(department.id, department.code, version)


def _unmerged(department: Department) -> Department:
    if department.merged_into:
        raise DepartmentMerged(department.code, department.merged_into)
    return department


def _live(department: Department) -> Department:
    if _unmerged(department).archived_at is not None:
        raise DepartmentArchived(department.code)
    return department


def _new_parent(unit: Unit, code: str) -> UUID:
    """The parent of one that does not exist yet, so that only its own place is looked at."""
    parent = departments.find(unit, code)
    check_parent(Node(new_id(), code, None, None), departments.TREES.steps(unit, parent.id), 0)
    return parent.id


def _parent(unit: Unit, department: Department, code: str) -> UUID | None:
    if not code:
        return None
    parent = departments.find(unit, code)
    if parent.code == department.parent:
        return parent.id
    node = departments.TREES.steps(unit, department.id)[0]
    below = departments.TREES.levels_below(unit, department.id)
    check_parent(node, departments.TREES.steps(unit, parent.id), below)
    return parent.id
