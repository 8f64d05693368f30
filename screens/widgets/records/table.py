"""The list widget: rows fetched as they come into sight, with cursor, marks and order.

No key waits for the source. What is not here yet shows as dots until it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic

from textual import events, on
from textual.binding import Binding, BindingType
from textual.timer import Timer

from .columns import Column
from .finding import Spot, changed, gone, now_at, numbers, spot
from .marks import NONE, Marks
from .messages import Failed, Highlighted, MarksChanged, Opened, SortAsked
from .painting import GUTTER
from .reading import PageRead, ReadAgain, RowsCounted
from .source import Row, Source
from .view import RecordView
from .window import PAGE, Shift

_REST_SECONDS = 0.08
_PATIENCE_SECONDS = 0.1
_CHANGED_SECONDS = 1.5


class RecordTable(RecordView[Row], Generic[Row], can_focus=True, inherit_bindings=False):
    """`key` names a row for as long as it lives; `empty` says what the next key is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False, id="records.up",
                tooltip="To the row above"),
        Binding("down", "move(1)", "Down", show=False, id="records.down",
                tooltip="To the row below"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="records.page_up",
                tooltip="One page up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="records.page_down",
                tooltip="One page down"),
        Binding("home", "first", "First", show=False, id="records.first",
                tooltip="To the first row"),
        Binding("end", "last", "Last", show=False, id="records.last",
                tooltip="To the last row"),
        Binding("enter", "open", "Open", id="records.open", tooltip="Open this row"),
        Binding("space", "mark", "Mark", id="records.mark",
                tooltip="Mark this row, or take its mark away"),
        Binding("asterisk", "mark_all", "Mark all", show=False, id="records.mark_all",
                tooltip="Mark all rows that match, or take all marks away"),
        Binding("s", "sort", "Sort", show=False, id="records.sort",
                tooltip="Sort by the next column"),
        Binding("S", "reverse", "Reverse", show=False, id="records.reverse",
                tooltip="Turn the order round"),
        Binding("y", "copy", "Copy", show=False, id="records.copy", tooltip="Copy this row"),
        Binding("f5", "again", "Read again", show=False, key_display="F5",
                id="records.again", tooltip="Read the list again"),
    ]  # fmt: skip

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], str],
        title: str = "",
        empty: str = "Nothing here.",
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(columns, key, title, empty, id, classes)
        self._keep = self._sought = ""
        self._to_end = False
        self._overdue = False
        self._others: frozenset[str] | None = None
        self._told: Row | None = None
        self._rest: Timer | None = None
        self._clicked_open = False

    # What the owner asks for.

    def show(
        self,
        source: Source[Row],
        *,
        keep: bool = False,
        sort: str | None = None,
        descending: bool = False,
    ) -> None:
        """Show another list. `keep` keeps the marks, and the cursor on its row where that is among
        the first of the new list; `sort` and `descending` say which order it has."""
        row = self.row
        self._keep, self._sought = self.key(row) if keep and row is not None else "", ""
        if sort is not None:
            self.sort, self.descending = sort, descending
        self._overdue = self._to_end = False
        self._reader.start(source)
        if not keep:
            self._mark(NONE)
        self.set_timer(_PATIENCE_SECONDS, self._show_waiting)

    def reload(self, changed: frozenset[str] | None = None) -> None:
        """Read the same list again; cursor and scroll position stay with their rows. `changed` are
        keys of rows known to be others now; without it, those that look different are lit up."""
        reader = self._reader
        if reader.source is None:
            return
        if reader.coming is not None or reader.window.in_tail:
            self._others = self._others and changed and self._others | changed
            self._overdue = True
            return
        self._others, self._overdue = changed, False
        if not reader.window.pages:
            reader.start(reader.source)
            self.set_timer(_PATIENCE_SECONDS, self._show_waiting)
            return
        spots = [spot(reader.window, *self._sight, self.key)]
        if not spots[0].start <= self._at < spots[0].start + PAGE:
            spots.append(spot(reader.window, self._at, self._at, self.key))
        reader.again(spots)

    def seek(self, key: str, at: int) -> None:
        """Read the same list again and go to this row, which is at number `at` or near."""
        if not self._reader.waiting and self._reader.source is not None:
            self._sought = key
            self._reader.again([Spot(max(0, at - PAGE // 2), {key: at})])

    def copy_row(self) -> None:
        if self.row is not None:
            self.app.copy_to_clipboard(self.text_of(self.row))

    # What the source answers.

    @on(PageRead)
    def _page_read(self, told: PageRead) -> None:
        reader = self._reader
        was, failing, (first, last) = reader.window, reader.error is not None, self._sight
        total, ask = self.total, told.ask
        shift = reader.page_read(told)
        if reader.window is not was:
            self._begin()
        if shift is not None:
            self._shifted(shift)
        elif reader.error is not None and not failing:
            self.post_message(Failed(self, reader.error))
        ahead = ask.start >= last or ask.start + ask.limit <= first
        self._settle(seen=not ahead or self.total != total or failing)

    @on(RowsCounted)
    def _rows_counted(self, told: RowsCounted) -> None:
        before = self.total
        self._shifted(self._reader.counted(told))
        if self.marks.everything and self.total != before:
            self.post_message(MarksChanged(self, self.marks, self.marks.count(self.total)))
        self._settle()

    @on(ReadAgain)
    def _read_again(self, told: ReadAgain) -> None:
        before, (first, last) = self._reader.window, self._sight
        if self._reader.read_again(told) and not isinstance(told.found, Exception):
            now = numbers(told.found, self.key)
            line = self._at - first if first <= self._at < last else None
            if self._sought in now:
                self._at, line = now[self._sought], self._height // 2
            else:
                self._at = now_at(before, self._at, now, self.key)
            top = now_at(before, first, now, self.key) if line is None else self._at - line
            self._sought = ""
            self._repaint()
            self._scroll_top(top)
            self._light_up(self._others or changed(before, told.found, self.key))
            self._mark(self.marks.without(gone(before, told.found, self.marks, self.key)))
        elif isinstance(told.found, Exception):
            self._sought = ""  # nobody is to be taken there later
            self.post_message(Failed(self, told.found))
        self._settle()

    def _show_waiting(self) -> None:
        """What was shown before fades only where the answer takes longer than a blink."""
        if self._reader.waiting:
            self._repaint()

    def _begin(self) -> None:
        """A new list is here: the cursor goes to the row it was on, else to the first."""
        now = numbers(self._reader.window.pages, self.key)
        self._at = now.get(self._keep, 0)
        self._repaint()
        self._scroll_top(0)
        self._follow()

    def _shifted(self, shift: Shift) -> None:
        if shift.by:
            top = self._sight[0]
            self._at = shift.of(self._at)
            self._repaint()
            self._scroll_top(shift.of(top))

    def _settle(self, seen: bool = True) -> None:
        """Everything that follows when something came; rows out of sight change no line."""
        total = self._reader.window.total
        last = max(0, total - 1)
        to_last = self._to_end or self._at > last
        if to_last:
            self._at = last
        self._to_end = self._to_end and self._reader.window.more
        if seen or to_last:
            self._repaint()
        if to_last:
            self._follow()
        if self._overdue:
            self.reload(self._others)
        self._fetch()
        self._tell()

    def _fetch(self, moved: bool = False) -> None:
        if self._to_end and not self._reader.window.in_tail:
            self._reader.fetch_end()
        else:
            self._reader.fetch(*self._sight, moved=moved)

    # What people do.

    def action_move(self, by: int) -> None:
        self._go(self._at + by)

    def action_page(self, by: int) -> None:
        top = self._sight[0]
        self._scroll_top(top + by * self._height)
        self._go(self._at + by * self._height)

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(self._reader.window.total - 1, to_end=self._reader.window.more)

    def action_open(self) -> None:
        row = self.row
        if row is not None:
            self.post_message(Opened(self, row))

    def action_mark(self) -> None:
        row = self.row
        if row is not None:
            self._mark(self.marks.toggled(self.key(row)))
            self._go(self._at + 1)

    def action_mark_all(self) -> None:
        if self._reader.window.total and not self._reader.waiting:
            self._mark(NONE if self.marks.everything else Marks(everything=True))

    def action_sort(self) -> None:
        keys = [column.sort for column in self._painter.columns if column.sort]
        if keys:
            at = keys.index(self.sort) + 1 if self.sort in keys else 0
            self.post_message(SortAsked(self, keys[at % len(keys)], False))

    def action_reverse(self) -> None:
        if self.sort:
            self.post_message(SortAsked(self, self.sort, not self.descending))

    def action_copy(self) -> None:
        self.copy_row()

    def action_again(self) -> None:
        self.reload()

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        if at is None:
            return
        if event.chain == 1:
            self._clicked_open = False
        if at.y == 0:
            self._sort_by(at.x)
            return
        number = at.y - 1 + self._sight[0]
        if number >= self._reader.window.total:
            return
        if number != self._at or at.x < GUTTER:
            self._go(number)
            if at.x < GUTTER and self.row is not None:
                self._mark(self.marks.toggled(self.key(self.row)))
        elif not self._clicked_open:
            self._clicked_open = True
            self.action_open()

    def on_resize(self) -> None:
        self._repaint()
        self._follow()
        self._fetch()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._fetch(moved=True)

    # What follows.

    def _go(self, at: int, to_end: bool = False) -> None:
        at = max(0, min(at, self._reader.window.total - 1))
        self._to_end = to_end
        before, self._at = self._at, at
        self._follow()
        if at != before:
            self.refresh_line(before + 1)
            self.refresh_line(at + 1)
            self._say_where()
            self._fetch(moved=True)
            self._tell_at_rest()

    def _sort_by(self, x: int) -> None:
        column = self._painter.column_at(x)
        if column is not None and column.sort:
            turned = column.sort == self.sort and not self.descending
            self.post_message(SortAsked(self, column.sort, turned))

    def _mark(self, marks: Marks) -> None:
        if marks != self.marks:
            self.marks = marks
            self.post_message(MarksChanged(self, marks, marks.count(self.total)))
            self._say_where()
            self.refresh()

    def _tell_at_rest(self) -> None:
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(_REST_SECONDS, self._tell)

    def _tell(self) -> None:
        if self._reader.waiting or self.row == self._told:
            return
        self._told = self.row
        self.post_message(Highlighted(self, self.row))

    def _light_up(self, keys: frozenset[str]) -> None:
        if keys and self.app.animation_level != "none":
            self._changed = keys
            self.set_timer(_CHANGED_SECONDS, self._light_down)

    def _light_down(self) -> None:
        self._changed = frozenset()
        self.refresh()
