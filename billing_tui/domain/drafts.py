"""Form drafts: what was typed and not saved, kept for the one who typed it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .audit import as_given
from .errors import InputError
from .fields import FieldRefused, checked_text
from .text import clean, refuse_cards

LONGEST_ABOUT, LONGEST_BODY = 80, 100_000
MOST_LISTED = 500
_FORM = re.compile(r"[a-z][a-z0-9_]{0,39}(\.[a-z0-9_]{1,40})?", re.ASCII)
_SECRET = re.compile(r"passw|passphrase|secret|recovery|credential|token|audit.?key", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DraftLine:
    """`about` is the number of what the form changes, empty for something new; `version` is the
    one that was seen."""

    form: str
    about: str
    version: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class FormDraft:
    form: str
    about: str
    version: int
    saved_at: datetime
    body: dict[str, Any]


class DraftTooLong(InputError):
    def __init__(self) -> None:
        super().__init__(
            "Draft too long",
            f"What was typed is longer than {LONGEST_BODY:,} characters, so it is not kept. Save"
            " the form, or shorten it.",
        )


def checked_place(form: str, about: str) -> tuple[str, str]:
    if _FORM.fullmatch(checked_text(form, "form", LONGEST_ABOUT)) is None:
        raise FieldRefused("A form is named by a word such as customers.edit.")
    return form, checked_text(about, "about", LONGEST_ABOUT)


def kept_body(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Texts, and lists and rows of them, as they were typed. Left out is what must not be kept:
    card numbers, secrets, and text that no store can give back."""
    body = _kept(typed)
    if len(as_given(body)) > LONGEST_BODY:
        raise DraftTooLong
    return dict(body)


def _kept(typed: Any) -> Any:
    match typed:
        case str():
            return _text(typed)
        case Mapping():
            told = {name: _kept(value) for name, value in typed.items() if not _SECRET.search(name)}
            return {name: value for name, value in told.items() if value is not None}
        case list() | tuple():
            # A place in a list stays, so that the rows behind it keep theirs.
            return ["" if (value := _kept(item)) is None else value for item in typed]
    raise TypeError(f"a draft holds texts, not {type(typed).__name__}")


def _text(typed: str) -> str | None:
    try:
        return refuse_cards(clean(typed, "draft"), "draft")
    except InputError:
        return None
