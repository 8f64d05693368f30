"""The form of a customer: new, changed, or made after another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from textual.widget import Widget

from billing_tui.domain.acts import Request
from billing_tui.domain.currencies import format_money
from billing_tui.domain.customers import (
    EDITABLE,
    Address,
    AddressKind,
    Allocation,
    Contact,
    Customer,
    CustomerChanged,
    CustomerDraft,
    Delivery,
    LookAlike,
    Saved,
    checked_changes,
    checked_draft,
)
from billing_tui.domain.errors import BillingError
from billing_tui.domain.fields import FieldError, FieldsRefused
from billing_tui.domain.tax_ids import TaxId, territory
from billing_tui.domain.typed import decimal_mark
from screens.dialogs import Confirm
from screens.forms import FormPage
from screens.widgets.fields import (
    ChoiceField,
    CodeField,
    CompletionField,
    CountryField,
    CurrencyField,
    LanguageField,
    MoneyField,
    PercentField,
    RowsField,
    Suggestion,
    TagsField,
    TextField,
)

_TERMS = ("net7", "net14", "net30", "net60", "eom", "eom+30")
_SUGGESTED = 8


class CustomerForm(FormPage[Customer, Saved]):
    """`number` is whom to change; `like` whom a new one is made after."""

    FORM: ClassVar[str] = "customers"
    HELP_FILE: ClassVar[str] = "help/customer_form.txt"

    def __init__(self, number: str = "", like: str = "") -> None:
        heading = f"Edit {number}" if number else "New customer"
        super().__init__(heading, number)
        self.like = like
        self._confirmed = False
        self._changed: dict[str, Any] = {}

    def load_thing(self) -> Customer | None:
        reference = self.about or self.like
        return self.desk.services.customers.show(reference) if reference else None

    @property
    def takes_draft(self) -> bool:
        return not self.like

    def version_of(self, thing: Customer | None) -> int:
        return thing.version if thing else 0

    def base_of(self, thing: Customer) -> Mapping[str, Any]:
        return {name: getattr(thing, name) for name in EDITABLE}

    def make_fields(self, thing: Customer | None) -> list[Widget]:
        locale = self.desk.session.locale
        mark, one = decimal_mark(locale), thing.draft() if thing else self._blank()
        currency = CurrencyField("currency", "Currency", text=one.currency, required=True,
                                 locale=locale)  # fmt: skip
        limit = MoneyField("credit_limit", "Credit limit", currency=one.currency, decimal=mark,
                           locale=locale, follows=currency)  # fmt: skip
        if one.credit_limit is not None:
            limit.text = format_money(one.credit_limit, locale)
        fields: list[Widget] = [
            TextField("name", "Name", text=one.name if self.about else "", required=True),
            currency,
            TextField("terms", "Terms", text=one.terms, placeholder=", ".join(_TERMS)),
            limit,
            CompletionField("parent", "Parent", text=one.parent, suggest=self._customers,
                            free=False),
            ChoiceField("delivery", "Delivery", value=one.delivery,
                        options=[(each, each.value) for each in Delivery]),
            LanguageField("language", "Language", text=one.language, required=True,
                          locale=locale),
            TagsField("tags", "Tags", suggest=self._tags, text=", ".join(one.tags)),
            _addresses(one.addresses, locale),
            _contacts(one.contacts if self.about else ()),
            _tax_ids(one.tax_ids if self.about else (), locale),
            self._shares(one.allocations, mark),
            _meta_data(one.meta_data),
        ]  # fmt: skip
        if not self.about:
            number = CodeField("number", "Number", placeholder="the next free one")
            fields.insert(1, number)
        return fields

    def _blank(self) -> CustomerDraft:
        """What a new one most likely has: the currency and the language of the books."""
        session = self.desk.session
        return CustomerDraft("", session.currency, language=session.locale.partition("_")[0])

    def wrong_in(self, values: Mapping[str, Any]) -> Sequence[FieldError]:
        before = self.thing.draft() if self.about and self.thing else None
        blank = before or CustomerDraft("", self.desk.session.currency)
        draft = replace(blank, **{name: _made(name, value) for name, value in values.items()})
        try:
            if before is None:
                checked_draft(draft)
            else:
                checked_changes(before, _changes(before, draft))
        except FieldsRefused as refused:
            return refused.errors
        return ()

    def save(self, values: Mapping[str, Any], request: Request) -> Saved:
        customers, draft = self.desk.services.customers, _draft(values)
        if not self.about:
            return customers.create(request, draft, confirmed=self._confirmed)
        self._changed = _changes(self.thing.draft(), draft) if self.thing else {}
        version = self.seen_version
        return customers.edit(
            request, self.about, version, self._changed, confirmed=self._confirmed
        )

    def told(self, done: Saved) -> str:
        return f"Saved {done.number}."

    def undo(self, done: Saved) -> Callable[[Request], Saved] | None:
        """Nobody's number is used twice, so a new one that is not wanted is put away."""
        customers, before = self.desk.services.customers, self.thing
        if not self.about or before is None:
            return lambda request: customers.archive(request, done.number)
        if self.seen_version != before.version:
            return None  # what others saved meanwhile is not this one's to take back
        back = {name: getattr(before.draft(), name) for name in self._changed}
        return lambda request: customers.edit(
            request, done.number, done.version, back, confirmed=True
        )

    def refused(self, error: BillingError) -> bool:
        if isinstance(error, LookAlike):
            self._ask_look_alike(error)
        elif isinstance(error, CustomerChanged):
            self.ask_conflict(error.title, error.differences, error.version)
        else:
            return False
        return True

    def _ask_look_alike(self, error: LookAlike) -> None:
        def decided(real: bool | None) -> None:
            if real:
                self._confirmed = True
                self.try_again()

        lines = [error.message]
        self.app.push_screen(Confirm(error.title, lines, "Both are real", danger=True), decided)

    def _customers(self, text: str) -> Sequence[Suggestion]:
        found = self.desk.services.customers.suggest(text, _SUGGESTED)
        return [Suggestion(line.number, line.name) for line in found]

    def _tags(self, text: str) -> Sequence[Suggestion]:
        return [Suggestion(tag) for tag in self.desk.services.customers.tags(text, _SUGGESTED)]

    def _departments(self, text: str) -> Sequence[Suggestion]:
        found = self.desk.services.departments.list(text=text, limit=_SUGGESTED)
        return [Suggestion(one.code, one.name) for one in found.items]

    def _shares(self, shares: Sequence[Allocation], mark: str) -> RowsField:
        def make() -> list[list[Any]]:
            return [[
                CompletionField("department", "Department", suggest=self._departments,
                                free=False),
                PercentField("percent", "Percent", decimal=mark),
            ]]  # fmt: skip

        rows = [
            {"department": one.department, "percent": f"{one.percent:f}".replace(".", mark)}
            for one in shares
        ]
        return RowsField("allocations", "Cost shares", noun="share", make=make, rows=rows)


