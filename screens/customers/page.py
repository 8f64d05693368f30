"""One customer on a screen of its own: facts at the left, what happened at the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message

from billing_tui.domain.customers import Customer
from screens.base import PushedScreen
from screens.widgets.pane import Pane

from . import facts
from .doing import CustomerDoing

_NOTES, _ACTS = 50, 100


@dataclass
class PageRead(Message):
    known: facts.Known


class CustomerPage(CustomerDoing, PushedScreen[None]):
    AUTO_FOCUS = "#facts"
    HELP_FILE: ClassVar[str] = "help/customers_screen.txt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", tooltip="Copy all of it as text", id="page.copy"),
    ]

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number
        self._customer: Customer | None = None

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="two-panes"):
            yield Pane(title=f"Customer {self.number}", id="facts")
            yield Pane(title="Timeline", id="history")

    def on_mount(self) -> None:
        self.subject_changed()

    @property
    def subject(self) -> Customer | None:
        return self._customer

    def subject_changed(self) -> None:
        services, number = self.desk.services, self.number
        self.load("customer", lambda: facts.read(services, number, _NOTES, _ACTS), PageRead)

    def reload(self, changed: frozenset[str]) -> None:
        self.subject_changed()

    def open_number(self, number: str) -> None:
        self.app.push_screen(CustomerPage(number))

    @on(PageRead)
    def _read(self, event: PageRead) -> None:
        known = event.known
        self._customer = known.customer
        session = self.desk.session
        told = session.zone, self.desk.today, session.locale
        self.query_one("#facts", Pane).show(tuple(facts.about(known, *told)))
        self.query_one("#history", Pane).show(tuple(facts.history(known.acts, *told)))
        self.refresh_bindings()

    def action_copy(self) -> None:
        panes = self.query(Pane)
        self.desk.copy("\n\n".join(pane.text for pane in panes))
