"""Who may do what: one table, read by every service."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from .errors import NotAllowed


class Role(StrEnum):
    CLERK = "clerk"
    APPROVER = "approver"
    CONTROLLER = "controller"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Right(StrEnum):
    SEE = "see"
    EDIT_CUSTOMERS = "edit customers"
    BULK_CUSTOMERS = "import, export and merge customers"
    BRAKE_CUSTOMERS = "set and release brakes"
    EDIT_DEPARTMENTS = "edit departments"
    EDIT_ACCOUNTS = "map accounts and enter exchange rates"
    CLOSE_BOOKS = "close the books"
    RUN_JOBS = "run jobs"
    ACKNOWLEDGE = "acknowledge alerts"
    KEEP_OWN = "keep views and drafts"
    VERIFY = "verify the record"
    EXPORT_TRAIL = "export the audit trail"
    MANAGE_PEOPLE = "manage people"
    MANAGE_SETTINGS = "change settings, features and retention"


_COLUMNS = (Role.CLERK, Role.APPROVER, Role.CONTROLLER, Role.ADMIN, Role.AUDITOR)

# One line a right, one column a role, in the order of _COLUMNS: y may, - may not.
_TABLE = """
    see                                     y y y y y
    edit customers                          y - y y -
    import, export and merge customers      y - y y -
    set and release brakes                  y - y y -
    edit departments                        - - y y -
    map accounts and enter exchange rates   - - y - -
    close the books                         - - y - -
    run jobs                                y - y y -
    acknowledge alerts                      y y y y -
    keep views and drafts                   y y y y -
    verify the record                       y y y y y
    export the audit trail                  - - y y -
    manage people                           - - - y -
    change settings, features and retention - - - y -
"""


def _parse(table: str) -> dict[Right, frozenset[Role]]:
    matrix = {}
    for line in table.strip().splitlines():
        cells = line.split()
        right = Right(" ".join(cells[: -len(_COLUMNS)]))
        marks = zip(_COLUMNS, cells[-len(_COLUMNS) :], strict=True)
        matrix[right] = frozenset(role for role, mark in marks if mark == "y")
    return matrix


MATRIX = _parse(_TABLE)


class RightMissing(NotAllowed):
    def __init__(self, right: Right) -> None:
        self.right = right
        *some, last = [role.value for role in _COLUMNS if role in MATRIX[right]]
        roles = f"{', '.join(some)} or {last}" if some else last
        super().__init__("Not allowed", f"Your roles do not let you {right.value}; {roles} may.")


def may(roles: Iterable[Role], right: Right) -> bool:
    return not MATRIX[right].isdisjoint(roles)


def require(roles: Iterable[Role], right: Right) -> None:
    if not may(roles, right):
        raise RightMissing(right)
