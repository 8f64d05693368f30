"""A form as a screen: what is typed is kept when it is left, and an outcome always comes back.

Subclasses load what is changed, make the fields, and save. One request stands for all tries until
the outcome is known, so Enter twice saves once.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from billing_tui.domain.acts import Request
from billing_tui.domain.drafts import FormDraft
from billing_tui.domain.errors import BillingError, StoreError
from billing_tui.domain.fields import FieldError, errors_of
from billing_tui.domain.rights import Right

from .base import PushedScreen
from .desk import Broke, Changed, TookBack, Write, WriteFailed
from .dialogs import Conflict
from .dialogs.conflict import THEIRS
from .formatting import moment
from .widgets.fields import FieldChanged
from .widgets.form import Form
from .work import LoadFailed

if TYPE_CHECKING:
    from textual.widget import Widget

    from billing_tui.domain.customers import Difference

Thing = TypeVar("Thing")
Done = TypeVar("Done")
_SAVE = "save"
_KEEP = "keep draft"
_LEAVE = "leave"
_UNDO = "take back"
_LOSES = "Esc again leaves without what you typed."


@dataclass
class _Ready(Message, bubble=False):
    thing: Any
    draft: FormDraft | None


@dataclass
class _Saved(Message, bubble=False):
    done: Any


@dataclass
class _Kept(Message, bubble=False):
    """What is typed is a draft now."""


class FormPage(PushedScreen[Done | None], Generic[Thing, Done]):
    """`about` names what is changed, empty for something new."""

    FORM: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="form.back",
                tooltip="Back; what is typed is kept as a draft"),
        Binding("ctrl+z", "start_anew", "Drop draft", show=False, id="form.start_anew",
                tooltip="Forget the draft that was brought back, and what is typed"),
    ]  # fmt: skip

    def __init__(self, heading: str, about: str = "") -> None:
        super().__init__()
        self.heading, self.about = heading, about
        self.thing: Thing | None = None
        self.form: Form | None = None
        self._leaving = self._no_draft = False
        self._draft: FormDraft | None = None
        # Set when what it shows was read, or could not be.
        self.opened = asyncio.Event()
        self._sent: Mapping[str, Any] = {}
        self._newer: int | None = None

    # What a form says of itself.

    @abstractmethod
    def load_thing(self) -> Thing | None:
        """What is changed, as it is now; in a thread."""

    @abstractmethod
    def make_fields(self, thing: Thing | None) -> list[Widget]: ...

    def wrong_in(self, values: Mapping[str, Any]) -> Sequence[FieldError]:
        """What the rules say of the values that could be read, before anything is sent."""
        return ()

    @abstractmethod
    def save(self, values: Mapping[str, Any], request: Request) -> Done:
        """In a thread."""

    def version_of(self, thing: Thing | None) -> int:
        return 0

    def base_of(self, thing: Thing) -> Mapping[str, Any]:
        """The fields of what is changed, by name, as they were when the form was opened."""
        return {}

    @property
    def takes_draft(self) -> bool:
        """Whether a draft that was kept before is brought back."""
        return True

    def refused(self, error: BillingError) -> bool:
        """Whether the form itself deals with what was refused."""
        return False

    def told(self, done: Done) -> str:
        """What is said when it is saved, if anything."""
        return ""

    def undo(self, done: Done) -> Callable[[Request], object] | None:
        """What takes the save back, where that can be done."""
        return None

    # How it goes.

    def compose_body(self) -> ComposeResult:
        with Vertical(id="form-page", classes="panel lit"):
            yield Static("", id="form-note", markup=False)

    def on_mount(self) -> None:
        panel = self.query_one("#form-page")
        panel.border_title = self.heading
        self.query_one("#form-note").display = False
        self._load()

    def _load(self) -> None:
        services, form, about = self.desk.services, self.FORM, self.about
        mine = self.takes_draft and self.desk.session.may(Right.KEEP_OWN)

        def read() -> tuple[Thing | None, FormDraft | None]:
            return self.load_thing(), services.drafts.find(form, about) if mine else None

        self.load("form", read, lambda found: _Ready(*found))

    @on(_Ready)
    async def _ready(self, event: _Ready) -> None:
        self.thing, self._draft, self._newer = event.thing, event.draft, None
        if self.form is not None:
            await self.form.remove()
        self.form = form = Form(*self.make_fields(event.thing), check=self.wrong_in)
        await self.query_one("#form-page").mount(form)
        form.mark_clean()
        if event.draft is not None:
            form.fill(event.draft.body)
            at = moment(event.draft.saved_at, self.desk.session.zone, self.desk.today)
            self._note(self._draft_told(event.draft, at))
        self.focus_first()
        self.opened.set()

    @on(LoadFailed)
    def _not_read(self) -> None:
        self.opened.set()

    def _draft_told(self, draft: FormDraft, at: str) -> str:
        told = f"Your draft of {at} is back. ctrl+z drops it."
        if self.thing is not None and draft.version != self.version_of(self.thing):
            told += " Somebody saved this meanwhile; you choose when you save."
        return told

    def focus_first(self) -> None:
        if self.form is not None and self.form.fields:
            next(iter(self.form.fields.values())).focus()

    def _note(self, text: str) -> None:
        note = self.query_one("#form-note", Static)
        note.update(text)
        note.display = bool(text)

    @on(Form.Submitted)
    def _submitted(self, event: Form.Submitted) -> None:
        event.stop()
        self.send(event.values)

    def send(self, values: Mapping[str, Any]) -> None:
        if self.form is not None:
            self._sent, request = values, self.form.request()
            self.write(_SAVE, lambda: self.save(values, request), _Saved)

    @on(_Saved)
    def _was_saved(self, event: _Saved) -> None:
        if self._draft is not None or self._leaving:  # it may have been kept while this was saved
            self._drop_draft()
        self._leaving = True
        told, back = self.told(event.done), self.undo(event.done)
        if told:
            self.desk.say(told, undo=self._taking_back(back, told) if back else None)
        self.dismiss(event.done)

    def _taking_back(self, back: Callable[[Request], object], told: str) -> Callable[[], None]:
        """The form is gone by then, so what lies below it says how that went."""
        desk, below = self.desk, self._below

        def take_back() -> None:
            request = Request.new()
            desk.write(Write(_UNDO, lambda: back(request), lambda _done: TookBack(told), below))

        return take_back

    @on(WriteFailed)
    def _write_failed(self, event: WriteFailed) -> None:
        event.stop()
        if event.what not in (_SAVE, _LEAVE) or self.form is None:
            return
        event.prevent_default()  # it is told in the form, not once more above it
        if event.what == _LEAVE:
            self._no_draft = True
            self.form.settle()
            self.form.say(f"No draft could be kept. {event.error.message} {_LOSES}")
        elif isinstance(event.error, StoreError):
            self.form.keep_trying()
            self.form.say(event.error.message)
        else:
            self.form.settle()
            if not self.refused(event.error):
                self._tell(event.error)

    def _tell(self, error: BillingError) -> None:
        if self.form is None:
            return
        if errors_of(error):
            self.form.show_errors(error)
        else:
            self.form.say(error.message)

    @on(Broke)
    def _not_kept(self, event: Broke) -> None:
        self._no_draft = event.what == _LEAVE

    @on(FieldChanged)
    def _typed_on(self) -> None:
        self._no_draft = False

    # Two people, one thing.

    @property
    def seen_version(self) -> int | None:
        """The version to save on: the one that was in sight when what is typed was begun, or the
        one a conflict showed."""
        if self._newer is not None or self.thing is None:
            return self._newer
        return self._draft.version if self._draft else self.version_of(self.thing)

    def ask_conflict(self, title: str, differences: Sequence[Difference], version: int) -> None:
        """Show what the other one saved; what is chosen is saved on their version."""

        def decided(chosen: Mapping[str, str] | None) -> None:
            if chosen is not None and self.thing is not None:
                self._newer, before = version, self.base_of(self.thing)
                theirs = {name for name, side in chosen.items() if side == THEIRS}
                self.try_again({**self._sent, **{n: before[n] for n in theirs & before.keys()}})

        self.app.push_screen(Conflict(title, differences), decided)

    def try_again(self, values: Mapping[str, Any] | None = None) -> None:
        """Send once more, changed by what the person decided."""
        if self.form is not None:
            self.form.busy = True
            self.send(self._sent if values is None else values)

    # Drafts.

    @property
    def unsaved(self) -> bool:
        return self.form is not None and self.form.dirty and not self._leaving

    def keep_draft(self) -> bool:
        """Keep what is typed, if that is anything new; gives whether there was something."""
        keep = self._keeping()
        if keep is not None:
            self._write_draft(keep)
            self._leaving = True
        return keep is not None

    def _keeping(self) -> Callable[[], None] | None:
        if not self.unsaved or self.form is None or not self.desk.session.may(Right.KEEP_OWN):
            return None
        services, request, form, about = self.desk.services, Request.new(), self.FORM, self.about
        typed, version = self.form.typed(), self.seen_version or 0
        return lambda: services.drafts.keep(request, form, about, version, typed)

    def _drop_draft(self) -> None:
        services, request, form, about = self.desk.services, Request.new(), self.FORM, self.about
        if self.desk.session.may(Right.KEEP_OWN):
            self._write_draft(lambda: services.drafts.drop(request, form, about))

    def _write_draft(self, work: Callable[[], None]) -> None:
        self.desk.write(Write(_KEEP, work, lambda _done: Changed(), self._below))

    @property
    def _below(self) -> Screen[Any]:
        """What shows drafts, and is told when there is another one or none."""
        stack = self.app.screen_stack
        return stack[stack.index(self) - 1] if self in stack else self

    def action_back(self) -> None:
        """Leaves when what is typed is kept; where that fails, the next time all the same."""
        if self.form is not None and self.form.busy:
            return
        keep = None if self._no_draft else self._keeping()
        if keep is None or self.form is None:
            self.dismiss(None)
        else:
            self.form.busy = True
            self.write(_LEAVE, keep, lambda _done: _Kept())

    @on(_Kept)
    def _was_kept(self) -> None:
        self._leaving = True
        self.desk.say("Kept as a draft; open the form again to go on.")
        self._below.post_message(Changed())
        self.dismiss(None)

    def action_start_anew(self) -> None:
        self._drop_draft()
        self._note("")
        self.load("form", lambda: (self.load_thing(), None), lambda found: _Ready(*found))
