"""Seconds until the next try, counted down in sight."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from billing_tui.domain.users import seconds


class Waiting(Static):
    """Not in sight while there is nothing to wait for."""

    @dataclass
    class Over(Message):
        """The next try is possible."""

    def __init__(self, *, id: str) -> None:
        super().__init__("", id=id, markup=False)
        self.left = 0
        self._timer: Timer | None = None
        self.display = False

    def begin(self, wait: int) -> None:
        self._stop()
        self.left = wait
        self._show()
        if wait:
            self._timer = self.set_interval(1.0, self.tick)

    def tick(self) -> None:
        self.left = max(0, self.left - 1)
        self._show()
        if not self.left:
            self._stop()
            self.post_message(self.Over())

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _show(self) -> None:
        self.display = bool(self.left)
        self.update(f"◷ The next try is possible in {seconds(self.left)}.")
