"""Notes on customers, as commands of their group."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING
from uuid import UUID

from .parsing import Argument, Group, argument, paged

if TYPE_CHECKING:
    from .context import Context

_ID = argument("id", help="as `customers notes` shows it")
_TEXT = argument("text", help="what is to be remembered, or - to read it from standard input")


def add_notes(group: Group, number: Argument) -> None:
    group.add("notes", show_all, "show the notes on a customer", number, paged)
    group.add("note", add, "write a note on a customer", number, _TEXT, cases=("customers.note",))
    group.add(
        "edit-note",
        edit,
        "change a note of your own",
        _ID,
        _TEXT,
        argument("--version", type=int, required=True, help="the one you read"),
        cases=("customers.edit_note",),
    )
    group.add(
        "delete-note", delete, "take a note of your own away", _ID, cases=("customers.delete_note",)
    )


def show_all(context: Context, args: Namespace) -> None:
    found = context.services.customers.notes(args.number, args.cursor, args.limit)
    columns = ("written at", "author", "on", "version", "id", "note")
    rows = [
        (one.written_at, one.author, one.number, one.version, one.id, one.text)
        for one in found.items
    ]
    empty = "No notes yet. Write one with `billing-tui customers note NUMBER TEXT`."
    context.out.page(found.items, found.next or None, columns, rows, empty)


def add(context: Context, args: Namespace) -> None:
    text = _text(context, args)
    saved = context.services.customers.add_note(context.request(), args.number, text)
    context.out.show(saved, [("note", saved.id), ("on", saved.number)])


def edit(context: Context, args: Namespace) -> None:
    text, id = _text(context, args), _id(args)
    saved = context.services.customers.edit_note(context.request(), id, args.version, text)
    context.out.show(saved, [("note", saved.id), ("version", saved.version)])


def delete(context: Context, args: Namespace) -> None:
    saved = context.services.customers.delete_note(context.request(), _id(args))
    context.out.show(saved, [("note", saved.id), ("on", saved.number)])


def _text(context: Context, args: Namespace) -> str:
    return (
        context.read_bytes("-").decode(errors="surrogateescape").strip()
        if args.text == "-"
        else str(args.text)
    )


def _id(args: Namespace) -> UUID:
    from billing_tui.domain.customers import NoteNotFound

    try:
        return UUID(args.id)
    except ValueError:
        raise NoteNotFound(args.id) from None
