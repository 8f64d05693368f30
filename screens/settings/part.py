"""What every page of the settings is made of: rows, and beside them what the row in hand means."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.message import Message
from textual.widgets import Static

from billing_tui.domain.pages import Counted, Place, Slice
from screens.acts import Acts
from screens.desk import WriteFailed
from screens.widgets.pane import Pane
from screens.widgets.pane import Part as Line
from screens.widgets.records import Column, Highlighted, Opened, RecordTable
from screens.work import Works

Row = TypeVar("Row")
Done = TypeVar("Done")
STALE = "stale_version"
OWN = "»"  # before what is the person's own
_NO_ROW = "There is no row to do that with."


@dataclass(frozen=True)
class Rows(Generic[Row]):
    """A list that is here as a whole; its cursors are numbers of rows."""

    rows: Sequence[Row]

    def slice(self, place: Place, limit: int) -> Slice[Row]:
        first = place.skip
        if place.end:
            first = len(self.rows) - limit
        elif place.before:
            first = int(place.before) - limit
        elif place.after:
            first = int(place.after) + 1
        first = max(0, first)
        items = tuple(self.rows[first : first + limit])
        return Slice(items, str(first), str(first + len(items) - 1)) if items else Slice(())

    def count(self, most: int | None) -> Counted:
        return Counted(len(self.rows))


class ShortList(RecordTable[Row], inherit_bindings=False):
    """Nothing here is marked or sorted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "first", "First", show=False),
        Binding("end", "last", "Last", show=False),
        Binding("enter", "open", "Open", show=False),
    ]


@dataclass
class PartRead(Message, bubble=False):
    found: Any


@dataclass
class Saved(Message, bubble=False):
    """Something was written; `undo` is the work that takes it back."""

    told: str
    undo: Callable[[], Any] | None


class Part(Works, Acts, Vertical, Generic[Row]):
    """Subclasses say what the rows are, how one is shown whole, and what their keys do."""

    ABOUT: ClassVar[str] = ""
    EMPTY: ClassVar[str] = "Nothing here."
    NEEDS_ROW: ClassVar[frozenset[str]] = frozenset()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", show=False, tooltip="Copy this row", id="settings.copy"),
    ]

    @abstractmethod
    def columns(self) -> Sequence[Column[Row]]: ...

    @abstractmethod
    def key_of(self, row: Row) -> str: ...

    @abstractmethod
    def read(self) -> Any:
        """In a thread; `shown` gets it."""

    @abstractmethod
    def lines(self, row: Row) -> Sequence[Line]:
        """The row whole, for the pane beside the list."""

    def open_row(self, row: Row) -> None:
        """Enter was pressed on a row."""

    def copied(self, row: Row) -> str:
        return self.table.text_of(row)

    def compose(self) -> ComposeResult:
        yield Static(self.ABOUT, classes="part-about", markup=False)
        with Container(classes="part-body"):
            yield ShortList(self.columns(), self.key_of, empty=self.EMPTY, classes="part-rows")
            yield Pane(title="Detail")

    @property
    def table(self) -> ShortList[Row]:
        found: ShortList[Row] = self.query_one(ShortList)
        return found

    @property
    def row(self) -> Row | None:
        return self.table.row

    def on_mount(self) -> None:
        self.table.border_title = self.border_title
        self.reload()

    def focus(self, scroll_visible: bool = True) -> Part[Row]:
        self.table.focus(scroll_visible)
        return self

    def say_about(self, text: str) -> None:
        self.query_one(".part-about", Static).update(text)

    def reload(self) -> None:
        self.load("rows", self.read, PartRead)

    def save(
        self,
        what: str,
        work: Callable[[], Done],
        told: Callable[[Done], str],
        undo: Callable[[], Any] | None = None,
    ) -> None:
        """Write, tell what became of it, and offer to take it back where that means something."""
        self.write(what, work, lambda done: Saved(told(done), undo))

    def blocked(self, action: str) -> str:
        return _NO_ROW if action in self.NEEDS_ROW and self.row is None else ""

    @on(PartRead)
    def _read(self, event: PartRead) -> None:
        self.shown(event.found)

    def shown(self, found: Any) -> None:
        """What was read is rows, unless a page says otherwise."""
        self.show_rows(found)

    def show_rows(self, rows: Sequence[Row]) -> None:
        self.table.show(Rows(rows), keep=True)

    @on(Saved)
    def _saved(self, event: Saved) -> None:
        undo = event.undo

        def take_back() -> None:
            if undo is not None:
                self.save("take back", undo, lambda _done: "Taken back.")

        self.desk.say(event.told, undo=take_back if undo else None)
        self.reload()

    @on(WriteFailed)
    def _refused(self, event: WriteFailed) -> None:
        event.stop()
        if event.error.code == STALE:
            self.desk.say(
                "Somebody changed this meanwhile, so nothing of yours was saved. It is shown as it"
                " is now.",
                bad=True,
            )
        else:
            self.desk.explain_failure(event.error)
        self.reload()

    @on(Highlighted)
    def _highlighted(self, event: Highlighted) -> None:
        event.stop()
        self.query_one(Pane).show(self.lines(event.row) if event.row is not None else ())
        self.refresh_bindings()

    @on(Opened)
    def _opened(self, event: Opened) -> None:
        event.stop()
        self.open_row(event.row)

    def action_copy(self) -> None:
        if (row := self.row) is not None:
            self.desk.copy(self.copied(row))
