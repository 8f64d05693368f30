"""What jobs work with, over any store and without this machine's keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from billing_tui.bootstrap import services_for
from billing_tui.services.alerts import Alerts
from billing_tui.services.cleanup import Cleanup
from billing_tui.services.imports import Imports
from billing_tui.services.jobs import Jobs
from billing_tui.services.verify import Verify
from storage.store import Store


@dataclass
class LocalBench:
    store: Store
    alerts: Alerts
    cleanup: Cleanup
    imports: Imports
    jobs: Jobs
    verify: Verify
    checkpoints: Any = None


def bench_for(store: Store, state: Path | None = None) -> LocalBench:
    made = services_for(store, state)
    return LocalBench(store, made.alerts, made.cleanup, made.imports, made.jobs, Verify(store))
