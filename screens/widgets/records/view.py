"""What is seen of a list: its header, the rows in sight, or what stands in their place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic

from rich.style import Style
from rich.text import Text
from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from billing_tui.domain.errors import BillingError
from billing_tui.domain.pages import Counted
from billing_tui.domain.safe import safe

from .columns import Column
from .marks import NONE
from .painting import GUTTER, Look, Painter
from .reading import Reader
from .source import Row

_STYLES = (
    "accent", "bar", "changed", "cursor", "dots", "error", "header", "mark", "muted", "old", "row",
    "sorted", "strong", "success", "warning",
)  # fmt: skip


class RecordView(ScrollView, Generic[Row]):
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"records--{name}" for name in _STYLES}

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], str],
        title: str,
        empty: str,
        id: str | None,
        classes: str | None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.key, self.empty = key, empty
        self.marks = NONE
        self.sort, self.descending = "", False
        self.border_title = Content(safe(title)) if title else None
        self._painter = Painter(columns, self._styled)
        self._reader = Reader(self, key)
        self._at = 0
        self._changed: frozenset[str] = frozenset()

    @property
    def row(self) -> Row | None:
        """The row under the cursor, if there is one and it is here."""
        return None if self._reader.waiting else self._reader.window.row(self._at)

    @property
    def cursor(self) -> int:
        return self._at

    @property
    def total(self) -> Counted:
        return self._reader.window.known

    def text_of(self, row: Row) -> str:
        """All columns of a row, with tabs between."""
        return "\t".join(safe(column.cell(row).text) for column in self._painter.columns)

    def render_lines(self, crop: Region) -> list[Strip]:
        self._painter.fit(self.scrollable_size.width)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        if y == 0:
            return self._painter.header(self.sort, self.descending)
        if not self._reader.has_rows:
            lines, style = self._instead()
            return self._painter.line(lines[y - 2] if 2 <= y < len(lines) + 2 else "", style)
        at = y - 1 + self.scroll_offset.y
        if at >= self._reader.window.total:
            return self._painter.line("", "row")
        return self._line(at)

    def _line(self, at: int) -> Strip:
        reader = self._reader
        row, waiting = reader.window.row(at), reader.waiting
        here = at == self._at and not waiting
        if row is None:
            look = Look(cursor=here, marked=self.marks.everything)
            return self._painter.missing(look, reader.error is not None)
        name = self.key(row)
        look = Look(here, name in self.marks, name in self._changed, waiting)
        return self._painter.row(at, row, look)

    def _instead(self) -> tuple[list[str], str]:
        """What stands where no rows are."""
        reader = self._reader
        if reader.error is not None and not reader.waiting:
            again = f"{self._key_of('records.again')} tries again."
            text, style = f"✗ {_sentence(reader.error)} {again}", "error"
        elif reader.source is None or reader.waiting or reader.window.more:
            text, style = "· · ·", "dots"
        else:
            text, style = self.empty, "muted"
        room = max(10, self.scrollable_size.width - GUTTER - 1)
        return [line.plain for line in Text(safe(text)).wrap(self.app.console, room)], style

    def _key_of(self, id: str) -> str:
        """The key of an action as it is shown, whichever the key map gave it."""
        active = [one.binding for one in self.screen.active_bindings.values()]
        own = [binding for _, binding in self._bindings]
        found = next(binding for binding in [*active, *own] if binding.id == id)
        return self.app.get_key_display(found)

    def _styled(self, *names: str) -> Style:
        return self.get_visual_style(*(f"records--{name}" for name in names)).rich_style

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._say_where())

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._painter.forget()

    def _repaint(self) -> None:
        """Rows or their number are others now."""
        self._painter.forget()
        self.virtual_size = Size(self.size.width, self._reader.window.total + 1)
        self._say_where()
        self.refresh()

    def _say_where(self) -> None:
        total, parts = self.total, []
        if self.marks:
            style = self.get_visual_style("records--mark", partial=True)
            parts.append(Content.styled(f"✓ {number(self.marks.count(total))} marked", style))
        if self._reader.window.in_tail:
            parts.append(Content(f"end of {number(total)}"))
        elif total.rows:
            parts.append(Content(f"{self._at + 1:,} of {number(total)}"))
        # Set as a property, it would paint every line anew at each step of the cursor.
        self._border_subtitle = Content(" · ").join(parts) if parts else None
        self.refresh(Region(0, self.size.height, self.size.width, 1))

    @property
    def _sight(self) -> tuple[int, int]:
        """The first row in sight, and the first below."""
        top = self.scroll_offset.y
        return top, top + self._height

    @property
    def _height(self) -> int:
        return max(1, self.size.height - 1)

    def _scroll_top(self, top: int) -> None:
        # Forced, because the scrollbar of rows that just came is not there before the next frame.
        self.scroll_to(y=top, animate=False, force=True)

    def _follow(self) -> None:
        """Bring the cursor into sight."""
        first, last = self._sight
        if self._at < first:
            self._scroll_top(self._at)
        elif self._at >= last:
            self._scroll_top(self._at - self._height + 1)


def number(counted: Counted) -> str:
    return f"{counted.rows:,}{'+' if counted.more else ''}"


def _sentence(error: Exception) -> str:
    return error.message if isinstance(error, BillingError) else "The list could not be read."
