"""The terminal: whatever comes from it ends nothing, and when it goes, or the session ends, the
console leaves in order.

Textual gives up with a traceback, and all that is in its variables, at the first byte that is no
UTF-8 and at a key no keyboard has.
"""

from __future__ import annotations

import asyncio
import os
import selectors
import signal
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.worker import WorkerFailed

_CHUNK = 4096
_GLANCE_SECONDS = 0.1
_ENDED = 143


class Keyboard(XTermParser):
    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        try:
            yield from super()._sequence_to_key_events(sequence, alt)
        except (OverflowError, ValueError):
            return  # the number of no character


class Terminal(LinuxDriver):
    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except (OSError, EOFError):
            os.kill(os.getpid(), signal.SIGHUP)  # as the system tells those who do not read
        except Exception as fault:  # noqa: BLE001 - a thread has nobody to tell
            # A dialog could not be left without keys, so it counts as work nobody takes up again.
            broke = WorkerFailed(fault)
            self._app.call_later(self._app._handle_exception, broke)  # noqa: SLF001

    def run_input_thread(self) -> None:
        keyboard = Keyboard(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_GLANCE_SECONDS):
                    given = os.read(self.fileno, _CHUNK)
                    if not given:
                        raise EOFError
                    for event in keyboard.feed(decode(given)):
                        self.process_message(event)
                for event in keyboard.tick():
                    self.process_message(event)


def heed_signals(leave: Callable[[], None], seconds: float) -> None:
    """`leave` is called once; whatever that takes, after these seconds the process is gone."""
    loop, heard = asyncio.get_running_loop(), threading.Event()

    def hear() -> None:
        if not heard.is_set():
            heard.set()
            last = threading.Timer(seconds, os._exit, (_ENDED,))
            last.daemon = True
            last.start()
            leave()

    for each in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, hear)
