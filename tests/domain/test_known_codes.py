"""Codes found by what people know of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from billing_tui.domain.countries import COUNTRIES
from billing_tui.domain.currencies import CURRENCIES
from billing_tui.domain.known_codes import (
    KnownCode,
    countries,
    currencies,
    locales,
    matching,
    meant,
    name_of,
    zones,
)


@pytest.mark.parametrize(
    ("known", "typed", "first"),
    [
        (countries, "germ", "DE"),
        (countries, "de", "DE"),
        (countries, "cote d", "CI"),
        (currencies, "euro", "EUR"),
        (currencies, "yen", "JPY"),
        (locales, "german", "de"),
        (zones, "berlin", "Europe/Berlin"),
        (zones, "new y", "America/New_York"),
        (zones, "utc", "UTC"),
    ],
)
def test_by_code_or_by_name(
    known: Callable[[], Iterable[KnownCode]], typed: str, first: str
) -> None:
    assert matching(known, typed)[0].code == first


@pytest.mark.parametrize("typed", ["", "  ", "qqq", "\0", "[bold]", "(", "\ud800"])
def test_what_is_no_name_finds_nothing(typed: str) -> None:
    for known in (countries, currencies, locales, zones):
        assert matching(known, typed) == ()


def test_every_code_has_a_name() -> None:
    assert {each.code for each in countries()} == COUNTRIES
    assert {each.code for each in currencies()} == set(CURRENCIES)
    assert name_of(countries, "DE") == "Germany"
    assert name_of(countries, "XX") == ""


@pytest.mark.parametrize(
    ("known", "typed", "code"),
    [
        (countries, "Austria", "AT"),
        (countries, "austr", ""),
        (currencies, "euro", "EUR"),
        (zones, "Europe/Berl", "Europe/Berlin"),
        (locales, "German", "de"),
        (countries, "Narnia", ""),
    ],
)
def test_a_name_stands_for_its_code_where_that_is_clear(
    known: Callable[[], Iterable[KnownCode]], typed: str, code: str
) -> None:
    assert meant(known, typed) == code
