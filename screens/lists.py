"""What every list of an area is made of: views, query line, rows, and beside them one row's detail.

Subclasses say what the columns are, how a query is read and what is read for it. The list keeps one
`Asked`: what is typed, and the order. Whatever changes it goes through `ask`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget

from billing_tui.domain.acts import Request
from billing_tui.domain.filters import Completion, FilterNotUnderstood
from billing_tui.domain.rights import Right
from billing_tui.domain.views import (
    LONGEST_NAME,
    SavedView,
    ViewDraft,
    refuse_built_in,
    refuse_taken,
)

from .base import AreaScreen
from .desk import desk_of
from .widgets.query_line import QueryLine
from .widgets.records import Column, Highlighted, Opened, RecordTable, SortAsked, Source
from .widgets.records.marks import NONE
from .widgets.views_bar import MOST_KEYS, View, ViewsBar, all_views, view_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

Row = TypeVar("Row")
WIDE = 110


@dataclass(frozen=True, slots=True)
class Asked:
    query: str = ""
    sort: str = ""
    descending: bool = False


@dataclass
class ViewsLoaded(Message):
    views: tuple[SavedView, ...]


@dataclass
class ViewSaved(Message):
    view: SavedView


@dataclass
class ViewDeleted(Message):
    view: SavedView


class ListRows(RecordTable[Row], Generic[Row]):
    """The list of an area: what is copied is told, and marks are for lists that do something with
    them."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("mark", "mark_all") and not getattr(self.screen, "MARKS", True):
            return False
        return super().check_action(action, parameters)

    def action_copy(self) -> None:
        if self.row is not None:
            desk_of(self).copy(self.text_of(self.row))

    def unmark(self) -> None:
        self._mark(NONE)


