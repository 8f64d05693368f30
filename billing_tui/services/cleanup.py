"""Deleting technical rows that have been kept long enough."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from billing_tui.domain.retention import LOGS, RETENTION, ROWS, cutoff, setting_name
from billing_tui.domain.rights import Right
from billing_tui.logs import forget
from storage.repos import retention
from storage.store import Store
from storage.uow import Unit

from .cases import Service, reads, writes


class Cleanup(Service):
    def __init__(self, store: Store, state: Path | None = None) -> None:
        super().__init__(store)
        self._state = state

    def forget_logs(self) -> int:
        """Remove this machine's old log files; gives how many."""
        return 0 if self._state is None else forget(self._state, self.cutoffs()[LOGS])

    @reads("cleanup.expired")
    def expired(self, unit: Unit) -> Mapping[str, int]:
        """How many rows of each kind would go now."""
        ages = _cutoffs(unit)
        return {name: retention.old_rows(unit, name, ages[name]) for name in ROWS}

    @reads("cleanup.cutoffs")
    def cutoffs(self, unit: Unit) -> Mapping[str, datetime]:
        """What is older may go, of each kind of row and of log files."""
        return _cutoffs(unit)

    @writes("cleanup.purge", Right.RUN_JOBS)
    def purge(self, unit: Unit, name: str) -> int:
        """Delete one batch; gives how many rows went, and 0 when nothing is left to do."""
        return retention.purge(unit, name, _cutoffs(unit)[name])


def _cutoffs(unit: Unit) -> dict[str, datetime]:
    named = {setting_name(name): name for name in RETENTION}
    days = retention.settings(unit, named)
    return {name: cutoff(name, days.get(setting), unit.now) for setting, name in named.items()}
