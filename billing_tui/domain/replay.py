"""Replaying what the chain says of a row: its last told content must be what the row holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .audit import canonical

HASHED = "sha256:"


@dataclass(frozen=True, slots=True)
class Clear:
    """The clear value behind a salted hash; both texts are empty once it was erased."""

    salt: str
    value: str

    @property
    def erased(self) -> bool:
        return not self.salt and not self.value

    def gives(self, digest: str, value: str) -> bool:
        return hashlib.sha256(f"{self.salt}:{value}".encode()).hexdigest() == digest


def faults(
    version: int | None,
    values: Mapping[str, Any],
    said: Sequence[tuple[int, bytes | str]],
    personal: Collection[str],
    clear: Mapping[str, Clear],
) -> Iterator[str]:
    """Where row and chain disagree; `version` is None when the row is gone."""
    if version is None:
        yield "the chain names this row, which is gone"
        return
    numbers = [number for number, _ in said]
    if numbers != list(range(1, len(said) + 1)) or len(said) < version:
        expected = next((n for n, got in enumerate(numbers, 1) if n != got), len(said) + 1)
        yield f"its version {expected} does not stand in the chain"
    if numbers and numbers[-1] > version:
        yield f"the chain knows version {numbers[-1]}, the row says {version}"
    told: dict[str, Any] = {}
    for number, body in said:
        after = _after(body)
        if after is None:
            yield f"what the chain says of version {number} cannot be read"
        else:
            told |= after
    yield from _differing(values, told, personal, clear)


def _after(body: bytes | str) -> dict[str, Any] | None:
    try:
        after = json.loads(body)["after"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return after if isinstance(after, dict) else None


def _differing(
    values: Mapping[str, Any],
    told: Mapping[str, Any],
    personal: Collection[str],
    clear: Mapping[str, Clear],
) -> Iterator[str]:
    for name, value in values.items():
        if name not in told:
            continue  # a column younger than the row
        same = hides(told[name], value, clear) if name in personal else told[name] == value
        if not same:
            yield f"its {name} is not what the chain says"


def hides(told: Any, value: Any, clear: Mapping[str, Clear]) -> bool:
    """Whether `told` is the hash of `value`. What was erased is gone from the row too: a value that
    still stands there could be anybody's."""
    if not value:
        return bool(told == value)
    digest = str(told).removeprefix(HASHED)
    known = clear.get(digest)
    return known is not None and known.gives(digest, canonical(value))
