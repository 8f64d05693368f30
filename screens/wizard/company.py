"""Whose books they are, and how they count."""

from __future__ import annotations

from collections.abc import Mapping

from billing_tui.domain.known_codes import currency_of
from screens.widgets.fields.known import CountryField, CurrencyField, LocaleField, ZoneField
from screens.widgets.fields.texts import TextField

from .step import Step


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
            CountryField("country", "Country", text=guesses["country"], placeholder="such as DE"),
        )


class BooksStep(Step):
    NAME = "books"
    HEADING = "How do the books count?"
    ABOUT = (
        "Taken from the country and this machine; type a name or a code to change one. The currency"
        " stays once something is booked. Customers may have any other."
    )

    def __init__(self, guesses: Mapping[str, str]) -> None:
        self._guessed = guesses["currency"]
        super().__init__(
            CurrencyField("currency", "Currency", text=guesses["currency"], required=True),
            LocaleField("locale", "Locale", text=guesses["locale"], required=True),
            ZoneField("zone", "Time zone", text=guesses["zone"], required=True),
        )

    def follow(self, country: str) -> None:
        """The currency of that country, unless another one was typed."""
        field, usual = self.fields["currency"], currency_of(country)
        if usual and field.text == self._guessed:
            field.text = self._guessed = usual
