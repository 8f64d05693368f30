"""A list of customers in a process of its own, without a terminal: keys in, times out.

What counts ends with the write that has every row in sight: the exact number of rows is filled in
later and nobody waits for it.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import cycle
from random import Random
from time import perf_counter
from typing import Any, ClassVar
from uuid import UUID

from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Static

from billing_tui.domain.customers import CustomerFilter, CustomerLine, CustomerSort
from billing_tui.resources import asset
from billing_tui.services.customers import Customers
from screens.customers.columns import columns
from screens.customers.list import CustomerSource
from screens.widgets.records import RecordTable
from storage.engine import open_engine
from storage.store import Identity, Store
from tests.stores import ORIGIN

SIZE = (120, 36)
WARM_UPS = 4
_STEPS = 20
_PATIENCE = 60_000
_FRAMES = 1 / 60
ALL = CustomerFilter()
# As many rows of either list fit these, and always more than a page: what grows is the list.
FILTERS = (CustomerFilter(tag="vip"), CustomerFilter(tag="watched"))
TEXTS = tuple(CustomerFilter(text=text) for text in ("zur", "qui", "kyi", "jen", "xan"))
# Shares of all there are, so that more fit them in the larger list.
SHARES = (
    CustomerFilter(tag="gold"), CustomerFilter(currency="USD"), CustomerFilter(text="nor"),
    CustomerFilter(text="br"),
)  # fmt: skip
SORTS = ((CustomerSort.NUMBER, False), (CustomerSort.CREATED, True), (CustomerSort.NAME, True))


@dataclass(frozen=True)
class Asked:
    """A store, and whether the list is in the program or only what it stands in."""

    url: str
    password: str
    organisation: str
    login: str
    shown: bool = True


class ListApp(App[None]):
    CSS_PATH: ClassVar[Any] = asset("records.tcss")
    BINDINGS: ClassVar[list[Any]] = [
        ("f", "filter"), ("w", "search"), ("b", "share"), ("o", "sort"),
    ]  # fmt: skip

    def __init__(self, customers: Customers, shown: bool) -> None:
        super().__init__()
        self.customers, self.shown = customers, shown
        self.done: float | None = None
        self._next_filter, self._next_text = cycle(FILTERS), cycle(TEXTS)
        self._next_share, self._next_sort = cycle(SHARES), cycle(SORTS)

    def compose(self) -> ComposeResult:
        if self.shown:
            shown = columns(date(2026, 11, 21), "en")
            yield RecordTable(shown, lambda row: str(row.id), "Customers")
        else:
            yield Static("Customers")

    @property
    def table(self) -> RecordTable[CustomerLine]:
        return self.query_one(RecordTable)

    def list(
        self,
        asked: CustomerFilter = ALL,
        sort: CustomerSort = CustomerSort.NAME,
        descending: bool = False,
    ) -> None:
        source = CustomerSource(self.customers, asked, sort, descending)
        self.table.show(source, sort=sort, descending=descending)

    def action_filter(self) -> None:
        self.list(next(self._next_filter))

    def action_search(self) -> None:
        self.list(next(self._next_text))

    def action_share(self) -> None:
        self.list(next(self._next_share))

    def action_sort(self) -> None:
        self.list(ALL, *next(self._next_sort))

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Without a terminal nothing is written; what would be is made all the same."""
        if isinstance(renderable, CompositorUpdate):
            renderable.render_segments(self.console)
            if self.done is None and self.shown and self._complete():
                self.done = perf_counter()

    def _complete(self) -> bool:
        reader, (first, last) = self.table._reader, self.table._sight
        wanted = range(first, min(last, reader.window.total))
        return not reader.waiting and all(reader.window.row(at) is not None for at in wanted)


class Driver:
    """Presses keys and waits until nothing is under way any more."""

    def __init__(self, app: ListApp) -> None:
        self.app = app
        self.warm: set[str] = set()
        self._moments = Random(7)

    def press(self, key: str) -> None:
        event = Key(key, key if len(key) == 1 else None)
        event.set_sender(self.app)
        self.app.post_message(event)

    async def times(self, key: str, count: int) -> list[float]:
        """Milliseconds from a key to the write that shows all it asked for."""
        found: list[float] = []
        warm_ups = 0 if key in self.warm else WARM_UPS
        self.warm.add(key)
        for n in range(warm_ups + count):
            await self._before(key, n)
            await self._wake()
            self.app.done = None
            began = perf_counter()
            self.press(key)
            await self._until(lambda: self.app.done is not None)
            found.append(((self.app.done or 0.0) - began) * 1000)
            await self.idle()
        return found[warm_ups:]

    async def _wake(self) -> None:
        """A processor that has slept is slow for a while, and how long it slept depends on what was
        done before. It ends between two frames, as people press."""
        until = perf_counter() + _FRAMES * (1 + self._moments.random())
        while perf_counter() < until:  # noqa: ASYNC110
            await asyncio.sleep(0)

    async def _before(self, key: str, n: int) -> None:
        """The end is read anew each time; steps and pages begin at the top, also of short lists."""
        if key == "end" or n % _STEPS == 0:
            self.app.list()
            await self.idle()

    async def tour(self) -> None:
        """Fill what the list keeps: pages from all over it."""
        self.app.list()
        await self.idle()
        for part in range(1, 20):
            self.app.table.scroll_to(y=self.app.table.max_scroll_y * part // 20, animate=False)
            await self.idle()

    async def idle(self) -> None:
        """Nothing is on its way any more, and has been painted."""
        reader = self.app.table._reader
        await asyncio.sleep(_FRAMES)
        await self._until(lambda: not reader.busy)
        await asyncio.sleep(_FRAMES)

    async def _until(self, holds: Callable[[], bool]) -> None:
        for _ in range(_PATIENCE):
            if holds():
                return
            await asyncio.sleep(0.001)
        raise TimeoutError("nothing came")


def memory() -> float:
    """Megabytes this process holds."""
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as told:  # noqa: PTH123
        return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def opened(asked: Asked) -> Customers:
    engine = open_engine(asked.url, lambda: asked.password)
    identity = Identity(UUID(asked.organisation), asked.login, ORIGIN)
    return Customers(Store(engine, identity, lambda: datetime.now(UTC)))


async def answered(app: ListApp, driver: Driver, told: list[Any]) -> Any:
    match told:
        case ["times", key, count]:
            return await driver.times(key, count)
        case ["memory"]:
            if app.shown:
                await driver.tour()
            else:
                app.customers.slice(limit=1)
            heavy = {"stripe", "fpdf"} & set(sys.modules)
            return {"megabytes": memory(), "heavy": sorted(heavy)}


async def serve(asked: Asked) -> None:
    app = ListApp(opened(asked), asked.shown)
    async with app.run_test(size=SIZE):
        driver = Driver(app)
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(await answered(app, driver, json.loads(line))), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(Asked(**json.loads(sys.stdin.readline()))))
