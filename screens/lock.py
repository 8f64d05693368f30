"""The lock: whose console it is, and a password. Nothing else of what is open can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from billing_tui.domain.errors import BillingError
from billing_tui.domain.safe import safe
from billing_tui.domain.users import PasswordWrong

from .desk import Broke
from .doorway import entrance_of
from .widgets.fields.field import FieldEntered
from .widgets.fields.texts import SecretField
from .widgets.waiting import Waiting
from .work import LoadFailed, Works

TITLE = "◆ billing · locked"
KEYS = "enter unlocks · ctrl+o somebody else · ctrl+q quits"
_SURE = (
    "ctrl+o again signs {login} out, so that somebody else can come in. What was typed is kept as a"
    " draft; work that is running stops after its unit."
)


@dataclass
class _Unlocked(Message, bubble=False):
    """The password was right."""


class LockScreen(Works, Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear", show=False, id="lock.clear"),
        Binding("ctrl+o", "somebody_else", "Somebody else", priority=True, id="lock.other",
                tooltip="Sign out whoever locked it"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.password = SecretField("password", "Password", required=True)
        self.waiting = Waiting(id="lock-wait")
        self._busy = self._sure = False

    def compose(self) -> ComposeResult:
        with Vertical(id="lock", classes="door"):
            yield Static("", id="lock-organisation", markup=False)
            yield Static("", id="lock-who", markup=False)
            yield self.password
            yield self.waiting
            yield Static("", id="lock-state", markup=False)

    def on_mount(self) -> None:
        panel, session = self.query_one("#lock"), self.desk.session
        panel.border_title, panel.border_subtitle = TITLE, KEYS
        self.query_one("#lock-organisation", Static).update(safe(session.organisation))
        login = f" ({session.login})" if session.login != session.name else ""
        self.query_one("#lock-who", Static).update(safe(f"Locked by {session.name}{login}"))
        self._say("")
        self.password.focus()

    def on_key(self, event: events.Key) -> None:
        """A click beside the field must not leave the lock without one."""
        if self.focused is None:
            self.password.focus()

    @on(FieldEntered)
    def _entered(self, event: FieldEntered) -> None:
        event.stop()
        if self._busy or self.waiting.left or not self.password.text:
            return
        from billing_tui.credentials import Secret

        secret, entrance = Secret(self.password.text), entrance_of(self)
        self.password.text = ""
        self._be_busy(True)
        self._say("Unlocking…")
        self.load("unlock", lambda: entrance.unlock(secret), lambda _done: _Unlocked())

    @on(_Unlocked)
    def _unlocked(self) -> None:
        self._say("")
        entrance_of(self).let_in()

    @on(LoadFailed)
    def _refused(self, event: LoadFailed) -> None:
        event.stop()
        self._be_busy(False)
        self._say(_told(event.error), bad=True)
        self._wait(event.error)
        self.password.focus()

    @on(Broke)
    def _broke(self, event: Broke) -> None:
        event.stop()
        self._be_busy(False)
        self._say("Something went wrong, which is no fault of the password. Try again.", bad=True)

    def _wait(self, error: BillingError) -> None:
        wait = getattr(error, "wait", 0)
        self.waiting.begin(wait)
        self.password.freeze(bool(wait))

    @on(Waiting.Over)
    def _may_try(self) -> None:
        self._say("")
        self.password.freeze(False)

    def action_clear(self) -> None:
        self._sure = False
        self._say("")
        self.password.text = ""

    def action_somebody_else(self) -> None:
        if self._sure:
            entrance_of(self).sign_out()
            return
        self._sure = True
        self._say(_SURE.format(login=self.desk.session.login))

    def _be_busy(self, busy: bool) -> None:
        self._busy = busy
        self.password.freeze(busy)

    def _say(self, text: str, *, bad: bool = False) -> None:
        state = self.query_one("#lock-state", Static)
        state.update(safe(f"✗ {text}" if bad else text))
        state.set_class(bad, "-wrong")
        state.display = bool(text)


def _told(error: BillingError) -> str:
    """Whose password it is stands above, so only that can be wrong."""
    if isinstance(error, PasswordWrong):
        return f"The password is wrong. {error.then}"
    return f"{error.title}. {error.message}"
