"""The full-screen console: areas as modes, reads in threads, writes on one queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen

from billing_tui.domain.alerts import AlertFilter
from billing_tui.domain.errors import BillingError
from billing_tui.domain.safe import safe
from billing_tui.resources import asset
from screens.areas import BY_LETTER, BY_NAME
from screens.base import Page
from screens.desk import Changed, Write, WriteFailed
from screens.tasks import Task, TaskEnded, TaskState
from screens.widgets.top_bar import WIDE
from screens.work import LoadFailed, answered, is_away, sender_is_there

from . import keymap, opening, themes
from .door import Opened, again, today_in
from .given import Options
from .machine import ThisMachine
from .opening import Opening
from .writes import Writes

if TYPE_CHECKING:
    from billing_tui.services.bundle import Services
    from billing_tui.services.jobs.duties import Bench

MOST_ALERTS = 99
VAST = 160
_LOOK_SECONDS = 2.0
_IDLE_LOOK_SECONDS = 5.0
_FIRST_STYLES = ("start",)
_STYLES = ("app", "forms", "dialogs", "records", "areas", "settings", "door")
# What of the record decides who is at work, and where.
_SESSION = frozenset({"app_user", "feature", "organisation", "setting"})


@dataclass
class HeadSeen(Message):
    """How far the record has come, what that changed, and how many alerts are open."""

    head: int
    objects: frozenset[str]
    alerts: int


@dataclass
class SessionRead(Message):
    """The person, the organisation or what is switched on is another one now."""

    opened: Opened


class BillingApp(Opening):
    """Everything around the screens, and what they may ask for."""

    TITLE = "billing"
    CSS_PATH: ClassVar[Any] = [asset(f"{name}.tcss") for name in _FIRST_STYLES]
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {**opening.MODES}
    DEFAULT_MODE = opening.START
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-narrow"), (WIDE, "-wide"), (VAST, "-vast"),
    ]  # fmt: skip
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

    alerts: reactive[int] = reactive(0)
    running: reactive[int] = reactive(0)
    away: reactive[bool] = reactive(False)

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.tasks: list[Task] = []
        self._writes = Writes(self._delivered)
        self._undo: Callable[[], None] | None = None
        self._head = 0
        for theme in themes.OWN:
            self.register_theme(theme)
        # Set before there is anything to draw anew, which is what watching it would do.
        self.set_reactive(BillingApp.theme, themes.shown(self.door.theme(), self.available_themes))
        self.stylesheet.set_variables(self.get_css_variables())

    def on_mount(self) -> None:
        # The first frame stands before anything is opened, imported or dressed.
        self.call_after_refresh(self.open)
        self.call_after_refresh(self._dress)
        self.run_worker(self._writes.run(), name="writes", group="writes")
        self.set_interval(_LOOK_SECONDS, self._look)
        self.set_interval(_IDLE_LOOK_SECONDS, self.lock_when_idle)

    def _dress(self) -> None:
        for name in _STYLES:
            self.stylesheet.read(asset(f"{name}.tcss"))
        self.refresh_css()

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
        self._undo = undo
        if undo:
            text = f"{text}  u takes it back."
        self.notify(safe(text), severity="error" if bad else "information", markup=False)

    def explain_failure(self, error: BillingError) -> None:
        from screens.dialogs import Failure

        self.push_screen(Failure(error.title, error.message))

    def fault(self, error: Exception) -> None:
        from billing_tui.logs import log_failure
        from screens.dialogs import Failure

        reference = log_failure(error)
        if any(isinstance(screen, Failure) and screen.reference for screen in self.screen_stack):
            return  # one fault often brings more, and the first one tells the most
        message = "A fault of the program; nothing was left half done. You can go on working."
        self.push_screen(Failure("Something went wrong", message, reference))

    def went_away(self) -> None:
        self.away = self._writes.away = True

    def go(self, area: str, query: str = "") -> None:
        self.switch_mode(area)
        screen = self._screen_stacks[area][0]
        if query and isinstance(screen, Page):
            screen.call_after_refresh(screen.narrow, query)

    def copy(self, text: str) -> None:
        self.copy_to_clipboard(safe(text, multiline=True))
        self.say("Copied.")

    # Who comes and who goes.

    def came_in(self) -> None:
        self._head, self._clipboard = 0, ""  # a recovery code may have been copied
        self._own_keys()
        self.switch_mode("home")
        self._look()

    async def settle(self) -> None:
        for task in self.tasks:
            task.stop()
        await self._writes.done()

    def forget_person(self) -> None:
        self.tasks, self._undo, self._head = [], None, 0
        self.running = self.alerts = 0
        self.away = self._writes.away = False
        self._clipboard = ""
        self.clear_notifications()

    def _own_keys(self) -> None:
        try:
            self.set_keymap(keymap.own(self.door.settings.file.parent))
        except BillingError as error:
            self.say(error.message, bad=True)

    # What others did meanwhile, and whether the store is there.

    def _look(self) -> None:
        if self.opened is None:
            return
        services, known = self.services, self._head

        def look() -> HeadSeen:
            head = services.audit.head()
            objects = services.audit.since(known) if known and head != known else ()
            alerts = services.alerts.page(AlertFilter(), limit=MOST_ALERTS)
            return HeadSeen(head, frozenset(objects), len(alerts.items))

        def run() -> None:
            outcome = answered(look, lambda seen: seen, partial(LoadFailed, "look"))
            if isinstance(outcome, HeadSeen):
                self.post_message(outcome)
            elif isinstance(outcome, LoadFailed) and is_away(outcome.error):
                self.call_from_thread(self.went_away)

        self.run_worker(run, name="look", group="look", exclusive=True, thread=True,
                        exit_on_error=False)  # fmt: skip

    @on(HeadSeen)
    def _seen(self, event: HeadSeen) -> None:
        before, self._head = self._head, event.head
        back, self.away = self.away, False
        self._writes.away = False
        self.alerts = event.alerts
        if _SESSION.intersection(name.partition(":")[0] for name in event.objects):
            self._read_session()
        if back or (before and before != event.head):
            for stack in self._screen_stacks.values():
                for screen in stack:
                    screen.post_message(Changed(event.objects))

    def _read_session(self) -> None:
        read = partial(again, self.now_open)

        def run() -> None:
            outcome = answered(read, SessionRead, partial(LoadFailed, "session"))
            if isinstance(outcome, SessionRead):
                self.post_message(outcome)

        self.run_worker(run, name="session", group="session", exclusive=True, thread=True,
                        exit_on_error=False)  # fmt: skip

    @on(SessionRead)
    def _session_read(self, event: SessionRead) -> None:
        if self.opened is not None and self.opened.console is event.opened.console:
            self.opened = event.opened
            for stack in self._screen_stacks.values():
                for screen in stack:
                    screen.refresh_bindings()
                    screen.query("Signs").refresh(layout=True)

    # How writes and long work end.

    def _delivered(self, write: Write, outcome: object) -> None:
        if isinstance(outcome, WriteFailed) and is_away(outcome.error):
            self.went_away()
        if isinstance(outcome, Exception):
            self.fault(outcome)
        elif isinstance(outcome, Message) and sender_is_there(write.sender):
            write.sender.post_message(outcome)
        elif isinstance(outcome, WriteFailed):
            self.explain_failure(outcome.error)
        self._look()

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
        self._look()

    def _handle_exception(self, error: Exception) -> None:
        """What no handler caught ends the program with one sentence, never with a traceback."""
        from billing_tui.logs import log_failure

        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._return_code = 9
        self.panic(
            "Something went wrong: a fault of the program; nothing was left half done. Reference:"
            f" {log_failure(error)}."
        )

    # Actions.

    def action_go_to(self) -> None:
        from screens.jump import Jump

        def chosen(letter: str | None) -> None:
            if letter in BY_LETTER:
                self.go(BY_LETTER[letter].name)

        self.push_screen(Jump(), chosen)

    def action_go(self, area: str) -> None:
        self.go(BY_NAME[area].name)

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

        effect = [f"{busy} piece of work is not done." if busy == 1 else f"{busy} are not done.",
                  "It is stopped after its unit and can be taken up again."]  # fmt: skip
        self.push_screen(
            Confirm("Work is running", effect, "Stop and quit", danger=True),
            lambda yes: self.leave() if yes else None,
        )

    def leave(self) -> None:
        for task in self.tasks:
            task.stop()
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
