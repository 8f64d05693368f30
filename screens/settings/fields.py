"""Fields of the settings: text with a rule of its own, roles to tick, passwords."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual import events, on
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from billing_tui.domain.rights import Role
from billing_tui.domain.users import checked_password, roles_named
from screens.widgets.fields import Field, FieldEntered, SecretField, TextField

_GAP = 2
_AROUND = 2 + _GAP  # the tick before a word, and what is between words


class CheckedField(TextField):
    """`check` gives what is kept of the text, or raises with the rule's own sentence."""

    def __init__(self, name: str, label: str, *, check: Callable[[str], Any], **more: Any) -> None:
        super().__init__(name, label, **more)
        self.check = check

    def read(self, text: str) -> str:
        kept = super().read(text)
        if kept:
            self.check(kept)
        return kept


class PasswordField(SecretField):
    """A new password of this login."""

    def __init__(self, name: str, label: str, *, login: str, required: bool = True) -> None:
        super().__init__(name, label, required=required)
        self.login = login

    def read(self, text: str) -> str:
        kept = super().read(text)
        return checked_password(kept, self.login) if kept else kept


class Ticks(Widget, can_focus=True):
    """Words side by side, each with a tick or without."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"ticks--on", "ticks--off", "ticks--here"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "step(1)", "Next", show=False),
        Binding("left", "step(-1)", "Before", show=False),
        Binding("space", "tick", "Tick", tooltip="Tick, or take the tick away", id="ticks.tick"),
        Binding("enter", "enter", "Next field", show=False),
    ]
    here = reactive(0)

    class Ticked(Message):
        """Another word has a tick, or has none any more."""

    class Entered(Message):
        """Enter was pressed."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        self.words, self.frozen = tuple(words), False
        self.ticked: set[str] = set()

    def action_step(self, by: int) -> None:
        self.here = (self.here + by) % len(self.words)

    def action_tick(self) -> None:
        self.turn(self.words[self.here])

    def turn(self, word: str) -> None:
        if not self.frozen:
            self.ticked ^= {word}
            self.refresh()
            self.post_message(self.Ticked())

    def action_enter(self) -> None:
        self.post_message(self.Entered())

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        lines = self._lines(self.size.width)
        if at is None or at.y >= len(lines):
            return
        end = 0
        for word in lines[at.y]:
            end += len(word) + _AROUND
            if at.x < end:
                self.here = self.words.index(word)
                self.turn(word)
                return

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Text:
        lines = [
            Text(" " * _GAP, end="").join(map(self._told, line))
            for line in self._lines(self.size.width)
        ]
        return Text("\n", end="", no_wrap=True).join(lines)

    def _told(self, word: str) -> Text:
        ticked = word in self.ticked
        style = self.get_component_rich_style("ticks--on" if ticked else "ticks--off")
        if self.has_focus and word == self.words[self.here]:
            style += self.get_component_rich_style("ticks--here")
        return Text(f"{'☑' if ticked else '☐'} {word}", style)

    def _lines(self, width: int) -> list[list[str]]:
        """As many beside each other as there is room for."""
        lines: list[list[str]] = [[]]
        for word in self.words:
            used = sum(len(other) + _AROUND for other in lines[-1])
            if lines[-1] and used + len(word) + _AROUND - _GAP > width:
                lines.append([])
            lines[-1].append(word)
        return lines


class RolesField(Field[tuple[Role, ...]]):
    """`check` says what may be ticked together. The raw text is the roles with commas between."""

    def __init__(
        self,
        name: str,
        label: str,
        *,
        value: Sequence[Role] = (),
        check: Callable[[Sequence[Role]], tuple[Role, ...]],
    ) -> None:
        super().__init__(name, label)
        self.ticks, self.check = Ticks([role.value for role in Role]), check
        self.ticks.ticked = {role.value for role in value}

    @property
    def entry(self) -> Ticks:
        return self.ticks

    @property
    def text(self) -> str:
        return ", ".join(word for word in self.ticks.words if word in self.ticks.ticked)

    @text.setter
    def text(self, text: str) -> None:
        words = {word.strip() for word in text.split(",")}
        self.ticks.ticked = words & set(self.ticks.words)
        self.ticks.refresh()
        if self.is_mounted:
            self.changed()

    def read(self, text: str) -> tuple[Role, ...]:
        return self.check(roles_named([text]))

    def freeze(self, frozen: bool) -> None:
        self.ticks.frozen = frozen

    @on(Ticks.Ticked)
    def _ticked(self, event: Ticks.Ticked) -> None:
        event.stop()
        self.changed()

    @on(Ticks.Entered)
    def _entered(self, event: Ticks.Entered) -> None:
        event.stop()
        self.post_message(FieldEntered(self))
