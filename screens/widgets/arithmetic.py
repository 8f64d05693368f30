"""Lines of arithmetic: what each is, where it comes from, and its amount under the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget

from billing_tui.domain.safe import safe

_GAP = 2
_LEAST_LABEL = 12


@dataclass(frozen=True, slots=True)
class ExplainLine:
    """`source` says where the amount comes from; a total stands under a rule."""

    label: str
    amount: str = ""
    source: str = ""
    total: bool = False


class Arithmetic(Widget):
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "arithmetic--amount",
        "arithmetic--source",
        "arithmetic--total",
        "arithmetic--rule",
    }

    def __init__(self, lines: Sequence[ExplainLine]) -> None:
        super().__init__()
        self.lines = tuple(lines)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._drawn(width))

    def render(self) -> Text:
        return Text("\n", no_wrap=True, end="").join(self._drawn(self.size.width))

    def _drawn(self, width: int) -> list[Text]:
        amounts = max((cell_len(safe(line.amount)) for line in self.lines), default=0)
        room = max(width - (amounts + _GAP if amounts else 0), _LEAST_LABEL)
        return [text for line in self.lines for text in self._line(line, room, amounts)]

    def _line(self, line: ExplainLine, room: int, amounts: int) -> Iterator[Text]:
        style = self.get_component_rich_style
        if line.total:
            yield Text(" " * (room + _GAP) + "─" * amounts, style("arithmetic--rule"))
        bold = style("arithmetic--total") if line.total else Style.null()
        first, *rest = self._words(line, room, bold)
        if line.amount:
            amount = safe(line.amount)
            first.pad_right(room - first.cell_len + _GAP + amounts - cell_len(amount))
            first.append(amount, bold + style("arithmetic--amount"))
        yield first
        yield from rest

    def _words(self, line: ExplainLine, room: int, style: Style) -> list[Text]:
        words = Text(safe(line.label), style)
        if line.source:
            words.append(
                f"  {safe(line.source)}",
                self.get_component_rich_style("arithmetic--source"),
            )
        return list(words.wrap(self.app.console, room)) or [Text()]


def as_text(title: str, lines: Sequence[ExplainLine]) -> str:
    """The same for the clipboard."""
    labels = max((cell_len(line.label) for line in lines), default=0)
    amounts = max((cell_len(line.amount) for line in lines), default=0)
    rows = [title]
    for line in lines:
        label = line.label + " " * (labels - cell_len(line.label))
        amount = " " * (amounts - cell_len(line.amount)) + line.amount
        rows.append(f"{label}  {amount}  {line.source}".rstrip())
    return "\n".join(rows)
