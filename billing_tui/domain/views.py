"""Saved views: a list as one person likes to see it, kept under a name and maybe a number key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from .errors import Conflict, NotFound, Refused
from .fields import FieldRefused, FieldsRefused, Findings, checked_text
from .filters import LONGEST as LONGEST_QUERY
from .text import sort_key

LONGEST_NAME, LONGEST_WORD = 60, 40
NUMBER_KEYS = range(1, 10)
MOST_VIEWS = 100
_WORD = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class ViewDraft:
    """`position` is the number key that opens it, 0 for none."""

    area: str
    name: str
    query: str = ""
    sort: str = ""
    descending: bool = False
    position: int = 0


@dataclass(frozen=True, slots=True)
class SavedView:
    id: UUID
    version: int
    area: str
    name: str
    query: str
    sort: str
    descending: bool
    position: int

    def draft(self) -> ViewDraft:
        return ViewDraft(
            self.area, self.name, self.query, self.sort, self.descending, self.position
        )


class ViewNotFound(NotFound):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "No such view",
            f"You have no view {name[:LONGEST_NAME]!r}. See `billing-tui views list`.",
        )


class ViewNameTaken(Refused):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "Name taken",
            f"You have a view {name!r} here already. Change that one, or name it anew.",
        )


class ViewBuiltIn(Refused):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "Name taken", f"{name!r} is a view that this list always has. Choose another name."
        )


class ViewKeyTaken(Refused):
    def __init__(self, position: int, name: str) -> None:
        self.position, self.name = position, name
        super().__init__(
            "Number key taken",
            f"The key {position} opens your view {name!r}. Choose another key, or take it from that"
            " view first.",
        )


class TooManyViews(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Too many views", f"You have {MOST_VIEWS} views here. Delete one that is not used."
        )


class ViewChanged(Conflict):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "Changed meanwhile",
            f"You changed the view {name!r} elsewhere since it was opened here. Open it again.",
        )


def checked_view(draft: ViewDraft) -> ViewDraft:
    """As it is kept, or every field that is wrong."""
    on = Findings()
    kept = replace(
        draft,
        area=on.tried("area", lambda: _word(draft.area, "area"), ""),
        name=on.text("name", draft.name, LONGEST_NAME, least=1).strip(),
        query=on.text("query", draft.query, LONGEST_QUERY).strip(),
        sort=on.tried("sort", lambda: draft.sort and _word(draft.sort, "sort"), ""),
    )
    if draft.position not in (0, *NUMBER_KEYS):
        on.say("position", "is a number key from 1 to 9, or 0 for none.")
    if on.errors:
        raise FieldsRefused("View", on.errors)
    return kept


def named(views: Iterable[SavedView], name: str) -> SavedView | None:
    """Names are told apart as they sort, so `Overdue` and `overdue` are one."""
    return next((view for view in views if sort_key(view.name) == sort_key(name)), None)


def refuse_built_in(name: str, built_in: Iterable[str]) -> None:
    for other in built_in:
        if sort_key(name) == sort_key(other):
            raise ViewBuiltIn(other)


def refuse_taken(draft: ViewDraft, others: Iterable[SavedView]) -> None:
    others = list(others)
    if same := named(others, draft.name):
        raise ViewNameTaken(same.name)
    for other in others:
        if draft.position and other.position == draft.position:
            raise ViewKeyTaken(draft.position, other.name)


def in_order(views: Iterable[SavedView]) -> tuple[SavedView, ...]:
    """Those with a number key first, then by name."""
    last = NUMBER_KEYS.stop
    return tuple(sorted(views, key=lambda v: (v.area, v.position or last, sort_key(v.name), v.id)))


def _word(text: str, field: str) -> str:
    if _WORD.fullmatch(checked_text(text, field, LONGEST_WORD, least=1)) is None:
        raise FieldRefused("takes small letters, digits and _, such as customers.")
    return text
