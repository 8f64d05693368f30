"""Closing a screen that others may stand over: a dialog, another area, or the lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import Screen

R = TypeVar("R")

if TYPE_CHECKING:
    _Screen = Screen
else:
    from typing import Generic

    class _Screen(Generic[R]):
        """Only beside a screen."""


class Closing(_Screen[R]):
    """Textual closes whatever is in front, which may be a dialog that was opened while this one
    was saving, and refuses where nothing may be closed."""

    def dismiss(self, result: R | None = None) -> AwaitComplete:
        if self.app.screen is self:
            return super().dismiss(result)
        stacks = self.app._screen_stacks.values()  # noqa: SLF001 - no public way to those behind
        stack = next((one for one in stacks if self in one[1:]), None)
        if stack is None:
            return AwaitComplete()  # it was closed before
        if self._result_callbacks:
            self._result_callbacks[-1](result)
        stack.remove(self)
        self._pop_result_callback()
        return AwaitComplete(self.app._replace_screen(self)).call_next(self.app)  # noqa: SLF001
