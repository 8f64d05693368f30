"""`billing-tui users`: who is here, what they may do, and their passwords."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from billing_tui.domain.users import (
    User,
    UserChange,
    UserDraft,
    checked_draft,
    roles_from,
)

from . import asking
from .listing import listed
from .parsing import Commands, argument, paged

if TYPE_CHECKING:
    from billing_tui.services.users import Done

    from .context import Context

_LOGIN = argument("login", help="as the operating system or the database knows them")
_ROLES = argument(
    "--role",
    action="append",
    metavar="ROLE",
    help="clerk, approver, controller, admin or auditor; repeat it for more than one",
)
_PASSWORD = argument("--password-file", metavar="FILE", help="holds the password, only you read it")


def register(tree: Commands) -> None:
    group = tree.group("users", "people, their roles and passwords")
    group.add("list", show_all, "list people", paged)
    group.add("show", show, "show one person", _LOGIN)
    group.add(
        "add",
        add,
        "add a person; on a shared store the database login is made too",
        _LOGIN,
        argument("--name", default="", help="their name, if it is not the login"),
        _ROLES,
        _PASSWORD,
        argument("--no-password", action="store_true", help="they need none, or get one later"),
        cases=("users.add",),
    )
    group.add(
        "edit",
        edit,
        "change name or roles",
        _LOGIN,
        argument("--name", help="a new name"),
        _ROLES,
        argument("--version", type=int, help="refuse if it is no longer this version"),
        cases=("users.edit",),
    )
    group.add("disable", disable, "keep a person out", _LOGIN, cases=("users.disable",))
    group.add("enable", enable, "let a person in again", _LOGIN, cases=("users.enable",))
    group.add(
        "reset", reset, "give a person a new password", _LOGIN, _PASSWORD, cases=("users.reset",)
    )
    group.add(
        "password",
        password,
        "change or remove your own password",
        _PASSWORD,
        argument("--remove", action="store_true", help="on a local store: need none from now on"),
        cases=("users.password", "users.remove_password"),
    )


def show_all(context: Context, args: Namespace) -> None:
    listed(
        context.out,
        args,
        context.services.users.list(),
        lambda user: user.login,
        [
            ("login", lambda user: user.login),
            ("name", lambda user: user.name),
            ("roles", _roles),
            ("state", _state),
        ],
    )


def show(context: Context, args: Namespace) -> None:
    user = context.services.users.show(args.login)
    context.out.show(
        user,
        [
            ("login", user.login),
            ("name", user.name),
            ("roles", _roles(user)),
            ("state", _state(user)),
            ("version", user.version),
        ],
    )


def add(context: Context, args: Namespace) -> None:
    from billing_tui.credentials import Secret

    roles = roles_from(args.role) if args.role else UserDraft("").roles
    draft = checked_draft(UserDraft(args.login, args.name, roles))
    given: Secret | None = None
    if not context.services.users.needs_password(draft.login):
        context.out.aside(f"{draft.login} is a login of the server already and keeps its password.")
    elif not args.no_password:
        what = f"Password of {draft.login}"
        given = asking.secret(what, args.password_file, "--password-file", twice=True)
    _told(context, context.services.users.add(context.request(), draft, given), "added")


def edit(context: Context, args: Namespace) -> None:
    roles = roles_from(args.role) if args.role else None
    change = UserChange(args.name, roles, args.version)
    done = context.services.users.edit(context.request(), args.login, change)
    _told(context, done, "changed")


def disable(context: Context, args: Namespace) -> None:
    _told(context, context.services.users.disable(context.request(), args.login), "disabled")


def enable(context: Context, args: Namespace) -> None:
    _told(context, context.services.users.enable(context.request(), args.login), "enabled")


def reset(context: Context, args: Namespace) -> None:
    context.services.users.show(args.login)
    what = f"New password of {args.login}"
    given = asking.secret(what, args.password_file, "--password-file", twice=True)
    done = context.services.users.reset(context.request(), args.login, given)
    _told(context, done, "new password set")


def password(context: Context, args: Namespace) -> None:
    people, old = context.services.users, context.proven
    if args.remove:
        people.remove_password(context.request(), old)
        context.out.show({"removed": True}, [("password", "removed")])
        return
    given = asking.secret("New password", args.password_file, "--password-file", twice=True)
    kept = people.change_password(context.request(), old, given)
    context.out.show({"changed": True}, [("password", "changed")])
    if kept:
        context.out.aside(f"The keyring has the new one too. {kept.note}".strip())
    elif not context.settings.store.sqlite:
        context.out.aside("Keep it with `billing-tui credentials set store-password`.")


def _told(context: Context, done: Done, what: str) -> None:
    user = done.user
    if context.out.as_json:
        context.out.document({"user": user, "sql": done.sql})
    else:
        context.out.line(f"{user.login} ({_roles(user)}): {what}")
    if done.sql:
        context.out.aside("To complete it, ask whoever runs the server to run:")
        for statement in done.sql:
            context.out.aside(statement if statement.startswith("\\") else f"{statement};")


def _roles(user: User) -> str:
    return ", ".join(user.roles)


def _state(user: User) -> str:
    return "disabled" if user.disabled else "active"
