"""Codes by the names people know: countries, currencies, languages, locales and time zones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from .countries import COUNTRIES
from .currencies import CURRENCIES
from .text import sort_key

_MOST = 8
_LONGEST_CODE = 3  # of countries, currencies and languages
_LANGUAGE = "[a-z]{2,3}"
_LOCALE = f"{_LANGUAGE}(_[A-Z]{{2}})?"
_BETWEEN = re.compile("[/_(]+")
_OLD_ZONES = ("Etc/", "SystemV/", "US/")


@dataclass(frozen=True, slots=True)
class KnownCode:
    """`also` is what people of a locale call it, which is found but not shown."""

    code: str
    name: str
    also: str = ""


@lru_cache(maxsize=4)
def countries(locale: str = "en") -> tuple[KnownCode, ...]:
    return _named(COUNTRIES, "territories", locale)


@lru_cache(maxsize=4)
def currencies(locale: str = "en") -> tuple[KnownCode, ...]:
    return _named(CURRENCIES, "currencies", locale)


def currency_of(country: str) -> str:
    """What people pay with there, empty where nobody knows."""
    from babel.numbers import get_territory_currencies

    used = get_territory_currencies(country.upper()) if country else ()
    return next((code for code in used if code in CURRENCIES), "")


@lru_cache(maxsize=4)
def languages(locale: str = "en") -> tuple[KnownCode, ...]:
    """Without countries; who writes to one in its own way types the code."""
    from babel.core import Locale

    codes = map(str, Locale("en").languages)
    return _named((code for code in codes if re.fullmatch(_LANGUAGE, code)), "languages", locale)


def _named(codes: Iterable[str], what: str, locale: str) -> tuple[KnownCode, ...]:
    from babel.core import Locale

    names, theirs = (getattr(Locale.parse(one), what) for one in ("en", locale))
    return tuple(
        KnownCode(code, str(names.get(code, code)), str(theirs.get(code, "")))
        for code in sorted(codes)
    )


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
    """Coded or called exactly so, then by the start of the code, of the name, and of a word in it;
    a word in it takes three letters, since fewer are meant as a code."""
    wanted = sort_key(typed)
    if not wanted:
        return ()
    places: tuple[list[KnownCode], ...] = ([], [], [], [], [])
    for each in known():
        code, names = sort_key(each.code), [sort_key(each.name), sort_key(each.also)]
        words = [f" {_BETWEEN.sub(' ', name or code)}" for name in names]
        if wanted == code:
            places[0].append(each)
        elif wanted in names:
            places[1].append(each)
        elif code.startswith(wanted):
            places[2].append(each)
        elif any(name.startswith(wanted) for name in names):
            places[3].append(each)
        elif len(wanted) >= _LONGEST_CODE and any(f" {wanted}" in word for word in words):
            places[4].append(each)
    return tuple([each for place in places for each in place][:_MOST])


def meant(known: Callable[[], Iterable[KnownCode]], typed: str) -> str:
    """The code of what is called just so, or of the only one a longer text than a code can be."""
    found, wanted = matching(known, typed), sort_key(typed)
    if found and sort_key(found[0].code) == wanted:
        return found[0].code
    exact = [each.code for each in found if wanted in (sort_key(each.name), sort_key(each.also))]
    if len(exact) == 1:
        return exact[0]
    return found[0].code if len(found) == 1 and len(wanted) > _LONGEST_CODE else ""


def name_of(known: Callable[[], Iterable[KnownCode]], code: str) -> str:
    return next((each.name for each in known() if each.code == code), "")
