"""Customers: who is billed, and what may be done about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from billing_tui.domain.customers import (
    Allocation,
    Brake,
    BrakeIsSet,
    BrakeNotSet,
    CurrenciesDiffer,
    Customer,
    CustomerArchived,
    CustomerChanged,
    CustomerDraft,
    CustomerMerged,
    CustomerNotArchived,
    CustomerNotFound,
    CustomerNotMerged,
    DraftRefused,
    LookAlike,
    NewCustomer,
    Note,
    NoteChanged,
    NoteNotFound,
    NoteOfAnother,
    Saved,
    Status,
    Tree,
    TreeLine,
    checked_changes,
    checked_draft,
    checked_note,
    checked_reason,
    differences,
    told,
)
from billing_tui.domain.customers.records import EDITABLE
from billing_tui.domain.dates import parse_utc
from billing_tui.domain.departments import DepartmentNotFound
from billing_tui.domain.fields import FieldError, about
from billing_tui.domain.history import Act
from billing_tui.domain.ids import new_id
from billing_tui.domain.lookalike import mixed_scripts
from billing_tui.domain.pages import CursorRefused, Page, page_size, read_cursor, write_cursor
from billing_tui.domain.rights import Right
from billing_tui.domain.trees import StillInUse, check_merge, check_parent, check_unmerge, in_order
from storage.repos import (
    customer_history,
    customer_notes,
    customer_places,
    customers,
    departments,
)
from storage.repos.customer_places import Trouble
from storage.repos.trees import SHOWN
from storage.uow import Unit

from .cases import reads, writes
from .customer_lists import CustomerLists


class Customers(CustomerLists):
    @writes("customers.create", Right.EDIT_CUSTOMERS)
    def create(self, unit: Unit, draft: CustomerDraft, confirmed: bool = False) -> Saved:
        """`confirmed` says that another of that name, or a look-alike, was compared and both are
        real."""
        kept = checked_draft(draft)
        if not confirmed:
            _refuse_look_alike(unit, kept.name)
        if kept.parent:
            customers.hold_tree(unit)
        if kept.number:
            customers.hold_numbers(unit)
        known, _unknown = _known(unit, {"parent": kept.parent, "allocations": kept.allocations})
        kept = replace(kept, **known)
        number = kept.number or customers.fresh_numbers(unit, 1)[0]
        new = NewCustomer(new_id(), number, kept)
        found = customer_places.placed(unit, [new])
        _refuse(found.troubles.get(new.id, ()))
        customers.create_many(unit, found.order, found.parents)
        return Saved(new.id, number, 1)

    @writes("customers.edit", Right.EDIT_CUSTOMERS)
    def edit(
        self,
        unit: Unit,
        number: str,
        version: int | None,
        changes: dict[str, Any],
        confirmed: bool = False,
    ) -> Saved:
        """Change some fields of the version that was seen; None is whichever there is now."""
        if "parent" in changes:
            customers.hold_tree(unit)
        customer = _live(customers.find_to_change(unit, number))
        if version is not None and customer.version != version:
            raise _changed(unit, customer, version, changes)
        kept, wrong = _known(unit, checked_changes(customer.draft(), changes))
        if kept.get("name", customer.name) != customer.name and not confirmed:
            _refuse_look_alike(unit, kept["name"], customer.id)
        wrong += _unusable(unit, customer, kept.get("allocations", ()))
        _refuse(wrong)
        with about("parent"):
            more = {"parent": _parent(unit, customer, kept["parent"])} if "parent" in kept else {}
        return _saved(customer, customers.change(unit, customer, kept, "customers.edit", **more))

    @reads("customers.show")
    def show(self, unit: Unit, reference: str) -> Customer:
        return customers.find(unit, reference)

    @reads("customers.tree")
    def tree(self, unit: Unit, reference: str) -> Tree:
        """The whole tree this customer stands in, merged ones left out."""
        customer = customers.find(unit, reference)
        top = customers.TREES.steps(unit, customer.id)[-1]
        found = customers.TREES.below(unit, top.id)
        items = (
            TreeLine(
                line.node.name,
                line.label,
                depth,
                Status.ARCHIVED if line.node.archived else Status.ACTIVE,
            )
            for line, depth in in_order(found[:SHOWN])
        )
        return Tree(tuple(items), cut=len(found) > SHOWN)

    @writes("customers.merge", Right.BULK_CUSTOMERS)
    def merge(self, unit: Unit, loser: str, winner: str) -> Saved:
        """The loser gives way: lists follow to the winner, what was booked stays where it is."""
        customers.hold_tree(unit)
        into = customers.find(unit, winner)
        into = customers.find(unit, into.merged_into) if into.merged_into else into
        gone = customers.find(unit, loser)
        # Two rows are locked in the order of their ids, as everywhere.
        locked = {
            one.id: customers.find_to_change(unit, one.number)
            for one in sorted((gone, into), key=lambda one: one.id)
        }
        gone, into = locked[gone.id], _live(locked[into.id])
        if gone.merged_into:
            raise CustomerMerged(gone.number, gone.merged_into)
        steps = customers.TREES.steps(unit, into.id)
        node = customers.TREES.steps(unit, gone.id)[0]
        check_merge(node, steps, customers.TREES.levels_below(unit, gone.id))
        if gone.currency != into.currency:
            raise CurrenciesDiffer(gone.number, into.number, gone.currency, into.currency)
        version = customers.change(unit, gone, {}, "customers.merge", merged_into=into.id)
        return _saved(gone, version)

    @writes("customers.unmerge", Right.BULK_CUSTOMERS)
    def unmerge(self, unit: Unit, number: str) -> Saved:
        """It stands on its own again, where it stood; what came to the other since stays there."""
        customers.hold_tree(unit)
        customer = customers.find_to_change(unit, number)
        if not customer.merged_into:
            raise CustomerNotMerged(customer.number)
        node = customers.TREES.steps(unit, customer.id)[0]
        steps = customers.TREES.steps(unit, node.parent) if node.parent else []
        check_unmerge(node, steps, customers.TREES.levels_below(unit, customer.id))
        return _saved(
            customer, customers.change(unit, customer, {}, "customers.unmerge", merged_into=None)
        )

    @writes("customers.archive", Right.EDIT_CUSTOMERS)
    def archive(self, unit: Unit, number: str) -> Saved:
        customers.hold_tree(unit)
        customer = _live(customers.find_to_change(unit, number))
        below = customers.TREES.live_children(unit, customer.id)
        if below:
            raise StillInUse(customer.number, below)
        version = customers.change(unit, customer, {}, "customers.archive", archived_at=unit.now)
        return _saved(customer, version)

    @writes("customers.unarchive", Right.EDIT_CUSTOMERS)
    def unarchive(self, unit: Unit, number: str) -> Saved:
        customers.hold_tree(unit)
        customer = _unmerged(customers.find_to_change(unit, number))
        if customer.archived_at is None:
            raise CustomerNotArchived(customer.number)
        if customer.parent:
            steps = customers.TREES.steps(unit, customer.id)
            parent = next(node for node in steps[1:] if node.merged_into is None)
            if parent.archived:
                raise CustomerArchived(parent.name)
        version = customers.change(unit, customer, {}, "customers.unarchive", archived_at=None)
        return _saved(customer, version)

    @writes("customers.brake", Right.BRAKE_CUSTOMERS)
    def set_brake(self, unit: Unit, number: str, brake: Brake, reason: str) -> Saved:
        why = checked_reason(reason)
        customer = _live(customers.find_to_change(unit, number))
        if brake in customer.brakes:
            raise BrakeIsSet(customer.number, brake, customer.brakes[brake])
        brakes = customer.brakes | {brake: why}
        version = customers.change(unit, customer, {"brakes": brakes}, "customers.brake")
        return _saved(customer, version)

    @writes("customers.release", Right.BRAKE_CUSTOMERS)
    def release_brake(self, unit: Unit, number: str, brake: Brake) -> Saved:
        customer = _unmerged(customers.find_to_change(unit, number))
        if brake not in customer.brakes:
            raise BrakeNotSet(customer.number, brake)
        brakes = {other: why for other, why in customer.brakes.items() if other is not brake}
        version = customers.change(unit, customer, {"brakes": brakes}, "customers.release")
        return _saved(customer, version)

    @reads("customers.notes")
    def notes(self, unit: Unit, reference: str, cursor: str = "", limit: int = 50) -> Page[Note]:
        """The newest first, with those of customers that were merged into this one."""
        customer = customers.find(unit, reference)
        ids = [customer.id, *customers.TREES.merged_into(unit, customer.id)]
        size, after = page_size(limit), None
        if cursor:
            after = _note_place(read_cursor(cursor, "customers.notes", customer.id, 2))
        found = customer_notes.notes(unit, ids, after, size + 1)
        if len(found) <= size:
            return Page(tuple(found))
        place = customer_notes.place_of(found[size - 1])
        return Page(tuple(found[:size]), write_cursor("customers.notes", customer.id, place))

    @writes("customers.note", Right.EDIT_CUSTOMERS)
    def add_note(self, unit: Unit, number: str, text: str) -> Saved:
        kept = checked_note(text)
        customer = _unmerged(customers.find(unit, number))
        return Saved(customer_notes.add(unit, customer.id, kept), customer.number, 1)

    @writes("customers.edit_note", Right.EDIT_CUSTOMERS)
    def edit_note(self, unit: Unit, id: UUID, version: int, text: str) -> Saved:
        kept = checked_note(text)
        found = _own_note(unit, id)
        if found.version != version:
            raise NoteChanged(kept, found.text)
        return Saved(id, found.number, customer_notes.change(unit, found, kept))

    @writes("customers.delete_note", Right.EDIT_CUSTOMERS)
    def delete_note(self, unit: Unit, id: UUID) -> Saved:
        found = _own_note(unit, id)
        return Saved(id, found.number, customer_notes.delete(unit, found))

    @reads("customers.history")
    def history(self, unit: Unit, reference: str, cursor: str = "", limit: int = 50) -> Page[Act]:
        """Who did what when to this customer and its notes, the newest first."""
        customer = customers.find(unit, reference)
        size, before = page_size(limit), None
        if cursor:
            (seen,) = read_cursor(cursor, "customers.history", customer.id, 1)
            if not (seen.isascii() and seen.isdecimal()) or len(seen) > 18:
                raise CursorRefused
            before = int(seen)
        found = customer_history.acts(unit, customer.id, customer.currency, before, size + 1)
        if len(found) <= size:
            return Page(tuple(found))
        last = [str(found[size - 1].seq)]
        return Page(tuple(found[:size]), write_cursor("customers.history", customer.id, last))


def _saved(customer: Customer, version: int) -> Saved:
    return Saved(customer.id, customer.number, version)


def _unmerged(customer: Customer) -> Customer:
    if customer.merged_into:
        raise CustomerMerged(customer.number, customer.merged_into)
    return customer


def _live(customer: Customer) -> Customer:
    if _unmerged(customer).archived_at is not None:
        raise CustomerArchived(customer.number)
    return customer


def _known(unit: Unit, fields: dict[str, Any]) -> tuple[dict[str, Any], list[Trouble]]:
    """Customers and departments by the numbers and codes they have, however they were typed; and
    those that nobody knows, which stay as they are."""
    found, unknown = dict(fields), list[Trouble]()
    if found.get("parent"):
        try:
            found["parent"] = customers.find(unit, found["parent"]).number
        except CustomerNotFound as error:
            unknown.append(("parent", error))
    shares = list(found.get("allocations", ()))
    for n, share in enumerate(shares):
        try:
            code = departments.find(unit, share.department).code
            shares[n] = replace(share, department=code)
        except DepartmentNotFound as error:
            unknown.append((f"allocations[{n}].department", error))
    if shares:
        found["allocations"] = tuple(shares)
    return found, unknown


def _unusable(unit: Unit, customer: Customer, shares: Sequence[Allocation]) -> Iterator[Trouble]:
    """New shares that no department can bear any more; those nobody knows are told already."""
    for n, share in enumerate(shares):
        if share not in customer.allocations:
            for error in departments.unusable(unit, [share.department]).values():
                if not isinstance(error, DepartmentNotFound):
                    yield f"allocations[{n}].department", error


def _refuse(troubles: Sequence[Trouble]) -> None:
    """One as the case it is, several as fields of a form."""
    if len(troubles) > 1:
        raise DraftRefused(FieldError(field, error.message) for field, error in troubles)
    for field, error in troubles:
        error.field = field
        raise error


def _parent(unit: Unit, customer: Customer, number: str) -> UUID | None:
    """The id of a parent that may stand above this customer; the tree is held."""
    if not number:
        return None
    parent = customers.find(unit, number)
    if parent.number == customer.parent:
        return parent.id
    node = customers.TREES.steps(unit, customer.id)[0]
    below = customers.TREES.levels_below(unit, customer.id)
    check_parent(node, customers.TREES.steps(unit, parent.id), below)
    return parent.id


def _refuse_look_alike(unit: Unit, name: str, but: UUID | None = None) -> None:
    found = customers.looking_alike(unit, name, but)
    if found is not None:
        number, other = found
        raise LookAlike(name, number, other, mixed_scripts(name))


def _changed(unit: Unit, customer: Customer, seen: int, changes: dict[str, Any]) -> CustomerChanged:
    """What the second editor is told; a version from the future is told the same way."""
    now = {name: told(getattr(customer, name)) for name in (*EDITABLE, "brakes")}
    before = customer_history.replaced_since(unit, customer.id, seen, customer.currency)
    yours = {name: told(value) for name, value in changes.items()}
    found = differences(now, before, yours)
    return CustomerChanged(customer.number, customer.version, found)


def _own_note(unit: Unit, id: UUID) -> Note:
    found = customer_notes.note(unit, id)
    if found is None:
        raise NoteNotFound(str(id))
    if found.author != unit.actor.login:
        raise NoteOfAnother(found.author)
    return found


def _note_place(parts: list[str]) -> tuple[Any, UUID]:
    try:
        return parse_utc(parts[0]), UUID(parts[1])
    except ValueError:
        raise CursorRefused from None
