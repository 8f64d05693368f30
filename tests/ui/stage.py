"""A bare console that shows one widget or dialog, for tests of that alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual._context import visible_screen_stack
from textual.app import App, ComposeResult
from textual.events import Paste
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from billing_tui.domain.errors import BillingError
from billing_tui.domain.safe import safe
from billing_tui.resources import asset
from tests.hostile import ACTS

SIZES = [(80, 24), (120, 36)]


class Stage(App[None]):
    """Answers what widgets ask of the console, and remembers the messages that reach it."""

    CSS_PATH: ClassVar[list[Any]] = [asset("forms.tcss"), asset("dialogs.tcss")]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.widgets = widgets
        self.told: list[Message] = []
        self.answers: list[Any] = []
        self.animation_level = "none"

    def compose(self) -> ComposeResult:
        yield from self.widgets

    async def _dispatch_message(self, message: Message) -> None:
        if message.bubble and type(message).__module__.startswith("screens."):
            self.told.append(message)
        await super()._dispatch_message(message)

    def ask(self, dialog: ModalScreen[Any]) -> None:
        self.push_screen(dialog, self.answers.append)

    def copy(self, text: str) -> None:
        self.copy_to_clipboard(safe(text, multiline=True))

    def fault(self, error: Exception) -> None:
        raise error

    def went_away(self) -> None:
        """No banner here."""

    def explain_failure(self, error: BillingError) -> None:
        raise error

    def heard(self, kind: type[Message]) -> list[Any]:
        return [message for message in self.told if type(message) is kind]


async def paste(app: App[Any], pilot: Pilot[Any], text: str) -> None:
    """As a terminal sends it."""
    app.post_message(Paste(text))
    await pilot.pause()


def inert(app: App[Any]) -> bool:
    """Whether nothing a terminal would act on is in what is drawn."""
    return not any(ACTS.search(line) for line in picture(app))


def picture(app: App[Any]) -> list[str]:
    """The screen as it stands, line by line."""
    return words(strips(app))


def words(drawn: Sequence[Strip]) -> list[str]:
    return ["".join(segment.text for segment in strip).rstrip() for strip in drawn]


def strips(app: App[Any]) -> list[Strip]:
    """With what can be seen behind a dialog."""
    visible_screen_stack.set(app._background_screens)
    return app.screen._compositor.render_strips()
