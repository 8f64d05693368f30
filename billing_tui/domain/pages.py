"""Pages of a list: what follows is found by a cursor, never by counting rows."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .audit import canonical
from .errors import InputError

T = TypeVar("T")
LARGEST_PAGE = 1000


class CursorRefused(InputError):
    def __init__(self) -> None:
        super().__init__(
            "Cursor not usable",
            "This cursor belongs to another list, filter or order. Start again without one.",
        )


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items in order, and the cursor of what follows; empty when nothing does."""

    items: tuple[T, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a slice lies: after or before an item, so many rows from the top, or at the end."""

    after: str = ""
    before: str = ""
    skip: int = 0
    end: bool = False


TOP = Place()


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """Neighbouring items in the order of the list, and the cursors of the first and the last."""

    items: tuple[T, ...]
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows there are; with `more`, at least so many."""

    rows: int
    more: bool = False


def write_cursor(list_name: str, asked: Any, last: Sequence[str]) -> str:
    """Names the last item seen. It only fits the same list asked in the same way."""
    # Sort keys are compared bytewise, so they travel unchanged, never normalised.
    text = json.dumps([_fingerprint(list_name, asked), *last], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, list_name: str, asked: Any, parts: int) -> list[str]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise CursorRefused from None
    if (
        not isinstance(found, list)
        or len(found) != parts + 1
        or not all(isinstance(part, str) and "\0" not in part for part in found)
        or found[0] != _fingerprint(list_name, asked)
    ):
        raise CursorRefused
    return found[1:]


def page_size(limit: int) -> int:
    return max(1, min(limit, LARGEST_PAGE))


def _fingerprint(list_name: str, asked: Any) -> str:
    return hashlib.sha256(canonical([list_name, asked]).encode()).hexdigest()[:12]