class ListScreen(AreaScreen, Generic[Row]):
    AUTO_FOCUS = "#rows"
    AREA: ClassVar[str] = ""
    EMPTY: ClassVar[str] = "Nothing here."
    NOTHING_YET: ClassVar[str] = ""
    MARKS: ClassVar[bool] = True
    HINT: ClassVar[str] = "/ to search"
    VIEWS: ClassVar[Sequence[View]] = (View("All"),)
    FIRST_SORT: ClassVar[str] = ""
    FIRST_DESCENDING: ClassVar[bool] = False
    RIGHTS: ClassVar[Mapping[str, Right]] = {
        "save_view": Right.KEEP_OWN,
        "delete_view": Right.KEEP_OWN,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", tooltip="Words, or filters such as tag:gold",
                id="list.search"),
        *view_keys(),
        Binding("v", "save_view", "Save view", show=False, id="list.save_view",
                tooltip="Keep what is shown now as a view with a name"),
        Binding("delete", "delete_view", "Delete view", show=False, id="list.delete_view",
                tooltip="Delete the view of your own that is shown"),
        Binding("escape", "back", "Back", show=False, id="list.back",
                tooltip="Take the marks away, then what is searched for"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.asked = Asked(self.VIEWS[0].query, self.FIRST_SORT, self.FIRST_DESCENDING)
        self._own_views: tuple[SavedView, ...] = ()

    # What an area says of its list.

    def empty(self) -> str:
        """What stands where no row fits, or none is there at all: what the next key is."""
        return self.EMPTY if self.asked.query else self.NOTHING_YET or self.EMPTY

    @abstractmethod
    def columns(self) -> Sequence[Column[Row]]: ...

    @abstractmethod
    def key_of(self, row: Row) -> str: ...

    @abstractmethod
    def source(self, asked: Asked) -> Source[Row]:
        """What shows this; raises FilterNotUnderstood."""

    @abstractmethod
    def complete(self, text: str, at: int) -> Sequence[Completion]:
        """What may stand at the cursor of the query line; called in a thread."""

    def compose_detail(self) -> Widget | None:
        """The pane beside the list, where there is room for one."""
        return None

    def show_row(self, row: Row | None) -> None:
        """Another row is under the cursor."""

    def open_row(self, row: Row) -> None:
        """Enter was pressed on a row."""

    # How it is put together.

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="list-head"):
            yield ViewsBar(self.VIEWS)
            yield QueryLine(self.complete, self.HINT)
        with Horizontal(id="list-body"):
            with Vertical(id="list-rows"):
                yield ListRows(self.columns(), self.key_of, id="rows", empty=self.empty())
            if (detail := self.compose_detail()) is not None:
                yield detail

    def on_mount(self) -> None:
        self.ask(self.asked)
        self._load_views()

    def on_resize(self) -> None:
        """There may be room for the detail now."""
        if self.row is not None:
            self.show_row(self.row)

    @property
    def table(self) -> ListRows[Row]:
        found: ListRows[Row] = self.query_one("#rows", ListRows)
        return found

    @property
    def row(self) -> Row | None:
        """The row under the cursor now, also while what stands beside it is still another's."""
        return self.table.row if self.is_mounted else None

    @property
    def query_line(self) -> QueryLine:
        return self.query_one(QueryLine)

    @property
    def views(self) -> ViewsBar:
        return self.query_one(ViewsBar)

    @property
    def wide(self) -> bool:
        return self.app.size.width >= WIDE

    def ask(self, asked: Asked, *, keep: bool = False) -> bool:
        """Show what is asked for, or say what is wrong with it; gives whether it is shown."""
        try:
            source = self.source(asked)
        except FilterNotUnderstood as error:
            self.query_line.wrong(error)
            return False
        self.asked = asked
        self.query_line.right()
        self.table.empty = self.empty()
        self.table.show(source, sort=asked.sort, descending=asked.descending, keep=keep)
        self.views.mark(asked.query, asked.sort, asked.descending)
        self._say_order()
        return True

    def _say_order(self) -> None:
        """In the title, since the column it goes by may not be in sight."""
        by = next((one.title for one in self.columns() if one.sort == self.asked.sort), "")
        usual = (self.FIRST_SORT, self.FIRST_DESCENDING)
        if not by or (self.asked.sort, self.asked.descending) == usual:
            self.table.border_title = self.title
        else:
            arrow = "↓" if self.asked.descending else "↑"
            self.table.border_title = f"{self.title} · by {by.lower()} {arrow}"

    def narrow(self, query: str) -> None:
        self.come_to_front()
        self.query_line.show(query)
        self.ask(replace(self.asked, query=query))
        self.table.focus()

    def reload(self, changed: frozenset[str]) -> None:
        """What others changed lights up; the row in hand may have changed where the list does not
        show it."""
        self.table.reload()
        self.show_row(self.row)

    # What happens to it.

    @on(QueryLine.Asked)
    def _query_asked(self, event: QueryLine.Asked) -> None:
        shown = self.ask(replace(self.asked, query=event.text.strip()))
        if event.done and shown:
            self.table.focus()

    @on(QueryLine.Left)
    def _query_left(self) -> None:
        self.query_line.show(self.asked.query)
        self.table.focus()

    @on(SortAsked)
    def _sort_asked(self, event: SortAsked) -> None:
        self.ask(replace(self.asked, sort=event.column_key, descending=event.descending), keep=True)

    @on(Highlighted)
    def _highlighted(self, event: Highlighted) -> None:
        self.show_row(event.row)
        self.refresh_bindings()

    @on(Opened)
    def _row_opened(self, event: Opened) -> None:
        self.open_row(event.row)

    @on(ViewsBar.Chosen)
    def _view_chosen(self, event: ViewsBar.Chosen) -> None:
        self.show_view(event.view)

    @on(ViewsLoaded)
    def _views_loaded(self, event: ViewsLoaded) -> None:
        self._own_views = event.views
        self.views.show(all_views(self.VIEWS, event.views), None)
        self.views.mark(self.asked.query, self.asked.sort, self.asked.descending)

    @on(ViewSaved)
    def _view_saved(self, event: ViewSaved) -> None:
        self.desk.say(f"Saved the view {event.view.name}.")
        self._load_views()

    @on(ViewDeleted)
    def _view_deleted(self, event: ViewDeleted) -> None:
        view = event.view
        self.desk.say(f"Deleted the view {view.name}.", undo=lambda: self._restore(view))
        here = self.views.here
        if here is not None and here.saved is not None and here.saved.id == view.id:
            self.show_view(self.VIEWS[0])
        self._load_views()

    def _restore(self, view: SavedView) -> None:
        services, request = self.desk.services, Request.new()
        self.write("restore view", lambda: services.views.restore(request, view.id), ViewSaved)

    def _load_views(self) -> None:
        services = self.desk.services
        self.load("views", lambda: services.views.list(self.AREA), ViewsLoaded)

    def show_view(self, view: View) -> None:
        sort = view.sort or self.FIRST_SORT
        descending = view.descending if view.sort else self.FIRST_DESCENDING
        self.query_line.show(view.query)
        self.ask(Asked(view.query, sort, descending))
        self.table.focus()

    def lines_of_palette(self) -> Iterator[tuple[str, str, Callable[[], None]]]:
        for place, view in enumerate(self.views.views, 1):
            key = str(place) if place <= MOST_KEYS else ""
            yield f"View {view.name}", key, partial(self.show_view, view)

    # Keys.

    def action_back(self) -> None:
        if self.table.marks:
            self.table.unmark()
        elif self.views.here is not self.views.views[0]:
            self.show_view(self.views.views[0])

    def action_search(self) -> None:
        self.query_line.focus()

    def action_view(self, key: int) -> None:
        if (view := self.views.at_key(key)) is not None:
            self.show_view(view)

    def action_save_view(self) -> None:
        from .dialogs import Ask

        ask = Ask("Save this view", "Name", most=LONGEST_NAME, check=self._refuse_name)
        self.app.push_screen(ask, self._save_view)

    def _refuse_name(self, name: str) -> None:
        refuse_built_in(name, [view.name for view in self.VIEWS])
        refuse_taken(self._draft(name), self._own_views)

    def _draft(self, name: str) -> ViewDraft:
        asked = self.asked
        return ViewDraft(self.AREA, name, asked.query, asked.sort, asked.descending)

    def _save_view(self, name: str | None) -> None:
        if not name:
            return
        services, request, draft = self.desk.services, Request.new(), self._draft(name)
        self.write("save view", lambda: services.views.save(request, draft), ViewSaved)

    def action_delete_view(self) -> None:
        here = self.views.here
        if here is None or here.saved is None:
            self.desk.say("Only a view of your own can be deleted; choose it first.")
            return
        services, request, saved = self.desk.services, Request.new(), here.saved

        def delete() -> SavedView:
            services.views.delete(request, saved.id, saved.version)
            return saved

        self.write("delete view", delete, ViewDeleted)
