"""The form of a person: new, or with another name or other roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual.widget import Widget

from billing_tui.domain.acts import Request
from billing_tui.domain.errors import BillingError, Refused
from billing_tui.domain.fields import FieldRefused
from billing_tui.domain.rights import Role
from billing_tui.domain.users import (
    LoginRefused,
    User,
    UserChange,
    UserDraft,
    UserExists,
    checked_login,
    checked_roles,
)
from screens.widgets.fields import SecretField, TextField

from .fields import CheckedField, PasswordField, RolesField
from .form import SettingsForm

if TYPE_CHECKING:
    from billing_tui.services.users import Done


class LoginKeepsPassword(Refused):
    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(
            "Login is there already",
            f"{login!r} is a login of the server already and keeps its password; leave the password"
            " empty.",
        )


class PersonForm(SettingsForm[User, "Done"]):
    """`login` is whom to change."""

    FORM: ClassVar[str] = "people"

    def __init__(self, login: str = "") -> None:
        super().__init__(f"Edit {login}" if login else "New person", login)

    def load_thing(self) -> User | None:
        return self.desk.services.users.show(self.about) if self.about else None

    def make_fields(self, thing: User | None) -> list[Widget]:
        name = TextField("name", "Name", text=thing.name if thing else "",
                         placeholder="" if thing else "as the login, if empty")  # fmt: skip
        roles = RolesField(
            "roles", "Roles", value=thing.roles if thing else (Role.CLERK,), check=checked_roles
        )
        if thing is not None:
            return [name, roles]
        shared = self.desk.session.shared
        where = "login of the database" if shared else "as the operating system knows them"
        return [
            CheckedField("login", "Login", required=True, check=checked_login, placeholder=where,
                         most=100),
            name,
            roles,
            PasswordField("password", "Password", login="", required=False),
            SecretField("again", "Once more", required=False),
        ]  # fmt: skip

    def save(self, values: Mapping[str, Any], request: Request) -> Done:
        users, before = self.desk.services.users, self.thing
        if before is not None:
            change = UserChange(values["name"] or before.login, values["roles"], self.seen_version)
            return users.edit(request, before.login, change)
        from billing_tui.credentials import Secret

        draft, typed = (
            UserDraft(values["login"], values["name"], values["roles"]),
            values["password"],
        )
        if typed != values["again"]:
            raise AgainDiffers
        if typed and not users.needs_password(draft.login):
            raise LoginKeepsPassword(draft.login)
        return users.add(request, draft, Secret(typed) if typed else None)

    def refused(self, error: BillingError) -> bool:
        field = _FIELDS.get(type(error))
        if field is None or self.form is None or field not in self.form.fields:
            return super().refused(error)
        self.form.fields[field].error = error.message
        self.form.fields[field].focus()
        return True


class AgainDiffers(FieldRefused):
    def __init__(self) -> None:
        super().__init__("is not the same as the first one.")


_FIELDS: Mapping[type[BillingError], str] = {
    AgainDiffers: "again",
    LoginKeepsPassword: "password",
    LoginRefused: "login",
    UserExists: "login",
}
