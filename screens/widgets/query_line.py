"""The query line of a list: words and filters, completed while typed, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.dom import DOMNode
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from billing_tui.domain.filters import Completion, FilterNotUnderstood
from billing_tui.domain.safe import safe, safe_in_place
from screens.work import LoadFailed, Works

from .fields.drop_list import DropList, Suggestion
from .fields.inputs import FieldInput

PAUSE = 0.15
LEAST = 2
Complete = Callable[[str, int], Sequence[Completion]]


@dataclass
class _Completed(Message, bubble=False):
    text: str
    at: int
    found: Sequence[Completion]


class QueryLine(Works, Vertical):
    """`complete` says what may stand at the cursor; it is asked in a thread."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "down", "Next suggestion", show=False),
        Binding("up", "up", "Suggestion before", show=False),
        Binding("tab", "take", "Take it", id="query.take",
                tooltip="Put the suggestion into the query"),
        Binding("escape", "leave", "Back", id="query.leave",
                tooltip="Back to the list, as it is shown"),
    ]  # fmt: skip

    @dataclass
    class Asked(Message):
        """What is typed holds from now on; `done` says that Enter ended it."""

        text: str
        done: bool

    class Left(Message):
        """Esc: back to the list, as it is."""

    def __init__(self, complete: Complete, hint: str) -> None:
        super().__init__(id="query")
        self._complete = complete
        self._input = FieldInput(placeholder=hint)
        self._input.select_on_focus = False
        self._wrong = Static("", id="query-wrong", markup=False)
        self._list = DropList()
        self._found: Sequence[Completion] = ()
        self._timer: Timer | None = None
        self._asked = ""

    def compose(self) -> ComposeResult:
        yield self._input
        yield self._wrong
        yield self._list

    @property
    def text(self) -> str:
        return self._input.value

    def show(self, text: str) -> None:
        """Put a text there without asking for it."""
        self._asked = text
        with self.prevent(Input.Changed):
            self._input.value = text
        self._input.cursor_position = len(text)
        self.right()

    def focus(self, scroll_visible: bool = True) -> QueryLine:
        """What is typed next comes behind what stands there."""
        if self.text.strip() and not self.text.endswith(" "):
            with self.prevent(Input.Changed):
                self._input.value += " "
        self._input.cursor_position = len(self.text)
        self._input.focus(scroll_visible)
        return self

    def right(self) -> None:
        self._wrong.display = False

    def wrong(self, error: FilterNotUnderstood) -> None:
        """Point at the word that is not understood, and say what would be."""
        before = cell_len(safe_in_place(self.text[: error.start]))
        marks = "^" * max(1, cell_len(safe_in_place(self.text[error.start : error.end])))
        line = f"{' ' * before}{marks}"[self._input.scroll_offset.x :]
        self._wrong.update(Text(f"{line}\n{safe(error.message)}"))
        self._wrong.display = True
        self._list.close()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._list.close()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._paused)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self._list.highlighted_suggestion is not None:
            self.action_take()
            return
        self._list.close()
        self._ask(done=True)

    def _paused(self) -> None:
        text, at = self.text, self._input.cursor_position
        if self._input.has_focus:
            complete = self._complete
            self.load("completions", lambda: complete(text, at), lambda f: _Completed(text, at, f))
        if not text.strip() or len(text.strip()) >= LEAST:
            self._ask(done=False)

    def _ask(self, *, done: bool) -> None:
        if self._timer is not None:
            self._timer.stop()
        if done or self.text.strip() != self._asked.strip():
            self._asked = self.text
            self.post_message(self.Asked(self.text, done))

    @on(_Completed)
    def _completed(self, answer: _Completed) -> None:
        if answer.text != self.text or not self._input.has_focus:
            return
        self._found = answer.found
        lines = [Suggestion(found.replacement, found.about) for found in answer.found]
        self._list.open(lines)

    @on(LoadFailed)
    def _no_completions(self, event: LoadFailed) -> None:
        """Typing goes on without a list."""
        event.stop()

    @on(DropList.Picked)
    def _picked(self, event: DropList.Picked) -> None:
        event.stop()
        self.action_take()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self._head.add_class("-typing")

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self._list.close()
        self._head.remove_class("-typing")

    @property
    def _head(self) -> DOMNode:
        """What it stands in, which has more room for it while it is typed into."""
        return next(iter(self.ancestors))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "up":
            return self._list.is_open
        return super().check_action(action, parameters)

    def action_down(self) -> None:
        if self._list.is_open:
            self._list.move(1)
        else:
            self.post_message(self.Left())

    def action_up(self) -> None:
        self._list.move(-1)

    def action_take(self) -> None:
        """Put the suggestion in; a name goes on with its value, a value is followed by a space.
        Where there is none yet, the key does nothing, so that quick fingers stay here."""
        place = max(0, self._list.highlighted)
        if not self._list.is_open or place >= len(self._found):
            return
        found = self._found[place]
        named = found.replacement.endswith((":", "="))
        new = found.replacement + ("" if named else " ")
        text = self.text[: found.start] + new + self.text[found.end :].lstrip()
        self._list.close()
        self._input.value = text
        self._input.cursor_position = found.start + len(new)

    def action_leave(self) -> None:
        if self._list.is_open:
            self._list.close()
        else:
            self.post_message(self.Left())
