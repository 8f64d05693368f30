"""Deleting what has been kept long enough: by `purge` on Postgres, by the same rule on SQLite."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Delete, Select, Table, bindparam, delete, func, literal_column, select

from billing_tui.domain.retention import ROWS
from storage.models import CustomerKey, FormDraft, ImportUnit, JobRun, Request, Setting
from storage.models.base import table_of
from storage.types import UtcTime
from storage.uow import Unit

_SETTING = table_of(Setting)
_DATED: dict[str, tuple[Table, str]] = {
    "request": (table_of(Request), "at"),
    "job_run": (table_of(JobRun), "finished_at"),
    "import_unit": (table_of(ImportUnit), "done_at"),
    "customer_key": (table_of(CustomerKey), "gone_at"),
    "form_draft": (table_of(FormDraft), "saved_at"),
}
_PURGE = select(func.purge(bindparam("o"), bindparam("what"), bindparam("older", type_=UtcTime)))


def _old(name: str, *columns: Any) -> Select[Any]:
    table, dated = _DATED[name]
    return (
        select(*columns)
        .select_from(table)
        .where(table.c.organisation == bindparam("o"), table.c[dated] < bindparam("older"))
    )


def _delete(name: str) -> Delete:
    rowid: Any = literal_column("rowid")
    return delete(_DATED[name][0]).where(rowid.in_(_old(name, rowid).limit(ROWS[name].batch)))


_DELETE = {name: _delete(name) for name in ROWS}
_COUNT = {name: _old(name, func.count()) for name in ROWS}


def purge(unit: Unit, name: str, older_than: datetime) -> int:
    """Delete one batch of what is older; gives how many rows went."""
    values = {"o": unit.organisation, "older": older_than}
    if unit.sqlite:
        return unit.connection.execute(_DELETE[name], values).rowcount
    gone: int = unit.connection.execute(_PURGE, values | {"what": name}).scalar_one()
    return gone


def old_rows(unit: Unit, name: str, older_than: datetime) -> int:
    values = {"o": unit.organisation, "older": older_than}
    count: int = unit.connection.execute(_COUNT[name], values).scalar_one()
    return count


def settings(unit: Unit, names: Iterable[str]) -> dict[str, Any]:
    asked = select(_SETTING.c.name, _SETTING.c.value).where(
        _SETTING.c.organisation == unit.organisation, _SETTING.c.name.in_(list(names))
    )
    return {row.name: row.value for row in unit.connection.execute(asked)}
