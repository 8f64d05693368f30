"""A draft out of the plain data of a file or a script."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from billing_tui.domain.currencies import currency
from billing_tui.domain.fields import FieldRefused, Findings
from billing_tui.domain.money import Money
from billing_tui.domain.tax_ids import TaxId
from billing_tui.domain.typed import parse_amount, parse_percent

from .checks import DraftRefused
from .records import (
    EDITABLE,
    Address,
    AddressKind,
    Allocation,
    Contact,
    CustomerDraft,
    Delivery,
)

E = TypeVar("E", bound=StrEnum)
_MISSING = {"name": "is missing.", "currency": "is missing; add one such as EUR."}
_TEXTS = ("name", "currency", "parent", "terms", "language")


def draft_given(data: Any) -> CustomerDraft:
    """A draft from one object; where an amount can be read in two ways, its point is decimal."""
    if not isinstance(data, Mapping):
        raise FieldRefused('A customer is one object, like {"name": "Acme", "currency": "EUR"}.')
    on = Findings()
    for name in ("name", "currency"):
        if name not in data:
            on.say(name, _MISSING[name])
    number = _text(on, "number", data.get("number", ""))
    known = {name: value for name, value in data.items() if name != "number"}
    changes = _read(on, known, str(data.get("currency", "")), ".")
    if on.errors:
        raise DraftRefused(on.errors)
    return CustomerDraft(number=number, **changes)


def changes_given(data: Any, currency_now: str, decimal: str = ".") -> dict[str, Any]:
    """Changed fields from one object; an amount is in the new currency, else in today's, with the
    decimal mark of whoever typed it."""
    if not isinstance(data, Mapping):
        raise FieldRefused('Changes are one object, like {"terms": "net14"}.')
    on = Findings()
    changes = _read(on, data, str(data.get("currency", currency_now)), decimal)
    if on.errors:
        raise DraftRefused(on.errors)
    return changes


def _read(on: Findings, data: Mapping[Any, Any], code: str, decimal: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in data.items():
        if name not in EDITABLE:
            on.say(str(name)[:40], f"is no field of a customer; there are {', '.join(EDITABLE)}.")
        elif name in _TEXTS:
            found[name] = _text(on, name, value)
        elif name == "credit_limit":
            if code:
                found[name] = on.tried(name, partial(_money, value, code, decimal), None)
        elif name == "delivery":
            found[name] = _choice(on, name, value, Delivery, Delivery.EMAIL)
        elif name == "tags":
            found[name] = tuple(_text(on, f"tags[{n}]", tag) for n, tag in _items(on, name, value))
        elif name == "meta_data":
            found[name] = _object(on, name, value)
        else:
            found[name] = tuple(
                _PARTS[name](on, f"{name}[{n}]", _object(on, f"{name}[{n}]", item))
                for n, item in _items(on, name, value)
            )
    return found


def _text(on: Findings, field: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    on.say(field, "must be text.")
    return ""


def _money(value: Any, code: str, decimal: str) -> Money | None:
    if value is None or value == "":
        return None
    if isinstance(value, Mapping) and type(value.get("amount")) is int:
        # As `show` prints it: minor units, which need no reading.
        return Money(value["amount"], str(value.get("currency", "")))
    if not isinstance(value, str | int | Decimal) or isinstance(value, bool):
        raise FieldRefused('must be an amount as text, like "1234.50".')
    return parse_amount(str(value), currency(code).code, decimal)


def _choice(on: Findings, field: str, value: Any, choices: type[E], otherwise: E) -> E:
    if value in [choice.value for choice in choices]:
        return choices(value)
    on.say(field, f"must be one of {', '.join(choice.value for choice in choices)}.")
    return otherwise


def _items(on: Findings, field: str, value: Any) -> list[tuple[int, Any]]:
    if isinstance(value, list | tuple):
        return list(enumerate(value))
    on.say(field, "must be a list, which only a file can hold.")
    return []


def _object(on: Findings, field: str, value: Any) -> dict[Any, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    on.say(field, "must be an object with named values.")
    return {}


def _only(on: Findings, at: str, data: dict[Any, Any], names: tuple[str, ...]) -> None:
    for name in data:
        if name not in names:
            on.say(f"{at}.{str(name)[:40]}", f"is not known; there are {', '.join(names)}.")


def _address(on: Findings, at: str, data: dict[Any, Any]) -> Address:
    _only(on, at, data, ("kind", "country", "lines", "postcode", "city", "region"))
    lines = _items(on, f"{at}.lines", data.get("lines", []))
    return Address(
        kind=_choice(
            on, f"{at}.kind", data.get("kind", "billing"), AddressKind, AddressKind.BILLING
        ),
        country=_text(on, f"{at}.country", data.get("country", "")),
        lines=tuple(_text(on, f"{at}.lines[{n}]", line) for n, line in lines),
        postcode=_text(on, f"{at}.postcode", data.get("postcode", "")),
        city=_text(on, f"{at}.city", data.get("city", "")),
        region=_text(on, f"{at}.region", data.get("region", "")),
    )


def _contact(on: Findings, at: str, data: dict[Any, Any]) -> Contact:
    names = ("name", "email", "phone", "role")
    _only(on, at, data, names)
    return Contact(*(_text(on, f"{at}.{name}", data.get(name, "")) for name in names))


def _tax_id(on: Findings, at: str, data: dict[Any, Any]) -> TaxId:
    _only(on, at, data, ("country", "number", "checked"))
    place, number = (_text(on, f"{at}.{n}", data.get(n, "")) for n in ("country", "number"))
    return TaxId(place, number)


def _allocation(on: Findings, at: str, data: dict[Any, Any]) -> Allocation:
    _only(on, at, data, ("department", "percent"))
    typed = str(data.get("percent", ""))
    percent = on.tried(f"{at}.percent", lambda: parse_percent(typed), Decimal(0))
    return Allocation(_text(on, f"{at}.department", data.get("department", "")), percent)


_PARTS: dict[str, Any] = {
    "addresses": _address,
    "contacts": _contact,
    "tax_ids": _tax_id,
    "allocations": _allocation,
}
