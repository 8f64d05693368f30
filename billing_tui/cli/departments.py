"""`billing-tui departments`: who bears the cost, in a tree of their own."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from .changes import VERSION, changes_from, changing
from .exports import FILTERS, add_export
from .imports import add_import
from .parsing import Commands, argument, explained, paged

if TYPE_CHECKING:
    from billing_tui.domain.departments import DepartmentSaved

    from .context import Context

CODE = argument("code", help="the department's code")
_NONE = (
    "No such departments. Look with --status all, or add one with `billing-tui departments create`."
)
_FILE = argument("--file", required=True, metavar="FILE", help="one JSON object, - for stdin")


def register(tree: Commands) -> None:
    group = tree.group("departments", "who bears the cost")
    group.add("list", show_all, "list departments", *FILTERS["departments"], paged)
    group.add("show", show, "show one department", CODE)
    group.add("tree", tree_of, "show all departments as a tree")
    fields = explained("help/departments.txt")
    group.add("create", create, "add a department", _FILE, fields, cases=("departments.create",))
    group.add(
        "edit",
        edit,
        "change fields",
        CODE,
        changing,
        VERSION,
        fields,
        cases=("departments.edit",),
    )
    group.add(
        "merge",
        merge,
        "let a department give way to another",
        argument("loser", help="the code that gives way"),
        argument("winner", help="the code that stays"),
        cases=("departments.merge",),
    )
    group.add(
        "unmerge", unmerge, "let it stand on its own again", CODE, cases=("departments.unmerge",)
    )
    group.add("archive", archive, "put a department away", CODE, cases=("departments.archive",))
    group.add("unarchive", unarchive, "bring one back", CODE, cases=("departments.unarchive",))
    add_import(group, "departments")
    add_export(group, "departments")


def show_all(context: Context, args: Namespace) -> None:
    from billing_tui.domain.departments import DepartmentStatus

    status = None if args.status == "all" else DepartmentStatus(args.status)
    found = context.services.departments.list(status, args.text, args.cursor, args.limit)
    columns = ("code", "name", "parent", "owner", "status")
    rows = [(one.code, one.name, one.parent, one.owner, one.status.value) for one in found.items]
    context.out.page(found.items, found.next or None, columns, rows, _NONE)


def show(context: Context, args: Namespace) -> None:
    from .output import told

    one = context.services.departments.show(args.code)
    names = ("code", "name", "status", "version", "parent", "owner", "merged_into")
    whole = told(one) | {"status": one.status.value}
    context.out.show(whole, [(name.replace("_", " "), getattr(one, name)) for name in names])


def tree_of(context: Context, _args: Namespace) -> None:
    lines = context.services.departments.tree()
    rows = [("  " * one.depth + one.code, one.name, one.status.value) for one in lines]
    context.out.page(lines, None, ("code", "name", "status"), rows, _NONE)


def create(context: Context, args: Namespace) -> None:
    from billing_tui.domain.departments import department_given

    draft = department_given(context.read_json(args.file))
    _done(context, context.services.departments.create(context.request(), draft))


def edit(context: Context, args: Namespace) -> None:
    from billing_tui.domain.departments import department_changes_given

    changes = department_changes_given(changes_from(context, args, {}))
    request = context.request()
    _done(context, context.services.departments.edit(request, args.code, args.version, changes))


def merge(context: Context, args: Namespace) -> None:
    request = context.request()
    _done(context, context.services.departments.merge(request, args.loser, args.winner))


def unmerge(context: Context, args: Namespace) -> None:
    _done(context, context.services.departments.unmerge(context.request(), args.code))


def archive(context: Context, args: Namespace) -> None:
    _done(context, context.services.departments.archive(context.request(), args.code))


def unarchive(context: Context, args: Namespace) -> None:
    _done(context, context.services.departments.unarchive(context.request(), args.code))


def _done(context: Context, saved: DepartmentSaved) -> None:
    context.out.show(saved, [("code", saved.code), ("version", saved.version)])
