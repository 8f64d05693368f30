"""`billing-tui setup` and `migrate`: a store from nothing, and one brought up to date."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from typing import TYPE_CHECKING

from billing_tui.domain.errors import InputError
from billing_tui.domain.known_codes import currency_of

from . import asking
from .parsing import Commands, argument

if TYPE_CHECKING:
    from billing_tui.credentials import Secret
    from billing_tui.services.first_start import Started
    from billing_tui.services.setup import Founding

    from .context import Context

_NEXT = "Next: `billing-tui customers create --help`, or `billing-tui doctor` to see all is well."


class SayYes(InputError):
    def __init__(self) -> None:
        super().__init__(
            "Nobody to ask",
            "Setup asks a few questions on a terminal. Elsewhere use `billing-tui setup --yes`,"
            " which takes what the options say and sensible defaults for the rest.",
        )


class AdminNeedsPassword(InputError):
    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(
            "Password needed",
            f"{login!r} is not the user this program runs as, so the account needs a password:"
            " give --password-file.",
        )


class PasswordElsewhere(InputError):
    def __init__(self) -> None:
        super().__init__(
            "The server knows the password",
            "On a shared store people sign in to the database, so setup takes no password. Give"
            " yours by `billing-tui credentials set store-password`.",
        )


def register(tree: Commands) -> None:
    tree.add(
        "setup",
        setup,
        "make a store with an organisation; --organisation names it",
        argument("--yes", action="store_true", help="ask nothing"),
        argument("--entity", metavar="NAME", help="the legal entity that bills"),
        argument("--currency", metavar="CODE", help="such as EUR"),
        argument("--country", metavar="CODE", help="of the legal entity, such as DE"),
        argument("--locale", help="such as en or de"),
        argument("--zone", help="the time zone that decides the day, such as Europe/Berlin"),
        argument("--admin", metavar="LOGIN", help="the first admin, if it is not you"),
        argument("--name", help="the admin's name, if it is not the login"),
        argument("--production", action="store_true", help="its books are real from the start"),
        argument("--password-file", metavar="FILE", help="holds a password for the admin"),
        argument("--demo", action="store_true", help="fill it with made-up customers"),
    )
    tree.add(
        "migrate",
        migrate,
        "bring the store's schema up to this program",
        argument("--repair", action="store_true", help="make triggers, rights and policies anew"),
    )


def setup(context: Context, args: Namespace) -> None:
    from billing_tui.bootstrap import os_user, starter

    if not args.yes and not asking.at_terminal():
        raise SayYes
    settings = context.settings
    password = _password(args, settings.store.sqlite, args.admin or os_user(), os_user())
    made = starter(settings, context.credentials, args.admin or "")
    founding = _founding(args, getattr(args, "organisation", None))
    if not args.yes:
        founding = _asked(founding)
    started = made.start(founding, password)
    remembered = _remember(context)
    _told(context, started, founding, remembered)
    made.finish()
    if args.demo:
        added = made.stock(started, context.request())
        context.out.line(f"Added {added} made-up customers.")
    context.out.line(_NEXT)


def _password(args: Namespace, local: bool, login: str, me: str) -> Secret | None:
    if args.password_file and not local:
        raise PasswordElsewhere
    if args.password_file:
        return asking.from_file(args.password_file, "--password-file")
    if not local or login == me:
        return None
    if args.yes or not asking.at_terminal():
        raise AdminNeedsPassword(login)
    return asking.secret(f"Password of {login}", None, "--password-file", twice=True)


def _founding(args: Namespace, organisation: str | None) -> Founding:
    from billing_tui.adapters.surroundings import guess
    from billing_tui.services.setup import Founding

    found = guess()
    name = organisation or args.entity or "My company"
    country = found.country if args.country is None else args.country
    return Founding(
        name,
        args.entity or name,
        args.currency or currency_of(country) or found.currency,
        country,
        args.locale or found.locale,
        args.zone or found.zone,
        args.name or "",
        args.production,
    )


def _asked(given: Founding) -> Founding:
    """Each question shows what Enter takes; all answers are checked together afterwards."""
    name = asking.asked("Organisation", given.organisation)
    entity = name if given.entity == given.organisation else given.entity
    entity = asking.asked("Legal entity", entity)
    country = asking.asked("Country of the legal entity", given.country)
    usual = currency_of(country) if country != given.country else ""
    return replace(
        given,
        organisation=name,
        entity=entity,
        country=country,
        currency=asking.asked("Currency", usual or given.currency),
        locale=asking.asked("Locale", given.locale),
        zone=asking.asked("Time zone", given.zone),
    )


def _told(context: Context, started: Started, founding: Founding, remembered: bool) -> None:
    out, store = context.out, context.settings.store
    if started.unsigned:
        out.aside(
            f"There is no first checkpoint: {started.unsigned} `billing-tui verify` makes one."
        )
    if out.as_json:
        facts = {
            "organisation": started.organisation,
            "login": started.login,
            "store": store.text,
            "resumed": started.resumed,
            "recovery_code": started.recovery_code or None,
            "audit_key": started.audit_key,
            "default_store": remembered or context.settings.store_from != "--store",
        }
        out.document(facts)
        return
    name = "the organisation founded before" if started.resumed else founding.organisation
    out.line(f"Set up {name} in {store.path if store.sqlite else store.text}.")
    if remembered:
        out.line(f"It is this machine's own store from now on; {context.settings.file} says so.")
    elif context.settings.store_from == "--store":
        out.line("This machine's own store stays the one it was; name this one by --store.")
    out.line(f"You are {started.login}, its first admin.")
    if started.recovery_code and started.audit_key:
        out.line("Recovery code of the audit trail, shown only now; keep it somewhere else:")
        out.line(started.recovery_code)
        kept = started.audit_key
        out.line(f"The key itself is kept here: {kept.place}, {kept.detail}.")
        if kept.note:
            out.aside(kept.note)


def _remember(context: Context) -> bool:
    """Whether the store is this machine's own from now on."""
    from billing_tui.services.first_start import adopt
    from billing_tui.settings import SettingsError

    try:
        return adopt(context.settings)
    except SettingsError as error:  # the store is made, and its recovery code still to be shown
        context.out.aside(f"{error.title}: {error.message}")
        return False


def migrate(context: Context, args: Namespace) -> None:
    from billing_tui.bootstrap import migrate_store

    done = migrate_store(context.settings, context.credentials, repair=args.repair)
    if context.out.as_json:
        context.out.document(done)
        return
    if done.before != done.now:
        context.out.line(f"Upgraded from {done.before} to {done.now}.")
    elif args.repair:
        context.out.line("Triggers, functions, rights and policies are made anew.")
    else:
        context.out.line("Nothing to do: the store has this program's schema.")
    if done.backup:
        context.out.line(f"The store as it was: {done.backup}")
