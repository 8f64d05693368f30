"""Departments: what costs and budgets are booked to, in a tree of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from .errors import Conflict, NotFound, Refused
from .fields import FieldError, FieldsRefused, Findings, checked_code

CODE, NAME, LOGIN = 32, 200, 200
EDITABLE = ("name", "parent", "owner")


class DepartmentStatus(StrEnum):
    ACTIVE = "active"
    ARCHIVED = "archived"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class DepartmentDraft:
    """`parent` is a code, `owner` the login of the person who answers for it."""

    code: str
    name: str
    parent: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Department:
    """`merged_into` is the code of the department that a chain of merges ends at."""

    id: UUID
    version: int
    code: str
    name: str
    parent: str
    owner: str
    merged_into: str
    archived_at: datetime | None

    @property
    def status(self) -> DepartmentStatus:
        if self.merged_into:
            return DepartmentStatus.MERGED
        return DepartmentStatus.ACTIVE if self.archived_at is None else DepartmentStatus.ARCHIVED

    def draft(self) -> DepartmentDraft:
        return DepartmentDraft(self.code, self.name, self.parent, self.owner)


@dataclass(frozen=True, slots=True)
class DepartmentSaved:
    id: UUID
    code: str
    version: int


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    """One department in a tree, `depth` levels below its top."""

    code: str
    name: str
    depth: int
    status: DepartmentStatus


class DepartmentRefused(FieldsRefused):
    def __init__(self, errors: Iterable[FieldError]) -> None:
        super().__init__("The department", errors)


class DepartmentNotFound(NotFound):
    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(
            "No such department",
            f"No department has the code {reference[:40]!r}. List the departments to see them all.",
        )


class OwnerUnknown(NotFound):
    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(
            "No such person", f"Nobody here signs in as {login[:40]!r}. Choose an active user."
        )


class CodeTaken(Refused):
    def __init__(self, code: str) -> None:
        self.taken = code
        super().__init__(
            "Code taken", f"Another department has the code {code}. Choose another code."
        )


class DepartmentMerged(Refused):
    def __init__(self, department: str, into: str) -> None:
        self.department, self.into = department, into
        super().__init__(
            "Department was merged",
            f"{department} was merged into {into}. Work with {into} instead.",
        )


class DepartmentArchived(Refused):
    def __init__(self, department: str) -> None:
        self.department = department
        super().__init__("Department is archived", f"{department} is archived. Unarchive it first.")


class DepartmentNotArchived(Refused):
    def __init__(self, department: str) -> None:
        self.department = department
        super().__init__("Not archived", f"{department} is not archived; there is nothing to undo.")


class DepartmentNotMerged(Refused):
    def __init__(self, department: str) -> None:
        self.department = department
        super().__init__("Not merged", f"{department} was not merged; there is nothing to undo.")


class DepartmentChanged(Conflict):
    """`differences` maps each field that differs to what they have and what you want."""

    def __init__(
        self, department: str, version: int, differences: Mapping[str, tuple[str, str]]
    ) -> None:
        self.department, self.version = department, version
        self.differences = dict(differences)
        said = " ".join(
            f"{field} is now {theirs!r}, you want {yours!r}."
            for field, (theirs, yours) in differences.items()
        )
        super().__init__(
            "Changed meanwhile",
            f"Somebody changed {department} since you opened it. {said} "
            f"Save again on version {version} what should hold.",
        )


def department_given(data: Any) -> DepartmentDraft:
    """A draft from one object of a file or a script."""
    on = Findings()
    fields = _texts(on, data, ("code", *EDITABLE))
    for name in ("code", "name"):
        if name not in fields:
            on.say(name, "is missing.")
    if on.errors:
        raise DepartmentRefused(on.errors)
    return DepartmentDraft(**fields)


def department_changes_given(data: Any) -> dict[str, str]:
    on = Findings()
    fields = _texts(on, data, EDITABLE)
    if on.errors:
        raise DepartmentRefused(on.errors)
    return fields


def checked_department(draft: DepartmentDraft) -> DepartmentDraft:
    on = Findings()
    kept = DepartmentDraft(
        code=on.tried("code", lambda: checked_code(draft.code, "code", CODE), ""),
        name=on.text("name", draft.name, NAME, least=1),
        parent=on.tried("parent", lambda: _optional_code(draft.parent), ""),
        owner=on.text("owner", draft.owner, LOGIN),
    )
    if kept.code and kept.parent == kept.code:
        on.say("parent", "is the department itself.")
    if on.errors:
        raise DepartmentRefused(on.errors)
    return kept


def checked_department_changes(
    draft: DepartmentDraft, changes: Mapping[str, Any]
) -> dict[str, str]:
    strange = [
        FieldError(name, "cannot be changed here.") for name in changes if name not in EDITABLE
    ]
    if strange:
        raise DepartmentRefused(strange)
    kept = checked_department(replace(draft, **changes))
    return {name: getattr(kept, name) for name in changes}


def _optional_code(code: str) -> str:
    return checked_code(code, "parent", CODE) if code else ""


def _texts(on: Findings, data: Any, known: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(data, Mapping):
        on.say("department", 'must be one object, like {"code": "MKT", "name": "Marketing"}.')
        return {}
    for name, value in data.items():
        if name not in known:
            on.say(str(name)[:40], f"is no field here; there are {', '.join(known)}.")
        elif not isinstance(value, str):
            on.say(name, "must be text.")
    return {name: value for name, value in data.items() if name in known}
