"""What a pane or page tells of one department, and how it is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from billing_tui.domain.audit_log import AuditFilter, AuditLine
from billing_tui.domain.customers import CustomerFilter
from billing_tui.domain.dates import parse_utc
from billing_tui.domain.departments import Department, DepartmentStatus
from billing_tui.domain.pages import Counted
from screens.formatting import Badge, count, moment
from screens.widgets.pane import Event, Fact, Part, Rule, Title, Words

if TYPE_CHECKING:
    from billing_tui.services.bundle import Services

STATUS = {
    DepartmentStatus.ACTIVE: Badge("●", "active", ""),
    DepartmentStatus.ARCHIVED: Badge("○", "archived", "muted"),
    DepartmentStatus.MERGED: Badge("↪", "merged", "muted"),
}
_VERBS = {
    "departments.create": "added",
    "departments.edit": "edited",
    "departments.merge": "merged",
    "departments.unmerge": "split off again",
    "departments.archive": "archived",
    "departments.unarchive": "brought back",
    "departments.import": "imported",
}
_MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Known:
    """One department, how many customers name it in their shares, and its newest acts."""

    department: Department
    customers: Counted
    acts: tuple[AuditLine, ...]


def read(services: Services, code: str, acts: int) -> Known:
    found = services.departments.show(code)
    asked = AuditFilter(object=f"department:{found.id}")
    return Known(
        found,
        services.customers.count(CustomerFilter(department=found.code), _MOST_COUNTED),
        services.audit.slice(asked, limit=acts).items,
    )


def parts(known: Known, zone: str, today: date) -> Iterator[Part]:
    one = known.department
    yield Title(one.name, STATUS[one.status])
    yield Words(one.code, "muted")
    if one.merged_into:
        yield Words(f"↪ merged into {one.merged_into}", "warning")
    yield Rule()
    yield Fact("Under", one.parent or "at the top")
    yield Fact("Answers for it", one.owner or "nobody")
    more = "+" if known.customers.more else ""
    yield Fact("Customers", f"{count(known.customers.rows)}{more} with a share")
    yield Rule()
    yield Words("Timeline", "muted")
    for act in known.acts:
        what = _VERBS.get(act.action, act.action) + (f" ({act.reason})" if act.reason else "")
        yield Event(moment(parse_utc(act.at), zone, today), what, act.who)
