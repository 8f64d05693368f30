"""Faults of the program: shown where it can go on, else it ends with one sentence and no traceback.

Textual ends at any of them, and lets whoever met one in a handler hear nothing more. Handlers,
callbacks, timers, watchers and actions all come by one of the two places that are changed here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from traceback import walk_tb

from textual.dom import DOMNode
from textual.message import Message
from textual.widget import Widget
from textual.worker import WorkerFailed

from .opening import START
from .watching import Watching

_DRAWS = "textual._compositor"
_ENDED = 9


class Enduring(Watching):
    def fault(self, error: Exception) -> None:
        from billing_tui.logs import log_failure
        from screens.dialogs import Failure

        reference = log_failure(error)
        if any(isinstance(one, Failure) and one.reference for one in self.stack_at_work):
            return  # one fault often brings more, and the first one tells the most
        message = "A fault of the program; nothing was left half done. You can go on working."
        self.push_screen(Failure("Something went wrong", message, reference))

    async def _dispatch_message(self, message: Message) -> None:
        await self._hand_over(super()._dispatch_message, message)

    def _register_child(
        self, parent: DOMNode, child: Widget, before: int | None, after: int | None
    ) -> None:
        if child not in self._registry:
            dispatch = partial(self._hand_over, child._dispatch_message)  # noqa: SLF001
            child._dispatch_message = dispatch  # type: ignore[method-assign] # noqa: SLF001
        super()._register_child(parent, child, before, after)

    async def _hand_over(
        self, dispatch: Callable[[Message], Awaitable[None]], message: Message
    ) -> None:
        try:
            await dispatch(message)
        except Exception as error:
            if not self._goes_on(error):
                raise
            self.fault(error)

    def _handle_exception(self, error: Exception) -> None:
        if not self._goes_on(error):
            self._end(error)
            return
        try:
            self.fault(error)
        except Exception as worse:  # noqa: BLE001 - what cannot be shown must not go round
            self._end(worse)

    def _goes_on(self, error: Exception) -> bool:
        """Not before there is something to go on with, nor without a worker that nobody starts
        again; and what cannot be drawn cannot be drawn behind a dialog either."""
        begun = self._dom_ready and (self.current_mode != START or self._going)
        lasts = self._running and not self._exit
        return begun and lasts and not isinstance(error, WorkerFailed) and not _drawing(error)

    def _end(self, error: Exception) -> None:
        from billing_tui.logs import log_failure

        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._return_code = _ENDED
        met = error.error if isinstance(error, WorkerFailed) else error
        self.panic(
            "Something went wrong: a fault of the program; nothing was left half done. Reference:"
            f" {log_failure(met)}."
        )


def _drawing(error: Exception) -> bool:
    frames = walk_tb(error.__traceback__)
    return any(frame.f_globals.get("__name__") == _DRAWS for frame, _line in frames)
