"""People of the organisation: added, given roles, kept out, given a new password.

On Postgres a person is a database login. What the acting login may not do to another one is handed
back as SQL for whoever runs the server; the organisation's own part is done in any case.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from pydantic import SecretStr

from billing_tui.adapters.ports import PasswordHasher
from billing_tui.credentials import Credentials, Kept, Secret
from billing_tui.domain.acts import Request
from billing_tui.domain.errors import NotAllowed, Refused
from billing_tui.domain.rights import Right, Role
from billing_tui.domain.users import (
    LastAdmin,
    LoginRefused,
    NoOwnPassword,
    OwnAccount,
    PasswordNeeded,
    PasswordOfServer,
    PasswordStays,
    User,
    UserChange,
    UserDraft,
    UserExists,
    UserNotFound,
    checked_draft,
    checked_name,
    checked_password,
    checked_roles,
)
from storage import logins
from storage.errors import LoginLacksRight
from storage.repos import organisations, users
from storage.store import Store
from storage.uow import Unit

from .cases import Service, reads, writes
from .sign_in import SignIn

GUARD = "people"  # two admins must not each remove the other as the last one


class OwnerNeeded(NotAllowed):
    def __init__(self, sql: str) -> None:
        self.sql = sql
        super().__init__(
            "Your login may not act for the store",
            f"Ask whoever runs the server to run once: {sql};",
        )


class LoginAboveRules(Refused):
    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(
            "The login may do too much",
            f"The database does not hold {login!r} to any policy, since it is a superuser or may"
            " bypass them. Take another login for daily work.",
        )


class LoginOfOtherKind(Refused):
    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(
            "Auditor in one place only",
            f"{login!r} also belongs to another organisation, and a database login either only"
            " reads or not. Take another login for one of the two.",
        )


class LoginShared(NotAllowed):
    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(
            "Login shared with others",
            f"{login!r} also belongs to an organisation where you are no admin, so only they"
            " themselves (`billing-tui users password`) or the server's administrator may change"
            " the password.",
        )


class LoginNotYours(NotAllowed):
    def __init__(self, sql: str) -> None:
        self.sql = sql
        super().__init__(
            "Not allowed by the database",
            f"Your login may not change this one. Ask whoever runs the server to run: {sql}",
        )


@dataclass(frozen=True, slots=True)
class Done:
    """The user as they are now, and the SQL somebody else has to run for it to be complete."""

    user: User
    sql: tuple[str, ...] = ()


class Users(Service):
    """`credentials` are those of the person at work, where a password may be remembered."""

    def __init__(
        self, store: Store, hasher: PasswordHasher, credentials: Credentials | None = None
    ) -> None:
        super().__init__(store)
        self._hasher = hasher
        self._credentials = credentials

    @reads("users.list")
    def list(self, unit: Unit) -> tuple[User, ...]:
        return users.everybody(unit)

    @reads("users.show")
    def show(self, unit: Unit, login: str) -> User:
        return _known(unit, login)

    @reads("users.me")
    def me(self, unit: Unit) -> User:
        return _known(unit, unit.actor.login)

    @reads("users.needs_password", Right.MANAGE_PEOPLE)
    def needs_password(self, unit: Unit, login: str) -> bool:
        """Whether adding this login would make it; one that exists keeps the password it has."""
        return unit.sqlite or logins.look(unit.connection, login) is None

    def add(self, request: Request, draft: UserDraft, password: Secret | None = None) -> Done:
        draft = checked_draft(draft)
        with self._as_owner():
            return self._add(request, draft, self._kept(draft.login, password))

    def edit(self, request: Request, login: str, change: UserChange) -> Done:
        with self._as_owner():
            return self._edit(request, login, change)

    def disable(self, request: Request, login: str) -> Done:
        with self._as_owner():
            done = self._disable(request, login)
        if not self.store.sqlite and not done.sql:
            logins.end_sessions(self.store.engine, login)
        return done

    def enable(self, request: Request, login: str) -> Done:
        with self._as_owner():
            return self._enable(request, login)

    def reset(self, request: Request, login: str, password: Secret) -> Done:
        with self._as_owner():
            return self._reset(request, login, self._kept(login, password))

    def change_password(self, request: Request, old: Secret | None, new: Secret) -> Kept | None:
        """One's own. On Postgres the open connection already proved who it is; what the keyring
        kept of it is renewed, and said. On a local store it is forgotten."""
        login = self.store.identity.login
        if not self.store.sqlite:
            checked = checked_password(new.reveal(), login)
            made = logins.verifier(self.store.engine, login, checked)
            logins.set_own_password(self.store.engine, made)
            kept = self._credentials.renew("store-password", new) if self._credentials else None
            SignIn(self.store, self._hasher).note("password_changed")
            return kept
        stored = self._kept(login, new)
        self._prove(old)
        self._change_password(request, stored)
        self._forget()
        return None

    def remove_password(self, request: Request, old: Secret | None) -> None:
        """One's own, on a local store: the operating system alone says who one is then, and there
        is no lock."""
        identity = self.store.identity
        if not self.store.sqlite:
            raise PasswordOfServer
        if identity.login != identity.origin.os_user:
            raise PasswordStays(identity.login)
        if not self._prove(old):
            raise NoOwnPassword
        self._remove_password(request)
        self._forget()

    def _prove(self, old: Secret | None) -> bool:
        """Whether there was something to prove; without a password given no try is counted."""
        proof = SignIn(self.store, self._hasher)
        if not proof.has_password():
            return False
        if old is None:
            raise PasswordNeeded(self.store.identity.login)
        proof.sign_in(old)
        return True

    def _forget(self) -> None:
        if self._credentials:
            self._credentials.forget(self.store.identity.login)

    @writes("users.add", Right.MANAGE_PEOPLE, as_owner=True)
    def _add(self, unit: Unit, draft: UserDraft, kept: SecretStr) -> Done:
        organisations.hold(unit, GUARD)
        if users.by_login(unit, draft.login) is not None:
            raise UserExists(draft.login)
        users.add(unit, draft, kept.get_secret_value() if unit.sqlite else "")
        users.join(unit, draft.login)
        return _let_in(unit, _known(unit, draft.login), kept.get_secret_value())

    @writes("users.edit", Right.MANAGE_PEOPLE, as_owner=True)
    def _edit(self, unit: Unit, login: str, change: UserChange) -> Done:
        organisations.hold(unit, GUARD)
        user = _known(unit, login)
        name = None if change.name is None else checked_name(change.name)
        roles = None if change.roles is None else checked_roles(change.roles)
        if roles is not None and Role.ADMIN not in roles:
            _leave_an_admin(unit, user)
        version = user.version if change.version is None else change.version
        users.change(unit, user, version, name=name, roles=roles)
        after = _known(unit, login)
        if after.disabled or after.roles == user.roles:
            return Done(after)
        return _let_in(unit, after)

    @writes("users.disable", Right.MANAGE_PEOPLE, as_owner=True)
    def _disable(self, unit: Unit, login: str) -> Done:
        organisations.hold(unit, GUARD)
        user = _known(unit, login)
        _leave_an_admin(unit, user)
        if user.id == unit.actor.user:
            raise OwnAccount
        if not user.disabled:
            users.disable(unit, user)
        sql: tuple[str, ...] = ()
        if not unit.sqlite and not users.elsewhere(unit, login):
            sql = logins.keep_out(unit, login)
        users.leave(unit, login)
        return Done(_after(user, disabled=True), sql)

    @writes("users.enable", Right.MANAGE_PEOPLE, as_owner=True)
    def _enable(self, unit: Unit, login: str) -> Done:
        user = _known(unit, login)
        if user.disabled:
            users.enable(unit, user)
        users.join(unit, login)
        return _let_in(unit, _known(unit, login))

    @writes("users.reset", Right.MANAGE_PEOPLE, as_owner=True)
    def _reset(self, unit: Unit, login: str, kept: SecretStr) -> Done:
        user = _known(unit, login)
        if unit.sqlite:
            users.keep_aside(unit, user.id, _fresh(kept))
        elif users.beyond_reach(unit, login):
            raise LoginShared(login)
        elif not logins.set_password(unit, login, kept.get_secret_value()):
            raise LoginNotYours(f"\\password {logins.quoted(login)}")
        unit.note("users.reset", object_name_of(user))
        return Done(_known(unit, login))

    @writes("users.password", Right.SEE)
    def _change_password(self, unit: Unit, kept: SecretStr) -> None:
        users.keep_aside(unit, unit.actor.user, _fresh(kept))
        unit.note("users.password", f"app_user:{unit.actor.user}")

    @writes("users.remove_password", Right.SEE)
    def _remove_password(self, unit: Unit) -> None:
        users.keep_aside(unit, unit.actor.user, _fresh(SecretStr("")))
        unit.note("users.remove_password", f"app_user:{unit.actor.user}")

    def _kept(self, login: str, password: Secret | None) -> SecretStr:
        """What is kept of a password. It is made once, before the transaction, which may run more
        than once; and parameters are kept with a request, where only stars stand for this one."""
        if password is None:
            return SecretStr("")
        clear = checked_password(password.reveal(), login)
        if self.store.sqlite:
            return SecretStr(self._hasher.hash(clear))
        return SecretStr(logins.verifier(self.store.engine, login, clear))

    def _as_owner(self) -> AbstractContextManager[None]:
        return as_owner(self.store)


@contextmanager
def as_owner(store: Store) -> Iterator[None]:
    """What the owning role is needed for, with the way to get it for who may not act as it."""
    try:
        yield
    except LoginLacksRight:
        may, sql = logins.may_be_owner(store.engine)
        if may:
            raise
        raise OwnerNeeded(sql) from None


def object_name_of(user: User) -> str:
    return f"app_user:{user.id}"


def _known(unit: Unit, login: str) -> User:
    found = users.by_login(unit, login)
    if found is None:
        raise UserNotFound(login)
    return found


def _fresh(kept: SecretStr) -> dict[str, object]:
    return {"password": kept.get_secret_value(), "failures": 0, "retry_at": None}


def _leave_an_admin(unit: Unit, user: User) -> None:
    if Role.ADMIN in user.roles and not user.disabled and not users.other_admins(unit, user.id):
        raise LastAdmin(user.login)


def _let_in(unit: Unit, user: User, verifier: str = "") -> Done:
    """On Postgres the login is made if need be, and put where its roles belong."""
    if unit.sqlite:
        return Done(user)
    if logins.is_ours(unit.connection, user.login):
        raise LoginRefused(user.login, "is one of the store's own roles.")
    part, other = ("read", "app") if Role.AUDITOR in user.roles else ("app", "read")
    found = logins.look(unit.connection, user.login)
    if found and found.above_rules:
        raise LoginAboveRules(user.login)
    if found and other in found.groups and users.elsewhere(unit, user.login):
        raise LoginOfOtherKind(user.login)
    return Done(user, logins.admit(unit, user.login, part, verifier))


def _after(user: User, disabled: bool) -> User:
    return User(
        user.id, user.version + (not user.disabled), user.login, user.name, user.roles, disabled,
        user.has_password, user.public_key,
    )  # fmt: skip
