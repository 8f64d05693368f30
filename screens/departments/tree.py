"""The tree of departments, with the one under the cursor beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, OptionList

from billing_tui.domain.departments import DepartmentLine, DepartmentStatus
from billing_tui.domain.pages import LARGEST_PAGE
from billing_tui.domain.rights import Right
from billing_tui.domain.safe import safe
from billing_tui.domain.text import sort_key
from screens.base import AreaScreen
from screens.formatting import branches, count
from screens.widgets.fields.inputs import FieldInput
from screens.widgets.menu import Menu
from screens.widgets.pane import Pane
from screens.widgets.views_bar import View, ViewsBar, view_keys
from screens.work import LoadFailed

from . import facts
from .doing import DepartmentDoing

_ACTS = 12
_REST_SECONDS = 0.08
_WAITING = "· · ·"
_NOTHING_YET = "No department yet. n makes the first, i takes in a file of them."
_NONE_FITS = "No department fits. Esc shows the whole tree, n makes one."
_TREE, _ARCHIVED, _MERGED = View("Tree"), View("Archived", "archived"), View("Merged", "merged")


@dataclass
class TreeRead(Message, bubble=False):
    """`merged` stand in no tree any more."""

    lines: tuple[DepartmentLine, ...]
    merged: tuple[DepartmentLine, ...]


@dataclass
class DepartmentRead(Message, bubble=False):
    known: facts.Known


class DepartmentsScreen(DepartmentDoing, AreaScreen):
    TITLE = "Departments"
    AUTO_FOCUS = "#tree"
    HELP_FILE = "help/departments_screen.txt"
    RIGHTS: ClassVar[Mapping[str, Right]] = {
        "export": Right.BULK_CUSTOMERS,
        "import": Right.EDIT_DEPARTMENTS,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", tooltip="Narrow the tree", id="departments.search"),
        *view_keys(),
        Binding("x", "export", "Export", tooltip="All departments as a file",
                id="departments.export"),
        Binding("i", "import", "Import", show=False, id="departments.import",
                tooltip="Take in a CSV file, checked row by row first"),
        Binding("y", "copy", "Copy", show=False, tooltip="Copy the tree as text",
                id="departments.copy"),
        Binding("f5", "refresh", "Read again", show=False, tooltip="Read the tree again",
                id="departments.refresh"),
        Binding("escape", "back", "Back", show=False, id="departments.back",
                tooltip="Show the whole tree again"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._all: tuple[DepartmentLine, ...] = ()
        self._merged: tuple[DepartmentLine, ...] = ()
        self._shown: tuple[DepartmentLine, ...] = ()
        self._view = _TREE
        self._wanted = ""
        self._rest: Timer | None = None

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="list-head"):
            yield ViewsBar((_TREE, _ARCHIVED, _MERGED))
            yield Narrow()
        with Horizontal(id="list-body"):
            yield Menu(id="tree", title="Departments", nothing=_WAITING)
            yield Pane(title="Detail", id="detail")

    def on_mount(self) -> None:
        self.menu.show(())
        self.reload(frozenset())

    @property
    def menu(self) -> Menu:
        return self.query_one("#tree", Menu)

    @property
    def line(self) -> DepartmentLine | None:
        at = self.menu.highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    @property
    def subject(self) -> DepartmentLine | None:
        """The one under the cursor, also while what stands beside it is still another's."""
        return self.line

    def subject_changed(self, code: str = "") -> None:
        self._wanted = code
        self.reload(frozenset())

    def reload(self, changed: frozenset[str]) -> None:
        departments = self.desk.services.departments

        def read() -> TreeRead:
            gone = departments.list(DepartmentStatus.MERGED, limit=LARGEST_PAGE).items
            lines = (DepartmentLine(one.code, one.name, 0, one.status) for one in gone)
            return TreeRead(departments.tree(), tuple(lines))

        self.load("tree", read, lambda found: found)

    def narrow(self, query: str) -> None:
        self.come_to_front()
        self.query_one(Narrow).value = query
        self.menu.focus()

    def lines_of_palette(self) -> Iterator[tuple[str, str, Callable[[], None]]]:
        for place, view in enumerate(self.query_one(ViewsBar).views, 1):
            yield f"View {view.name}", str(place), partial(self._show_view, view)

    # What happens.

    @on(TreeRead)
    def _tree_read(self, event: TreeRead) -> None:
        self._all, self._merged = event.lines, event.merged
        self._show()

    def _show(self) -> None:
        """The lines that fit, with the cursor on the one it was on."""
        here = self._wanted or (self.line.code if self.line else "")
        self._wanted = ""
        typed = sort_key(self.query_one(Narrow).value)
        self._shown = tuple(
            line for line in self._lines() if typed in sort_key(f"{line.code} {line.name}")
        )
        flat = bool(typed) or self._view is not _TREE
        codes = [line.code for line in self._shown]
        at = codes.index(here) if here in codes else None
        lines = branches([0 if flat else line.depth for line in self._shown])
        told = [_told(*each) for each in zip(self._shown, lines, strict=True)]
        self.menu.nothing = _NONE_FITS if self._all else _NOTHING_YET
        self.menu.show(told, None if at == self.menu.highlighted else at or 0)
        self.menu.border_subtitle = f"{count(len(codes))} of {count(len(self._all))}"
        self._show_detail()

    def _lines(self) -> tuple[DepartmentLine, ...]:
        if self._view is _MERGED:
            return self._merged
        if self._view is _ARCHIVED:
            return tuple(one for one in self._all if one.status is DepartmentStatus.ARCHIVED)
        return self._all

    def _show_view(self, view: View) -> None:
        self._view = view
        self.query_one(ViewsBar).mark(view.query, "", descending=False)
        self._show()
        self.menu.focus()

    @on(ViewsBar.Chosen)
    def _view_chosen(self, event: ViewsBar.Chosen) -> None:
        self._show_view(event.view)

    @on(Input.Changed)
    def _narrowed(self, event: Input.Changed) -> None:
        event.stop()
        self._show()

    @on(Input.Submitted)
    def _narrow_done(self, event: Input.Submitted) -> None:
        event.stop()
        self.menu.focus()

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(_REST_SECONDS, self._show_detail)

    @on(OptionList.OptionSelected)
    def _opened(self, event: OptionList.OptionSelected) -> None:
        from .page import DepartmentPage

        event.stop()
        if (line := self.line) is not None:
            self.app.push_screen(DepartmentPage(line.code))

    def _show_detail(self) -> None:
        line = self.line
        if line is None:
            self._known(None)
            return
        services, code = self.desk.services, line.code
        self.load("department", lambda: facts.read(services, code, _ACTS), DepartmentRead)

    @on(DepartmentRead)
    def _department_read(self, event: DepartmentRead) -> None:
        if self.line is not None and self.line.code == event.known.department.code:
            self._known(event.known)

    @on(LoadFailed)
    def _not_known(self, event: LoadFailed) -> None:
        """The pane of one that is gone meanwhile is empty; anything else is told as usual."""
        if event.what == "department":
            event.stop()
            event.prevent_default()
            self._known(None)

    def _known(self, known: facts.Known | None) -> None:
        session = self.desk.session
        told = facts.parts(known, session.zone, self.desk.today) if known else ()
        self.query_one("#detail", Pane).show(tuple(told))
        self.refresh_bindings()

    # Keys.

    def action_search(self) -> None:
        self.query_one(Narrow).focus()

    def action_view(self, key: int) -> None:
        view = self.query_one(ViewsBar).at_key(key)
        if view is not None:
            self._show_view(view)

    def action_back(self) -> None:
        narrow = self.query_one(Narrow)
        if not narrow.has_focus and self._view is not _TREE:
            self._show_view(_TREE)
        narrow.value = ""
        self.menu.focus()

    def action_export(self) -> None:
        from billing_tui.services.exports import DepartmentFilter
        from screens.exports import ExportPage

        self.app.push_screen(ExportPage("departments", DepartmentFilter(status=None)))

    def action_import(self) -> None:
        from screens.imports import ImportPage

        self.app.push_screen(ImportPage("departments"))

    def action_copy(self) -> None:
        told = [f"{'  ' * line.depth}{line.code} {line.name}" for line in self._shown]
        self.desk.copy("\n".join(told))

    def action_refresh(self) -> None:
        self.reload(frozenset())


class Narrow(FieldInput):
    """What the tree is narrowed by."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "done", "To the tree", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(placeholder="/ code or name")
        self.id = "narrow"

    def on_focus(self) -> None:
        next(iter(self.ancestors)).add_class("-typing")

    def on_blur(self) -> None:
        next(iter(self.ancestors)).remove_class("-typing")

    def action_done(self) -> None:
        self.screen.query_one("#tree").focus()


def _told(line: DepartmentLine, before: str) -> Text:
    told = Text(before, "dim")
    told.append(safe(line.name), "not dim").append(f"  {safe(line.code)}", "dim")
    if line.status is not DepartmentStatus.ACTIVE:
        told.append(f"  {facts.STATUS[line.status].text}", "dim")
    return told