def _addresses(addresses: Sequence[Address], locale: str) -> RowsField:
    def make() -> list[list[Any]]:
        return [
            [
                ChoiceField("kind", "Kind", value=AddressKind.BILLING,
                            options=[(each, each.value) for each in AddressKind]),
                TextField("lines", "Street"),
            ],
            [
                TextField("postcode", "Postcode"),
                TextField("city", "City"),
                TextField("region", "Region"),
                CountryField("country", "Country", required=True, locale=locale),
            ],
        ]  # fmt: skip

    rows = [
        {"kind": one.kind.value, "lines": "; ".join(one.lines), "postcode": one.postcode,
         "city": one.city, "region": one.region, "country": one.country}
        for one in addresses
    ]  # fmt: skip
    return RowsField("addresses", "Addresses", noun="address", make=make, rows=rows)


def _contacts(contacts: Sequence[Contact]) -> RowsField:
    names = ("name", "email", "phone", "role")

    def make() -> list[list[Any]]:
        return [[TextField(name, name.capitalize()) for name in names]]

    rows = [{name: getattr(one, name) for name in names} for one in contacts]
    return RowsField("contacts", "Contacts", noun="contact", make=make, rows=rows, most=50)


def _tax_ids(tax_ids: Sequence[TaxId], locale: str) -> RowsField:
    def make() -> list[list[Any]]:
        country = CountryField("country", "Country", required=True, check=territory, locale=locale)
        return [[country, TextField("number", "Number")]]

    rows = [{"country": one.country, "number": one.number} for one in tax_ids]
    return RowsField("tax_ids", "Tax numbers", noun="tax number", make=make, rows=rows, most=10)


def _meta_data(meta_data: Mapping[str, str]) -> RowsField:
    def make() -> list[list[Any]]:
        return [[TextField("key", "Key"), TextField("value", "Value")]]

    rows = [{"key": key, "value": value} for key, value in meta_data.items()]
    return RowsField("meta_data", "Free fields", noun="field", make=make, rows=rows, most=50)


def _draft(values: Mapping[str, Any]) -> CustomerDraft:
    """What the fields say, with rows made into what they stand for; values that are whole already,
    after a conflict, stay."""
    made = {name: _made(name, value) for name, value in values.items()}
    return CustomerDraft(**made)


def _made(name: str, value: Any) -> Any:
    if not isinstance(value, tuple) or not all(isinstance(row, dict) for row in value):
        return value
    match name:
        case "addresses":
            return tuple(Address(**_address(row)) for row in value)
        case "contacts":
            return tuple(Contact(**row) for row in value)
        case "tax_ids":
            return tuple(TaxId(row["country"], row["number"]) for row in value)
        case "allocations":
            return tuple(Allocation(r["department"], r["percent"] or Decimal(0)) for r in value)
        case "meta_data":
            return {row["key"]: row["value"] for row in value}
    return value


def _address(row: Mapping[str, Any]) -> dict[str, Any]:
    lines = tuple(part.strip() for part in str(row["lines"]).split(";") if part.strip())
    return {**row, "lines": lines}


def _changes(before: CustomerDraft, draft: CustomerDraft) -> dict[str, Any]:
    return {
        name: getattr(draft, name)
        for name in EDITABLE
        if getattr(draft, name) != getattr(before, name)
    }
