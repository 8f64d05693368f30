"""Signing in: who is there, their password, and which organisation where there are several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Static

from billing_tui.domain.errors import BillingError
from billing_tui.domain.safe import safe

from .desk import Broke
from .dialogs import Choose
from .doorway import ComingRefused, Who, entrance_of
from .widgets.fields.choices import SwitchField
from .widgets.fields.texts import SecretField, TextField
from .widgets.form import Form
from .widgets.waiting import Waiting
from .work import LoadFailed, Works

if TYPE_CHECKING:
    from billing_tui.credentials import Secret

TITLE = "◆ billing · sign in"
_WHO, _ORGANISATIONS = "who", "organisations"
_LOCAL = "Who has no password here leaves it empty, as the user of this machine."
_SHARED = "With your login and password of the database."
# What asks without reproach.
_ONLY_ASKS = frozenset({"password_needed", "which_organisation"})


@dataclass
class _Known(Message, bubble=False):
    who: Who


@dataclass
class _Choices(Message, bubble=False):
    organisations: Sequence[tuple[str, str]]


@dataclass
class _Given:
    """What the person typed, until the store is open."""

    login: str
    password: Secret | None = field(repr=False)
    remember: bool


class SignInForm(Form, inherit_bindings=False):
    BUSY: ClassVar[str] = "Signing in…"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Sign in", tooltip="Come in as this person", id="sign_in.enter"),
        Binding("down", "go(1)", "Next field", show=False),
        Binding("up", "go(-1)", "Field before", show=False),
    ]

    def __init__(self, who: Who) -> None:
        remember = [] if who.no_memory else [SwitchField("remember", "Remember me", value=False)]
        self.waiting = Waiting(id="sign-in-wait")
        super().__init__(
            TextField("login", "Login", text=who.login, required=True, most=63),
            SecretField("password", "Password", required=who.shared),
            *remember,
            self.waiting,
        )

    def wait(self, seconds: int) -> None:
        self.waiting.begin(seconds)
        self.fields["password"].freeze(bool(seconds))

    @on(Waiting.Over)
    def _may_try(self) -> None:
        self.say("")
        self.fields["password"].freeze(False)
        self.fields["password"].focus()

    def action_submit(self) -> None:
        if not self.waiting.left:
            super().action_submit()


class SignInScreen(Works, Screen[None]):
    def __init__(self) -> None:
        super().__init__()
        self._who: Who | None = None
        self._refusal: BillingError | None = None
        self._given: _Given | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="sign-in", classes="door"):
            yield Static("", id="sign-in-place", markup=False)
            yield Static("", id="sign-in-about", classes="step-about", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        panel = self.query_one("#sign-in")
        panel.border_title, panel.border_subtitle = TITLE, "enter signs in · ctrl+q quits"
        self.load(_WHO, entrance_of(self).door.who, _Known)

    @property
    def form(self) -> SignInForm | None:
        return self.query(SignInForm).first() if self.query(SignInForm) else None

    @on(_Known)
    async def _know(self, event: _Known) -> None:
        self._who = who = event.who
        self.query_one("#sign-in-place", Static).update(safe(who.place))
        self.query_one("#sign-in-about", Static).update(_SHARED if who.shared else _LOCAL)
        form = SignInForm(who)
        panel = self.query_one("#sign-in")
        await panel.mount(form)
        if who.no_memory:
            told = f"Passwords are not remembered here. {safe(who.no_memory)}"
            await panel.mount(Static(told, id="sign-in-memory", markup=False))
        form.fields["password" if who.login else "login"].focus()
        if self._refusal is not None:
            self._show(self._refusal)

    @on(Form.Submitted)
    def _submitted(self, event: Form.Submitted) -> None:
        event.stop()
        from billing_tui.credentials import Secret

        values, form = event.values, event.form
        typed = values["password"]
        form.fields["password"].text = ""
        password = Secret(typed) if typed else None
        self._given = _Given(values["login"].strip(), password, values.get("remember", False))
        values.clear()
        self._come_in()

    def _come_in(self) -> None:
        given = self._given
        if given is not None:
            entrance_of(self).open(given.login, given.password, remember=given.remember)

    @on(ComingRefused)
    def _refused(self, event: ComingRefused) -> None:
        event.stop()
        self._refusal = event.error
        if self.form is not None:
            self._show(event.error)

    def _show(self, error: BillingError) -> None:
        form = self.form
        if form is None:
            return
        form.settle()
        if error.code == "which_organisation":
            self.load(_ORGANISATIONS, entrance_of(self).door.organisations, _Choices)
            return
        asked_before, self._given = self._given is not None, None
        wait = getattr(error, "wait", 0)
        if error.code not in _ONLY_ASKS:
            form.say(f"{error.title}. {error.message}")
        elif asked_before:
            form.say("Type the password.")
        form.wait(wait)
        form.fields["password"].focus()

    @on(Broke)
    def _broke(self, event: Broke) -> None:
        event.stop()
        self._given = None
        if self.form is not None:
            self.form.settle()
            self.form.fields["password"].focus()

    @on(_Choices)
    def _choose(self, event: _Choices) -> None:
        door = entrance_of(self).door

        def chosen(organisation: str | None) -> None:
            if organisation is None:
                self._given = None
                return
            door.choose(organisation)
            if self.form is not None:
                self.form.busy = True
            if self._given is None:
                entrance_of(self).open()
            else:
                self._come_in()

        self.app.push_screen(Choose("Which organisation?", event.organisations), chosen)

    @on(LoadFailed)
    def _failed(self, event: LoadFailed) -> None:
        event.stop()
        if self.form is None:
            self.query_one("#sign-in-about", Static).update(safe(event.error.message))
        else:
            self._show(event.error)
