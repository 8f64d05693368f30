"""A figure that matters: what it is, how much, and how it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from rich.text import Text
from textual.widget import Widget

from billing_tui.domain.safe import safe

_BARS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Figure:
    """`series` is drawn as bars, the oldest first; `style` is a state told in the value too."""

    label: str
    value: str
    note: str = ""
    series: Sequence[int] = field(default_factory=tuple)
    style: str = "value"


class FigureBox(Widget):
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "figure--label", "figure--value", "figure--note", "figure--bars",
        "figure--success", "figure--warning", "figure--error",
    }  # fmt: skip

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._figure: Figure | None = None

    def show(self, figure: Figure) -> None:
        self._figure = figure
        self.refresh(layout=True)

    def render(self) -> Text:
        one = self._figure
        if one is None:
            return Text("·", self.get_component_rich_style("figure--note"))
        lines = [
            Text(safe(one.label), self.get_component_rich_style("figure--label")),
            Text(safe(one.value), self.get_component_rich_style(f"figure--{one.style}")),
        ]
        if one.series:
            wide = max(1, (self.size.width - 2) // max(1, len(one.series)))
            told = bars(one.series, min(3, wide))
            lines.append(Text(told, self.get_component_rich_style("figure--bars")))
        if one.note:
            lines.append(Text(safe(one.note), self.get_component_rich_style("figure--note")))
        return Text("\n", no_wrap=True, overflow="ellipsis").join(lines)


def bars(series: Sequence[int], wide: int = 1) -> str:
    """One bar a number, so that the largest is full and none that is not zero vanishes."""
    most = max(series, default=0)
    if not most:
        return _BARS[1] * len(series) * wide
    return "".join(_BARS[max(1, -(-number * 8 // most))] * wide for number in series)
