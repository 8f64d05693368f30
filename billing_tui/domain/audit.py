"""The audit chain: what a row's text is, how it is hashed, sealed and checked.

The same few lines stand in PL/pgSQL in `storage/migrations/objects`; shared vectors test both.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from .dates import utc_text
from .money import Money

HASH_VERSION = b"\x01"
NO_PREVIOUS = "0" * 64
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)
_PLAIN = {int, bool, type(None)}


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the chain; every field but the last three is inside its hash, in this order."""

    organisation: UUID
    seq: int
    prev: str
    at: str
    actor: str
    database_user: str | None
    origin: str
    request: str | None
    action: str
    object: str
    version: int | None
    reason: str
    body: str
    hash: str = ""
    key_id: str = ""
    mac: str = ""

    def hashed(self) -> tuple[str | None, ...]:
        return (
            str(self.organisation), str(self.seq), self.prev, self.at, self.actor,
            self.database_user, self.origin, self.request, self.action, self.object,
            None if self.version is None else str(self.version), self.reason, self.body,
        )  # fmt: skip


def framed(values: Iterable[str | None]) -> bytes:
    """Length-prefixed UTF-8 (`<bytes>:<text>,`, NULL `-,`), so that no two rows read the same."""
    parts = [HASH_VERSION]
    for value in values:
        if value is None:
            parts.append(b"-,")
        else:
            data = value.encode()
            parts.append(b"%d:%s," % (len(data), data))
    return b"".join(parts)


def digest(row: AuditRow) -> str:
    return hashlib.sha256(framed(row.hashed())).hexdigest()


def seal(key: bytes, key_id: str, row_hash: str) -> str:
    return hmac.new(key, framed((key_id, row_hash)), hashlib.sha256).hexdigest()


def key_id_of(key: bytes) -> str:
    return hashlib.sha256(b"audit key id" + key).hexdigest()[:16]


def canonical(value: Any) -> str:
    """JSON with one spelling: UTF-8 in NFC, sorted keys, no spaces, no floats."""
    return _ENCODER.encode(plain(value))


def as_given(value: Any) -> str:
    """The same, with every text as it was given: for what is kept, where `canonical` is told."""
    return _ENCODER.encode(plain(value, str))


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def plain(value: Any, spell: Callable[[str], str] = _nfc) -> Any:
    """What JSON can carry: money as integers, decimals, times and ids as text."""
    kind = type(value)
    if kind is str:
        return spell(value)
    return value if kind in _PLAIN else _converted(value, spell)


def _converted(value: Any, spell: Callable[[str], str]) -> Any:
    match value:
        case Enum():
            return value.value
        case str():
            return spell(value)
        case None | bool() | int():
            return value
        case dict():
            return {plain(str(key), spell): plain(item, spell) for key, item in value.items()}
        case list() | tuple():
            return [plain(item, spell) for item in value]
        case set() | frozenset():
            return sorted(plain(item, spell) for item in value)
        case datetime():
            return utc_text(value)
        case date():
            return value.isoformat()
        case Money():
            return {"amount": value.amount, "currency": value.currency}
        case Decimal():
            return format(value, "f")
        case UUID():
            return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")
