"""Locked means locked: one mode stands in front, and nothing of the program gets past it.

A plain modal screen would not do: the palette's key, keys with priority and screens pushed by
workers all come through one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import Screen

from .typing import OneByOne

LOCK = "lock"
_WORKS_WHILE_LOCKED = frozenset({"quit"})


class Lockable(OneByOne):
    def __init__(self) -> None:
        super().__init__()
        self._behind = ""
        self._held_back: list[Callable[[], None]] = []
        self._touched = time.monotonic()

    @property
    def locked(self) -> bool:
        return bool(self._behind)

    @property
    def stack_at_work(self) -> list[Screen[Any]]:
        """The screens of the area in front, also behind the lock."""
        return self._screen_stacks[self._behind or self.current_mode]

    def lock(self) -> None:
        """Hide everything behind the lock; what is pushed or told meanwhile waits."""
        if self.locked:
            return
        self.clear_notifications()
        self._behind, mode = self.current_mode, LOCK
        super().switch_mode(mode)

    def let_in(self) -> None:
        if not self.locked:
            return  # whoever locked it was signed out while the password was checked
        behind, self._behind = self._behind, ""
        super().switch_mode(behind)
        self._touched = time.monotonic()
        held, self._held_back = self._held_back, []
        for notice in held:
            notice()

    def drop_lock(self, mode: str) -> None:
        """Whoever locked it is gone, and what waited for them too."""
        self._behind, self._held_back = "", []
        self.switch_mode(mode)

    def idle_seconds(self) -> float:
        return time.monotonic() - self._touched

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.MouseDown | events.MouseScrollDown | events.Paste):
            self._touched = time.monotonic()
        await super().on_event(event)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self.locked and action not in _WORKS_WHILE_LOCKED:
            return False
        return super().check_action(action, parameters)

    def switch_mode(self, mode: str) -> Any:
        if self.locked:
            self._behind = mode
            if mode not in self._screen_stacks:
                self._init_mode(mode)
            return AwaitComplete()
        return super().switch_mode(mode)

    def push_screen(self, screen: Screen[Any] | str, *args: Any, **kwargs: Any) -> Any:
        if self.locked and kwargs.get("mode") is None:
            kwargs["mode"] = self._behind
        return super().push_screen(screen, *args, **kwargs)

    def notify(self, message: str, **kwargs: Any) -> None:
        if self.locked:
            self._held_back.append(partial(self.notify, message, **kwargs))
            return
        super().notify(message, **kwargs)
