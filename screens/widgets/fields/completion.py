"""Fields that complete what is typed from a list, asked for in a thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer

from billing_tui.domain.fields import FieldRefused, checked_text
from billing_tui.domain.text import sort_key
from screens.work import LoadFailed, Works

from .drop_list import DropList, Suggestion
from .texts import InputField

V = TypeVar("V")
Suggest = Callable[[str], Sequence[Suggestion]]
PAUSE = 0.15
_WHAT = "suggestions"


@dataclass
class _Suggested(Message, bubble=False):
    text: str
    suggestions: Sequence[Suggestion]


class Completing(Works, InputField[V]):
    """Asks when typing pauses; an answer to what no longer stands there is dropped."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Next suggestion", show=False),
        Binding("up", "move(-1)", "Suggestion before", show=False),
        Binding("tab", "take", "Take the suggestion", show=False),
        Binding("escape", "close", "Close the list", show=False),
    ]

    def __init__(
        self,
        name: str,
        label: str,
        *,
        suggest: Suggest,
        free: bool = True,
        **more: Any,
    ) -> None:
        """`free` allows text that no suggestion has."""
        super().__init__(name, label, **more)
        self.suggest, self.free = suggest, free
        self.list = DropList()
        self._known: tuple[str, frozenset[str]] | None = None
        self._timer: Timer | None = None
        self._quiet = False

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self.list

    def fragment(self) -> str:
        """What suggestions are asked for."""
        return self.text

    def completed(self, suggestion: Suggestion) -> str:
        """The whole text with the suggestion in place of the fragment."""
        return suggestion.text

    def changed(self) -> None:
        if self.text != self._seen and self.input.has_focus and not self._quiet:
            self._ask_soon()
        super().changed()

    def _ask_soon(self) -> None:
        self.list.close()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._ask)

    def _ask(self) -> None:
        text = self.fragment()
        if text.strip():
            suggest = self.suggest
            self.load(_WHAT, lambda: suggest(text), lambda found: _Suggested(text, found))

    @on(_Suggested)
    def _suggested(self, answer: _Suggested) -> None:
        if answer.text != self.fragment():
            return
        texts = (sort_key(suggestion.text) for suggestion in answer.suggestions)
        self._known = (answer.text, frozenset(texts))
        if self.input.has_focus:
            self.list.open(answer.suggestions, highlight_first=not self.free)
        self.judge()

    @on(LoadFailed)
    def _not_suggested(self, event: LoadFailed) -> None:
        """Typing goes on without a list."""
        event.stop()
        self._show("no suggestions now")

    def refused(self, text: str) -> bool:
        """Whether it is known that no suggestion is called that, and nobody is choosing one."""
        if self.free or self.list.is_open or self._known is None or self._known[0] != text:
            return False
        return sort_key(text) not in self._known[1]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("move", "take", "close"):
            return self.list.is_open
        return super().check_action(action, parameters)

    def action_move(self, by: int) -> None:
        self.list.move(by)

    def action_close(self) -> None:
        self.list.close()
        self.judge()

    def action_take(self) -> None:
        """The highlighted suggestion, if there is one, and on to the next field."""
        self.entered()

    def entered(self) -> None:
        self.take()
        super().entered()

    def take(self) -> None:
        suggestion = self.list.highlighted_suggestion
        self.list.close()
        if suggestion is None or self.input.frozen:
            return
        self._quiet = True
        self.text = self.completed(suggestion)
        self._quiet = False
        self.input.cursor_position = len(self.text)

    @on(DropList.Picked)
    def _picked(self, event: DropList.Picked) -> None:
        event.stop()
        self.take()

    def collect(self) -> V:
        self.list.close()
        return super().collect()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if self._timer is not None:
            self._timer.stop()
        if self.list.is_open:
            self.list.close()
            self.judge()


class CompletionField(Completing[str]):
    def __init__(self, name: str, label: str, *, most: int = 200, **more: Any) -> None:
        super().__init__(name, label, **more)
        self.most = most

    def read(self, text: str) -> str:
        kept = checked_text(text, self.key, self.most, least=int(self.required))
        if self.refused(kept):
            raise FieldRefused("is not in the list; choose one of it.")
        return kept

    def understood(self, value: str) -> str:
        return ""


class TagsField(Completing[tuple[str, ...]]):
    """Words with commas between them; the one being typed is completed."""

    def __init__(
        self, name: str, label: str, *, suggest: Suggest, most: int = 40, **more: Any
    ) -> None:
        super().__init__(name, label, suggest=suggest, **more)
        self.most = most

    def read(self, text: str) -> tuple[str, ...]:
        tags = (tag.strip() for tag in text.split(","))
        kept = [checked_text(tag, self.key, self.most) for tag in tags if tag]
        if self.required and not kept:
            raise self.missing()
        return tuple(dict.fromkeys(kept))

    def fragment(self) -> str:
        return self.text.rpartition(",")[2].strip()

    def completed(self, suggestion: Suggestion) -> str:
        before, comma, _ = self.text.rpartition(",")
        return f"{before}{comma}{' ' if comma else ''}{suggestion.text}, "

    def complain(self, place: str, message: str) -> None:
        """A path names the tag by its place in the list."""
        at = place.strip("[]")
        tags = [tag.strip() for tag in self.text.split(",") if tag.strip()]
        if at.isdigit() and int(at) < len(tags):
            super().complain("", f"{tags[int(at)]}: {message}")
        else:
            super().complain(place, message)
