"""What can be imported, and what each kind of row must know of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from billing_tui.domain.fields import FieldError
from billing_tui.domain.imports import Column, Row
from billing_tui.domain.rights import Right
from storage.uow import Unit

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Found:
    """What the store says of one draft, by its place among those asked; a doubt is no refusal."""

    at: int
    field: str
    message: str
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class Looks:
    """How a name looks, and how it is written: who is called or looks alike is doubtful."""

    skeleton: str
    written: str
    name: str


def _no_parents(_unit: Unit, _names: Iterable[str]) -> Mapping[str, int | str]:
    return {}


def _field(_row: Row, field: str) -> str:
    return field.partition("[")[0]


@dataclass(frozen=True)
class Target(Generic[D]):
    """One kind of file. `parents` gives, for each name the store knows, its depth or what is
    wrong with going below it."""

    name: str
    right: Right
    columns: Sequence[Column]
    draft: type[D]
    read: Callable[[Row], D]
    examine: Callable[[D], tuple[D, tuple[FieldError, ...]]]
    key_field: str
    key: Callable[[D], str]
    label: Callable[[D], str]
    compare: Callable[[Unit, Sequence[D]], list[Found]]
    write: Callable[[Unit, Sequence[D]], None]
    parent: Callable[[D], str] = lambda _draft: ""
    parents: Callable[[Unit, Iterable[str]], Mapping[str, int | str]] = _no_parents
    looks: Callable[[D], Looks | None] = lambda _draft: None
    column_of: Callable[[Row, str], str] = _field

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(tuple[self.draft, ...])  # type: ignore[name-defined]  # known when run

    @cached_property
    def one(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.draft)
