"""Long work under way: how much is done, how fast it goes, and how long it will take."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from billing_tui.domain.safe import safe

_FULL, _HALF, _EMPTY = "━", "╸", "─"
_SETTLED = 2  # seconds before a rate says anything


class Progress(Widget, can_focus=True):
    """`clock` gives seconds that only go forward, such as `time.monotonic`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"progress--bar", "progress--rest", "progress--keys"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "stop", "Stop", tooltip="Stop after the unit that is being done",
                id="progress.stop"),
        Binding("l,escape", "leave", "Leave running", tooltip="Go on working; it runs on",
                id="progress.leave"),
    ]  # fmt: skip

    class StopAsked(Message):
        """The person wants it to end."""

    class LeaveAsked(Message):
        """The person wants to work elsewhere while it runs."""

    def __init__(self, doing: str, clock: Callable[[], float]) -> None:
        super().__init__()
        self.doing, self.clock = doing, clock
        self.part, self.done, self.total = "", 0, 0
        self.ending = self.ended = ""
        self._began = clock()

    def update(self, done: int, total: int = 0, part: str = "") -> None:
        """How far it is; without a total nobody knows how long it takes."""
        self.done, self.total, self.part = done, total, part
        self.refresh()

    def show_stopping(self) -> None:
        self.ending = "stopping after this one…"
        self.refresh()

    def show_ended(self, outcome: str) -> None:
        self.ended = outcome
        self.refresh()

    @property
    def rate(self) -> float:
        """How many a second, or zero while that cannot be told."""
        passed = self.clock() - self._began
        return self.done / passed if passed >= _SETTLED else 0.0

    @property
    def seconds_left(self) -> int | None:
        if not self.total or not self.rate:
            return None
        return round(max(self.total - self.done, 0) / self.rate)

    def action_stop(self) -> None:
        if not self.ended and not self.ending:
            self.show_stopping()
            self.post_message(self.StopAsked())

    def action_leave(self) -> None:
        self.post_message(self.LeaveAsked())

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 4

    def render(self) -> Text:
        style = self.get_component_rich_style
        lines = Text(safe(" · ".join(filter(None, (self.doing, self.part)))))
        lines.truncate(self.size.width, overflow="ellipsis")
        lines.append("\n")
        share = min(self.done / self.total, 1) if self.total else 0
        halves = int(share * self.size.width * 2)
        full, half = divmod(halves, 2)
        lines.append(_FULL * full + _HALF * half, style("progress--bar"))
        lines.append(_EMPTY * (self.size.width - full - half), style("progress--rest"))
        lines.append("\n" + (safe(self.ended) or self._figures()) + "\n")
        keys = "Esc close" if self.ended else "c stop · l leave running"
        return lines.append(self.ending if self.ending and not self.ended else keys,
                            style("progress--keys"))  # fmt: skip

    def _figures(self) -> str:
        told = f"{self.done:,} of {self.total:,}" if self.total else f"{self.done:,}"
        if self.total:
            told += f" · {self.done * 100 // self.total} %"
        if self.rate:
            told += f" · {self.rate:,.0f} a second"
        left = self.seconds_left
        return told if left is None else f"{told} · {lasting(left)} left"


def lasting(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"
