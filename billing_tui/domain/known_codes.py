"""Codes by the names people know: countries, currencies, locales and time zones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from .countries import COUNTRIES
from .currencies import CURRENCIES
from .text import sort_key

_MOST = 8
_LOCALE = "[a-z]{2,3}(_[A-Z]{2})?"
_BETWEEN = re.compile("[/_(]+")
_OLD_ZONES = ("Etc/", "SystemV/", "US/")


@dataclass(frozen=True, slots=True)
class KnownCode:
    code: str
    name: str


@lru_cache(maxsize=1)
def countries() -> tuple[KnownCode, ...]:
    from babel.core import Locale

    names = Locale("en").territories
    return tuple(KnownCode(code, str(names.get(code, code))) for code in sorted(COUNTRIES))


@lru_cache(maxsize=1)
def currencies() -> tuple[KnownCode, ...]:
    from babel.core import Locale

    names = Locale("en").currencies
    return tuple(KnownCode(code, str(names.get(code, code))) for code in sorted(CURRENCIES))


@lru_cache(maxsize=1)
def locales() -> tuple[KnownCode, ...]:
    """Languages and their countries; scripts are left to those who type them."""
    from babel.core import Locale
    from babel.localedata import locale_identifiers

    short = (code for code in sorted(locale_identifiers()) if re.fullmatch(_LOCALE, code))
    return tuple(
        KnownCode(code, Locale.parse(code).get_display_name("en") or code) for code in short
    )


@lru_cache(maxsize=1)
def zones() -> tuple[KnownCode, ...]:
    from zoneinfo import available_timezones

    named = (zone for zone in available_timezones() if not zone.startswith(_OLD_ZONES))
    whole = (zone for zone in named if "/" in zone or zone == "UTC")
    return tuple(KnownCode(zone, "") for zone in sorted(whole))


def matching(known: Callable[[], Iterable[KnownCode]], typed: str) -> tuple[KnownCode, ...]:
    """Those called or coded exactly so, then by the start of the code, then of a word."""
    wanted = sort_key(typed)
    if not wanted:
        return ()
    places: tuple[list[KnownCode], ...] = ([], [], [])
    for each in known():
        code, name = sort_key(each.code), sort_key(each.name)
        if wanted in (code, name):
            places[0].append(each)
        elif code.startswith(wanted):
            places[1].append(each)
        elif f" {wanted}" in f" {_BETWEEN.sub(' ', name or code)}":
            places[2].append(each)
    return tuple([each for place in places for each in place][:_MOST])


def meant(known: Callable[[], Iterable[KnownCode]], typed: str) -> str:
    """The code of what is called just so, or of the only one it can be; else nothing."""
    found = matching(known, typed)
    exact = [each.code for each in found if sort_key(each.name) == sort_key(typed)]
    if len(exact) == 1:
        return exact[0]
    return found[0].code if len(found) == 1 else ""


def name_of(known: Callable[[], Iterable[KnownCode]], code: str) -> str:
    return next((each.name for each in known() if each.code == code), "")
