"""Whose books they are, and how they count."""

from __future__ import annotations

from collections.abc import Mapping

from billing_tui.domain.countries import country
from billing_tui.domain.currencies import currency
from billing_tui.domain.dates import zone
from billing_tui.domain.known_codes import countries, currencies, locales, zones
from billing_tui.domain.organisations import checked_locale
from screens.widgets.fields.texts import TextField

from .step import KnownField, Step


class CompanyStep(Step):
    NAME = "company"
    HEADING = "Who sends the invoices?"
    ABOUT = (
        "The organisation is what you call yourselves; the legal entity is the name on documents."
        " More entities can be added later."
    )

    def __init__(self, guesses: Mapping[str, str]) -> None:
        super().__init__(
            TextField("organisation", "Organisation", required=True),
            TextField("entity", "Legal entity", placeholder="as the organisation"),
            KnownField("country", "Country", countries, country, text=guesses["country"],
                       placeholder="such as DE"),
        )  # fmt: skip


class BooksStep(Step):
    NAME = "books"
    HEADING = "How do the books count?"
    ABOUT = (
        "Taken from this machine; type a name or a code to change one. The currency stays once"
        " something is booked. Customers may have any other."
    )

    def __init__(self, guesses: Mapping[str, str]) -> None:
        super().__init__(
            KnownField("currency", "Currency", currencies, lambda code: currency(code).code,
                       text=guesses["currency"], required=True),
            KnownField("locale", "Locale", locales, checked_locale, text=guesses["locale"],
                       required=True),
            KnownField("zone", "Time zone", zones, lambda name: zone(name.strip()).key,
                       text=guesses["zone"], required=True),
        )  # fmt: skip
