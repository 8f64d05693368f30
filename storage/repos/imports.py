"""Imported files: which were taken in, and the units of rows that wait to be written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from billing_tui.domain.imports.runs import IMPORT_RUN, ImportEvent, ImportState
from storage.models import Customer, ImportRun, ImportUnit
from storage.models.base import table_of
from storage.states import stepping
from storage.uow import Unit

_RUN = table_of(ImportRun)
_UNIT = table_of(ImportUnit)


@dataclass(frozen=True, slots=True)
class Run:
    """`file` names the bytes and the way they were read; `written` counts finished units."""

    id: UUID
    kind: str
    file: str
    state: ImportState
    rows: int
    started_by: UUID
    started_at: datetime
    units: int = 0
    written: int = 0


_RUN_VALUES: dict[str, BindParameter[Any]] = {
    name: bindparam(name)
    for name in ("organisation", "id", "kind", "file_hash", "state", "rows", "started_by")
} | {"started_at": bindparam("started_at")}
_UNIT_VALUES: dict[str, BindParameter[Any]] = {
    name: bindparam(name) for name in ("organisation", "run", "n", "rows", "done_at")
}
# What stands already is left alone, so that a crash in between is gone on from.
_ADD_RUN = {
    True: sqlite.insert(_RUN).values(_RUN_VALUES).on_conflict_do_nothing(),
    False: postgresql.insert(_RUN).values(_RUN_VALUES).on_conflict_do_nothing(),
}
_ADD_UNIT = {
    True: sqlite.insert(_UNIT).values(_UNIT_VALUES).on_conflict_do_nothing(),
    False: postgresql.insert(_UNIT).values(_UNIT_VALUES).on_conflict_do_nothing(),
}
_OURS = _RUN.c.organisation == bindparam("o")
_EARLIER = (
    select(_RUN)
    .where(
        _OURS,
        _RUN.c.kind == bindparam("kind"),
        _RUN.c.file_hash >= bindparam("start"),
        _RUN.c.file_hash < bindparam("end"),
    )
    .order_by(_RUN.c.started_at, _RUN.c.id)
)
_STAGED = (
    select(_RUN)
    .where(_OURS, _RUN.c.state == ImportState.STAGED)
    .order_by(_RUN.c.started_at, _RUN.c.id)
)
_CHANGE = {
    event: stepping(
        update(_RUN).where(_OURS, _RUN.c.id == bindparam("i")), _RUN.c.state, IMPORT_RUN, event
    )
    for event in IMPORT_RUN.events
}
_OF_RUN = (_UNIT.c.organisation == bindparam("o"), _UNIT.c.run == bindparam("i"))
_COUNTS = select(func.count(), func.count(_UNIT.c.done_at)).where(*_OF_RUN)
_WAITING = select(_UNIT.c.n).where(*_OF_RUN, _UNIT.c.done_at.is_(None)).order_by(_UNIT.c.n).limit(1)
_TAKE = (
    update(_UNIT)
    .where(*_OF_RUN, _UNIT.c.n == bindparam("unit_n"), _UNIT.c.done_at.is_(None))
    .values(done_at=bindparam("now"))
    .returning(_UNIT.c.rows)
)


def earlier(unit: Unit, kind: str, digest: str) -> list[Run]:
    """Runs of the same bytes, however they were read then."""
    asked = {"o": unit.organisation, "kind": kind, "start": f"{digest} ", "end": f"{digest}!"}
    return [_run(unit, row) for row in unit.connection.execute(_EARLIER, asked).all()]


def staged(unit: Unit) -> list[Run]:
    """Runs that can be finished without their files."""
    found = unit.connection.execute(_STAGED, {"o": unit.organisation}).all()
    return [_run(unit, row) for row in found]


def add_run(unit: Unit, run: Run) -> None:
    unit.connection.execute(
        _ADD_RUN[unit.sqlite],
        {
            "organisation": unit.organisation,
            "id": run.id,
            "kind": run.kind,
            "file_hash": run.file,
            "state": run.state,
            "rows": run.rows,
            "started_by": run.started_by,
            "started_at": run.started_at,
        },
    )


def add_unit(unit: Unit, run: UUID, n: int, rows: str) -> None:
    unit.connection.execute(
        _ADD_UNIT[unit.sqlite],
        {"organisation": unit.organisation, "run": run, "n": n, "rows": rows, "done_at": None},
    )


def change_state(unit: Unit, run: UUID, event: ImportEvent) -> bool:
    """Whether this did it; not where the run is elsewhere, such as when another was first."""
    key = {"o": unit.organisation, "i": run}
    return unit.connection.execute(_CHANGE[event], key).rowcount == 1


def counts(unit: Unit, run: UUID) -> tuple[int, int]:
    """How many units a run has, and how many of them are written."""
    key = {"o": unit.organisation, "i": run}
    total, done = unit.connection.execute(_COUNTS, key).one()
    return total, done


def next_waiting(unit: Unit, run: UUID) -> int | None:
    n: int | None = unit.connection.execute(
        _WAITING, {"o": unit.organisation, "i": run}
    ).scalar_one_or_none()
    return n


def take(unit: Unit, run: UUID, n: int) -> str | None:
    """A unit's rows for the one transaction that writes them; None when another already did."""
    rows: str | None = unit.connection.execute(
        _TAKE, {"o": unit.organisation, "i": run, "unit_n": n, "now": unit.now}
    ).scalar_one_or_none()
    return rows


def _run(unit: Unit, row: Any) -> Run:
    units, written = counts(unit, row.id)
    return Run(
        row.id, row.kind, row.file_hash, row.state, row.rows, row.started_by, row.started_at,
        units, written,
    )  # fmt: skip


_CUSTOMER = table_of(Customer)
_ALIKE = select(
    _CUSTOMER.c.skeleton, _CUSTOMER.c.sort_name, _CUSTOMER.c.number, _CUSTOMER.c.name
).where(
    _CUSTOMER.c.organisation == bindparam("o"),
    _CUSTOMER.c.skeleton.in_(bindparam("shapes", expanding=True)),
    _CUSTOMER.c.merged_into.is_(None),
)


@dataclass(frozen=True, slots=True)
class Alike:
    skeleton: str
    sort_name: str
    number: str
    name: str


def alike(unit: Unit, shapes: Iterable[str]) -> list[Alike]:
    """Customers whose names look like one of these. Sorted here: an order that an index has would
    tempt SQLite to walk that one."""
    wanted = sorted(set(shapes) - {""})
    if not wanted:
        return []
    found = unit.connection.execute(_ALIKE, {"o": unit.organisation, "shapes": wanted})
    return sorted((Alike(*row) for row in found), key=lambda one: one.number)
