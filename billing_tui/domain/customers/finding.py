"""How customers are found and listed: keys, words of a query, filters and orders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from billing_tui.domain.errors import InputError
from billing_tui.domain.money import Money
from billing_tui.domain.tax_ids import tax_id_keys
from billing_tui.domain.text import search_words, sort_key

from .records import Brake, Customer, CustomerDraft, Status

LONGEST_KEY = 200
MOST_WORDS = 16
_BETWEEN = re.compile(r"[\s.\-/_#+]+")
_DIGITS = re.compile(r"\d+", re.ASCII)


class TooManyWords(InputError):
    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(
            "Too many words",
            f"A search takes at most {MOST_WORDS} words, not {count}; the rarer ones are enough.",
        )


class KeyKind(StrEnum):
    WORD = "word"
    NUMBER = "number"
    EMAIL = "email"
    TAX_ID = "tax_id"
    TAG = "tag"
    DEPARTMENT = "department"
    BRAKE = "brake"


class CustomerSort(StrEnum):
    NAME = "name"
    NUMBER = "number"
    CREATED = "created"


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Everything asked must hold. `status` None is all; `parent` is a number, merges followed;
    the days of `created_from` to `created_to` are those of the organisation's zone."""

    text: str = ""
    status: Status | None = Status.ACTIVE
    tag: str = ""
    parent: str = ""
    department: str = ""
    currency: str = ""
    brake: Brake | None = None
    created_from: date | None = None
    created_to: date | None = None


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """A customer as it stands in a list."""

    id: UUID
    number: str
    name: str
    currency: str
    parent: str
    merged_into: str
    status: Status
    brakes: tuple[Brake, ...]
    tags: tuple[str, ...]
    terms: str
    credit_limit: Money | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that must be among a customer's keys: any of `kinds`, whole or from its start."""

    kinds: tuple[KeyKind, ...]
    key: str
    prefix: bool = False


def keys_of(customer: Customer | CustomerDraft) -> set[tuple[KeyKind, str]]:
    """What this customer can be found by."""
    return set(_keys_of(customer))


def _keys_of(customer: Customer | CustomerDraft) -> Iterator[tuple[KeyKind, str]]:
    for word in search_words(customer.name):
        yield KeyKind.WORD, word[:LONGEST_KEY]
    yield KeyKind.NUMBER, compact(customer.number)
    for contact in customer.contacts:
        if contact.email:
            yield KeyKind.EMAIL, sort_key(contact.email)
    for tax_id in customer.tax_ids:
        for key in tax_id_keys(tax_id):
            yield KeyKind.TAX_ID, key
    for share in customer.allocations:
        yield KeyKind.DEPARTMENT, sort_key(share.department)
    yield from marks_of(customer.tags, customer.brakes if isinstance(customer, Customer) else ())


def marks_of(tags: Iterable[str], brakes: Iterable[Brake]) -> Iterator[tuple[KeyKind, str]]:
    """What tags and brakes let a customer be found by."""
    for tag in tags:
        yield KeyKind.TAG, sort_key(tag)
    for brake in brakes:
        yield KeyKind.BRAKE, brake.value


def compact(text: str) -> str:
    """A number as it is compared: without case, spaces and the marks between its parts."""
    return _BETWEEN.sub("", sort_key(text))


def number_sort(number: str) -> str:
    """Sorts C-9 before C-10: each run of digits carries its length in front."""
    return _DIGITS.sub(_with_length, sort_key(number))


def _with_length(digits: re.Match[str]) -> str:
    bare = digits[0].lstrip("0") or "0"
    return f"{len(bare):02d}{bare}"


def as_identifier(text: str) -> Wanted | None:
    """The query read as a number, tax id or e-mail address, if it could be one."""
    if "@" in text:
        return Wanted((KeyKind.EMAIL,), sort_key(text)[:LONGEST_KEY], prefix=True)
    key = compact(text)
    if len(key) < 2 or not any(c.isdigit() for c in key):
        return None
    return Wanted((KeyKind.NUMBER, KeyKind.TAX_ID), key[:LONGEST_KEY], prefix=True)


def as_words(text: str) -> tuple[Wanted, ...]:
    """The query read as beginnings of words, which must all be in the name."""
    words = search_words(text)
    # A word that begins like another one says nothing more.
    telling = [w for w in words if not any(o != w and o.startswith(w) for o in words)]
    if len(telling) > MOST_WORDS:
        raise TooManyWords(len(telling))
    return tuple(Wanted((KeyKind.WORD,), word[:LONGEST_KEY], prefix=True) for word in telling)


def key_range(prefix: str) -> tuple[str, str]:
    """From where to where the keys lie that begin so, compared bytewise."""
    return prefix, prefix + "\U0010ffff"
