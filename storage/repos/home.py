"""Counts for Home. Each ends at a bound, so that none takes longer where there is more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, literal, or_, select
from sqlalchemy import union_all as together

from billing_tui.domain.alerts import Severity
from billing_tui.domain.customers import Brake, KeyKind
from billing_tui.domain.dates import utc_text
from billing_tui.domain.home import BROKEN, DAYS, MONTHS, Verified
from billing_tui.domain.imports.runs import ImportState
from billing_tui.domain.jobs import JobOutcome
from billing_tui.domain.pages import Counted
from storage import models
from storage.models.base import table_of
from storage.uow import Unit

MOST, MOST_CUSTOMERS, MOST_A_MONTH, MOST_A_DAY = 500, 20_000, 2_000, 2_000
_ALERT, _RUN = table_of(models.Alert), table_of(models.JobRun)
_IMPORT, _LOG = table_of(models.ImportRun), table_of(models.AuditLog)
_CUSTOMER, _KEY = table_of(models.Customer), table_of(models.CustomerKey)


def _bounded(table: Any, most: int, *conditions: ColumnElement[bool]) -> Select[Any]:
    ours = table.c.organisation == bindparam("o")
    some = select(1).select_from(table).where(ours, *conditions).limit(most + 1).subquery()
    return select(func.count()).select_from(some)


def _not_set(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """To try a row by, where no planner should look for rows by it."""
    return func.coalesce(column, column, type_=column.type).is_(None)


_ALERTS = _bounded(
    _ALERT, MOST, _ALERT.c.acknowledged_at.is_(None), _ALERT.c.severity == bindparam("severity")
)
_IMPORTS = _bounded(_IMPORT, MOST, _IMPORT.c.state == ImportState.STAGED)
_IN_USE = exists(
    select(1).where(
        _CUSTOMER.c.organisation == _KEY.c.organisation,
        _CUSTOMER.c.id == _KEY.c.customer,
        _not_set(_CUSTOMER.c.merged_into),
        _not_set(_CUSTOMER.c.archived_at),
    )
)
_BRAKED = _bounded(
    _KEY,
    MOST,
    _KEY.c.kind == KeyKind.BRAKE,
    _KEY.c.key == bindparam("brake"),
    _KEY.c.gone_at.is_(None),
    _IN_USE,
)
# Few are merged, and an index finds them, while none holds both columns.
_NOT_ARCHIVED = _bounded(_CUSTOMER, MOST_CUSTOMERS, _CUSTOMER.c.archived_at.is_(None))
_MERGED = _bounded(
    _CUSTOMER,
    MOST_CUSTOMERS,
    _CUSTOMER.c.merged_into.is_not(None),
    _not_set(_CUSTOMER.c.archived_at),
)
_VERIFIED = (
    select(_RUN.c.finished_at, _RUN.c.outcome)
    .where(
        _RUN.c.organisation == bindparam("o"),
        _RUN.c.job == "verify-all",
        or_(_RUN.c.outcome == JobOutcome.DONE, _RUN.c.error == BROKEN),
    )
    .order_by(_RUN.c.started_at.desc())
    .limit(1)
)


def _series(column: ColumnElement[Any], points: int, most: int) -> Any:
    """How many rows lie between each two of so many instants, and behind the last."""

    def one(n: int) -> Select[Any]:
        spans = [column >= bindparam(f"from_{n}")]
        if n + 1 < points:
            spans.append(column < bindparam(f"from_{n + 1}"))
        found = _bounded(column.table, most, and_(*spans)).scalar_subquery()
        return select(literal(n).label("n"), found.label("rows"))

    return together(*map(one, range(points)))


_NEW = _series(_CUSTOMER.c.created_at, 1, MOST_A_MONTH)
_NEW_BY_MONTH = _series(_CUSTOMER.c.created_at, MONTHS, MOST_A_MONTH)
_CHANGES_BY_DAY = _series(_LOG.c.at, DAYS, MOST_A_DAY)


def open_alerts(unit: Unit, severity: Severity) -> Counted:
    return _counted(unit, _ALERTS, MOST, severity=severity)


def waiting_imports(unit: Unit) -> Counted:
    return _counted(unit, _IMPORTS, MOST)


def braked_customers(unit: Unit, brake: Brake) -> Counted:
    return _counted(unit, _BRAKED, MOST, brake=brake.value)


def active_customers(unit: Unit) -> Counted:
    """Neither archived nor merged."""
    kept, merged = (
        _counted(unit, statement, MOST_CUSTOMERS) for statement in (_NOT_ARCHIVED, _MERGED)
    )
    return Counted(max(0, kept.rows - merged.rows), kept.more)


def new_customers(unit: Unit, since: datetime) -> Counted:
    (found,) = _points(unit, _NEW, [since], MOST_A_MONTH)
    return found


def new_by_month(unit: Unit, months: Sequence[datetime]) -> list[Counted]:
    return _points(unit, _NEW_BY_MONTH, months, MOST_A_MONTH)


def changes_by_day(unit: Unit, days: Sequence[datetime]) -> list[Counted]:
    return _points(unit, _CHANGES_BY_DAY, [utc_text(day) for day in days], MOST_A_DAY)


def last_verified(unit: Unit) -> Verified | None:
    found = unit.connection.execute(_VERIFIED, {"o": unit.organisation}).one_or_none()
    return None if found is None else Verified(found.finished_at, found.outcome is JobOutcome.DONE)


def _points(unit: Unit, statement: Any, edges: Sequence[Any], most: int) -> list[Counted]:
    asked = {f"from_{n}": edge for n, edge in enumerate(edges)}
    rows = unit.connection.execute(statement, {"o": unit.organisation} | asked).all()
    return [_most(row.rows, most) for row in sorted(rows, key=lambda row: row.n)]


def _counted(unit: Unit, statement: Any, most: int, **given: Any) -> Counted:
    found: Any = unit.connection.execute(statement, {"o": unit.organisation} | given).scalar_one()
    return _most(found, most)


def _most(found: int, most: int) -> Counted:
    return Counted(min(found, most), more=found > most)
