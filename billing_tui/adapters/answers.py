"""What was typed into a setup that is not finished: a private file, never with a password."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from billing_tui.domain.drafts import kept_body
from billing_tui.domain.errors import InputError
from billing_tui.settings import Settings, SettingsError, write_private

FILE = "setup-answers.json"
_LONGEST = 200_000


class AnswersFile:
    """Losing it costs typing and nothing else, so no trouble with it stops a setup."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = settings.state / FILE

    def read(self) -> dict[str, str]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8")[:_LONGEST])
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {name: text for name, text in found.items() if isinstance(text, str)}

    def keep(self, typed: Mapping[str, Any]) -> None:
        with suppress(OSError, SettingsError, InputError):
            self._settings.state_dir()
            text = json.dumps(kept_body(typed), ensure_ascii=False)
            write_private(self._path, text.encode())

    def drop(self) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
