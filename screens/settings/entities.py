"""Legal entities: who issues documents, with address and tax numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from billing_tui.domain.acts import Request
from billing_tui.domain.errors import BillingError
from billing_tui.domain.organisations import (
    MOST_LINES,
    Address,
    Entity,
    EntityChange,
    EntityDraft,
    EntityExists,
)
from billing_tui.domain.rights import Right
from billing_tui.domain.tax_ids import TaxId, territory
from screens.formatting import day
from screens.widgets.fields import (
    CodeField,
    CountryField,
    CurrencyField,
    RowsField,
    TextField,
)
from screens.widgets.pane import Fact, Rule, Title, Words
from screens.widgets.pane import Part as Line
from screens.widgets.records import Cell, Column

from .form import SettingsForm
from .part import Part


class EntitiesPart(Part[Entity]):
    ABOUT = "Who issues documents. Each has its own books to close."
    EMPTY = "There is no legal entity yet. n makes one."
    NEEDS_ROW = frozenset({"edit"})
    RIGHTS: ClassVar[Mapping[str, Right]] = {
        "new": Right.MANAGE_SETTINGS,
        "edit": Right.MANAGE_SETTINGS,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", tooltip="Another legal entity", id="entities.new"),
        Binding("a", "edit", "Edit", id="entities.edit",
                tooltip="Change name, address, currency or tax numbers"),
    ]  # fmt: skip

    def columns(self) -> Sequence[Column[Entity]]:
        return (
            Column("Code", lambda one: Cell(one.code, "strong"), 12, priority=9),
            Column("Name", lambda one: Cell(one.name), 20, 2, priority=8),
            Column("Country", lambda one: Cell(one.country, "muted"), 7, priority=4),
            Column("Cur", lambda one: Cell(one.currency), 3, priority=6),
            Column("City", lambda one: Cell(one.address.city, "muted"), 12, 1, priority=2),
            Column("Closed through", self._closed_through, 14, right=True, priority=3),
        )

    def _closed_through(self, one: Entity) -> Cell:
        return Cell(day(one.closed_through, self.desk.today) if one.closed_through else "open",
                    "" if one.closed_through else "muted")  # fmt: skip

    def key_of(self, row: Entity) -> str:
        return row.code

    def read(self) -> Sequence[Entity]:
        return self.desk.services.entities.list()

    def lines(self, row: Entity) -> Sequence[Line]:
        address = row.address
        place = " ".join(filter(None, (address.postcode, address.city, address.region)))
        printed = "\n".join([*address.lines, place]).strip() or "no address yet"
        taxes = [Fact(f"Tax number {one.country}", one.number) for one in row.tax_ids]
        return (
            Title(row.name),
            Words(printed, "" if printed[:2] != "no" else "muted"),
            Rule(),
            Fact("Code", row.code),
            Fact("Country", row.country or "none"),
            Fact("Bills in", row.currency),
            *(taxes or [Fact("Tax numbers", "none", "muted")]),
            Fact("Closed through", self._closed_through(row).text),
        )

    def open_row(self, row: Entity) -> None:
        if self.check_action("edit", ()):
            self.action_edit()

    def action_new(self) -> None:
        self.app.push_screen(EntityForm(), lambda _done: self.reload())

    def action_edit(self) -> None:
        if (row := self.row) is not None:
            self.app.push_screen(EntityForm(row.code), lambda _done: self.reload())


class EntityForm(SettingsForm[Entity, Entity]):
    """`code` is which one to change."""

    FORM: ClassVar[str] = "entities"

    def __init__(self, code: str = "") -> None:
        super().__init__(f"Edit {code}" if code else "New legal entity", code)

    def load_thing(self) -> Entity | None:
        return self.desk.services.entities.show(self.about) if self.about else None

    def make_fields(self, thing: Entity | None) -> list[Widget]:
        address, locale = thing.address if thing else Address(), self.desk.session.locale
        fields: list[Widget] = [
            TextField("name", "Name", text=thing.name if thing else "", required=True,
                      placeholder="as on the invoice"),
            CountryField("country", "Country", text=thing.country if thing else "", locale=locale,
                         placeholder="such as DE"),
            CurrencyField("currency", "Bills in", required=True, locale=locale,
                          text=thing.currency if thing else self.desk.session.currency),
            _address_lines(address.lines),
            TextField("postcode", "Postcode", text=address.postcode, most=20),
            TextField("city", "City", text=address.city, most=100),
            TextField("region", "Region", text=address.region, most=100),
            _tax_ids(thing.tax_ids if thing else (), locale),
        ]  # fmt: skip
        if thing is None:
            fields.insert(0, CodeField("code", "Code", required=True, most=12))
        return fields

    def save(self, values: Mapping[str, Any], request: Request) -> Entity:
        entities, before = self.desk.services.entities, self.thing
        address = Address(
            tuple(row["line"] for row in values["address"]),
            values["postcode"],
            values["city"],
            values["region"],
        )
        taxes = tuple(TaxId(row["country"], row["number"]) for row in values["tax_ids"])
        plain = {name: values[name] for name in ("name", "country", "currency")}
        if before is None:
            draft = EntityDraft(values["code"], **plain, address=address, tax_ids=taxes)
            return entities.create(request, draft)
        change = EntityChange(**plain, address=address, tax_ids=taxes, version=self.seen_version)
        return entities.edit(request, before.code, change)

    def refused(self, error: BillingError) -> bool:
        if isinstance(error, EntityExists) and self.form is not None:
            self.form.fields["code"].error = error.message
            self.form.fields["code"].focus()
            return True
        return super().refused(error)

    def told(self, done: Entity) -> str:
        return f"Saved {done.code}."


def _address_lines(lines: Sequence[str]) -> RowsField:
    return RowsField(
        "address", "Address", noun="line", make=lambda: [[TextField("line", "Line")]],
        rows=[{"line": line} for line in lines], most=MOST_LINES,
    )  # fmt: skip


def _tax_ids(taxes: Sequence[TaxId], locale: str) -> RowsField:
    def make() -> list[list[Any]]:
        country = CountryField("country", "Country", required=True, check=territory, locale=locale)
        return [[country, TextField("number", "Number")]]

    rows = [{"country": one.country, "number": one.number} for one in taxes]
    return RowsField("tax_ids", "Tax numbers", noun="tax number", make=make, rows=rows, most=10)
