"""What a bulk action would do, row by row, before it is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from billing_tui.domain.safe import safe
from screens.widgets.line_list import LineList

from .dialog import Dialog

_SAMPLE = 300
_NARROWEST, _WIDEST = 6, 60


class Outcome(StrEnum):
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


# Nothing is done yet while these are read.
_SAID = {
    Outcome.CHANGED: "● would change",
    Outcome.SAME: "○ same",
    Outcome.REFUSED: "✗ refused",
}
_MARK = 16


@dataclass(frozen=True, slots=True)
class Changing:
    """A value that becomes another one; without one before it comes, without one after it goes."""

    before: str
    after: str
    name: str = ""

    def parts(self) -> Iterator[tuple[str, str]]:
        """What is read, each part with how it looks: "before", "after" or plain."""
        if not self.before:
            yield f"+{safe(self.after)}", "after"
        elif not self.after:
            yield f"−{safe(self.before)}", "before"
        else:
            yield f"{safe(self.name)} " if self.name else "", ""
            yield safe(self.before), "before"
            yield " → ", ""
            yield safe(self.after), "after"


Cell = str | Sequence[Changing]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One row, with a cell for each column; `reason` says why it is refused."""

    cells: tuple[Cell, ...]
    outcome: Outcome = Outcome.CHANGED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DiffCounts:
    changed: int
    same: int = 0
    refused: int = 0

    @property
    def all(self) -> int:
        return self.changed + self.same + self.refused


