"""Tax numbers: checked by the rules of their country, kept in the form those rules call normal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from .countries import COUNTRIES, UnknownCountry, country
from .errors import InputError
from .fields import checked_text

LONGEST = 40
# Kinds of tax numbers as python-stdnum names them; the first that accepts a number names its form.
_KINDS = ("vat", "tin", "stnr", "utr", "orgnr", "uid", "ein", "bn")
# Tax territories that are no countries: the one-stop shop of the EU, and Northern Ireland.
_TERRITORIES = {"EU": "stdnum.eu.oss", "XI": "stdnum.gb.vat"}
_BETWEEN = re.compile(r"[\s.\-/]+")
_SHAPE = re.compile(r"[^\W_]{2,30}")


@dataclass(frozen=True, slots=True)
class TaxId:
    """`checked` is False where no rule of that country is known; then only the shape was looked at.

    `number` is without the country's own prefix where the country's rule leaves it out.
    """

    country: str
    number: str
    checked: bool = True


class TaxIdRefused(InputError):
    def __init__(self, country: str, number: str, why: str) -> None:
        self.country, self.number = country, number
        super().__init__("Tax number refused", f"{number[:LONGEST]!r} of {country}: {why}")


def checked_tax_id(country_code: str, number: str) -> TaxId:
    place = territory(country_code)
    rules = _rules(place)
    if not rules:
        return TaxId(place, _shaped(place, number), checked=False)
    for rule in rules:
        try:
            # A number that passes its own check is no card number, whatever else it looks like.
            return TaxId(place, rule.validate(number))
        except Exception:  # noqa: BLE001, S112 - some rules stumble over text they do not expect
            continue
    checked_text(number, "number", LONGEST)
    raise TaxIdRefused(
        place, number, "a digit or letter is wrong or missing. Copy it again from the document."
    )


def territory(code: str) -> str:
    """A country, or one of the two tax territories that are none."""
    typed = code.strip().upper()
    return typed if typed in _TERRITORIES else country(code)


def tax_id_keys(tax_id: TaxId) -> Iterator[str]:
    """How a tax number is looked for: with its country in front, and without."""
    bare = _BETWEEN.sub("", tax_id.number).lower()
    prefix = tax_id.country.lower()
    yield bare
    if not bare.startswith(prefix):
        yield prefix + bare


def _shaped(place: str, number: str) -> str:
    compact = _BETWEEN.sub("", checked_text(number, "number", LONGEST, least=1)).upper()
    if _SHAPE.fullmatch(compact) is None:
        raise TaxIdRefused(place, number, "write 2 to 30 letters and digits.")
    return compact


@cache
def _rules(place: str) -> tuple[Any, ...]:
    from stdnum import get_cc_module

    if place in _TERRITORIES:
        return (import_module(_TERRITORIES[place]),)
    if place not in COUNTRIES:
        raise UnknownCountry(place)
    found = [get_cc_module(place.lower(), kind) for kind in _KINDS]
    return tuple(rule for rule in found if rule is not None)
