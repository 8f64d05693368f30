"""Keys one after the other: the next is looked at when all that the one before did is done.

A key goes to whatever has the focus when it arrives, although the key before it may be about to
move that. Text typed quickly after the search key, or held up on a slow line, would be taken for
the list's own keys, and its letters merge and archive.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.screen import Screen

_GLANCE = 0.05
# Whoever does not answer for so long is not waited for: the key may be the one that stops it.
_PATIENCE = 1.0

Typed = events.Key | events.Paste


class OneByOne(App[int]):
    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[Typed] = deque()
        self._at_hand: Typed | None = None
        self._handing: asyncio.Task[None] | None = None

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, Typed) or event.is_forwarded or event is self._at_hand:
            await super().on_event(event)
            return
        self._typed.append(event)
        if self._handing is None:
            self._handing = asyncio.create_task(self._hand_on())

    async def _hand_on(self) -> None:
        try:
            while self._typed:
                self._at_hand = self._typed.popleft()
                await self._handled(self._at_hand)
        finally:
            self._at_hand = self._handing = None

    async def _handled(self, event: Typed) -> None:
        before = target = self.focused or self.screen
        self.post_message(event)
        await _came_by(self, self.call_later)
        # It goes up from what has the focus, and at the top becomes an action.
        for node in target.ancestors_with_self:
            await _came_by(node, node.call_later)
        await _came_by(self, self.call_later)
        screen = self.screen
        await _came_by(screen, screen.call_later)
        if (self.focused or screen) is not before:
            await _opened(screen)
            await _came_by(screen, screen.call_after_refresh)


async def _opened(screen: Screen[Any]) -> None:
    """A form first reads what it shows, and has no field to type into until then."""
    opened: asyncio.Event | None = getattr(screen, "opened", None)
    if opened is not None:
        with suppress(TimeoutError):
            await asyncio.wait_for(opened.wait(), _PATIENCE)


async def _came_by(pump: MessagePump, call: Callable[[Callable[[], object]], object]) -> None:
    """Wait until a message pump has worked off what it has been given so far."""
    done, last = asyncio.Event(), time.monotonic() + _PATIENCE
    call(done.set)
    while not done.is_set() and not pump._closing and time.monotonic() < last:  # noqa: SLF001
        try:
            await asyncio.wait_for(done.wait(), _GLANCE)
        except TimeoutError:
            continue
