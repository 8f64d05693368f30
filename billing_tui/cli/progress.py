"""How far long work is: one line on a terminal, nothing anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_PAUSE = 0.2
_CLEAR = "\r\x1b[K"


class Meter:
    """Count, rate and time left of each part of the work, written over and over."""

    def __init__(self, err: TextIO) -> None:
        self._err = err
        self._doing, self._began, self._first, self._shown = "", 0.0, 0, 0.0

    def tell(self, doing: str, done: int, total: int = 0) -> None:
        now = time.monotonic()
        if doing != self._doing:
            self._doing, self._began, self._first = doing, now, done
        elif now - self._shown < _PAUSE:
            return
        self._shown = now
        self._err.write(_CLEAR + self._line(done, total, now - self._began))
        self._err.flush()

    def _line(self, done: int, total: int, seconds: float) -> str:
        told = f"{self._doing} {done:,}" + (f" of {total:,}" if total else "")
        rate = (done - self._first) / seconds if seconds > 0 else 0
        if rate:
            told += f" · {rate:,.0f}/s"
            if total > done:
                told += f" · {(total - done) / rate:,.0f} s left"
        return told

    def clear(self) -> None:
        if self._doing:
            self._err.write(_CLEAR)
            self._err.flush()


@contextmanager
def meter() -> Iterator[Meter | None]:
    """A meter on standard error, if somebody sits there."""
    if not sys.stderr.isatty():
        yield None
        return
    shown = Meter(sys.stderr)
    try:
        yield shown
    finally:
        shown.clear()
