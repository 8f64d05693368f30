"""What this program is, on what it runs, and where it keeps things."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from billing_tui import __version__
from billing_tui.logs import NAME
from billing_tui.settings import Settings
from storage import health, migrate
from storage.engine import sqlite_module
from storage.store import Store, outside_units


@dataclass(frozen=True, slots=True)
class About:
    version: str
    python: str
    store: str
    engine: str
    schema: str
    state: str
    log: str
    settings: str


def about(store: Store, settings: Settings) -> About:
    return About(
        version=__version__,
        python=".".join(str(part) for part in sys.version_info[:3]),
        store=settings.store.text,
        engine=_engine(store),
        schema=migrate.newest(),
        state=str(settings.state),
        log=str(settings.state / NAME),
        settings=str(settings.file),
    )


def _engine(store: Store) -> str:
    if store.sqlite:
        return f"SQLite {sqlite_module().sqlite_version}"
    with outside_units(store.engine) as connection:
        version = health.server_version(connection)
    return f"Postgres {version // 10000}.{version % 10000}"
