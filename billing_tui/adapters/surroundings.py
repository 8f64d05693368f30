"""What the machine says about where it is: language, country, currency and time zone."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from billing_tui.domain.countries import country as checked_country
from billing_tui.domain.dates import zone
from billing_tui.domain.errors import InputError
from billing_tui.domain.known_codes import currency_of
from billing_tui.domain.organisations import checked_locale

_ZONES = "zoneinfo/"


@dataclass(frozen=True, slots=True)
class Guess:
    locale: str = "en"
    country: str = ""
    currency: str = "USD"
    zone: str = "UTC"


def guess() -> Guess:
    language, _, rest = _language().partition("_")
    country = rest[:2].upper()
    found = Guess(zone=_zone())
    try:
        found = replace(found, locale=checked_locale(language))
        found = replace(found, country=checked_country(country))
    except InputError:
        return found
    return replace(found, currency=currency_of(country) or found.currency)


def _language() -> str:
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    text = next(filter(None, named), "").partition(".")[0]
    return text if text not in ("C", "POSIX", "") else "en"


def _zone() -> str:
    link = os.environ.get("TZ") or str(Path("/etc/localtime").resolve())
    try:
        found = zone(link.partition(_ZONES)[2] or link.lstrip(":")).key
    except InputError:
        return "UTC"
    return "UTC" if found == "Etc/UTC" else found
