"""Form drafts of one's own: which forms were left with something typed into them."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from .listing import listed
from .parsing import Commands, argument, paged

if TYPE_CHECKING:
    from .context import Context


def register(tree: Commands) -> None:
    group = tree.group("drafts", "forms of yours that were left unsaved")
    group.add("list", list_drafts, "show which they are", paged)
    group.add(
        "drop",
        drop,
        "forget what was typed into one",
        argument("form", help="as `drafts list` shows it"),
        argument("about", nargs="?", default="", help="of which number; nothing for a new one"),
        cases=("drafts.drop",),
    )


def list_drafts(context: Context, args: Namespace) -> None:
    listed(
        context.out,
        args,
        context.services.drafts.list(),
        lambda draft: f"{draft.form} {draft.about}",
        (
            ("form", lambda draft: draft.form),
            ("about", lambda draft: draft.about),
            ("version", lambda draft: draft.version),
            ("saved", lambda draft: draft.saved_at),
        ),
        "No drafts; whatever was typed is saved, and nothing is to be done.",
    )


def drop(context: Context, args: Namespace) -> None:
    context.services.drafts.drop(context.request(), args.form, args.about)
    told = {"form": args.form, "about": args.about}
    context.out.show(told, [("forgotten", f"{args.form} {args.about}".rstrip())])
