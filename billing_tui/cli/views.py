"""Saved views of one's own: lists under a name and a number key."""

from __future__ import annotations

from argparse import Action, ArgumentParser, Namespace
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from .listing import listed
from .parsing import Commands, argument, paged

if TYPE_CHECKING:
    from billing_tui.domain.views import SavedView, ViewDraft

    from .context import Context

_ID = argument("id", help="as `views list` shows it")
_QUERY = argument("--query", metavar="QUERY", help="which rows it shows")
_SORT = argument("--sort", metavar="COLUMN", help="in which order")
_KEY = argument(
    "--key", type=int, choices=range(10), metavar="N", help="its number key, 0 for none"
)


def register(tree: Commands) -> None:
    group = tree.group("views", "lists of yours, each under a name")
    group.add(
        "list",
        list_views,
        "show your views",
        argument("--area", default="", help="only those of this area"),
        paged,
    )
    group.add(
        "save",
        save,
        "keep a list under a name",
        argument("area", help="whose list it is, such as customers"),
        argument("name", help="what you call it"),
        *(_QUERY, _SORT, _direction, _KEY),
        cases=("views.save",),
    )
    group.add(
        "edit",
        edit,
        "change a view",
        _ID,
        argument("--version", type=int, required=True, help="the one you read"),
        argument("--name", metavar="NAME", help="what you call it"),
        *(_QUERY, _SORT, _direction, _KEY),
        cases=("views.edit",),
    )
    group.add("delete", delete, "take a view away", _ID, cases=("views.delete",))
    group.add("restore", restore, "bring a deleted view back", _ID, cases=("views.restore",))


def _direction(parser: ArgumentParser) -> Action:
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--ascending",
        action="store_const",
        const=False,
        dest="descending",
        help="the smallest first",
    )
    return either.add_argument(
        "--descending", action="store_const", const=True, help="the largest first"
    )


def list_views(context: Context, args: Namespace) -> None:
    found = context.services.views.list(args.area)
    listed(
        context.out,
        args,
        found,
        lambda view: f"{view.area} {view.position or 10:02d} {view.name} {view.id}",
        (
            ("area", lambda view: view.area),
            ("key", lambda view: view.position or ""),
            ("name", lambda view: view.name),
            ("query", lambda view: view.query),
            ("sort", _order),
            ("id", lambda view: view.id),
        ),
        "No views yet. Keep one with `billing-tui views save AREA NAME --query QUERY`.",
    )


def save(context: Context, args: Namespace) -> None:
    from billing_tui.domain.views import ViewDraft

    draft = _changed(ViewDraft(args.area, args.name), args)
    _show(context, context.services.views.save(context.request(), draft))


def edit(context: Context, args: Namespace) -> None:
    views, id = context.services.views, _id(args.id)
    draft = _changed(views.show(id).draft(), args)
    _show(context, views.edit(context.request(), id, args.version, draft))


def _changed(draft: ViewDraft, args: Namespace) -> ViewDraft:
    """With what was given; the rest stays."""
    given = {
        "name": args.name,
        "query": args.query,
        "sort": args.sort,
        "descending": args.descending,
        "position": args.key,
    }
    return replace(draft, **{name: value for name, value in given.items() if value is not None})


def delete(context: Context, args: Namespace) -> None:
    gone = context.services.views.delete(context.request(), _id(args.id))
    context.out.show({"id": gone}, [("deleted", gone)])


def restore(context: Context, args: Namespace) -> None:
    _show(context, context.services.views.restore(context.request(), _id(args.id)))


def _id(text: str) -> UUID:
    from billing_tui.domain.views import ViewNotFound

    try:
        return UUID(text)
    except ValueError:
        raise ViewNotFound(text) from None


def _order(view: SavedView) -> str:
    return f"{view.sort} descending" if view.descending else view.sort


def _show(context: Context, view: SavedView) -> None:
    lines = [(name, getattr(view, name)) for name in ("id", "version", "area", "name", "query")]
    context.out.show(view, [*lines, ("sort", _order(view)), ("key", view.position or "")])
