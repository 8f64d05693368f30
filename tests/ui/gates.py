"""Work that stands still in its thread until a test lets it go on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

_PATIENCE = 20.0


class Gate:
    """`owner.name` waits at it, once it is shut."""

    def __init__(self, patch: pytest.MonkeyPatch, owner: object, name: str) -> None:
        self._open = threading.Event()
        self._open.set()
        real: Callable[..., Any] = getattr(owner, name)

        def held(*given: Any, **named: Any) -> Any:
            assert self._open.wait(_PATIENCE), f"{name} was never let go on"
            return real(*given, **named)

        patch.setattr(owner, name, held)

    def shut(self) -> None:
        self._open.clear()

    def open(self) -> None:
        self._open.set()
