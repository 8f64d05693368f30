"""`billing-tui credentials`: where secrets are kept. No value is shown, or taken from argv."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from . import asking
from .parsing import Commands, argument

if TYPE_CHECKING:
    from billing_tui.credentials import Credentials, Kept
    from billing_tui.services.credentials import Trial

    from .context import Context

_NAME = argument("name", help="such as store-password; `credentials list` has them all")


def register(tree: Commands) -> None:
    group = tree.group("credentials", "secrets of this store on this machine")
    group.add("list", show_all, "which are kept, and where")
    group.add(
        "set",
        keep,
        "keep one; its value is typed, or read from a file",
        _NAME,
        argument(
            "--file", metavar="FILE", help="holds the value, only you read it; - for standard input"
        ),
    )
    group.add(
        "rotate",
        rotate,
        "seal the audit trail with a fresh key from now on; shows its recovery code once",
        argument("name", choices=["audit-key"], help="the one that can be made anew here"),
        cases=("audit_key.rotate",),
    )
    group.add("remove", remove, "forget one", _NAME)
    group.add(
        "test",
        test,
        "try whether one works, or whether the keyring keeps what it is given",
        argument("name", nargs="?", help="the one to try; without it, the keyring itself"),
    )


def _mine(context: Context) -> Credentials:
    return context.credentials.for_person(_login(context))


def _login(context: Context) -> str:
    from billing_tui.bootstrap import os_user

    return context.named or os_user()


def show_all(context: Context, _args: Namespace) -> None:
    found = _mine(context).list()
    rows = [(one.name, _where(one), one.purpose) for one in found]
    context.out.page(found, None, ("name", "kept in", "purpose"), rows)


def keep(context: Context, args: Namespace) -> None:
    from billing_tui.credentials.names import known

    name = known(args.name).name
    value = asking.secret(f"Value of {name}", args.file, "--file")
    if name == "audit-key":
        from billing_tui.bootstrap import check_audit_key

        check_audit_key(context.settings, context.credentials, value)
    if name == "audit-keys-before":
        from billing_tui.domain.recovery import from_codes

        _told(context, context.credentials.keep_before(*from_codes(value.reveal())))
        return
    if name == "sign-in-password":
        _trial(context).own_password(value)
    _told(context, _mine(context).set(name, value))


def rotate(context: Context, _args: Namespace) -> None:
    from billing_tui.bootstrap import audit_key_of

    done = audit_key_of(context.console).rotate(context.request())
    out, kept = context.out, done.audit_key
    if out.as_json:
        out.document(done)
        return
    if not done.recovery_code:
        out.line("This request was done before; its recovery code was shown then.")
        return
    out.line("The audit trail has a new key. Its recovery code, shown only now:")
    out.line(done.recovery_code)
    out.line(f"The key itself is kept here: {_where(kept)}.")
    if kept.note:
        out.aside(kept.note)
    out.aside("Keep the code of the key before too: it checks the rows sealed until now. Consoles")
    out.aside("that are open on this store go on with the key before until they are opened again.")


def remove(context: Context, args: Namespace) -> None:
    places = _mine(context).remove(args.name)
    facts = {"name": args.name, "removed_from": places}
    context.out.show(facts, [("name", args.name), ("removed from", list(places))])


def test(context: Context, args: Namespace) -> None:
    if args.name is None:
        backend = context.credentials.test()
        context.out.show(backend, [("keyring", backend.name), ("note", backend.note)])
        return
    tried = _trial(context).of(args.name)
    where = f"{tried.place}: {tried.detail}" if tried.detail else tried.place
    shown = [("name", tried.name), ("kept in", where), ("outcome", tried.outcome)]
    context.out.show(tried, shown)


def _trial(context: Context) -> Trial:
    from billing_tui.bootstrap import trial_for

    organisation = getattr(context.args, "organisation", None)
    return trial_for(context.settings, context.credentials, _login(context), organisation)


def _told(context: Context, kept: Kept) -> None:
    context.out.show(kept, [("name", kept.name), ("kept in", _where(kept)), ("note", kept.note)])


def _where(one: Kept) -> str:
    if one.place is None:
        return one.note or "not set"
    return f"{one.place}: {one.detail}" if one.detail else one.place
