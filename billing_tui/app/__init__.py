"""The full-screen console: areas as modes, reads in threads, writes on one queue."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen

from billing_tui.domain.errors import BillingError
from billing_tui.domain.rights import Right
from billing_tui.domain.safe import safe
from billing_tui.resources import asset
from screens.areas import BY_LETTER, BY_NAME
from screens.base import Page
from screens.desk import Broke, Write, WriteFailed
from screens.formatting import plural
from screens.tasks import Task, TaskEnded, TaskState
from screens.widgets.top_bar import WIDE
from screens.work import is_away, sender_is_there

from . import keymap, opening, themes
from .door import today_in
from .duties import Duties
from .faults import Enduring
from .given import Options
from .machine import ThisMachine
from .styles import Styles
from .watching import LOOK_SECONDS
from .writes import Writes

if TYPE_CHECKING:
    from textual.driver import Driver

    from billing_tui.services.bundle import Services
    from billing_tui.services.jobs.duties import Bench

VAST = 160
HIGH, TALL = 30, 48
_IDLE_LOOK_SECONDS = 5.0
_LEAVE_SECONDS = 8.0
_FIRST_STYLES = ("start",)
_STYLES = ("app", "forms", "dialogs", "records", "areas", "settings", "door")


class BillingApp(Enduring):
    """Everything around the screens, and what they may ask for."""

    TITLE = "billing"
    CSS_PATH: ClassVar[Any] = [asset(f"{name}.tcss") for name in _FIRST_STYLES]
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {**opening.MODES}
    DEFAULT_MODE = opening.START
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-narrow"), (WIDE, "-wide"), (VAST, "-vast"),
    ]  # fmt: skip
    VERTICAL_BREAKPOINTS = [(0, "-low"), (HIGH, "-high"), (TALL, "-tall")]  # noqa: RUF012
    COMMANDS: ClassVar[set[Any]] = {lambda: _palette("Actions"), lambda: _palette("Jumps")}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "go_to", "Go to", tooltip="Go to an area by its letter", id="app.go"),
        Binding("ctrl+p", "command_palette", "Palette", priority=True, id="app.palette",
                tooltip="Every action and area; type a customer to jump there"),
        Binding("question_mark", "keys", "Keys", tooltip="The keys of this screen", id="app.keys"),
        Binding("f1", "help", "Help", show=False, tooltip="What this screen is for", id="app.help"),
        Binding("u", "undo", "Undo", show=False, tooltip="Take back what the last notice told",
                id="app.undo"),
        Binding("ctrl+t", "tasks", "Running", show=False, tooltip="Long work that is running",
                id="app.tasks"),
        Binding("ctrl+l", "lock", "Lock", show=False, priority=True, id="app.lock",
                tooltip="Lock the console until the password is given"),
        Binding("ctrl+o", "sign_out", "Sign out", show=False, id="app.sign_out",
                tooltip="Sign out, so that somebody else can come in"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, tooltip="Leave the program",
                id="app.quit"),
    ]  # fmt: skip

    running: reactive[int] = reactive(0)

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.tasks: list[Task] = []
        self._writes = Writes(self._delivered)
        self._undo: Callable[[], None] | None = None
        self._undo_told = False
        self._duties = Duties()
        for theme in themes.OWN:
            self.register_theme(theme)
        # Set before there is anything to draw anew, which is what watching it would do.
        self.set_reactive(BillingApp.theme, themes.shown(self.door.theme(), self.available_themes))
        self.stylesheet = Styles(variables=self.get_css_variables())

    def get_driver_class(self) -> type[Driver]:
        if os.name != "posix":
            return super().get_driver_class()
        from .terminal import Terminal

        return Terminal

    def on_mount(self) -> None:
        # The first frame stands before anything is opened, imported or dressed.
        self.call_after_refresh(self.open)
        self.call_after_refresh(self._dress)
        self.run_worker(self._writes.run(), name="writes", group="writes")
        self.set_interval(LOOK_SECONDS, self.look)
        self.set_interval(_IDLE_LOOK_SECONDS, self.lock_when_idle)
        if os.name == "posix" and not self.is_headless:
            from .terminal import heed_signals

            heed_signals(self.leave, _LEAVE_SECONDS + 1)

    def _dress(self) -> None:
        for name in _STYLES:
            self.stylesheet.read(asset(f"{name}.tcss"))
        self.refresh_css()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.lent(self.current_theme)

    # What screens may ask for.

    @property
    def services(self) -> Services:
        return self.now_open.services

    @property
    def bench(self) -> Bench:
        return self.now_open.bench

    @property
    def machine(self) -> ThisMachine:
        return ThisMachine(self.now_open.console)

    @property
    def today(self) -> date:
        return today_in(self.session.zone)

    def write(self, write: Write) -> None:
        self._writes.put(write)

    def start(self, task: Task) -> None:
        self.tasks.append(task)
        self.running += 1

        def run() -> None:
            task.run()
            self.post_message(TaskEnded(task))

        self.run_worker(run, name=task.doing, group="tasks", thread=True, exit_on_error=False)

    def say(self, text: str, *, undo: Callable[[], None] | None = None, bad: bool = False) -> None:
        if self._undo_told:
            self.clear_notifications()  # what the notice before offers is gone
        self._undo, self._undo_told = undo, undo is not None
        if undo:
            text = f"{text}  u takes it back."
        self.notify(safe(text), severity="error" if bad else "information", markup=False)

    def explain_failure(self, error: BillingError) -> None:
        from screens.dialogs import Failure

        self.push_screen(Failure(error.title, error.message))

    def go(self, area: str, query: str = "") -> None:
        self.switch_mode(area)
        screen = self._screen_stacks[area][0]
        if query and isinstance(screen, Page):
            screen.call_after_refresh(screen.narrow, query)

    def copy(self, text: str) -> None:
        parts = (safe(part, multiline=True) for part in text.split("\t"))
        self.copy_to_clipboard("\t".join(parts))
        self.say("Copied.")

    # Who comes and who goes.

    def watch_away(self, away: bool) -> None:
        self._writes.away = away

    def came_in(self) -> None:
        self._head, self._clipboard = 0, ""  # a recovery code may have been copied
        self._own_keys()
        self.switch_mode("home")
        self.look()
        if self.door.options.jobs and self.session.may(Right.RUN_JOBS):
            self._duties.begin(self.bench)

    async def settle(self) -> None:
        self._duties.ask_to_end()
        for task in self.tasks:
            task.stop()
        await self._writes.done()
        await asyncio.to_thread(self._duties.end)

    def forget_person(self) -> None:
        self.tasks, self._undo, self._head = [], None, 0
        self.running = self.alerts = 0
        self.away = False
        self._clipboard = ""
        self.clear_notifications()

    def _own_keys(self) -> None:
        try:
            self.set_keymap(keymap.own(self.door.settings.file.parent))
        except BillingError as error:
            self.say(error.message, bad=True)

    # How writes and long work end.

    def _delivered(self, write: Write, outcome: object) -> None:
        if isinstance(outcome, WriteFailed) and is_away(outcome.error):
            self.went_away()
        if isinstance(outcome, Exception):
            self.fault(outcome)
            if sender_is_there(write.sender):
                write.sender.post_message(Broke(write.what))
        elif isinstance(outcome, Message) and sender_is_there(write.sender):
            write.sender.post_message(outcome)
        elif isinstance(outcome, WriteFailed):
            self.explain_failure(outcome.error)
        self.look()

    @on(TaskEnded)
    def _task_ended(self, event: TaskEnded) -> None:
        task = event.task
        if task not in self.tasks:
            return  # of somebody who has gone
        self.running -= 1
        if task.sender is not None and sender_is_there(task.sender):
            task.sender.post_message(TaskEnded(task))
        if task.state is TaskState.STOPPED:
            self.say(f"{task.doing}: stopped.")
        elif isinstance(task.error, BillingError):
            self.say(f"{task.doing}: {task.error.message}", bad=True)
        elif task.error is not None:
            self.fault(task.error)
        else:
            self.say(f"{task.doing}: {task.outcome(task.value)}")
        self.look()

    # Actions.

    def action_go_to(self) -> None:
        from screens.jump import Jump

        def chosen(letter: str | None) -> None:
            if letter in BY_LETTER:
                self.go(BY_LETTER[letter].name)

        self.push_screen(Jump(), chosen)

    def action_go(self, area: str) -> None:
        self.go(BY_NAME[area].name)

    def action_command_palette(self) -> None:
        from screens.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(placeholder="An action, an area, a customer, a reference…"))

    def action_undo(self) -> None:
        undo, self._undo = self._undo, None
        if undo is None:
            self.say("There is nothing to take back here.")
        else:
            undo()

    def action_keys(self) -> None:
        from screens.palette import show_help

        show_help(self)

    def action_help(self) -> None:
        from screens.palette import show_help

        show_help(self, text=True)

    def action_tasks(self) -> None:
        from screens.running import Running

        self.push_screen(Running(self.tasks))

    async def action_quit(self) -> None:
        busy = self.running + self._writes.waiting
        if not busy or self.locked:
            self.leave()
            return
        from screens.dialogs import Confirm

        told = f"{plural(busy, 'piece')} of work {'is' if busy == 1 else 'are'} not done."
        effect = [told, "It is stopped after its unit and can be taken up again."]
        self.push_screen(
            Confirm("Work is running", effect, "Stop and quit", danger=True),
            lambda yes: self.leave() if yes else None,
        )

    def leave(self) -> None:
        """What is typed and not saved is kept first, unless the store takes too long."""
        self.keep_drafts()
        self.run_worker(self._leave(), name="leave", group="door")

    async def _leave(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.settle(), _LEAVE_SECONDS)
        self.exit(0)


def _palette(name: str) -> Any:
    from importlib import import_module

    return getattr(import_module("screens.palette"), name)


def start(options: Options) -> int:
    """Run the console until the person leaves; gives the exit code."""
    app = BillingApp(options)
    try:
        app.run()
    finally:
        if app.opened is not None:
            app.opened.console.close()
    return app.return_code or 0
