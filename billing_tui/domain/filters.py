"""The filter language of query lines and scripts: words, and fields compared with values.

`tag:"key account" created>=2026-01-01 acme` are two terms and a word. Every area has fields of its
own and says what they mean; this file knows how they are written, read and completed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from .currencies import CURRENCIES, currency
from .errors import InputError
from .text import clean, sort_key
from .typed import parse_amount, parse_decimal
from .typed_dates import parse_date

LONGEST = 2000
# A quote that is not closed runs to the end, as it does while somebody types.
_PART = re.compile(r'(?:"(?:[^"]|"")*+(?:"|\Z)|[^\s"]++)++')
_QUOTED = re.compile(r'"((?:[^"]|"")*+)(?:"|\Z)')
_HEAD = re.compile(r'([^\s":=<>]*)(<=|>=|[:=<>])')
_NEEDS_QUOTES = re.compile(r'[\s"]|\A\Z')


class Kind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    CURRENCY = "currency"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"


class Comparison(StrEnum):
    IS = ":"
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


_ORDERED = frozenset({Kind.NUMBER, Kind.MONEY, Kind.DATE})


@dataclass(frozen=True, slots=True)
class Field:
    """`choices` are all there is to choose from, each with what it means."""

    name: str
    about: str
    kind: Kind = Kind.TEXT
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How values are read: on which day, with which decimal mark, and amounts in which currency
    where the query itself names none."""

    today: date
    decimal: str = "."
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """`start` and `end` say where in the text it stands; `value` is read as its field's kind."""

    field: Field
    comparison: Comparison
    value: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """`places` say where in the text each word stands."""

    words: tuple[str, ...]
    terms: tuple[Term, ...]
    places: tuple[tuple[int, int], ...]


class Completion(NamedTuple):
    """`replacement` stands for the text from `start` to `end`."""

    replacement: str
    start: int
    end: int
    about: str


class FilterNotUnderstood(InputError):
    """`start` and `end` say where the wrong word stands in the text."""

    def __init__(self, start: int, end: int, message: str) -> None:
        self.start, self.end = start, end
        super().__init__("Filter not understood", message)


@dataclass(frozen=True, slots=True)
class _Part:
    """What stands between spaces; without a sign it is a word, else a field and a value."""

    start: int
    end: int
    name: str
    sign: str
    value: str

    @property
    def at_value(self) -> int:
        return self.start + len(self.name) + len(self.sign)


def read(text: str, fields: Sequence[Field], reading: Reading) -> Query:
    """The words and terms of a text, or FilterNotUnderstood with the place of what is wrong."""
    _refuse_unreadable(text)
    words: list[tuple[str, tuple[int, int]]] = []
    found: list[tuple[Field, Comparison, _Part]] = []
    for part in _parts(text):
        if part.sign:
            field = _field(part, fields)
            found.append((field, _comparison(part, field), part))
        elif part.value:
            words.append((part.value, (part.start, part.end)))
    named = [one.value.upper() for field, _, one in found if field.kind is Kind.CURRENCY]
    code = next((code for code in named if code in CURRENCIES), reading.currency)
    terms = [
        Term(field, comparison, _value(part, field, reading, code), part.start, part.end)
        for field, comparison, part in found
    ]
    return Query(tuple(word for word, _ in words), tuple(terms), tuple(place for _, place in words))


def term(name: str, comparison: Comparison, value: str) -> str:
    """One term as `read` takes it."""
    return f"{name}{comparison}{_quoted(value) if _NEEDS_QUOTES.search(value) else value}"


def words(text: str) -> str:
    """Free text as `read` takes it, with quotes only where they are needed."""
    each = text.split(" ")
    plain = all(word and not _NEEDS_QUOTES.search(word) and not _HEAD.match(word) for word in each)
    return text if plain or not text else _quoted(text)


def completions(
    text: str, cursor: int, fields: Sequence[Field], offered: Mapping[str, Sequence[str]]
) -> list[Completion]:
    """What may stand at the cursor: names of fields, then values of the field before it. `offered`
    has by field what is known of values that are not fixed."""
    here = [part for part in _parts(text) if part.start <= cursor <= part.end]
    part = here[-1] if here else _Part(cursor, cursor, "", "", "")
    if not part.sign or cursor < part.at_value:
        return _names(text, cursor, part, fields)
    known = [one for one in fields if part.name.lower() in (one.name, *one.aliases)]
    return _values(text, cursor, part, known[0], offered) if known else []


