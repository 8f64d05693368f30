"""What may be done with one customer, from the list and from its own page by the same keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import Brake, Customer, CustomerLine, Saved, Status
from billing_tui.domain.rights import Right
from screens.base import Page
from screens.dialogs import Ask, Choose, Confirm, Explain
from screens.formatting import taken_back

from .columns import BRAKES

if TYPE_CHECKING:
    from billing_tui.domain.history import Act

_ON_ONE = frozenset(
    ["edit", "duplicate", "brake", "note", "notes", "merge", "archive", "tree", "explain"]
)


@dataclass
class CustomerSaved(Message):
    """`told` says in one sentence what was done; `undo` takes it back, where it can be."""

    saved: Saved
    told: str
    undo: Callable[[Request], Saved] | None = None


@dataclass
class LimitTraced(Message):
    customer: Customer
    acts: tuple[Act, ...]


class CustomerDoing(Page[Any]):
    """`subject` is the customer the keys are about."""

    KINDS: ClassVar[frozenset[str]] = frozenset({"customer", "customer_note"})
    RIGHTS: ClassVar[Mapping[str, Right]] = {
        "new": Right.EDIT_CUSTOMERS,
        "edit": Right.EDIT_CUSTOMERS,
        "duplicate": Right.EDIT_CUSTOMERS,
        "archive": Right.EDIT_CUSTOMERS,
        "note": Right.EDIT_CUSTOMERS,
        "brake": Right.BRAKE_CUSTOMERS,
        "merge": Right.BULK_CUSTOMERS,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", tooltip="A new customer", id="customers.new"),
        Binding("a", "edit", "Edit", tooltip="Change this customer", id="customers.edit"),
        Binding("d", "duplicate", "Duplicate", show=False, id="customers.duplicate",
                tooltip="A new customer made after this one"),
        Binding("b", "brake", "Brake", tooltip="Set or release a brake, with its reason",
                id="customers.brake"),
        Binding("k", "note", "Note", tooltip="Write a note on this customer",
                id="customers.note"),
        Binding("K", "notes", "Notes", show=False, id="customers.notes",
                tooltip="All notes on this customer; change or delete your own"),
        Binding("t", "tree", "Tree", show=False, id="customers.tree",
                tooltip="The tree this customer stands in"),
        Binding("m", "merge", "Merge", show=False, id="customers.merge",
                tooltip="Let this customer give way to another, or take that back"),
        Binding("z", "archive", "Archive", show=False, id="customers.archive",
                tooltip="Put this customer away, or bring it back"),
        Binding("e", "explain", "Explain", show=False, id="customers.explain",
                tooltip="Where the credit limit comes from"),
    ]  # fmt: skip

    @property
    def subject(self) -> CustomerLine | Customer | None:
        raise NotImplementedError

    def subject_changed(self) -> None:
        """Something of it was written; read it again."""

    def show_new(self, saved: Saved) -> None:
        """One that was made here."""
        self.open_number(saved.number)

    def open_number(self, number: str) -> None:
        """Show a customer on a screen of its own."""
        raise NotImplementedError

    def blocked(self, action: str) -> str:
        one = self.subject
        if action in _ON_ONE:
            if one is None:
                return "There is no customer here; n makes one."
            if one.merged_into and action in ("edit", "brake", "note", "archive"):
                return f"{one.number} was merged into {one.merged_into}; work with that one."
            if one.status is Status.ARCHIVED and (
                action in ("edit", "merge") or (action == "brake" and not one.brakes)
            ):
                return f"{one.number} is archived; z brings it back first."
        return super().blocked(action)

    @property
    def _there(self) -> CustomerLine | Customer:
        if self.subject is None:
            raise RuntimeError("an action without a customer is blocked")
        return self.subject

    def _do(
        self,
        what: Callable[[Request], Saved],
        told: str,
        undo: Callable[[Request], Saved] | None = None,
    ) -> None:
        request = Request.new()
        self.write("customer", partial(what, request), lambda done: CustomerSaved(done, told, undo))

    @on(CustomerSaved)
    def _saved(self, event: CustomerSaved) -> None:
        undo = event.undo
        back = taken_back(event.told)
        self.desk.say(event.told, undo=partial(self._do, undo, back) if undo else None)
        self.subject_changed()

    def action_new(self) -> None:
        self._form()

    def action_edit(self) -> None:
        self._form(self._there.number)

    def action_duplicate(self) -> None:
        self._form(like=self._there.number)

    def _form(self, number: str = "", like: str = "") -> None:
        from .form import CustomerForm

        def closed(saved: Saved | None) -> None:
            if saved is None:
                return
            if number:
                self.subject_changed()
            else:
                self.show_new(saved)

        self.app.push_screen(CustomerForm(number, like), closed)

    def action_note(self) -> None:
        number = self._there.number

        from .notes import AskNote

        def written(values: Mapping[str, str] | None) -> None:
            if values:
                self._note(number, values["note"])

        self.app.push_screen(AskNote(f"Note on {number}"), written)

    def _note(self, number: str, text: str) -> None:
        customers = self.desk.services.customers
        noted: list[Saved] = []

        def add(request: Request) -> Saved:
            noted.append(customers.add_note(request, number, text))
            return noted[-1]

        def back(request: Request) -> Saved:
            return customers.delete_note(request, noted[-1].id)

        self._do(add, f"Noted on {number}.", back)

    def action_notes(self) -> None:
        from .notes import NotesPage

        self.app.push_screen(NotesPage(self._there.number))

    def action_brake(self) -> None:
        one = self._there
        options = [
            (brake, f"release {badge.word}" if brake in one.brakes else f"set {badge.word}")
            for brake, badge in BRAKES.items()
            if brake in one.brakes or one.status is Status.ACTIVE
        ]

        def chosen(brake: Brake | None) -> None:
            if brake is None:
                return
            if brake in one.brakes:
                self._release(one.number, brake)
            else:
                title = f"{BRAKES[brake].word.capitalize()}: {one.number}"
                set_it = partial(self._set, one.number, brake)
                self.app.push_screen(Ask(title, "Reason"), set_it)

        self.app.push_screen(Choose(f"Brakes of {one.number}", options), chosen)

    def _set(self, number: str, brake: Brake, reason: str | None) -> None:
        customers = self.desk.services.customers
        if reason:
            self._do(
                lambda r: customers.set_brake(r, number, brake, reason),
                f"{number} is {BRAKES[brake].word}.",
                lambda r: customers.release_brake(r, number, brake),
            )

    def _release(self, number: str, brake: Brake) -> None:
        customers = self.desk.services.customers
        reasons: list[str] = []

        def release(request: Request) -> Saved:
            reasons.append(customers.show(number).brakes.get(brake, ""))
            return customers.release_brake(request, number, brake)

        def back(request: Request) -> Saved:
            return customers.set_brake(request, number, brake, reasons[-1])

        self._do(release, f"{number} is no longer {BRAKES[brake].word}.", back)

    def action_archive(self) -> None:
        one, customers = self._there, self.desk.services.customers
        number = one.number

        def away(request: Request) -> Saved:
            return customers.archive(request, number)

        def back(request: Request) -> Saved:
            return customers.unarchive(request, number)

        if one.status is Status.ARCHIVED:
            self._do(back, f"{number} is back.", away)
        else:
            self._do(away, f"{number} is archived.", back)

    def action_merge(self) -> None:
        one, customers = self._there, self.desk.services.customers
        if one.merged_into:
            told = f"{one.number} stands on its own again."
            self._do(lambda r: customers.unmerge(r, one.number), told)
            return
        from .picker import CustomerPicker

        def chosen(winner: CustomerLine | None) -> None:
            if winner is not None:
                self._confirm_merge(one, winner)

        title = f"Into which customer does {one.number} merge?"
        self.app.push_screen(CustomerPicker(title, leave_out=one.number), chosen)

    def _confirm_merge(self, loser: CustomerLine | Customer, winner: CustomerLine) -> None:
        customers = self.desk.services.customers
        lines = [
            f"{loser.number} {loser.name} gives way to {winner.number} {winner.name}.",
            f"Lists and reports follow to {winner.number}; what was booked stays where it is.",
            "It can be taken back.",
        ]

        def decided(yes: bool | None) -> None:
            if yes:
                self._do(
                    lambda r: customers.merge(r, loser.number, winner.number),
                    f"{loser.number} is merged into {winner.number}.",
                    lambda r: customers.unmerge(r, loser.number),
                )

        self.app.push_screen(Confirm("Merge customers", lines, "Merge", danger=True), decided)

    def action_tree(self) -> None:
        from .tree import CustomerTree

        self.app.push_screen(CustomerTree(self._there.number, self.open_number))

    def action_explain(self) -> None:
        number, customers = self._there.number, self.desk.services.customers
        self.load(
            "limit",
            lambda: (customers.show(number), customers.history(number, limit=200).items),
            lambda found: LimitTraced(*found),
        )

    @on(LimitTraced)
    def _explain_limit(self, event: LimitTraced) -> None:
        from .explained import limit_lines

        session = self.desk.session
        title = f"Credit limit of {event.customer.number}"
        told = session.zone, self.desk.today, session.locale
        lines = limit_lines(event.customer, event.acts, *told)
        self.app.push_screen(Explain(title, lines))
