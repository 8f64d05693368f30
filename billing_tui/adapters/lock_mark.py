"""A console that was locked when it ended: whoever starts the next one is asked for the password,
although it is remembered on this machine."""

from __future__ import annotations

import hashlib
from contextlib import suppress

from billing_tui.settings import Settings, SettingsError, write_private


class LockMark:
    def __init__(self, settings: Settings, login: str) -> None:
        who = hashlib.sha256(f"{settings.store.scope} {login}".encode()).hexdigest()[:16]
        self._settings = settings
        self._path = settings.state / f"locked-{who}"

    def set(self) -> None:
        with suppress(OSError, SettingsError):
            self._settings.state_dir()
            write_private(self._path, b"")

    def is_set(self) -> bool:
        return self._path.exists()

    def clear(self) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
