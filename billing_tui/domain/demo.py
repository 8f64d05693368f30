"""Made-up customers that look real: the n-th of a seed is always the same, whatever else there is.

Names, cities and streets come in by language; every tax number passes its country's check digits.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from .customers import (
    Address,
    AddressKind,
    Allocation,
    Brake,
    Contact,
    CustomerDraft,
    Delivery,
)
from .departments import DepartmentDraft
from .errors import InputError
from .ids import id_from
from .money import Money
from .rates import Rate
from .tax_ids import TaxId, checked_tax_id

# Ids carry this instant, so that they never depend on when a store was filled.
EPOCH_MS = 1_767_225_600_000  # 2026-01-01
GROUP = 50
TAX_NUMBERS = 100
DEPARTMENTS = (
    DepartmentDraft("SALES", "Sales"),
    DepartmentDraft("SALES-EU", "Sales Europe", "SALES"),
    DepartmentDraft("SALES-AM", "Sales Americas", "SALES"),
    DepartmentDraft("SALES-AP", "Sales Asia Pacific", "SALES"),
    DepartmentDraft("OPS", "Operations"),
    DepartmentDraft("OPS-LOG", "Logistics", "OPS"),
    DepartmentDraft("OPS-SUP", "Support", "OPS"),
    DepartmentDraft("MKT", "Marketing"),
    DepartmentDraft("MKT-EVT", "Events", "MKT"),
    DepartmentDraft("FIN", "Finance"),
)
_SHARES = (
    (("SALES-EU", 100),), (("SALES-AM", 60), ("OPS-SUP", 40)), (("SALES-AP", 75), ("MKT", 25)),
    (("OPS-LOG", Decimal("33.34")), ("OPS-SUP", Decimal("33.33")), ("FIN", Decimal("33.33"))),
)  # fmt: skip
_TERMS = ("net30", "net30", "net14", "net60", "eom+10")
_TAGS = ("key account", "retail", "wholesale", "public sector", "trial", "partner", "seasonal")
_WHY = {
    Brake.HOLD: "Order confirmation is disputed; asked the account manager.",
    Brake.NO_DUNNING: "Agreed on the telephone to wait until the end of the month.",
    Brake.NO_AUTO_PAY: "Pays by transfer only, as the framework contract says.",
}
_ROLES = ("Accounts payable", "Purchasing", "Managing director", "Controller")
# Euros of 2026, roughly; what matters is that they are dated and positive.
_RATES = {
    "USD": "1.1", "GBP": "0.86", "JPY": "171.3", "CHF": "0.94", "PLN": "4.26", "SEK": "11.1",
    "CZK": "24.6", "HUF": "396", "BRL": "6.3", "INR": "99.5", "CNY": "8.2", "KWD": "0.335",
    "TND": "3.4", "MGA": "5150",
}  # fmt: skip
_DIGIT = re.compile("[#A-C]")
# Tax numbers by country: # is any digit, ? is tried until the number passes its check.
_TAX = dict(
    line.split()
    for line in """
    DE ########?
    AT U#######?
    BE 0#######??
    BG ########?
    BR ########0001??
    CN 91110000########??
    CZ 1######?
    DK 1######?
    ES B#######?
    GB #######??
    GR ########?
    HU #######?
    IL 5#######?
    IS #####?
    IT #######001?
    JP ?############
    KE P05######?A
    KR #########?
    NL ########?B01
    PL #########?
    SE 55#######?01
    TH 0###########?
    TR #########?
    TW #######?
    US 12######?
    VN 01#######?
    """.strip().splitlines()
)


@dataclass(frozen=True, slots=True)
class Locale:
    """What people and firms of one language are called, and where they sit."""

    language: str
    country: str
    currency: str
    zone: str
    given: Sequence[str]
    family: Sequence[str]
    trade: Sequence[str]
    forms: Sequence[str]
    cities: Sequence[Sequence[str]]
    street: Sequence[str]
    phone: str
    postcode: str
    joint: str
    person: str


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    id: UUID
    draft: CustomerDraft
    parent: UUID | None
    brakes: Mapping[Brake, str]


class Demo:
    """Everything that a seed stands for; `locales` is the list in assets/demo/names.json."""

    def __init__(self, seed: int, locales: Sequence[Mapping[str, Any]]) -> None:
        self.seed = seed
        self._locales = [Locale(**one) for one in locales]

    def id(self, n: int) -> UUID:
        return id_from(EPOCH_MS + n, random.Random(f"id {self.seed} {n}").getrandbits(74))  # noqa: S311

    def customer(self, n: int) -> DemoCustomer:
        dice = random.Random(f"{self.seed} {n}")  # noqa: S311 - it must repeat
        above = _above(n)
        locale = self._locales[dice.randrange(len(self._locales))]
        # A group sits in one country, so its members get the head's locale.
        if above is not None:
            head = random.Random(f"{self.seed} {n - n % GROUP}")  # noqa: S311
            locale = self._locales[head.randrange(len(self._locales))]
        draft = _draft(dice, locale, n)
        brakes = {}
        if dice.random() < 0.02:
            brake = dice.choice(list(Brake))
            brakes[brake] = _WHY[brake]
        parent = None if above is None else self.id(above)
        return DemoCustomer(self.id(n), draft, parent, brakes)

    def rates(self, today: date) -> list[Rate]:
        """One a month for the two years before."""
        found = []
        for months in range(24):
            year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
            on = date(year, month + 1, 1)
            for quote, text in _RATES.items():
                dice = random.Random(f"{self.seed} {quote} {on}")  # noqa: S311
                rate = Decimal(text) * (1000 + dice.randrange(-30, 31)) / 1000
                found.append(Rate("EUR", quote, round(rate, 4), on, "demo"))
        return found


def gl_code(account: str, place: int) -> str:
    """A code such as charts of accounts have, by the nature of the account."""
    first = 4 if account.startswith(("revenue", "shipping", "late_fees")) else 1
    return f"{first}{place * 10:03d}"


def _above(n: int) -> int | None:
    """In each block of fifty: a group of four under its first, and one more level."""
    place = n % GROUP
    if place in (1, 2, 3):
        return n - place
    return n - 3 if place == 4 else None


def _draft(dice: random.Random, locale: Locale, n: int) -> CustomerDraft:
    firm = dice.random() < 0.85
    name = _firm(dice, locale) if firm else _person(dice, locale)
    limit = Money(dice.randrange(1, 500) * 100_000, locale.currency)
    return CustomerDraft(
        name=name,
        currency=locale.currency,
        terms=dice.choice(_TERMS),
        credit_limit=limit if dice.random() < 0.4 else None,
        delivery=Delivery.POST if dice.random() < 0.1 else Delivery.EMAIL,
        language=locale.language,
        addresses=_addresses(dice, locale),
        contacts=_contacts(dice, locale, n),
        tax_ids=_tax_ids(dice, locale.country) if firm and dice.random() < 0.8 else (),
        allocations=_allocations(dice) if dice.random() < 0.2 else (),
        tags=tuple(dice.sample(_TAGS, dice.randrange(3))),
        meta_data={"erp_id": f"{n:07d}", "zone": locale.zone},
    )


def _firm(dice: random.Random, locale: Locale) -> str:
    name = dice.choice(locale.family)
    if dice.random() < 0.7:
        other = dice.choice(locale.family)
        name = name if other == name else name + locale.joint + other
    if dice.random() < 0.8:
        space = "" if not locale.joint else " "
        name = f"{name}{space}{dice.choice(locale.trade)}"
    if dice.random() < 0.4:
        name = f"{name} {dice.choice(locale.cities)[0]}"
    return dice.choice(locale.forms).format(name)


def _person(dice: random.Random, locale: Locale) -> str:
    return locale.person.format(given=dice.choice(locale.given), family=dice.choice(locale.family))


def _addresses(dice: random.Random, locale: Locale) -> tuple[Address, ...]:
    kinds = [AddressKind.BILLING] + [AddressKind.SHIPPING] * (dice.random() < 0.15)
    found = []
    for kind in kinds:
        city, region = dice.choice(locale.cities)
        street = dice.choice(locale.street).replace("#", str(dice.randrange(1, 200)))
        postcode = _filled(dice, locale.postcode)
        found.append(Address(kind, locale.country, (street,), postcode, city, region))
    return tuple(found)


def _contacts(dice: random.Random, locale: Locale, n: int) -> tuple[Contact, ...]:
    return tuple(
        Contact(
            _person(dice, locale), f"contact{at}@customer{n}.example",
            _filled(dice, locale.phone), dice.choice(_ROLES),
        )
        for at in range(1 + (dice.random() < 0.25))
    )  # fmt: skip


def _filled(dice: random.Random, pattern: str) -> str:
    return _DIGIT.sub(lambda mark: str(dice.randrange(10)) if mark[0] == "#" else mark[0], pattern)


def _allocations(dice: random.Random) -> tuple[Allocation, ...]:
    return tuple(Allocation(code, Decimal(share)) for code, share in dice.choice(_SHARES))


def _tax_ids(dice: random.Random, country: str) -> tuple[TaxId, ...]:
    numbers = _tax_numbers(country)
    return (dice.choice(numbers),) if numbers else ()


@cache
def _tax_numbers(country: str) -> tuple[TaxId, ...]:
    """Numbers of a country with the right check digits, found by trying."""
    pattern = _TAX.get(country, "")
    dice = random.Random(country)  # noqa: S311
    found: list[TaxId] = []
    for _ in range(TAX_NUMBERS * 3 if pattern else 0):
        found += _first_valid(country, _filled(dice, pattern))
        if len(found) == TAX_NUMBERS:
            break
    return tuple(found)


def _first_valid(country: str, pattern: str) -> list[TaxId]:
    for tried in range(10 ** pattern.count("?")):
        number = pattern
        for digit in f"{tried:0{pattern.count('?')}d}":
            number = number.replace("?", digit, 1)
        try:
            return [checked_tax_id(country, number)]
        except InputError:
            continue
    return []
