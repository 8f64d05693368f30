"""Somebody who sits at the console, in this process: presses keys and waits until it is quiet."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, TypeVar

from textual.pilot import Pilot
from textual.widget import Widget
from textual.worker import WorkerCancelled, WorkerFailed

from billing_tui.app import BillingApp
from billing_tui.app.given import Options
from screens.watch import Watch
from tests.ui.rest import a_moment, about_to, at_work, busy
from tests.ui.stage import picture

PATIENCE = 20.0
_KEYS = {" ": "space"}
W = TypeVar("W", bound=Widget)


class Seat:
    def __init__(self, app: BillingApp, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot
        self.faults_are_wanted = False
        # Set while a read is held back, so that nobody waits for it.
        self.held_back = False
        self.at_end: list[Callable[[], object]] = []
        self._faults: list[Exception] = []
        self._told, app.fault = app.fault, self._fault  # type: ignore[method-assign]

    def _fault(self, error: Exception) -> None:
        self._faults.append(error)
        if self.faults_are_wanted:
            self._told(error)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settled()

    async def type(self, text: str) -> None:
        await self.press(*(_KEYS.get(letter, letter) for letter in text))

    async def settled(self) -> None:
        """Nothing is being read, written or drawn any more."""
        await self.until(self._quiet, "the console did not come to rest")

    async def until(self, done: Callable[[], bool], otherwise: str) -> None:
        last = time.monotonic() + PATIENCE
        await self.pilot.pause()
        while not done():
            self._no_fault()
            assert time.monotonic() < last, f"{otherwise}:\n{self.text}"
            await self._workers_done()
            await a_moment(self.app)
            await self.pilot.pause()  # what came in that time may not have been dealt with yet
        self._no_fault()

    def _no_fault(self) -> None:
        if self._faults and not self.faults_are_wanted:
            raise self._faults[0]

    async def sees(self, *texts: str) -> None:
        """Wait until all of these stand on the screen."""
        missing: list[str] = []

        def there() -> bool:
            missing[:] = [text for text in texts if text not in self.text]
            return not missing

        try:
            await self.until(there, "")
        except AssertionError as error:
            raise AssertionError(f"never seen: {missing}{error}") from None
        await self.settled()

    def one(self, selector: Any, kind: Any = None) -> Any:
        return (
            self.app.screen.query_one(selector, kind)
            if kind
            else self.app.screen.query_one(selector)
        )

    @property
    def text(self) -> str:
        return "\n".join(picture(self.app))

    def _quiet(self) -> bool:
        app = self.app
        screen = app.screen_stack[-1] if app.screen_stack else None
        closing = isinstance(screen, Watch) and not screen.watched.running
        return self.held_back or not (
            at_work() or busy(app) or about_to(app) or app._writes.waiting or app.running or closing
        )

    async def _workers_done(self) -> None:
        # An empty list would mean all of them, also the one that never ends.
        if (working := busy(self.app)) and not self.held_back:
            with suppress(WorkerCancelled, WorkerFailed):
                await self.app.workers.wait_for_complete(working)


@asynccontextmanager
async def seated(
    size: tuple[int, int] = (120, 36),
    *,
    options: Options | None = None,
    theme: str = "",
    app: BillingApp | None = None,
) -> AsyncIterator[Seat]:
    """The console as it stands after its store was opened, or refused."""
    # Jobs would add acts of their own to what is looked at.
    app = app or BillingApp(replace(options or Options(), jobs=False))
    app.animation_level = "none"
    if theme:
        app.theme = theme
    async with app.run_test(size=size) as pilot:
        seat = Seat(app, pilot)
        await seat.until(lambda: _came_in(app), "the console did not open")
        await seat.settled()
        try:
            yield seat
        finally:
            for end in seat.at_end:
                end()
    if app.opened is not None:
        app.opened.console.close()


def _came_in(app: BillingApp) -> bool:
    return app.current_mode != app.DEFAULT_MODE or app.screen.has_class("trouble")
