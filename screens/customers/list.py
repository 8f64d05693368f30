"""The list of customers, with the one under the cursor beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from billing_tui.domain.customers import (
    CustomerFilter,
    CustomerLine,
    CustomerSort,
    Saved,
    query,
)
from billing_tui.domain.customers.bulk import Chosen
from billing_tui.domain.filters import Completion
from billing_tui.domain.pages import Counted, Place, Slice
from billing_tui.domain.rights import Right
from screens.lists import Asked, ListScreen
from screens.tasks import Task, TaskEnded
from screens.widgets.pane import Pane
from screens.widgets.records import Column
from screens.widgets.views_bar import View
from screens.work import LoadFailed

from . import facts
from .columns import columns
from .doing import CustomerDoing

if TYPE_CHECKING:
    from billing_tui.services.customers import Customers

_NOTES, _ACTS, _OFFERED = 3, 12, 20


@dataclass
class CustomerKnown(Message):
    known: facts.Known


@dataclass
class NewPlaced(Message):
    """`at` is the number of its row; None where the list does not hold it."""

    saved: Saved
    at: int | None


@dataclass(frozen=True)
class CustomerSource:
    """Rows of one filter in one order."""

    customers: Customers
    asked: CustomerFilter
    sort: CustomerSort
    descending: bool

    def slice(self, place: Place, limit: int) -> Slice[CustomerLine]:
        return self.customers.slice(self.asked, self.sort, self.descending, place, limit)

    def count(self, most: int | None) -> Counted:
        return self.customers.count(self.asked, most)


class CustomersScreen(CustomerDoing, ListScreen[CustomerLine]):
    TITLE = "Customers"
    AREA = "customers"
    HELP_FILE = "help/customers_screen.txt"
    EMPTY = "No customer fits. Esc shows all, / asks for others, n adds one."
    NOTHING_YET = "No customer yet. n adds the first, i takes in a file of them."
    HINT = "/ name, number, e-mail or tag:…"
    FIRST_SORT = CustomerSort.NAME
    VIEWS: ClassVar[Sequence[View]] = (
        View("All"),
        View("On hold", "brake:hold"),
        View("New", "created>=-30", CustomerSort.CREATED, descending=True),
        View("Archived", "status:archived"),
        View("Merged", "status:merged"),
    )
    RIGHTS: ClassVar[Mapping[str, Right]] = {
        "change": Right.BULK_CUSTOMERS,
        "import": Right.BULK_CUSTOMERS,
        "export": Right.BULK_CUSTOMERS,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "change", "Change marked", id="customers.change",
                tooltip="Tags, terms or a brake for all that are marked; first shows how"),
        Binding("x", "export", "Export", tooltip="This list as a file", id="customers.export"),
        Binding("i", "import", "Import", show=False, id="customers.import",
                tooltip="Take in a CSV file, checked row by row first"),
    ]  # fmt: skip

    def columns(self) -> Sequence[Column[CustomerLine]]:
        return columns(self.desk.today, self.desk.session.locale)

    def key_of(self, row: CustomerLine) -> str:
        return row.number

    def asked_filter(self, asked: Asked) -> CustomerFilter:
        return query.understood(asked.query, self.desk.today)

    def source(self, asked: Asked) -> CustomerSource:
        return CustomerSource(
            self.desk.services.customers,
            self.asked_filter(asked),
            CustomerSort(asked.sort),
            asked.descending,
        )

    def complete(self, text: str, at: int) -> Sequence[Completion]:
        services = self.desk.services
        departments = services.departments.list(limit=_OFFERED).items
        offered = {
            "tag": services.customers.tags("", _OFFERED),
            "dep": [one.code for one in departments],
        }
        return query.completions(text, at, offered)

    def compose_detail(self) -> Widget:
        return Pane(title="Detail", id="detail")

    @property
    def subject(self) -> CustomerLine | None:
        return self.row

    def subject_changed(self) -> None:
        self.reload(frozenset())

    def blocked(self, action: str) -> str:
        if action == "change" and self.row is None:
            return "There is no customer here; n makes one."
        return super().blocked(action)

    def show_row(self, row: CustomerLine | None) -> None:
        pane = self.query_one("#detail", Pane)
        if row is None:
            pane.show(())
        elif self.wide:
            services, number = self.desk.services, row.number
            self.load("detail", lambda: facts.read(services, number, _NOTES, _ACTS), CustomerKnown)

    @on(CustomerKnown)
    def _known(self, event: CustomerKnown) -> None:
        session = self.desk.session
        parts = facts.parts(event.known, session.zone, self.desk.today, session.locale)
        self.query_one("#detail", Pane).show(tuple(parts))

    @on(LoadFailed)
    def _not_known(self, event: LoadFailed) -> None:
        """The pane of a row that is gone meanwhile is empty; anything else is told as usual."""
        if event.what == "detail":
            event.stop()
            event.prevent_default()
            self.query_one("#detail", Pane).show(())

    def show_new(self, saved: Saved) -> None:
        """At its row, wherever in the list that stands; on a page of its own where the list holds
        others."""
        customers, asked = self.desk.services.customers, self.asked
        order = self.asked_filter(asked), CustomerSort(asked.sort), asked.descending
        self.load("place", lambda: customers.rank(saved.id, *order), partial(NewPlaced, saved))

    @on(NewPlaced)
    def _new_placed(self, event: NewPlaced) -> None:
        if event.at is None:
            self.open_number(event.saved.number)
        else:
            self.table.seek(event.saved.number, event.at)

    def open_row(self, row: CustomerLine) -> None:
        self.open_number(row.number)

    def open_number(self, number: str) -> None:
        from .page import CustomerPage

        self.app.push_screen(CustomerPage(number))

    def action_change(self) -> None:
        from .bulk import BulkPage

        marks = self.table.marks
        if marks.everything:
            chosen = Chosen(asked=self.asked_filter(self.asked), without=tuple(marks.keys))
        else:
            chosen = Chosen(tuple(sorted(marks.keys)) or (self._there.number,))
        how_many = marks.count(self.table.total).rows if marks else 1
        self.app.push_screen(BulkPage(chosen, how_many), self._change)

    def _change(self, task: Task | None) -> None:
        if task is not None:
            task.sender = self
            self.run_in_sight(task)

    @on(TaskEnded)
    def _change_ended(self, event: TaskEnded) -> None:
        from .report import ReportPage

        event.stop()
        self.table.unmark()
        self.table.reload()
        if event.task.value is not None:
            self.present(ReportPage(event.task.value))

    def action_export(self) -> None:
        from screens.exports import ExportPage

        self.app.push_screen(ExportPage("customers", self.asked_filter(self.asked)))

    def action_import(self) -> None:
        from screens.imports import ImportPage

        self.app.push_screen(ImportPage("customers"))
