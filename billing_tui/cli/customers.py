"""`billing-tui customers`: who is billed, found, changed, moved and held back."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from billing_tui.domain.customers import Brake, Customer, CustomerFilter, CustomerSort, Status
from billing_tui.domain.errors import InputError

from .bulk import add_bulk
from .changes import VERSION, changes_from, changing
from .exports import FILTERS, add_export, customer_filter
from .imports import add_import
from .notes import add_notes
from .parsing import Commands, argument, explained, paged

if TYPE_CHECKING:
    from billing_tui.domain.customers import CustomerLine, Saved

    from .context import Context

NUMBER = argument("number", help="the customer's number")
_BRAKE = argument("brake", choices=[brake.value for brake in Brake], help="what is held back")
_FILE = argument("--file", required=True, metavar="FILE", help="one JSON object, - for stdin")
_ANYWAY = argument(
    "--anyway", action="store_true", help="one of a like name was compared, and both are real"
)
_NOBODY = (
    "No such customers. Look with fewer words or --status all, or add one with"
    " `billing-tui customers create`."
)
_SORTS = [sort.value for sort in CustomerSort]


def register(tree: Commands) -> None:
    group = tree.group("customers", "who is billed, and on what terms")
    group.add(
        "list",
        show_all,
        "list customers",
        *FILTERS["customers"],
        argument("--sort", choices=_SORTS, default="name", help="in which order"),
        argument("--descending", action="store_true", help="the other way round"),
        paged,
    )
    group.add(
        "search",
        search,
        "find customers by beginnings of words, number, e-mail or tax id",
        argument("text", help="what you know of them"),
        paged,
    )
    group.add("show", show, "show one customer", NUMBER)
    group.add("tree", tree_of, "show the tree a customer stands in", NUMBER)
    group.add("history", history, "show who changed what, the newest first", NUMBER, paged)
    fields = explained("help/customers.txt")
    group.add(
        "create", create, "add a customer", _FILE, _ANYWAY, fields, cases=("customers.create",)
    )
    group.add(
        "edit",
        edit,
        "change fields",
        NUMBER,
        changing,
        VERSION,
        _ANYWAY,
        fields,
        cases=("customers.edit",),
    )
    group.add(
        "merge",
        merge,
        "let a customer give way to another; nothing booked is moved",
        argument("loser", help="the number that gives way"),
        argument("winner", help="the number that stays"),
        cases=("customers.merge",),
    )
    group.add(
        "unmerge", unmerge, "let it stand on its own again", NUMBER, cases=("customers.unmerge",)
    )
    group.add("archive", archive, "put a customer away", NUMBER, cases=("customers.archive",))
    group.add("unarchive", unarchive, "bring one back", NUMBER, cases=("customers.unarchive",))
    group.add(
        "brake",
        brake,
        "hold a customer back; --reason says why",
        NUMBER,
        _BRAKE,
        cases=("customers.brake",),
    )
    group.add("release", release, "take a brake off", NUMBER, _BRAKE, cases=("customers.release",))
    add_notes(group, NUMBER)
    add_import(group, "customers")
    add_export(group, "customers")
    add_bulk(group)


def show_all(context: Context, args: Namespace) -> None:
    asked = customer_filter(context, args)
    found = context.services.customers.list(
        asked, CustomerSort(args.sort), args.descending, args.cursor, args.limit
    )
    _page(context, found.items, found.next, asked)


def search(context: Context, args: Namespace) -> None:
    found = context.services.customers.search(args.text, args.cursor, args.limit)
    _page(context, found.items, found.next, CustomerFilter(status=None))


def _page(
    context: Context, lines: tuple[CustomerLine, ...], cursor: str, asked: CustomerFilter
) -> None:
    columns = ["number", "name", "currency", "parent", "brakes", "tags"]
    rows = [[getattr(line, name) for name in columns] for line in lines]
    if asked.status is not Status.ACTIVE:
        columns.append("status")
        for row, line in zip(rows, lines, strict=True):
            into = f" into {line.merged_into}" if line.merged_into else ""
            row.append(line.status.value + into)
    context.out.page(lines, cursor or None, columns, rows, _NOBODY)


def show(context: Context, args: Namespace) -> None:
    from .output import told

    customer = context.services.customers.show(args.number)
    whole = told(customer) | {"status": customer.status.value}
    context.out.show(whole, _lines(customer))


def _lines(customer: Customer) -> list[tuple[str, Any]]:
    from billing_tui.domain.currencies import format_money

    limit = customer.credit_limit
    merged = f" into {customer.merged_into}" if customer.merged_into else ""
    lines: list[tuple[str, Any]] = [
        ("number", customer.number),
        ("name", customer.name),
        ("status", customer.status.value + merged),
        ("version", customer.version),
        ("currency", customer.currency),
        ("parent", customer.parent),
        ("terms", customer.terms),
        ("credit limit", "" if limit is None else format_money(limit)),
        ("delivery", customer.delivery),
        ("language", customer.language),
        ("tags", customer.tags),
    ]
    lines += [(f"{one.kind} address", _address(one)) for one in customer.addresses]
    lines += [
        ("contact", ", ".join(filter(None, (one.name, one.email, one.phone, one.role))))
        for one in customer.contacts
    ]
    lines += [
        (
            "tax id",
            f"{one.country}:{one.number}" + ("" if one.checked else " (no rule to check it)"),
        )
        for one in customer.tax_ids
    ]
    lines += [("share", f"{one.department} {one.percent:f} %") for one in customer.allocations]
    lines += [(f"meta_data.{key}", value) for key, value in sorted(customer.meta_data.items())]
    return lines + [(f"brake {name}", why) for name, why in sorted(customer.brakes.items())]


def _address(one: Any) -> str:
    parts = (*one.lines, f"{one.postcode} {one.city}".strip(), one.region, one.country)
    return ", ".join(filter(None, parts))


def tree_of(context: Context, args: Namespace) -> None:
    tree = context.services.customers.tree(args.number)
    rows = [("  " * one.depth + one.number, one.name, one.status.value) for one in tree.items]
    context.out.page(tree.items, None, ("number", "name", "status"), rows)
    if tree.cut:
        context.out.aside(f"Only the first {len(tree.items):,} are shown.")


def history(context: Context, args: Namespace) -> None:
    found = context.services.customers.history(args.number, args.cursor, args.limit)
    rows = [
        (
            f"{act.at[:10]} {act.at[11:19]}Z",
            act.who,
            act.action,
            change.field,
            change.before,
            change.after,
            act.reason,
        )
        for act in found.items
        for change in act.changes
    ]
    columns = ("at", "who", "action", "field", "before", "after", "reason")
    context.out.page(found.items, found.next or None, columns, rows)


def create(context: Context, args: Namespace) -> None:
    from billing_tui.domain.customers import draft_given

    draft = draft_given(context.read_json(args.file))
    request = context.request()
    saved = context.services.customers.create(request, draft, confirmed=args.anyway)
    _done(context, saved, _read_as({"credit_limit": draft.credit_limit}))


def edit(context: Context, args: Namespace) -> None:
    from billing_tui.domain.customers import changes_given

    now = context.services.customers.show(args.number)
    data = changes_from(context, args, {"meta_data": now.meta_data})
    changes = changes_given(data, now.currency, _decimal_mark(context, args))
    # One key of the meta data was put among those just read, which must still be there.
    version = now.version if args.version is None and "meta_data" in data else args.version
    saved = context.services.customers.edit(
        context.request(), now.number, version, changes, confirmed=args.anyway
    )
    _done(context, saved, _read_as(changes))


def _decimal_mark(context: Context, args: Namespace) -> str:
    """Typed amounts are read as people of the organisation write them; a file has points."""
    from billing_tui.domain.typed import decimal_mark

    typed = any(text.startswith("credit_limit=") for text in args.set)
    return decimal_mark(context.services.organisations.show().locale) if typed else "."


def _read_as(changes: dict[str, Any]) -> list[tuple[str, str]]:
    """How an amount was understood, for whoever typed it."""
    from billing_tui.domain.currencies import format_money

    limit = changes.get("credit_limit")
    return [("credit limit", format_money(limit))] if limit is not None else []


def merge(context: Context, args: Namespace) -> None:
    request = context.request()
    _done(context, context.services.customers.merge(request, args.loser, args.winner))


def unmerge(context: Context, args: Namespace) -> None:
    _done(context, context.services.customers.unmerge(context.request(), args.number))


def archive(context: Context, args: Namespace) -> None:
    _done(context, context.services.customers.archive(context.request(), args.number))


def unarchive(context: Context, args: Namespace) -> None:
    _done(context, context.services.customers.unarchive(context.request(), args.number))


class ReasonMissing(InputError):
    def __init__(self) -> None:
        super().__init__("Reason missing", "A brake needs its reason; give it with --reason.")


def brake(context: Context, args: Namespace) -> None:
    if not args.reason.strip():
        raise ReasonMissing
    request = context.request()
    saved = context.services.customers.set_brake(
        request, args.number, Brake(args.brake), args.reason
    )
    _done(context, saved)


def release(context: Context, args: Namespace) -> None:
    request = context.request()
    saved = context.services.customers.release_brake(request, args.number, Brake(args.brake))
    _done(context, saved)


def _done(context: Context, saved: Saved, more: Sequence[tuple[str, str]] = ()) -> None:
    context.out.show(saved, [("number", saved.number), ("version", saved.version), *more])
