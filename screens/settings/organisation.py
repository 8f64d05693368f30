"""The organisation: what it is called, counts in and lives by, and whether its books are real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from billing_tui.domain.acts import Request
from billing_tui.domain.dates import zone
from billing_tui.domain.errors import BillingError
from billing_tui.domain.organisations import (
    Organisation,
    OrganisationChange,
    ReasonNeeded,
    checked_title,
)
from billing_tui.domain.rights import Right
from screens.dialogs import Confirm
from screens.widgets.fields import CurrencyField, LocaleField, TextField, ZoneField

from .facts import FactsPart, Stated
from .fields import CheckedField
from .form import SettingsForm

_LIVE, _TRIAL = "● live books", "○ trial"


class OrganisationPart(FactsPart):
    ABOUT = "Whose books these are."
    RIGHTS: ClassVar[Mapping[str, Right]] = {
        "edit": Right.MANAGE_SETTINGS,
        "production": Right.MANAGE_SETTINGS,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "edit", "Edit", id="organisation.edit",
                tooltip="Change name, currency, locale or time zone"),
        Binding("p", "production", "Go live", id="organisation.production",
                tooltip="From now on its books are real"),
    ]  # fmt: skip

    organisation: Organisation | None = None

    def read(self) -> Organisation:
        return self.desk.services.organisations.show()

    def shown(self, found: Organisation) -> None:
        self.organisation = found
        self.show_rows(_stated(found))

    def blocked(self, action: str) -> str:
        if action == "production" and self.organisation and self.organisation.production:
            return "Its books are live already, and there is no way back."
        return super().blocked(action)

    def open_row(self, row: Stated) -> None:
        if self.check_action("edit", ()):
            self.action_edit()

    def action_edit(self) -> None:
        self.app.push_screen(OrganisationForm(), lambda _done: self.reload())

    def action_production(self) -> None:
        if (before := self.organisation) is None:
            return
        organisations, request = self.desk.services.organisations, Request.new()
        change = OrganisationChange(production=True, version=before.version)
        effects = [
            f"The books of {before.name} become real. From now on nobody can turn that back:"
            " what is tried out belongs to another organisation.",
            "The top bar says so on every screen.",
        ]

        def decided(yes: bool | None) -> None:
            if yes:
                self.save(
                    "go live",
                    lambda: organisations.edit(request, change),
                    lambda done: f"The books of {done.name} are live.",
                )

        self.app.push_screen(Confirm("Go live", effects, "Go live", danger=True), decided)


def _stated(one: Organisation) -> Sequence[Stated]:
    codes = ", ".join(entity.code for entity in one.entities)
    return (
        Stated("Name", one.name, "As the top bar and documents call it."),
        Stated("Currency", one.currency,
               "What sums are told in; it stays once the books have entries."),
        Stated("Locale", one.locale, "How amounts and dates are read and written."),
        Stated("Time zone", one.zone,
               "When a day begins. Dates already given stay; changing it needs a reason."),
        Stated("Books", _LIVE if one.production else _TRIAL,
               "Whether its books are real. There is no way back from live.",
               "success" if one.production else "muted"),
        Stated("Legal entities", codes or "none", "Who issues documents; they have a page."),
        Stated("Id", str(one.id), "What commands may call it by: --organisation."),
        Stated("Version", str(one.version), "How often it was changed.", "muted"),
    )  # fmt: skip


class OrganisationForm(SettingsForm[Organisation, Organisation]):
    FORM: ClassVar[str] = "organisation"

    def __init__(self) -> None:
        super().__init__("Edit organisation")

    def load_thing(self) -> Organisation:
        return self.desk.services.organisations.show()

    def make_fields(self, thing: Organisation | None) -> list[Widget]:
        if thing is None:
            return []
        return [
            CheckedField("name", "Name", text=thing.name, required=True,
                         check=lambda text: checked_title(text, "name")),
            CurrencyField("currency", "Currency", text=thing.currency, required=True,
                          locale=thing.locale),
            LocaleField("locale", "Locale", text=thing.locale, required=True,
                        placeholder="en, de, pt_BR"),
            ZoneField("zone", "Time zone", text=thing.zone, required=True),
            TextField("reason", "Reason", most=1000, placeholder="stays in the audit trail"),
        ]  # fmt: skip

    def save(self, values: Mapping[str, Any], request: Request) -> Organisation:
        before = self.thing
        if before is None:
            raise RuntimeError("a form without its organisation")
        wanted = {name: values[name] for name in ("name", "currency", "locale", "zone")}
        changes = {name: new for name, new in wanted.items() if new != getattr(before, name)}
        zone(wanted["zone"])
        change = OrganisationChange(**changes, version=self.seen_version)
        said = replace(request, reason=values["reason"])
        return self.desk.services.organisations.edit(said, change)

    def refused(self, error: BillingError) -> bool:
        if isinstance(error, ReasonNeeded) and self.form is not None:
            self.form.fields["reason"].error = f"{error.what} needs one."
            self.form.fields["reason"].focus()
            return True
        return super().refused(error)

    def told(self, done: Organisation) -> str:
        return f"Saved {done.name}."
