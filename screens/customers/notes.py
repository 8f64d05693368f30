"""Everything noted on one customer, and one's own changed or deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import Note, Saved
from billing_tui.domain.rights import Right
from billing_tui.domain.safe import safe
from screens.base import PushedScreen
from screens.dialogs import AskFields
from screens.formatting import moment, plural
from screens.widgets.fields import NotesField
from screens.widgets.menu import Menu

_MOST = 200
_LONGEST = 10_000


@dataclass
class NotesRead(Message, bubble=False):
    notes: tuple[Note, ...]
    more: bool


@dataclass
class NoteDone(Message, bubble=False):
    told: str
    undo: Callable[[Request], Saved] | None


class AskNote(AskFields):
    """Enter begins a new line in it."""

    KEYS: ClassVar[str] = "ctrl+s keep · Esc cancel"

    def __init__(self, title: str, text: str = "") -> None:
        self.note = NotesField("note", "Note", text=text, required=True, most=_LONGEST)
        super().__init__(title, [self.note])

    def on_mount(self) -> None:
        super().on_mount()
        self.note.area.move_cursor(self.note.area.document.end)


class NotesPage(PushedScreen[None]):
    AUTO_FOCUS = "#notes"
    KINDS: ClassVar[frozenset[str]] = frozenset({"customer", "customer_note"})
    HELP_FILE: ClassVar[str] = "help/customers_screen.txt"
    RIGHTS: ClassVar[Mapping[str, Right]] = dict.fromkeys(
        ("write", "change", "delete"), Right.EDIT_CUSTOMERS
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "write", "New", tooltip="Write a note", id="notes.new"),
        Binding("a", "change", "Edit", tooltip="Change this note of yours", id="notes.edit"),
        Binding("delete", "delete", "Delete", tooltip="Delete this note of yours",
                id="notes.delete"),
        Binding("y", "copy", "Copy", tooltip="Copy this note", id="page.copy"),
    ]  # fmt: skip

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number
        self._notes: tuple[Note, ...] = ()

    def compose_body(self) -> ComposeResult:
        yield Menu(
            id="notes", title=f"Notes on {self.number}", nothing="No note yet. n writes one."
        )

    def on_mount(self) -> None:
        self.reload(frozenset())

    @property
    def note(self) -> Note | None:
        at = self.query_one(Menu).highlighted
        return self._notes[at] if at is not None and at < len(self._notes) else None

    def blocked(self, action: str) -> str:
        note = self.note
        if action in ("change", "delete", "copy") and note is None:
            return "There is no note here."
        if action in ("change", "delete") and note and note.author != self.desk.session.login:
            return f"{note.author} wrote this note; only they change it."
        return super().blocked(action)

    def reload(self, changed: frozenset[str]) -> None:
        customers, number = self.desk.services.customers, self.number
        self.load("notes", lambda: customers.notes(number, limit=_MOST),
                  lambda page: NotesRead(page.items, bool(page.next)))  # fmt: skip

    @on(NotesRead)
    def _read(self, event: NotesRead) -> None:
        self._notes = event.notes
        menu = self.query_one(Menu)
        menu.show([self._told(note) for note in event.notes])
        more = ", and older ones" if event.more else ""
        menu.border_subtitle = f"{plural(len(event.notes), 'note')}{more}"
        self.refresh_bindings()

    def _told(self, note: Note) -> Text:
        at = moment(note.written_at, self.desk.session.zone, self.desk.today)
        where = "" if note.number == self.number else f" · on {safe(note.number)}"
        return Text.assemble(
            (f"{at} · {safe(note.author)}{where}\n", "dim"), safe(note.text, multiline=True)
        )

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.refresh_bindings()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        """Enter is for one's own; another's can only be read, as it stands."""
        event.stop()
        why = self.forbidden("change") or self.blocked("change")
        if why:
            self.desk.say(why)
        else:
            self.action_change()

    def _do(
        self,
        what: Callable[[Request], Saved],
        told: str,
        undo: Callable[[Request], Saved] | None = None,
    ) -> None:
        request = Request.new()
        self.write("note", partial(what, request), lambda _done: NoteDone(told, undo))

    @on(NoteDone)
    def _done(self, event: NoteDone) -> None:
        undo = event.undo
        self.desk.say(event.told, undo=partial(self._do, undo, "Taken back.") if undo else None)
        self.reload(frozenset())

    def action_write(self) -> None:
        customers, number = self.desk.services.customers, self.number
        self._ask("New note", "", lambda text, request: customers.add_note(request, number, text))

    def action_change(self) -> None:
        if (note := self.note) is None:
            return
        customers, before = self.desk.services.customers, note.text

        def back(request: Request) -> Saved:
            return customers.edit_note(request, note.id, note.version + 1, before)

        self._ask(
            "Change the note",
            before,
            lambda text, request: customers.edit_note(request, note.id, note.version, text),
            back,
        )

    def _ask(
        self,
        title: str,
        text: str,
        keep: Callable[[str, Request], Saved],
        undo: Callable[[Request], Saved] | None = None,
    ) -> None:
        def written(values: Mapping[str, str] | None) -> None:
            if values and values["note"] != text:
                self._do(partial(keep, values["note"]), f"Noted on {self.number}.", undo)

        self.app.push_screen(AskNote(title, text), written)

    def action_delete(self) -> None:
        if (note := self.note) is None:
            return
        customers = self.desk.services.customers
        self._do(
            lambda request: customers.delete_note(request, note.id),
            "Deleted the note.",
            lambda request: customers.add_note(request, note.number, note.text),
        )

    def action_copy(self) -> None:
        if (note := self.note) is not None:
            self.desk.copy(note.text)
