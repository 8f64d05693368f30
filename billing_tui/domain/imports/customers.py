"""Customers in a file: the first billing address and contact in columns, further ones as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from billing_tui.domain.currencies import currency
from billing_tui.domain.customers import (
    Address,
    AddressKind,
    Allocation,
    Contact,
    Customer,
    CustomerDraft,
    Delivery,
)
from billing_tui.domain.dates import utc_text
from billing_tui.domain.money import Money
from billing_tui.domain.tax_ids import TaxId
from billing_tui.domain.typed import NumberRefused, parse_percent

from .layout import CellRefused, Column, Row, json_cell, listed

COLUMNS = (
    Column("number", "yours; without one the next is given"),
    Column("name", "as on the invoice", needed=True),
    Column("currency", "three letters, such as EUR", needed=True),
    Column("parent", "the number of the customer above, which may come later in the file"),
    Column("terms", "such as net30 or eom; net30 when empty"),
    Column("credit_limit", "an amount in the customer's currency; none when empty", number=True),
    Column("delivery", "email, post or download; email when empty"),
    Column("language", "such as en or de-AT; en when empty"),
    Column("street", "lines of the billing address, separated by line ends"),
    Column("postcode", "of the billing address"),
    Column("city", "of the billing address"),
    Column("region", "of the billing address"),
    Column("country", "of the billing address: two letters, such as DE"),
    Column("more_addresses", "JSON list: kind (billing, shipping), country, lines, postcode, city"),
    Column("contact_name", "first contact"),
    Column("contact_email", "first contact"),
    Column("contact_phone", "first contact"),
    Column("contact_role", "first contact"),
    Column("more_contacts", "JSON list of name, email, phone and role"),
    Column("tax_ids", "country and number, such as DE:136695976; several between semicolons"),
    Column("allocations", "department and percent, such as SALES=60; OPS=40; they sum to 100"),
    Column("tags", "between semicolons"),
    Column("meta_data", "JSON object of names and texts"),
    Column("brakes", "what is set, with its reason", told=True),
    Column("status", "active, archived or merged", told=True),
    Column("merged_into", "the number it was merged into", told=True),
    Column("created_at", "in UTC", told=True),
)
_ADDRESS = ("street", "postcode", "city", "region", "country")
_CONTACT = ("name", "email", "phone", "role")


def read(row: Row) -> CustomerDraft:
    code = row.code("currency").upper()
    return CustomerDraft(
        name=row.text("name"),
        currency=code,
        number=row.code("number"),
        parent=row.code("parent"),
        terms=row.code("terms") or "net30",
        credit_limit=_limit(row, code),
        delivery=row.choice("delivery", Delivery, Delivery.EMAIL),
        language=row.code("language") or "en",
        addresses=tuple(_addresses(row)),
        contacts=tuple(_contacts(row)),
        tax_ids=tuple(_tax_ids(row)),
        allocations=tuple(_allocations(row)),
        tags=tuple(_texts(row, "tags")),
        meta_data=row.names("meta_data"),
    )


def column_of(row: Row, field: str) -> str:
    """The column to look at for what is said of a field such as `contacts[0].email`."""
    path = field.replace("[", ".").replace("]", "").split(".")
    area, at, name = (*path, "", "")[:3]
    if area == "addresses":
        return (
            {"lines": "street"}.get(name, name)
            if at == "0" and _in_columns(row)
            else f"more_{area}"
        )
    if area == "contacts":
        first = at == "0" and any(row.text(f"contact_{one}") for one in _CONTACT)
        return f"contact_{name}" if first else f"more_{area}"
    return area


def _in_columns(row: Row) -> bool:
    return any(row.text(name) for name in _ADDRESS)


def _limit(row: Row, code: str) -> Money | None:
    if not row.code("credit_limit") or row.tried("currency", lambda: currency(code), None) is None:
        return None
    return row.amount("credit_limit", code)


def _addresses(row: Row) -> Iterator[Address]:
    if _in_columns(row):
        street, postcode, city, region, country = (row.text(name) for name in _ADDRESS)
        lines = tuple(street.replace("\r\n", "\n").split("\n")) if street else ()
        yield Address(AddressKind.BILLING, country.strip(), lines, postcode, city, region)
    for item in row.items("more_addresses"):
        try:
            yield _address(item)
        except CellRefused as error:
            row.say("more_addresses", error.message)


def _address(item: Any) -> Address:
    given = _fields(item, {"kind", "country", "lines", "postcode", "city", "region"})
    lines = given.pop("lines", [])
    kind = given.pop("kind", "billing")
    texts = [*lines, kind, *given.values()] if isinstance(lines, list) else [lines]
    if not all(isinstance(text, str) for text in texts) or not isinstance(lines, list):
        raise CellRefused("an address has texts, and a list of texts as lines.")
    if kind not in tuple(AddressKind):
        raise CellRefused(f"{kind[:40]!r} is no kind of address; write billing or shipping.")
    return Address(AddressKind(kind), given.pop("country", ""), tuple(lines), **given)


def _contacts(row: Row) -> Iterator[Contact]:
    first = [row.text(f"contact_{name}") for name in _CONTACT]
    if any(first):
        yield Contact(*first)
    for item in row.items("more_contacts"):
        try:
            yield _contact(item)
        except CellRefused as error:
            row.say("more_contacts", error.message)


def _contact(item: Any) -> Contact:
    given = _fields(item, set(_CONTACT))
    if not all(isinstance(text, str) for text in given.values()):
        raise CellRefused("a contact has texts only.")
    return Contact(**{"name": ""} | given)


def _fields(item: Any, known: set[str]) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        raise CellRefused(f"this must be a JSON list of objects with {', '.join(sorted(known))}.")
    if unknown := set(item) - known:
        raise CellRefused(f"{min(unknown)[:40]!r} is none of {', '.join(sorted(known))}.")
    return dict(item)


def _texts(row: Row, column: str) -> Iterator[str]:
    for item in row.items(column):
        if isinstance(item, str):
            yield item
        else:
            row.say(column, "the JSON list must hold texts only.")


def _tax_ids(row: Row) -> Iterator[TaxId]:
    for text in _texts(row, "tax_ids"):
        country, colon, number = text.partition(":")
        if not colon:
            row.say("tax_ids", f"{text[:40]!r}: write the country in front, such as DE:136695976.")
        yield TaxId(country.strip(), number.strip())


def _allocations(row: Row) -> Iterator[Allocation]:
    for text in _texts(row, "allocations"):
        department, sign, percent = text.rpartition("=")
        try:
            share = parse_percent(percent if sign else "")
        except NumberRefused:
            row.say("allocations", f"{text[:40]!r}: write it like SALES=60.")
        else:
            yield Allocation(department.strip(), share)


def told(customer: Customer) -> list[str | Decimal | None]:
    """A customer as the cells of COLUMNS; `read` gives the same draft back."""
    brakes = (f"{brake.value}: {why}" for brake, why in sorted(customer.brakes.items()))
    return [
        *told_draft(customer), "; ".join(brakes), customer.status.value, customer.merged_into,
        utc_text(customer.created_at),
    ]  # fmt: skip


def told_draft(draft: Customer | CustomerDraft) -> list[str | Decimal | None]:
    """The cells of the columns that are taken in."""
    first, addresses = _first_address(draft.addresses)
    contact, contacts = _first_contact(draft.contacts)
    limit = draft.credit_limit
    return [
        draft.number, draft.name, draft.currency, draft.parent, draft.terms,
        None if limit is None else decimal_of(limit), draft.delivery.value, draft.language,
        *first, json_cell([_told_address(one) for one in addresses]) if addresses else "",
        *contact, json_cell([_told_contact(one) for one in contacts]) if contacts else "",
        listed(f"{one.country}:{one.number}" for one in draft.tax_ids),
        listed(f"{one.department}={one.percent:f}" for one in draft.allocations),
        listed(draft.tags), json_cell(draft.meta_data) if draft.meta_data else "",
    ]  # fmt: skip


def decimal_of(money: Money) -> Decimal:
    return Decimal(money.amount).scaleb(-currency(money.currency).iso)


def _first_address(addresses: tuple[Address, ...]) -> tuple[list[str], tuple[Address, ...]]:
    """The cells of the first one, if columns can hold it such that it reads back the same."""
    if addresses:
        one = addresses[0]
        street = "\n".join(one.lines)
        same = one.lines == (tuple(street.split("\n")) if street else ())
        cells = [street, one.postcode, one.city, one.region, one.country]
        if one.kind is AddressKind.BILLING and same and "\r\n" not in street and any(cells):
            return cells, addresses[1:]
    return [""] * len(_ADDRESS), addresses


def _first_contact(contacts: tuple[Contact, ...]) -> tuple[list[str], tuple[Contact, ...]]:
    if contacts:
        cells = [getattr(contacts[0], name) for name in _CONTACT]
        if any(cells):
            return cells, contacts[1:]
    return [""] * len(_CONTACT), contacts


def _told_address(one: Address) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "country": one.country,
        "lines": list(one.lines),
        "postcode": one.postcode,
        "city": one.city,
        "region": one.region,
    }


def _told_contact(one: Contact) -> dict[str, str]:
    return {name: getattr(one, name) for name in _CONTACT}
