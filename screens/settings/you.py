"""Oneself: name, roles, password, and when the console locks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType

from billing_tui.domain.acts import Request
from billing_tui.domain.users import User
from screens.dialogs import AskSecret, Confirm

from .facts import FactsPart, Stated
from .passwords import AskPassword


@dataclass(frozen=True, slots=True)
class Me:
    user: User
    password: bool


class YouPart(FactsPart):
    ABOUT = "How this program knows you."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "password", "Password", tooltip="Set or change your password",
                id="you.password"),
        Binding("delete", "remove", "No password", id="you.remove",
                tooltip="Need no password from now on, on a local store"),
    ]  # fmt: skip

    me: Me | None = None

    def read(self) -> Me:
        services = self.desk.services
        return Me(services.users.me(), services.sign_in.has_password())

    def shown(self, found: Me) -> None:
        self.me = found
        self.show_rows(self._stated(found))

    def _stated(self, me: Me) -> Sequence[Stated]:
        session = self.desk.session
        return (
            Stated("Name", me.user.name, "As others see you; an admin changes it."),
            Stated("Login", me.user.login, "A login of the database." if session.shared
                   else "As the operating system knows you."),
            Stated("Roles", ", ".join(me.user.roles), "The page Roles says what they may."),
            self._password_line(me),
            self._lock_line(me),
            Stated("Organisation", session.organisation, "Another one is chosen at the start:"
                   " --organisation, or when signing in."),
        )  # fmt: skip

    def _password_line(self, me: Me) -> Stated:
        if self.desk.session.shared:
            return Stated("Password", "the server's", "The database server knows it; p changes it.")
        if me.password:
            return Stated("Password", "● set", "Asked for at the start and to unlock.", "success")
        return Stated("Password", "○ none", "The operating system alone says who you are; p sets"
                      " one.", "muted")  # fmt: skip

    def _lock_line(self, me: Me) -> Stated:
        minutes = self.desk.session.lock_minutes
        if not (me.password or self.desk.session.shared):
            return Stated("Lock", "none", "Without a password there is nothing to unlock with.",
                          "muted")  # fmt: skip
        after = f"after {minutes} minutes" if minutes else "only by its key"
        return Stated("Lock", after, "ctrl+l locks at once; console.idle_lock on the page General"
                      " says how long no key may be pressed.")  # fmt: skip

    def blocked(self, action: str) -> str:
        if action == "remove":
            if self.desk.session.shared:
                return "On a shared store the database server knows your password."
            if self.me is not None and not self.me.password:
                return "You have no password here."
        return super().blocked(action)

    def open_row(self, row: Stated) -> None:
        if row.label == "Password":
            self.action_password()

    def action_password(self) -> None:
        if (me := self.me) is None:
            return
        users, request, login = self.desk.services.users, Request.new(), me.user.login
        had_one = me.password or self.desk.session.shared

        def given(values: dict[str, str] | None) -> None:
            if values is None:
                return
            from billing_tui.credentials import Secret

            old = Secret(values["old"]) if "old" in values else None
            new = Secret(values["new"])
            self.save(
                "change password",
                lambda: users.change_password(request, old, new),
                lambda kept: (
                    f"Your password is {'changed' if had_one else 'set'}."
                    + (" The keyring has it too." if kept else "")
                ),
            )

        lines = [] if had_one else [
            "From now on it is asked for at the start, and ctrl+l locks the console."
        ]  # fmt: skip
        self.app.push_screen(
            AskPassword("Your password", login, old=me.password, lines=lines), given
        )

    def action_remove(self) -> None:
        users, request = self.desk.services.users, Request.new()
        effects = ["The operating system alone says who you are then, and the console never locks."]

        def given(value: str | None) -> None:
            if value is None:
                return
            from billing_tui.credentials import Secret

            old = Secret(value)
            self.save(
                "remove password",
                lambda: users.remove_password(request, old),
                lambda _done: "You have no password any more, so there is no lock either.",
            )

        def decided(yes: bool | None) -> None:
            if yes:
                self.app.push_screen(AskSecret("Remove your password", "Password now"), given)

        self.app.push_screen(
            Confirm("Remove your password", effects, "Remove", danger=True), decided
        )
