"""Tests of the console wait until it has come to rest, which its loop knows; Textual's pilot takes
20 ms of an idle processor for that, several times a key."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, cast

import pytest
from textual._compositor import Compositor
from textual._context import active_app
from textual.app import App
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.worker import Worker

# What the console waits for before it reads, as somebody types or moves on; a notice stays longer.
SHORT = 0.2
# Workers that go on as long as their program does.
ENDLESS = frozenset({"writes"})
# A thread that used less of the processor in that time waits for something itself.
_LOOK, _WORKS = 0.02, 0.001

_parse = Stylesheet._parse_rules
_PARSED: dict[tuple[Any, ...], list[RuleSet]] = {}


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


def at_work() -> bool:
    """Whether the loop has something to do at once."""
    return bool(cast(Any, asyncio.get_running_loop())._ready)


async def a_moment(app: App[Any]) -> None:
    """Where nothing is waited for but a moment's passing, the clock of the loop is put forward."""
    loop = cast(Any, asyncio.get_running_loop())
    if at_work():
        return
    ahead = min((one.when() for one in loop._scheduled if not one.cancelled()), default=0)
    if busy(app) or not about_to(app) or not 0 < ahead - loop.time() <= SHORT:
        await asyncio.sleep(0.01)
        return
    ahead -= time.monotonic()
    loop.time = lambda: time.monotonic() + ahead
    await asyncio.sleep(0)


async def at_rest(least: float = 0, most: float = 1) -> None:
    """Nothing is left for the loop to do but to wait, and all is laid out. What threads do, only
    their end or the processor tells."""
    app, last = active_app.get(), time.monotonic() + most
    await _nothing_left(app, last)
    while (working := busy(app)) and time.monotonic() < last:
        if not await _goes_on(working):
            break
        await _nothing_left(app, last)


async def _nothing_left(app: App[Any], last: float) -> None:
    await asyncio.sleep(0)
    while (at_work() or _lays_out(app)) and time.monotonic() < last:  # noqa: ASYNC110
        await asyncio.sleep(0)


async def _goes_on(working: Sequence[Worker[Any]]) -> bool:
    before = time.process_time()
    tasks = [one._task for one in working if one._task is not None]
    if not tasks:
        return True
    ended, _others = await asyncio.wait(tasks, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
    return bool(ended) or time.process_time() - before > _WORKS


def _lays_out(app: App[Any]) -> bool:
    """Whether something is to be laid out, which is then done at once."""
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


def spare(patch: pytest.MonkeyPatch) -> None:
    """Nothing is drawn for a terminal that is not there, and the same styles are parsed once."""

    def draw_later(compositor: Compositor, **_how: Any) -> None:
        compositor._dirty_regions.clear()

    def parse(sheet: Stylesheet, css: str, **where: Any) -> list[RuleSet]:
        key = css, *where.values(), *sheet._variables.items()
        if key not in _PARSED:
            _PARSED[key] = _parse(sheet, css, **where)
        return _PARSED[key]

    patch.setattr(Compositor, "render_update", draw_later)
    patch.setattr(Stylesheet, "_parse_rules", parse)
