"""A desk on which all stands still: its own home, one person, one moment, ids that repeat."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from billing_tui import bootstrap
from billing_tui.adapters.clock import FixedClock, SystemClock
from billing_tui.app.door import Door
from billing_tui.app.given import Options
from billing_tui.credentials import Secret
from billing_tui.domain import ids
from billing_tui.domain.demo import Demo
from billing_tui.resources import asset_text
from billing_tui.services import audit_key, first_start, seed
from billing_tui.services.bundle import Services
from billing_tui.services.setup import Founding
from tests.commands import bare
from tests.stores import PASSWORD

ME, HOST = "ada", "desk"
OPENING = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 9, 41, tzinfo=UTC)
FOUNDING = Founding(
    "Northwind Trading", "Northwind Trading GmbH", "EUR", "DE", "en", "Europe/Berlin", "Ada Winter"
)
# Those whose letters stand in the font of the pictures.
_LETTERS = ("de", "fr", "it", "es", "pt", "nl", "pl", "cs", "hu", "sv", "da", "is", "el", "en")


class Office:
    """The machine of `ME`; `store` and `state` are where the program keeps its things."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch) -> None:
        self.home, self.patch, self.me = home, patch, ME
        self.clock = FixedClock(NOW)
        bare(home, patch)
        # A file that is named without a folder lands here too.
        patch.chdir(home)
        patch.setenv("LANG", "en_IE.UTF-8")
        patch.setenv("TZ", "Europe/Berlin")
        patch.setenv("TEXTUAL_ANIMATIONS", "none")
        for name in ("LC_MESSAGES", "NO_COLOR"):
            patch.delenv(name, raising=False)
        patch.setattr(SystemClock, "now", lambda _self: self.clock.now())
        patch.setattr(bootstrap, "os_user", lambda: self.me)
        patch.setattr(socket, "gethostname", lambda: HOST)
        self._repeat()

    def _repeat(self) -> None:
        """What is drawn by lot elsewhere comes in one order here, and no version is another."""
        drawn = count(1)
        self.patch.setattr(bootstrap, "__version__", "1.0.0")
        self.patch.setattr(ids, "_last", (0, 0))
        self.patch.setattr(ids, "secrets", SimpleNamespace(randbits=lambda _bits: next(drawn)))
        clock = SimpleNamespace(time_ns=lambda: int(self.clock.now().timestamp() * 1e9))
        self.patch.setattr(ids, "time", clock)
        tokens = SimpleNamespace(token_bytes=lambda size: bytes(range(size)))
        self.patch.setattr(first_start, "secrets", tokens)
        others = SimpleNamespace(token_bytes=lambda size: bytes(range(size, 2 * size)))
        self.patch.setattr(audit_key, "secrets", others)
        locales = [
            one
            for one in json.loads(asset_text("demo/names.json"))["locales"]
            if one["language"].partition("-")[0] in _LETTERS
        ]
        self.patch.setattr(seed, "demo", lambda number: Demo(number, locales))

    @property
    def store(self) -> Path:
        return self.home / ".local/share/billing-tui/billing.db"

    @property
    def state(self) -> Path:
        return self.home / ".local/state/billing-tui"

    @contextmanager
    def services(self, user: str = ME) -> Iterator[Services]:
        """What the program can do here, as one person, without a screen."""
        door = Door(Options(user=user))
        console = bootstrap.open_console(
            door.settings, door.credentials, user=user, password=lambda _login: Secret(PASSWORD)
        )
        try:
            yield console.services
        finally:
            console.close()

    def found(self) -> None:
        """Set the store up, and stay at that moment."""
        self.clock = FixedClock(OPENING)
        door = Door(Options())
        starter = bootstrap.starter(door.settings, door.credentials)
        starter.start(FOUNDING)
        starter.finish()
