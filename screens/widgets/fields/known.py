"""Fields of a code that has a name: either may be typed, and the code is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from textual import events
from textual.widgets import Input

from billing_tui.domain.countries import country
from billing_tui.domain.currencies import currency
from billing_tui.domain.customers import checked_language
from billing_tui.domain.dates import zone
from billing_tui.domain.errors import InputError
from billing_tui.domain.known_codes import (
    KnownCode,
    countries,
    currencies,
    languages,
    locales,
    matching,
    meant,
    name_of,
    zones,
)
from billing_tui.domain.organisations import checked_locale

from .completion import CompletionField
from .drop_list import Suggestion
from .field import FieldChanged

Known = Callable[[], Iterable[KnownCode]]


class KnownField(CompletionField):
    """A code, completed by code or name; the name stands beside it."""

    WIDE: ClassVar[bool] = False

    def __init__(
        self, name: str, label: str, known: Known, check: Callable[[str], str], **more: Any
    ) -> None:
        super().__init__(name, label, suggest=self._find, free=False, **more)
        self._known_codes, self._check = known, check

    def _find(self, typed: str) -> list[Suggestion]:
        return [Suggestion(each.code, each.name) for each in matching(self._known_codes, typed)]

    def _open(self) -> None:
        """Beside a code that is known stands its name, so there is nothing to choose."""
        with suppress(InputError):
            if self.understood(self._check(self.text)):
                return
        super()._open()

    def read(self, text: str) -> str:
        if not text.strip():
            if self.required:
                raise self.missing()
            return ""
        try:
            return self._check(text)
        except InputError:
            if code := meant(self._known_codes, text):
                return code
            raise

    def refused(self, text: str) -> bool:
        """The check knows more than the list does."""
        return False

    def collect(self) -> str:
        """What was meant stands there afterwards; that is no change of what it means."""
        value = super().collect()
        with self.prevent(FieldChanged, Input.Changed):
            self.text = value
        return value

    def judge(self) -> None:
        """A name that is still being typed is not wrong yet."""
        super().judge()
        if self._own_error and self.input.has_focus:
            self._own_error = ""
            self._show()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        super().on_descendant_blur(event)
        self.judge()

    def understood(self, value: str) -> str:
        return name_of(self._known_codes, value)


class CountryField(KnownField):
    def __init__(
        self,
        name: str,
        label: str,
        *,
        locale: str = "en",
        check: Callable[[str], str] = country,
        **more: Any,
    ) -> None:
        super().__init__(name, label, partial(countries, locale), check, **more)


class CurrencyField(KnownField):
    def __init__(self, name: str, label: str, *, locale: str = "en", **more: Any) -> None:
        super().__init__(
            name, label, partial(currencies, locale), lambda code: currency(code).code, **more
        )


class LanguageField(KnownField):
    def __init__(self, name: str, label: str, *, locale: str = "en", **more: Any) -> None:
        super().__init__(name, label, partial(languages, locale), checked_language, **more)


class LocaleField(KnownField):
    def __init__(self, name: str, label: str, **more: Any) -> None:
        super().__init__(name, label, locales, checked_locale, **more)


class ZoneField(KnownField):
    def __init__(self, name: str, label: str, **more: Any) -> None:
        super().__init__(name, label, zones, lambda name: zone(name.strip()).key, **more)
