"""Who the first admin is, and whether the books are real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on
from textual.widgets import Static

from billing_tui.domain.errors import BillingError
from billing_tui.domain.safe import safe
from billing_tui.domain.users import checked_name, checked_password
from screens.doorway import Outset
from screens.widgets.fields.choices import ChoiceField
from screens.widgets.fields.field import FieldChanged
from screens.widgets.fields.texts import SecretField, TextField

from .step import Step

if TYPE_CHECKING:
    from billing_tui.credentials import Secret

_OPTIONAL = (
    "Without a password, whoever is at this machine as {login} opens the books, and there is no"
    " lock. At least 12 characters; you can set one later, too."
)
_NEEDED = "{login} is not the user of this machine, so a password is needed: 12 characters or more."
_SHARED = "The database server knows your password; it is not kept in the store."


class NameField(TextField):
    def read(self, text: str) -> str:
        return checked_name(text.strip()) if text.strip() else ""


class NewPasswordField(SecretField):
    def __init__(self, name: str, label: str, login: str, *, required: bool) -> None:
        super().__init__(name, label, required=required)
        self.login = login

    def read(self, text: str) -> str:
        typed = super().read(text)
        return checked_password(typed, self.login) if typed else ""


class PersonStep(Step):
    NAME = "you"
    HEADING = "Who are you?"

    def __init__(self, outset: Outset) -> None:
        self.outset = outset
        self.login, self.shared = outset.login, outset.shared
        self.password: Secret | None = None
        self._who = Static("", id="you-login", markup=False)
        self._about = Static("", id="you-about", classes="step-about", markup=False)
        needed = outset.password_needed
        super().__init__(
            self._who,
            NameField("name", "Your name", placeholder=outset.login),
            self._about,
            NewPasswordField("password", "Password", outset.login, required=needed),
            SecretField("again", "Once more", required=False),
        )

    def show_login(self, login: str, shared: bool) -> None:
        """As the store that was chosen knows the person."""
        self.login, self.shared = login, shared
        self.fields["name"].input.placeholder = login  # type: ignore[attr-defined]
        self._draw()

    def on_mount(self) -> None:
        super().on_mount()
        self._draw()

    def _draw(self) -> None:
        self._who.update(f"You are {safe(self.login)}, the first admin.")
        about = _SHARED if self.shared else _NEEDED if self.outset.password_needed else _OPTIONAL
        given = "✓ A password is chosen; type another one twice to change it."
        self._about.update(given if self.password else about.format(login=safe(self.login)))
        for name in ("password", "again"):
            self.fields[name].display = not self.shared
        self.fields["password"].required = self.outset.password_needed and not self.password

    def values(self) -> dict[str, Any] | None:
        found = super().values()
        if found is None or self.shared:
            return found
        if found["password"] != found["again"]:
            self.fields["again"].error = "differs from the one above."
            self.fields["again"].focus()
            return None
        return found

    def take_password(self, values: dict[str, Any]) -> None:
        from billing_tui.credentials import Secret

        if values.get("password"):
            self.password = Secret(values["password"])
        for name in ("password", "again"):
            self.fields[name].text = ""
        self._draw()

    def refuse(self, error: BillingError) -> None:
        if error.code == "password_too_weak":
            self.settle()
            self.password = None
            self._draw()
            self.fields["password"].error = error.message
            self.fields["password"].focus()
        else:
            super().refuse(error)


class TrialStep(Step):
    NAME = "trial"
    HEADING = "To try it out, or for real?"
    ABOUT = (
        "A trial can be filled with made-up customers, and turned into production later under"
        " Settings. Production never goes back, and takes no made-up data."
    )

    def __init__(self) -> None:
        super().__init__(
            ChoiceField("production", "The books are",
                        options=((False, "a trial"), (True, "production")), value=False),
            ChoiceField("demo", "Made-up data",
                        options=((True, "yes, 200 customers"), (False, "no")), value=False),
        )  # fmt: skip

    def on_mount(self) -> None:
        super().on_mount()
        self._draw()

    @on(FieldChanged)
    def _draw(self) -> None:
        self.fields["demo"].display = not self.fields["production"].value
