"""People: their logins, roles and passwords, and how long a wrong password makes them wait."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from .errors import Conflict, InputError, NotAllowed, NotFound, Refused
from .fields import Findings
from .rights import Role
from .text import refuse_cards

LEAST_PASSWORD = 12
MOST_PASSWORD = 1000
MOST_LOGIN = 63  # bytes; Postgres would cut a longer name of a role, and name somebody else
_LOGIN = re.compile(r"[^\W_](?:[\w.@+-]*[\w+])?")
# Names that mean something else to a database, however they are quoted by people.
_RESERVED = re.compile(
    "pg_.*|public|none|postgres|(?:current|session)_user|current_role", re.IGNORECASE
)

# Seconds to wait after so many failures in a row; the last holds for all that follow.
DELAYS = (0, 0, 0, 1, 2, 5, 15, 30, 60, 120, 300)


class UserNotFound(NotFound):
    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(
            "No such user", f"{login!r} is nobody here. See who is with `billing-tui users list`."
        )


class UserExists(Conflict):
    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(
            "User exists",
            f"{login!r} is a user already. Change them with `billing-tui users edit` or `enable`.",
        )


class LoginRefused(InputError):
    def __init__(self, login: str, why: str) -> None:
        self.login, self.why = login, why
        super().__init__("Login not usable", f"{login[:MOST_LOGIN]!r} {why}")


class UnknownRole(InputError):
    def __init__(self, role: str) -> None:
        self.role = role
        known = ", ".join(each.value for each in Role)
        super().__init__("Unknown role", f"{role[:40]!r} is no role. The roles are: {known}.")


class RolesMissing(InputError):
    def __init__(self) -> None:
        super().__init__("No role", "A user has at least one role. To keep them out, disable them.")


class AuditorOnly(Refused):
    def __init__(self) -> None:
        super().__init__(
            "An auditor only reads",
            "Auditors check the work of others, so the role goes with no other one.",
        )


class LastAdmin(Refused):
    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(
            "The last admin",
            f"{login!r} is the last active admin. Make somebody else admin first.",
        )


class OwnAccount(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Your own account", "Nobody shuts themselves out; ask another admin to disable you."
        )


class PasswordTooWeak(InputError):
    """The password itself is no part of the error."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__("Password not usable", f"The password {why}.")


def seconds(count: int) -> str:
    return f"{count} second" if count == 1 else f"{count} seconds"


class PasswordWrong(NotAllowed):
    def __init__(self, wait: int) -> None:
        self.wait = wait
        self.then = f"Wait {seconds(wait)}, then try again." if wait else "Try again."
        super().__init__("Sign-in refused", f"The login or the password is wrong. {self.then}")


class SignInTooSoon(NotAllowed):
    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(
            "Too many wrong passwords",
            f"The next try is possible in {seconds(wait)}. An admin can reset the password with"
            " `billing-tui users reset`.",
        )


class PasswordNeeded(NotAllowed):
    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(
            "Password needed",
            f"{login!r} has a password. Type it on a terminal, or name a file only you can read in"
            " BILLING_TUI_PASSWORD_FILE.",
        )


class NoPasswordSet(NotAllowed):
    """Whoever has no password is known by the operating system alone."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(
            "Not your account",
            f"{login!r} has no password, so only the operating system's user of that name may use"
            " it. An admin can set one with `billing-tui users reset`.",
        )


class NoOwnPassword(NotFound):
    def __init__(self) -> None:
        super().__init__(
            "No password",
            "You have no password in this store; `billing-tui users password` sets one.",
        )


class PasswordOfServer(Refused):
    def __init__(self) -> None:
        super().__init__(
            "The server's password",
            "On a shared store the database server knows your password. Change it with"
            " `billing-tui users password`, and keep it with"
            " `billing-tui credentials set store-password`.",
        )


class PasswordStays(Refused):
    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(
            "Password stays",
            f"Without a password only the operating system's user {login!r} may be {login!r} here,"
            " and that is not you.",
        )


@dataclass(frozen=True, slots=True)
class User:
    id: UUID
    version: int
    login: str
    name: str
    roles: tuple[Role, ...]
    disabled: bool
    has_password: bool = False
    public_key: str = ""


@dataclass(frozen=True, slots=True)
class UserDraft:
    login: str
    name: str = ""
    roles: tuple[Role, ...] = (Role.CLERK,)


@dataclass(frozen=True, slots=True)
class UserChange:
    """What is to change; None leaves as it is. `version` is the one that was seen, if it counts."""

    name: str | None = None
    roles: tuple[Role, ...] | None = None
    version: int | None = None


def checked_draft(draft: UserDraft) -> UserDraft:
    login = checked_login(draft.login)
    return UserDraft(login, checked_name(draft.name or login), checked_roles(draft.roles))


def checked_name(name: str) -> str:
    findings = Findings()
    found = findings.text("name", name, 200, least=1)
    if findings.errors:
        raise LoginRefused(name, f"is no name: it {findings.errors[0].message}")
    return found


def checked_login(login: str) -> str:
    """A login both engines take: it becomes a database role where the store is shared."""
    login = unicodedata.normalize("NFC", login)
    if _LOGIN.fullmatch(login) is None:
        raise LoginRefused(login, "takes letters, digits and . _ @ + - between them.")
    if len(login.encode()) > MOST_LOGIN:
        raise LoginRefused(login, f"is longer than {MOST_LOGIN} bytes.")
    if _RESERVED.fullmatch(login):
        raise LoginRefused(login, "is a name databases keep for themselves.")
    return refuse_cards(login, "login")


def roles_from(words: Iterable[str]) -> tuple[Role, ...]:
    return checked_roles(roles_named(words))


def roles_named(words: Iterable[str]) -> list[Role]:
    """Roles as typed, also several in one word with commas."""
    typed = [part.strip() for word in words for part in word.split(",") if part.strip()]
    known = {role.value: role for role in Role}
    for word in typed:
        if word.lower() not in known:
            raise UnknownRole(word)
    return [known[word.lower()] for word in typed]


def checked_roles(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Each once, in the order of the table of rights."""
    wanted = set(roles)
    if not wanted:
        raise RolesMissing
    if Role.AUDITOR in wanted and len(wanted) > 1:
        raise AuditorOnly
    return tuple(role for role in Role if role in wanted)


def checked_password(password: str, login: str) -> str:
    if len(password) < LEAST_PASSWORD:
        raise PasswordTooWeak(f"needs at least {LEAST_PASSWORD} characters")
    if len(password) > MOST_PASSWORD or re.search("[\0\r\n\ud800-\udfff]", password):
        raise PasswordTooWeak("is too long, or has line breaks or characters that are no text")
    if len(set(password)) < LEAST_PASSWORD // 3 or password.lower() == login.lower():
        raise PasswordTooWeak("is the login, or repeats a few characters")
    return password


def delay_after(failures: int) -> timedelta:
    return timedelta(seconds=DELAYS[min(max(failures, 0), len(DELAYS) - 1)])


def wait_of(now: datetime, retry_at: datetime | None, failures: int) -> timedelta:
    """How long until the next try. Never longer than the delay itself: a clock that was set back
    must not lock anybody out for as long as it went."""
    if retry_at is None or retry_at <= now:
        return timedelta()
    return min(retry_at - now, delay_after(failures))
