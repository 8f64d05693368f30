"""What every screen of the open console is made of: top bar, body, keys, and fresh data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key, ScreenResume
from textual.screen import Screen

from billing_tui.domain.safe import safe

from .acts import Acts, why_nothing
from .closing import Closing
from .desk import Broke, Changed, TookBack, WriteFailed
from .formatting import taken_back
from .widgets.keys_bar import KeysBar
from .widgets.top_bar import TopBar
from .work import LoadFailed, Works

if TYPE_CHECKING:
    from .tasks import Task

T = TypeVar("T")


class Page(Works, Acts, Closing[T], Screen[T]):
    """A screen with the bar above and the keys below. Subclasses compose their body.

    `reload` is called when others changed something it may show, at once when it is in sight, else
    when it comes back. `KINDS` names the kinds of things it shows; without any it shows all kinds.
    """

    HELP_FILE: ClassVar[str] = ""
    KINDS: ClassVar[frozenset[str]] = frozenset()
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self) -> None:
        super().__init__()
        self._missed: frozenset[str] | None = None
        self._presented: Screen[Any] | None = None

    def compose(self) -> ComposeResult:
        yield TopBar()
        yield from self.compose_body()
        yield KeysBar()

    def compose_body(self) -> ComposeResult:
        yield from ()

    def reload(self, changed: frozenset[str]) -> None:
        """Read again what is shown; `changed` names objects, empty when it may be anything."""

    def help_table(self) -> Iterable[tuple[str, str]]:
        """What stands above the help text, each with what it is."""
        return ()

    def narrow(self, query: str) -> None:
        """Show only what fits, when somebody jumps here with a query."""

    def keep_draft(self) -> bool:
        """Keep what is typed here and not saved, before somebody goes; gives whether there was."""
        return False

    def lines_of_palette(self) -> Iterable[tuple[str, str, Callable[[], None]]]:
        """What else the palette offers here: how it is called, its key, and what it does."""
        return ()

    def run_in_sight(self, task: Task) -> None:
        """Start long work and show how far it is; whoever leaves that leaves it running."""
        from .watch import Watch

        self.desk.start(task)
        self.app.push_screen(Watch(task))

    def present(self, screen: Screen[Any]) -> None:
        """Show what came of something long: now, or when the person is back here."""
        if self.app.screen is self:  # is_current would also hold behind a dialog
            self.app.push_screen(screen)
        else:
            self._presented = screen

    def come_to_front(self) -> None:
        """Close what lies over this one; forms among it keep what is typed as a draft."""
        while self.app.screen is not self and self in self.app.screen_stack:
            above = self.app.screen
            if isinstance(above, Page):
                above.keep_draft()
            self.app.pop_screen()

    def on_key(self, event: Key) -> None:
        """A key that does nothing now says why; what the undo key takes back stays the same."""
        if why := why_nothing(self, event.key):
            event.stop()
            self.notify(safe(why), markup=False)

    @on(Changed)
    def _others_changed(self, event: Changed) -> None:
        changed = event.objects
        if changed and self.KINDS:
            changed = frozenset(one for one in changed if one.partition(":")[0] in self.KINDS)
            if not changed:
                return
        if self.is_current:
            self.reload(changed)
        elif self._missed is None:
            self._missed = changed
        else:
            self._missed = changed | self._missed if changed and self._missed else frozenset()

    @on(ScreenResume)
    def _back_in_sight(self) -> None:
        if self._missed is not None:
            missed, self._missed = self._missed, None
            self.reload(missed)
        if self._presented is not None:
            screen, self._presented = self._presented, None
            self.app.push_screen(screen)

    @on(LoadFailed)
    def _load_failed(self, event: LoadFailed) -> None:
        """Where no handler of its own shows it beside what it belongs to."""
        event.stop()
        if event.error.code != "store_away":
            self.desk.explain_failure(event.error)

    @on(TookBack)
    def _took_back(self, event: TookBack) -> None:
        event.stop()
        self.desk.say(taken_back(event.told))
        self.post_message(Changed())

    @on(Broke)
    def _broke(self, event: Broke) -> None:
        """Nobody knows what came of it, so a form that waits may send the same once more."""
        from .widgets.form import Form

        event.stop()
        for form in self.query(Form):
            form.keep_trying()

    @on(WriteFailed)
    def _write_failed(self, event: WriteFailed) -> None:
        event.stop()
        self.desk.explain_failure(event.error)


class AreaScreen(Page[None]):
    """The first screen of an area; the areas' letters lead here."""


class PushedScreen(Page[T]):
    """A screen over another one of its area; Esc goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", tooltip="Back to where you came from", id="page.back")
    ]

    def action_back(self) -> None:
        self.dismiss(None)
