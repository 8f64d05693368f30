"""Fresh statistics for Postgres while a bulk write makes tables grow from nothing."""

from __future__ import annotations

from .models import Customer, CustomerKey, Department
from .models.base import table_of
from .uow import Unit

_REFRESH = "SELECT statistics_refresh(%s::text[])"
_GROWING = [table_of(model).name for model in (Customer, CustomerKey, Department)]
# After these units of a bulk write; each has five times as many rows before it as the last.
_MILESTONES = frozenset({0, 4, 24, 124, 624, 3124})


def refresh_as_it_grows(unit: Unit, n: int) -> None:
    """Call it at the end of the bulk unit number `n`. SQLite plans each statement afresh."""
    if n in _MILESTONES and not unit.sqlite:
        unit.connection.exec_driver_sql(_REFRESH, (_GROWING,))
