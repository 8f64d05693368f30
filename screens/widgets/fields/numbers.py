"""Amounts, numbers and percentages, typed as people type them, read while they do."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from billing_tui.domain.currencies import currency as known_currency
from billing_tui.domain.currencies import format_money
from billing_tui.domain.errors import BillingError
from billing_tui.domain.fields import FieldRefused
from billing_tui.domain.money import Money
from billing_tui.domain.typed import parse_amount, parse_decimal, parse_percent

from .field import Field
from .texts import InputField

V = TypeVar("V")


class _Number(InputField[V | None]):
    """None where it is empty and need not be filled in. `decimal` is the user's decimal mark."""

    WIDE: ClassVar[bool] = False

    def __init__(self, name: str, label: str, *, decimal: str = ".", **more: Any) -> None:
        super().__init__(name, label, **more)
        self.decimal = decimal

    def read(self, text: str) -> V | None:
        if text.strip():
            return self.parsed(text)
        if self.required:
            raise self.missing()
        return None

    def parsed(self, text: str) -> V:
        raise NotImplementedError


class MoneyField(_Number[Money]):
    """An amount of `currency`, or of the one that stands in the field it follows."""

    def __init__(
        self,
        name: str,
        label: str,
        *,
        currency: str,
        locale: str = "",
        exponent: int | None = None,
        follows: Field[str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(name, label, **more)
        self._currency, self.locale, self.exponent = currency, locale, exponent
        self.follows = follows

    @property
    def currency(self) -> str:
        """While the other field holds none, the last one that stood there."""
        if self.follows is not None:
            with suppress(BillingError):
                self._currency = known_currency(self.follows.value).code
        return self._currency

    def parsed(self, text: str) -> Money:
        return parse_amount(text, self.currency, self.decimal, exponent=self.exponent)

    def understood(self, value: Money | None) -> str:
        if value is None:
            return ""
        return f"= {format_money(value, self.locale, exponent=self.exponent)}"


class NumberField(_Number[Decimal]):
    """A number with at most `places` decimals, from `least` to `largest`."""

    def __init__(
        self,
        name: str,
        label: str,
        *,
        places: int = 6,
        least: int | None = None,
        largest: int = 10**12,
        **more: Any,
    ) -> None:
        super().__init__(name, label, **more)
        self.places, self.least, self.largest = places, least, largest

    def parsed(self, text: str) -> Decimal:
        value = parse_decimal(text, self.decimal, places=self.places, largest=self.largest)
        if self.least is not None and value < self.least:
            raise FieldRefused(f"must be at least {self.least}.")
        return value

    def understood(self, value: Decimal | None) -> str:
        return "" if value is None else f"= {value:,f}"


class PercentField(_Number[Decimal]):
    def __init__(self, name: str, label: str, *, places: int = 6, **more: Any) -> None:
        super().__init__(name, label, **more)
        self.places = places

    def parsed(self, text: str) -> Decimal:
        return parse_percent(text, self.decimal, places=self.places)

    def understood(self, value: Decimal | None) -> str:
        return "" if value is None else f"= {value:f} %"
