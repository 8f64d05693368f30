"""Coming in and going: opening the store, signing in and out, locking.

What opening ends with decides which screen is shown; each of those screens is made anew each time,
so that nothing of who was there before stays in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import on
from textual.message import Message
from textual.screen import Screen

from billing_tui.domain.errors import BillingError
from screens import areas
from screens.base import Page
from screens.desk import Broke
from screens.doorway import ComingRefused
from screens.start import StartScreen
from screens.work import answered

from .door import Door, Opened
from .given import Options
from .locking import LOCK, Lockable

if TYPE_CHECKING:
    from billing_tui.credentials import Secret
    from billing_tui.domain.sessions import Session

START, WIZARD, SIGN_IN = "start", "wizard", "sign_in"
_NO_STORE = frozenset({"store_missing", "setup_unfinished"})
# Refusals that another login, password or organisation may end.
_ASKS_WHO = frozenset(
    {
        *("login_refused", "no_password_set", "not_a_member", "organisation_unknown"),
        *("other_login", "password_needed", "password_wrong", "sign_in_refused"),
        *("sign_in_too_soon", "which_organisation"),
    }
)
_NEEDS_SOMEBODY = frozenset({"command_palette", "go", "go_to", "lock", "sign_out", "tasks", "undo"})
_FAULT = ("Something went wrong", "A fault of the program; nothing was left half done.")
_NO_LOCK = "There is no lock without a password. Set one under Settings, You."


@dataclass
class StoreOpened(Message):
    opened: Opened


@dataclass
class StoreRefused(Message):
    """`again` tries the same once more; it may hold a password, so it is in no repr."""

    error: BillingError
    again: Callable[[], None] = field(repr=False)


@dataclass
class StoreUpgraded(Message):
    again: Callable[[], None] = field(repr=False)


def _screen(module: str, name: str) -> Screen[Any]:
    from importlib import import_module

    made: Screen[Any] = getattr(import_module(f"screens.{module}"), name)()
    return made


MODES: dict[str, Callable[[], Screen[Any]]] = {
    START: StartScreen,
    WIZARD: partial(_screen, "wizard", "WizardScreen"),
    SIGN_IN: partial(_screen, "sign_in", "SignInScreen"),
    LOCK: partial(_screen, "lock", "LockScreen"),
    **areas.modes(),
}


class Opening(Lockable):
    """`door` is how the store is opened; what is open is in `opened`."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.door = Door(options)
        self.opened: Opened | None = None
        self._going = False

    # What the console adds.

    def came_in(self) -> None:
        """Somebody is in: show them their work."""
        raise NotImplementedError

    async def settle(self) -> None:
        """What is still to be written is written before somebody goes."""
        raise NotImplementedError

    def forget_person(self) -> None:
        """Nothing of who just went is kept."""
        raise NotImplementedError

    def say(self, text: str, *, undo: Callable[[], None] | None = None, bad: bool = False) -> None:
        raise NotImplementedError

    def fault(self, error: Exception) -> None:
        raise NotImplementedError

    @property
    def session(self) -> Session:
        return self.now_open.session

    @property
    def now_open(self) -> Opened:
        if self.opened is None:
            raise RuntimeError("nothing is open yet")
        return self.opened

    # Coming in.

    def open(
        self, login: str = "", password: Secret | None = None, *, remember: bool = False
    ) -> None:
        """Open the store in a thread; the outcome decides what is shown next."""
        again = partial(self.open, login, password, remember=remember)
        work = partial(self.door.open, login, password, remember=remember)
        if self.current_mode == START:
            self._start_says("Opening the store…")
        self._at_the_door(work, StoreOpened, again)

    def _at_the_door(
        self,
        work: Callable[[], Any],
        told: Callable[[Any], Message],
        again: Callable[[], None],
    ) -> None:
        def run() -> None:
            outcome = answered(work, told, lambda error: StoreRefused(error, again))
            if isinstance(outcome, Exception):
                self.call_from_thread(self._door_broke, outcome, again)
            else:
                self.post_message(outcome)

        self.run_worker(run, name="door", group="door", exclusive=True, thread=True)

    def _door_broke(self, fault: Exception, again: Callable[[], None]) -> None:
        self.fault(fault)
        front = self._screen_stacks[self.current_mode][0]
        if isinstance(front, StartScreen):
            front.refuse(*_FAULT, again)
        else:
            front.post_message(Broke("door"))

    @on(StoreOpened)
    def _opened(self, event: StoreOpened) -> None:
        self.opened = event.opened
        self.came_in()
        for mode in (WIZARD, SIGN_IN):
            self._renew(mode)
        if event.opened.note:
            self.say(event.opened.note, bad=True)

    @on(StoreRefused)
    def _refused(self, event: StoreRefused) -> None:
        error = event.error
        if error.code in _NO_STORE:
            self._show(WIZARD)
        elif error.code in _ASKS_WHO:
            self._show(SIGN_IN).post_message(ComingRefused(error))
        else:
            start = self._show(START)
            upgrade = partial(self._upgrade, event.again)
            if isinstance(start, StartScreen):
                too_old = error.code == "schema_too_old"
                start.refuse(error.title, error.message, event.again, upgrade if too_old else None)

    def _upgrade(self, again: Callable[[], None]) -> None:
        self._start_says("Upgrading the store…")
        self._at_the_door(self.door.migrate, lambda _done: StoreUpgraded(again), again)

    @on(StoreUpgraded)
    def _upgraded(self, event: StoreUpgraded) -> None:
        event.again()

    def _start_says(self, text: str) -> None:
        start = self._screen_stacks[START][0]
        if isinstance(start, StartScreen):
            start.say(text)

    def _show(self, mode: str) -> Screen[Any]:
        """Another screen in front; where it is in front already, the one that is there."""
        if mode != self.current_mode:
            if mode != START:
                self._renew(mode)
            self.switch_mode(mode)
        return self._screen_stacks[mode][0]

    def _renew(self, mode: str) -> None:
        """The screens of a mode go; the next time it is shown it begins anew."""
        if mode in self._screen_stacks and mode != self.current_mode:
            self.remove_mode(mode)
            self.add_mode(mode, MODES[mode])

    # Locking.

    def lock(self) -> None:
        if self.locked or self.opened is None or self._going:
            return
        self._renew(LOCK)
        super().lock()
        self.run_worker(
            partial(self.door.locked, self.opened.console), name="lock", group="lock", thread=True
        )

    def unlock(self, password: Secret) -> None:
        self.door.unlock(self.now_open.console, password)

    def lock_when_idle(self) -> None:
        if self.opened is None or not self.session.lock_minutes:
            return
        if self.session.lockable and self.idle_seconds() >= self.session.lock_minutes * 60:
            self.lock()

    def action_lock(self) -> None:
        if self.session.lockable:
            self.lock()
        else:
            self.say(_NO_LOCK)

    # Going.

    def action_sign_out(self) -> None:
        self.sign_out()

    def sign_out(self, why: BillingError | None = None) -> None:
        """Everything of the person goes, and somebody else may come in. `why` tells whoever may not
        be here any more, and so keeps no drafts either."""
        if self.opened is not None and not self._going:
            self._going = True
            self.run_worker(self._sign_out(self.opened, why), name="sign out", group="door")

    async def _sign_out(self, opened: Opened, why: BillingError | None) -> None:
        if why is None:
            self.keep_drafts()
        self.drop_lock(START)
        self._start_says("Signing out…")
        for mode in areas.BY_NAME:
            if mode in self._screen_stacks:
                await self.remove_mode(mode)
                self.add_mode(mode, MODES[mode])
        self._renew(LOCK)
        await self.settle()
        await asyncio.to_thread(self.door.leave, opened.console)
        self.opened, self._going = None, False
        self.forget_person()
        sign_in = self._show(SIGN_IN)
        if why is not None:
            sign_in.post_message(ComingRefused(why))

    def keep_drafts(self) -> None:
        for mode in areas.BY_NAME:
            for screen in self._screen_stacks.get(mode, ()):
                if isinstance(screen, Page):
                    screen.keep_draft()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if (self.opened is None or self._going) and action in _NEEDS_SOMEBODY:
            return False
        return super().check_action(action, parameters)
