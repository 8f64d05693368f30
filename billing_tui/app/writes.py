"""The queue of writes: one after the other, never cancelled, each reporting how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from screens.desk import StoreIsAway, Write, WriteFailed
from screens.work import answered


class Writes:
    """`deliver` gets each write with its outcome: a message for its sender, or a fault."""

    def __init__(self, deliver: Callable[[Write, object], None]) -> None:
        self._deliver = deliver
        self._queue: asyncio.Queue[Write] = asyncio.Queue()
        self.waiting = 0
        self.away = False

    def put(self, write: Write) -> None:
        if self.away:
            self._deliver(write, WriteFailed(write.what, StoreIsAway()))
            return
        self.waiting += 1
        self._queue.put_nowait(write)

    async def run(self) -> None:
        while True:
            write = await self._queue.get()
            try:
                outcome = await asyncio.to_thread(_outcome, write)
            finally:
                self.waiting -= 1
            self._deliver(write, outcome)
            self._queue.task_done()

    async def done(self) -> None:
        """When everything that was put here is written or refused."""
        await self._queue.join()


def _outcome(write: Write) -> object:
    return answered(write.work, write.told, lambda error: WriteFailed(write.what, error))
