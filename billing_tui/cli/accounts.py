"""`billing-tui accounts`: what the general ledger calls our accounts."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from .dates import day
from .imports import add_import
from .listing import listed
from .parsing import Commands, argument, paged

if TYPE_CHECKING:
    from billing_tui.domain.gl import GlMapping

    from .context import Context

_ACCOUNT = argument("account", help="such as receivable, revenue:ads or revenue:*")
_ENTITY = argument("--entity", default="MAIN", metavar="CODE", help="the legal entity (MAIN)")
_ANY_ENTITY = argument("--entity", default="", metavar="CODE", help="one legal entity only")
_DEPARTMENT = argument("--department", default="", metavar="CODE", help="of this one only")
_FROM = argument("--from", dest="on", metavar="DATE", help="from this day on; today if left out")
_ON = argument("--on", metavar="DATE", help="as it is on this day")


def register(tree: Commands) -> None:
    group = tree.group("accounts", "what the general ledger calls our accounts")
    one_account = argument("--account", default="", metavar="ACCOUNT", help="this account only")
    group.add("list", show_all, "list the mappings", _ANY_ENTITY, one_account, _ON, paged)
    group.add(
        "code", code, "show the code a posting goes under", _ACCOUNT, _ENTITY, _DEPARTMENT, _ON
    )
    group.add("unmapped", unmapped, "list accounts without a code", _ANY_ENTITY, _ON, paged)
    group.add(
        "set",
        put,
        "give an account a code from a day on",
        _ACCOUNT,
        argument("code", help="as in the general ledger"),
        _ENTITY,
        _DEPARTMENT,
        _FROM,
        cases=("accounts.set",),
    )
    group.add(
        "end",
        end,
        "end a mapping on a day; a wider one may still answer",
        _ACCOUNT,
        _ENTITY,
        _DEPARTMENT,
        _FROM,
        cases=("accounts.end",),
    )
    add_import(group, "mappings")


def show_all(context: Context, args: Namespace) -> None:
    found = context.services.gl.list(args.entity, args.account, day(args.on))
    listed(
        context.out,
        args,
        found,
        lambda one: f"{one.entity}\x1f{one.account}\x1f{one.department}\x1f{one.valid_from}",
        [
            ("entity", lambda one: one.entity),
            ("account", lambda one: one.account),
            ("department", lambda one: one.department or "all"),
            ("from", lambda one: one.valid_from),
            ("code", lambda one: one.code or "(ends)"),
        ],
        "No such mappings. Give an account its code with `billing-tui accounts set ACCOUNT CODE`.",
    )


def code(context: Context, args: Namespace) -> None:
    found = context.services.gl.code(args.account, args.entity, args.department, day(args.on))
    context.out.show({"code": found}, [("code", found or "(not mapped)")])


def unmapped(context: Context, args: Namespace) -> None:
    listed(
        context.out,
        args,
        context.services.gl.unmapped(args.entity, day(args.on)),
        lambda one: f"{one.entity}\x1f{one.account}",
        [
            ("entity", lambda one: one.entity),
            ("account", lambda one: one.account),
            ("posted", lambda one: one.posted),
        ],
        "Every account has a code.",
    )


def put(context: Context, args: Namespace) -> None:
    request, on = context.request(), day(args.on)
    _done(
        context,
        context.services.gl.set(request, args.account, args.code, args.entity, args.department, on),
    )


def end(context: Context, args: Namespace) -> None:
    request, on = context.request(), day(args.on)
    _done(context, context.services.gl.end(request, args.account, args.entity, args.department, on))


def _done(context: Context, one: GlMapping) -> None:
    lines = [("account", one.account), ("entity", one.entity), ("from", one.valid_from)]
    context.out.show(one, [*lines, ("code", one.code or "(ends)")])
