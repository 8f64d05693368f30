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
        self._known: tuple[str, tuple[Suggestion, ...]] | None = None
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
        self._wait_no_more()
        self._timer = self.set_timer(PAUSE, self._ask)

    def _wait_no_more(self) -> bool:
        """Gives whether typing had not been asked for yet."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.stop()
        return timer is not None

    def _ask(self) -> None:
        self._wait_no_more()
        text = self.fragment()
        if text.strip():
            suggest = self.suggest
            self.load(_WHAT, lambda: suggest(text), lambda found: _Suggested(text, found))

    @on(_Suggested)
    def _suggested(self, answer: _Suggested) -> None:
        if answer.text != self.fragment():
            return
        self._known = (answer.text, tuple(answer.suggestions))
        if self.input.has_focus:
            self._open()
        else:
            self._take_the_only()
        self.judge()

    @property
    def offers(self) -> tuple[Suggestion, ...]:
        """What is known to fit what stands there."""
        known, offers = self._known or ("", ())
        return offers if known == self.fragment() else ()

    def _open(self) -> None:
        """Where only what is offered may stand, the one that is called so or comes first is
        highlighted, so that Enter takes it."""
        texts = [sort_key(offer.text) for offer in self.offers]
        typed = sort_key(self.fragment())
        first = texts.index(typed) if typed in texts else 0
        self.list.open(self.offers, at=-1 if self.free else first)

    @on(LoadFailed)
    def _not_suggested(self, event: LoadFailed) -> None:
        """Typing goes on without a list."""
        event.stop()
        self._show("no suggestions now")

    def refused(self, text: str) -> bool:
        """Whether it is known that no suggestion is called that, and nobody is choosing one."""
        if self.free or self.list.is_open or self._known is None or self._known[0] != text:
            return False
        return sort_key(text) not in (sort_key(offer.text) for offer in self._known[1])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("move", "take", "close"):
            return self.list.is_open or (parameters == (1,) and self._may_choose)
        return super().check_action(action, parameters)

    @property
    def _may_choose(self) -> bool:
        """Down opens the list again where what stands there is wrong."""
        return not self.free and bool(self.error) and bool(self.fragment().strip())

    def action_move(self, by: int) -> None:
        if self.list.is_open:
            self.list.move(by)
        elif self.offers:
            self._open()
            self.judge()
        else:
            self._ask()

    def action_close(self) -> None:
        self.list.close()
        self.judge()

    def action_take(self) -> None:
        """The highlighted suggestion, if there is one, and on to the next field."""
        self.entered()

    def entered(self) -> None:
        self.take()
        self._take_the_only()
        super().entered()

    def take(self) -> None:
        suggestion = self.list.highlighted_suggestion
        self.list.close()
        if suggestion is not None:
            self._complete(suggestion)

    def _take_the_only(self) -> None:
        """What is no name in the list can still mean just one in it."""
        if self.refused(self.text) and len(self.offers) == 1:
            self._complete(self.offers[0])

    def _complete(self, suggestion: Suggestion) -> None:
        if self.input.frozen:
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
        self._take_the_only()
        return super().collect()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if self._wait_no_more() and not self.free:
            self._ask()
        if self.list.is_open:
            self.list.close()
            self._take_the_only()
            self.judge()


class CompletionField(Completing[str]):
    def __init__(self, name: str, label: str, *, most: int = 200, **more: Any) -> None:
        super().__init__(name, label, **more)
        self.most = most

    def read(self, text: str) -> str:
        kept = checked_text(text, self.key, self.most, least=int(self.required))
        if self.refused(kept):
            raise FieldRefused(
                "fits more than one; Down chooses."
                if len(self.offers) > 1
                else "is not in the list; choose one from it."
            )
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