def _parts(text: str) -> Iterator[_Part]:
    for found in _PART.finditer(text):
        whole = found[0]
        head = _HEAD.match(whole)
        name, sign = (head[1], head[2]) if head else ("", "")
        value = _unquoted(whole[len(name) + len(sign) :])
        yield _Part(found.start(), found.end(), name, sign, value)


def _unquoted(text: str) -> str:
    return _QUOTED.sub(lambda quoted: quoted[1].replace('""', '"'), text)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _refuse_unreadable(text: str) -> None:
    try:
        clean(text, "filter")
    except InputError as error:
        at = int(getattr(error, "position", 0))
        raise FilterNotUnderstood(at, at + 1, error.message) from None
    if len(text) > LONGEST:
        message = f"A filter has at most {LONGEST:,} characters; this one has {len(text):,}."
        raise FilterNotUnderstood(LONGEST, len(text), message)


def _field(part: _Part, fields: Sequence[Field]) -> Field:
    name = part.name.lower()
    for field in fields:
        if name in (field.name, *field.aliases):
            return field
    end = part.start + len(part.name or part.sign)
    there = _listed([field.name for field in fields])
    word = f"{part.name[:40]!r} is no field here" if part.name else f"Before {part.sign} is nothing"
    message = f"{word}; there are {there}. Put quotes around what is only a word to look for."
    raise FilterNotUnderstood(part.start, end, message)


def _comparison(part: _Part, field: Field) -> Comparison:
    found = Comparison.IS if part.sign == "=" else Comparison(part.sign)
    if found is not Comparison.IS and field.kind not in _ORDERED:
        start = part.start + len(part.name)
        message = f"{field.name} has no larger and smaller; write {field.name}: and a value."
        raise FilterNotUnderstood(start, start + len(part.sign), message)
    return found


def _value(part: _Part, field: Field, reading: Reading, code: str) -> Any:
    try:
        return _as_kind(part.value, field, reading, code)
    except InputError as error:
        # A value that is missing has no place of its own.
        start = part.at_value if part.end > part.at_value else part.start
        raise FilterNotUnderstood(start, part.end, f"{field.name}: {error.message}") from None


class ValueRefused(InputError):
    def __init__(self, message: str) -> None:
        super().__init__("Value not usable", message)


def _as_kind(text: str, field: Field, reading: Reading, code: str) -> Any:
    if not text.strip():
        raise ValueRefused(_missing(field))
    match field.kind:
        case Kind.CHOICE:
            return _choice(text, field)
        case Kind.CURRENCY:
            return currency(text).code
        case Kind.NUMBER:
            return parse_decimal(text, reading.decimal)
        case Kind.MONEY:
            if not code:
                raise ValueRefused("In which currency? Name it too, like cur:EUR.")
            return parse_amount(text, code, reading.decimal)
        case Kind.DATE:
            return parse_date(text, reading.today)
    return text


def _missing(field: Field) -> str:
    if field.choices:
        return f"A value is missing; there are {_listed(list(field.choices))}."
    return f"A value is missing: {field.about}."


def _choice(text: str, field: Field) -> str:
    choices = field.choices or {}
    typed = text.strip().lower().replace("-", "_")
    if typed not in choices:
        raise ValueRefused(f"{text[:40]!r} is none of {_listed(list(choices))}.")
    return typed


def _listed(names: Sequence[str]) -> str:
    *some, last = names
    return f"{', '.join(some)} and {last}" if some else last


def _names(text: str, cursor: int, part: _Part, fields: Sequence[Field]) -> list[Completion]:
    typed = text[part.start : cursor].lower()
    # With its sign there, only the name is replaced and the value stays.
    end = part.start + len(part.name) if part.sign else part.end
    found = []
    for field in fields:
        if any(name.startswith(typed) for name in (field.name, *field.aliases)):
            sign = "" if part.sign else ">=" if field.kind in _ORDERED else ":"
            found.append(Completion(field.name + sign, part.start, end, field.about))
    return found


def _values(
    text: str, cursor: int, part: _Part, field: Field, offered: Mapping[str, Sequence[str]]
) -> list[Completion]:
    typed = sort_key(_unquoted(text[part.at_value : cursor]))
    known = dict(field.choices or {})
    if field.kind is Kind.CURRENCY and field.name not in offered:
        known |= dict.fromkeys(CURRENCIES, field.about)
    known |= dict.fromkeys(offered.get(field.name, ()), field.about)
    return [
        Completion(
            _quoted(value) if _NEEDS_QUOTES.search(value) else value, part.at_value, part.end, about
        )
        for value, about in known.items()
        if sort_key(value).startswith(typed)
    ]
