"""What jobs work with, over any store and without this machine's keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from billing_tui.bootstrap import services_for
from billing_tui.domain.acts import Request
from billing_tui.domain.alerts import AlertFilter, Severity
from billing_tui.domain.jobs import Job
from billing_tui.services.alerts import Alerts
from billing_tui.services.cleanup import Cleanup
from billing_tui.services.imports import Imports
from billing_tui.services.jobs import Jobs
from billing_tui.services.verify import Verify
from storage.repos import jobs as repo
from storage.store import Store
from storage.uow import Unit
from tests.stores import as_text


@dataclass
class LocalBench:
    store: Store
    alerts: Alerts
    cleanup: Cleanup
    imports: Imports
    jobs: Jobs
    verify: Verify
    checkpoints: Any = None

    def set_row(self, **values: Any) -> None:
        """Put the cleanup job where time would have brought it, by the store's clock."""

        def change(unit: Unit) -> str:
            found = {
                name: each(unit.now) if callable(each) else each for name, each in values.items()
            }
            repo.change(unit, "cleanup", found)
            return ""

        self.store.write(change, Request.new(), as_text())

    def make_due(self) -> None:
        self.jobs.plan(Request.new())
        self.set_row(next_run_at=lambda now: now)

    def job(self) -> Job:
        return {each.name: each for each in self.jobs.all()}["cleanup"]

    def now(self) -> datetime:
        return self.store.read(lambda unit: unit.now)

    def alerts_open(self) -> list[tuple[str, str, Severity, str]]:
        found = self.alerts.page(AlertFilter()).items
        return [(each.kind, each.key, each.severity, each.message) for each in found]


def bench_for(store: Store, state: Path | None = None) -> LocalBench:
    made = services_for(store, state)
    return LocalBench(store, made.alerts, made.cleanup, made.imports, made.jobs, Verify(store))
