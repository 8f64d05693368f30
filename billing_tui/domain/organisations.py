"""Organisations and their legal entities: what may be said of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from uuid import UUID

from .countries import country
from .currencies import currency
from .dates import zone
from .errors import Conflict, InputError, NotFound, Refused
from .fields import FieldsRefused, Findings
from .tax_ids import TaxId, checked_tax_id
from .text import refuse_cards

MOST_LINES = 6
_CODE = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,10}[A-Z0-9])?")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:_[A-Za-z0-9]{2,8}){0,2}")


class EntityNotFound(NotFound):
    def __init__(self, code: str) -> None:
        self.entity = code
        super().__init__(
            "No such legal entity",
            f"{code[:40]!r} is no legal entity here. See `billing-tui entities list`.",
        )


class OrganisationExists(Conflict):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "Name taken", f"You belong to an organisation {name!r} already. Choose another name."
        )


class EntityExists(Conflict):
    def __init__(self, code: str) -> None:
        self.entity = code
        super().__init__("Legal entity exists", f"There is a legal entity {code} already.")


class UnknownLocale(InputError):
    def __init__(self, locale: str) -> None:
        self.locale = locale
        super().__init__(
            "Unknown locale", f"{locale[:20]!r} is not a locale. Write it like en, de or pt_BR."
        )


class CurrencyFixed(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Currency is fixed",
            "The books have entries, and the organisation's currency stays what it was when they"
            " began. Customers and documents may have any currency.",
        )


class AlreadyInProduction(Refused):
    def __init__(self) -> None:
        super().__init__(
            "No way back",
            "An organisation in production stays in production, since its books are real. Found"
            " another one to try things out.",
        )


class ReasonNeeded(InputError):
    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__("Say why", f"{what} needs a --reason, which stays in the audit trail.")


@dataclass(frozen=True, slots=True)
class Address:
    lines: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class EntityDraft:
    code: str
    name: str
    country: str = ""
    currency: str = ""
    address: Address = Address()
    tax_ids: tuple[TaxId, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    id: UUID
    version: int
    code: str
    name: str
    country: str
    currency: str
    address: Address
    tax_ids: tuple[TaxId, ...]
    closed_through: date | None


@dataclass(frozen=True, slots=True)
class EntityChange:
    """What is to change; None leaves as it is. The code names documents, so it stays."""

    name: str | None = None
    country: str | None = None
    currency: str | None = None
    address: Address | None = None
    tax_ids: tuple[TaxId, ...] | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    id: UUID
    version: int
    name: str
    currency: str
    locale: str
    zone: str
    production: bool
    entities: tuple[Entity, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class OrganisationChange:
    name: str | None = None
    currency: str | None = None
    locale: str | None = None
    zone: str | None = None
    production: bool | None = None
    version: int | None = None


def checked_title(name: str, field: str) -> str:
    findings = Findings()
    found = findings.text(field, name, 200, least=1)
    if findings.errors:
        raise FieldsRefused(f"The {field}", findings.errors)
    return found


def checked_locale(name: str) -> str:
    """A language, perhaps with a script and a country, in the spelling the tables use."""
    typed = name.strip().replace("-", "_")
    if _LOCALE.fullmatch(typed) is None:
        raise UnknownLocale(name)
    from babel.core import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(typed))
    except (UnknownLocaleError, ValueError):
        raise UnknownLocale(name) from None


def checked_entity(draft: EntityDraft) -> EntityDraft:
    """The draft in the form it is kept in, or all that is wrong with it at once."""
    found, code = Findings(), draft.code.strip().upper()
    if _CODE.fullmatch(code) is None:
        found.say("code", "takes 1 to 12 letters A to Z, digits and hyphens.")
    found.tried("code", partial(refuse_cards, code, "code"), "")
    checked = EntityDraft(
        code,
        found.text("name", draft.name, 200, least=1),
        found.tried("country", lambda: country(draft.country), "") if draft.country else "",
        found.tried("currency", lambda: currency(draft.currency).code, ""),
        _address(found, draft.address),
        _tax_ids(found, draft.tax_ids),
    )
    if found.errors:
        raise FieldsRefused("The legal entity", found.errors)
    return checked


def changed_entity(entity: Entity, change: EntityChange) -> EntityDraft:
    before = EntityDraft(
        entity.code, entity.name, entity.country, entity.currency, entity.address, entity.tax_ids
    )
    given = {
        name: value
        for name in ("name", "country", "currency", "address", "tax_ids")
        if (value := getattr(change, name)) is not None
    }
    return checked_entity(replace(before, **given))


def changed_organisation(
    before: Organisation, change: OrganisationChange, *, booked: bool, reason: str
) -> dict[str, object]:
    """The columns to write. Stored dates stay when the zone changes; only new days follow it."""
    values: dict[str, object] = {}
    if change.name is not None:
        values["name"] = checked_title(change.name, "organisation")
    if change.locale is not None:
        values["locale"] = checked_locale(change.locale)
    if change.currency is not None:
        code = currency(change.currency).code
        if booked and code != before.currency:
            raise CurrencyFixed
        values["currency"] = code
    if change.zone is not None:
        values["zone"] = zone(change.zone).key
        if values["zone"] != before.zone and not reason:
            raise ReasonNeeded("Changing the time zone")
    if change.production is not None:
        if before.production and not change.production:
            raise AlreadyInProduction
        values["production"] = change.production
    return values


def _address(found: Findings, address: Address) -> Address:
    if len(address.lines) > MOST_LINES:
        found.say("address", f"has {len(address.lines)} lines; at most {MOST_LINES} are printed.")
    return Address(
        tuple(found.text(f"address[{n}]", line, 200) for n, line in enumerate(address.lines)),
        found.text("postcode", address.postcode, 20),
        found.text("city", address.city, 100),
        found.text("region", address.region, 100),
    )


def _tax_ids(found: Findings, tax_ids: tuple[TaxId, ...]) -> tuple[TaxId, ...]:
    checked: list[TaxId] = []
    for n, each in enumerate(tax_ids):
        name, check = f"tax_ids[{n}]", partial(checked_tax_id, each.country, each.number)
        one: TaxId | None = found.tried(name, check, None)
        if one in checked:
            found.say(name, "is there twice.")
        elif one is not None:
            checked.append(one)
    return tuple(checked)
