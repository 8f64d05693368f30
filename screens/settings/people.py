"""People: who works here, with which roles, and whether they may come in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from billing_tui.domain.acts import Request
from billing_tui.domain.rights import Right
from billing_tui.domain.users import User, UserChange
from screens.dialogs import Confirm
from screens.formatting import Badge
from screens.widgets.pane import Fact, Rule, Title
from screens.widgets.pane import Part as Line
from screens.widgets.records import Cell, Column

from .part import OWN, Part
from .passwords import AskPassword
from .person import PersonForm
from .sql import SqlNeeded

if TYPE_CHECKING:
    from billing_tui.services.users import Done

_ACTIVE, _DISABLED = Badge("●", "active", "success"), Badge("○", "disabled", "muted")


@dataclass
class PersonSaved(Message, bubble=False):
    """`undo` is the work that takes it back."""

    done: Done
    told: str
    undo: Callable[[], Done] | None = None


class PeoplePart(Part[User]):
    ABOUT = "Who works here; » is you. On a shared store each is a login of the database."
    NEEDS_ROW = frozenset({"edit", "switch", "reset"})
    RIGHTS: ClassVar[Mapping[str, Right]] = dict.fromkeys(
        ("new", "edit", "switch", "reset"), Right.MANAGE_PEOPLE
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", tooltip="Add a person", id="people.new"),
        Binding("a", "edit", "Edit", tooltip="Change name or roles", id="people.edit"),
        Binding("o", "switch", "On/off", tooltip="Keep this person out, or let them in again",
                id="people.switch"),
        Binding("p", "reset", "Password", id="people.reset",
                tooltip="Give this person a new password"),
    ]  # fmt: skip

    def columns(self) -> Sequence[Column[User]]:
        return (
            Column("Login", self._login, 14, 1, priority=9),
            Column("Name", lambda one: Cell(one.name, "" if not one.disabled else "muted"), 14, 2,
                   priority=5),
            Column("Roles", lambda one: Cell(", ".join(one.roles)), 14, 2, priority=7),
            Column("Password", lambda one: Cell(self._password(one), "muted"), 12, priority=2),
            Column("State", lambda one: Cell(_badge(one).text, _badge(one).style), 10, priority=8),
        )  # fmt: skip

    def _login(self, one: User) -> Cell:
        mine = one.login == self.desk.session.login
        style = "muted" if one.disabled else "strong"
        return Cell(f"{OWN} {one.login}" if mine else one.login, style)

    def _password(self, one: User) -> str:
        if self.desk.session.shared:
            return "the server's"
        return "set" if one.has_password else "none"

    def key_of(self, row: User) -> str:
        return row.login

    def read(self) -> Sequence[User]:
        return self.desk.services.users.list()

    def lines(self, row: User) -> Sequence[Line]:
        return (
            Title(row.name, _badge(row)),
            Fact("Login", row.login),
            *(Fact("Role", role.value, "accent") for role in row.roles),
            Rule(),
            Fact("Password", self._password(row)),
            Fact("Signs checkpoints", "yes" if row.public_key else "not yet", "muted"),
            Fact("Version", str(row.version), "muted"),
        )

    def blocked(self, action: str) -> str:
        row = self.row
        if action == "switch" and row is not None and row.login == self.desk.session.login:
            return "Nobody shuts themselves out; ask another admin."
        return super().blocked(action)

    def open_row(self, row: User) -> None:
        if self.check_action("edit", ()):
            self.action_edit()

    # What is done to a person.

    @on(PersonSaved)
    def _person_saved(self, event: PersonSaved) -> None:
        undo = event.undo
        if event.done.sql:
            self.app.push_screen(SqlNeeded(event.told, event.done.sql))
        else:
            self.desk.say(event.told, undo=(lambda: self._take_back(undo)) if undo else None)
        self.reload()

    def _take_back(self, undo: Callable[[], Done]) -> None:
        self.write("take back", undo, lambda done: PersonSaved(done, "Taken back."))

    def action_new(self) -> None:
        self.app.push_screen(PersonForm(), self._added)

    def _added(self, done: Done | None) -> None:
        if done is not None:
            self.post_message(PersonSaved(done, f"Added {done.user.login}."))

    def action_edit(self) -> None:
        if (before := self.row) is None:
            return
        users, back = self.desk.services.users, Request.new()
        change = UserChange(before.name, before.roles)

        def saved(done: Done | None) -> None:
            if done is not None:
                told = f"Saved {done.user.login} ({', '.join(done.user.roles)})."
                undo = lambda: users.edit(back, before.login, change)  # noqa: E731
                self.post_message(PersonSaved(done, told, undo))

        self.app.push_screen(PersonForm(before.login), saved)

    def action_switch(self) -> None:
        if (row := self.row) is None:
            return
        users, request, back, login = (
            self.desk.services.users, Request.new(), Request.new(), row.login
        )  # fmt: skip
        if row.disabled:
            self.write(
                "enable",
                lambda: users.enable(request, login),
                lambda done: PersonSaved(
                    done, f"{login} may come in again.", lambda: users.disable(back, login)
                ),
            )
            return
        effects = [f"{row.name} ({login}) cannot come in from now on; what they did stays."]
        if self.desk.session.shared:
            effects.append("A console they have open is cut off from the database.")

        def decided(yes: bool | None) -> None:
            if yes:
                self.write(
                    "disable",
                    lambda: users.disable(request, login),
                    lambda done: PersonSaved(
                        done, f"{login} is kept out.", lambda: users.enable(back, login)
                    ),
                )

        self.app.push_screen(Confirm(f"Keep {login} out", effects, "Keep out"), decided)

    def action_reset(self) -> None:
        if (row := self.row) is None:
            return
        users, request, login = self.desk.services.users, Request.new(), row.login

        def given(values: dict[str, str] | None) -> None:
            if values is None:
                return
            from billing_tui.credentials import Secret

            secret = Secret(values["new"])
            self.write(
                "reset password",
                lambda: users.reset(request, login, secret),
                lambda done: PersonSaved(done, f"{login} has a new password."),
            )

        lines = [f"Tell it to {row.name} in person; they can change it under Settings, You."]
        self.app.push_screen(AskPassword(f"New password of {login}", login, lines=lines), given)


def _badge(one: User) -> Badge:
    return _DISABLED if one.disabled else _ACTIVE
