"""Tests of the console wait until it has come to rest, which its loop knows; Textual's pilot takes
20 ms of an idle processor for that, several times a key."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from textual import _wait
from textual._context import active_app
from textual.app import App
from textual.worker import Worker

_wait_for_idle = _wait.wait_for_idle
# What the console waits for before it reads, as somebody types or moves on; a notice stays longer.
SHORT = 0.2
# Workers that go on as long as their program does.
ENDLESS = frozenset({"writes"})


def busy(app: App[Any]) -> list[Worker[Any]]:
    return [one for one in app.workers if not one.is_finished and one.group not in ENDLESS]


def about_to(app: App[Any]) -> bool:
    """Whether something is to happen in a moment."""
    return any(
        timer._task is not None and not timer._task.done()
        for pump in (app, *app._registry)
        for timer in pump._timers
        if timer._repeat == 0 and timer._interval <= SHORT
    )


async def at_rest(least: float = 0, most: float = 1) -> None:
    """Nothing is left for the loop to do but to wait, and all is drawn. What threads do, only the
    processor tells."""
    app, loop = active_app.get(), cast(Any, asyncio.get_running_loop())
    last = loop.time() + most
    await asyncio.sleep(0)
    while (loop._ready or _draws(app)) and loop.time() < last:  # noqa: ASYNC110
        await asyncio.sleep(0)
    if busy(app):
        await _wait_for_idle(least, most)


def _draws(app: App[Any]) -> bool:
    """Whether something is to be drawn, which is then done at once."""
    if app._resize_event is not None:
        app._check_resize()
        return True
    screen = app._screen_stack[-1] if app._screen_stack else None
    if screen is None or not screen._update_timer._active.is_set():
        return False
    screen._on_timer_update()
    return True


def quicken(patch: pytest.MonkeyPatch) -> None:
    for place in ("textual.app", "textual.pilot"):
        patch.setattr(f"{place}.wait_for_idle", at_rest)