class _Lines(LineList):
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "diff--changed",
        "diff--same",
        "diff--refused",
        "diff--before",
        "diff--after",
    }

    def __init__(self, lines: Sequence[DiffLine], columns: Sequence[str]) -> None:
        super().__init__(len(lines))
        self.lines: Sequence[DiffLine] = lines
        self.places: Sequence[int] = range(len(lines))
        self.wishes = _wishes(lines, columns)

    @property
    def here(self) -> DiffLine | None:
        return self.lines[self.places[self.cursor]] if self.count else None

    def widths(self, width: int) -> list[int]:
        """As wide as they wish; where that is too much, the widest give way."""
        room, left = max(width - _MARK, 0), len(self.wishes)
        given = list(self.wishes)
        for at in sorted(range(left), key=self.wishes.__getitem__):
            given[at] = max(min(self.wishes[at], room // left), 2)
            room, left = room - given[at], left - 1
        return given

    def draw(self, index: int, width: int) -> Text:
        one = self.lines[self.places[index]]
        style = self.ink
        look = style(f"diff--{one.outcome.value}")
        mark = "▸" if index == self.cursor else " "
        line = Text(no_wrap=True)
        line.append(set_cell_size(f"{mark}{_SAID[one.outcome]}", _MARK), look)
        for cell, wide in zip(one.cells, self.widths(width), strict=True):
            told = Text(safe(cell)) if isinstance(cell, str) else self._changing(cell)
            told.truncate(wide - 1, overflow="ellipsis", pad=True)
            line.append_text(told).append(" ")
        return line

    def _changing(self, steps: Sequence[Changing]) -> Text:
        told = Text(no_wrap=True)
        for part, look in _parts(steps):
            told.append(part, self.ink(f"diff--{look}") if look else "")
        return told


class DiffView(Dialog[bool]):
    """Gives True where the person wants it done. `doing` reads before the count: "change"."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Do it", show=False),
        Binding("1", "only('')", "All", tooltip="Show every row"),
        Binding("2", "only('changed')", "Would change", tooltip="Show only what would change"),
        Binding("3", "only('refused')", "Refused", tooltip="Show only what is refused"),
    ]

    def __init__(
        self,
        title: str,
        columns: Sequence[str],
        lines: Sequence[DiffLine],
        counts: DiffCounts,
        *,
        doing: str,
        noun: str,
        warning: str = "",
    ) -> None:
        """`noun` is the plural of what is changed, such as "customers"; `warning` is read before it
        is done."""
        super().__init__(title)
        self.columns, self.counts = tuple(columns), counts
        self.doing, self.noun, self.warning = doing, noun, warning
        self.shown = ""
        self.list = _Lines(lines, self.columns)

    def keys(self) -> str:
        if not self.counts.changed:
            return "nothing to do · Esc back"
        return f"Enter: {self.doing} {self.counts.changed:,} {self.noun} · Esc cancel"

    def compose_body(self) -> ComposeResult:
        yield Static(self._tabs(), classes="diff-tabs", markup=False)
        yield Static("", classes="list-heading", markup=False)
        yield self.list
        with VerticalScroll(classes="list-detail"):
            yield Static("", classes="list-whole", markup=False)
        if self.warning and self.counts.changed:
            yield Static(Text(safe(self.warning)), classes="diff-warning", markup=False)

    def on_mount(self) -> None:
        self.list.focus()
        self._show_detail()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_columns)

    def action_accept(self) -> None:
        if self.counts.changed:
            self.dismiss(True)

    def action_cancel(self) -> None:
        self.dismiss(False)

    def action_only(self, outcome: str) -> None:
        self.shown = outcome
        lines = self.list.lines
        self.list.places = [n for n, one in enumerate(lines) if outcome in ("", one.outcome)]
        self.list.show(len(self.list.places))
        self.query_one(".diff-tabs", Static).update(self._tabs())

    @on(LineList.Moved)
    def _show_detail(self) -> None:
        """The whole of what the columns cut, and why it is refused."""
        one = self.list.here
        told = "no row of that kind" if one is None else _whole(one, self.columns)
        self.query_one(".list-whole", Static).update(Text(told))

    def _show_columns(self) -> None:
        widths = self.list.widths(self.list.scrollable_content_region.width)
        names = zip(self.columns, widths, strict=True)
        cells = (set_cell_size(safe(name), wide - 1) + " " for name, wide in names)
        self.query_one(".list-heading", Static).update(Text(" " * _MARK + "".join(cells)))

    def _tabs(self) -> Text:
        counts = self.counts
        line = Text(no_wrap=True)
        for key, name, shown, count in (
            ("1", "all", "", counts.all),
            ("2", "would change", Outcome.CHANGED, counts.changed),
            ("3", "refused", Outcome.REFUSED, counts.refused),
        ):
            here = "reverse bold" if self.shown == shown else ""
            line.append(f" {key} {name} {count:,} ", here).append(" ")
        if counts.same:
            line.append(f" ○ {counts.same:,} the same", "dim")
        return line


def steps_told(steps: Sequence[Changing]) -> str:
    return "".join(part for part, _look in _parts(steps))


def _parts(steps: Sequence[Changing]) -> Iterator[tuple[str, str]]:
    """What comes and goes of one thing stands together, and apart from the next thing."""
    last = None
    for step in steps:
        if last is not None:
            yield " " if step.name == last.name else " · ", ""
        yield from step.parts()
        last = step


def _wishes(lines: Sequence[DiffLine], columns: Sequence[str]) -> list[int]:
    """How wide each column would like to be, by the first rows."""
    wishes = [max(cell_len(safe(name)), _NARROWEST) for name in columns]
    for line in lines[:_SAMPLE]:
        for at, cell in enumerate(line.cells):
            wishes[at] = max(wishes[at], cell_len(_plain(cell)))
    return [min(wish, _WIDEST) + 2 for wish in wishes]


def _plain(cell: Cell) -> str:
    return safe(cell) if isinstance(cell, str) else steps_told(cell)


def _whole(one: DiffLine, columns: Sequence[str]) -> str:
    cells = zip(columns, one.cells, strict=True)
    told = " · ".join(f"{safe(name)} {_plain(cell)}" for name, cell in cells)
    return f"✗ {safe(one.reason)}\n{told}" if one.reason else told
