"""Checking a form: every field is looked at, and all that is wrong is said at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from .errors import BillingError, InputError
from .text import clean, refuse_cards

R = TypeVar("R")
SHOWN = 5
# What people type on a command line and read over the telephone.
_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/#+-]*[A-Za-z0-9.#+])?")


@dataclass(frozen=True, slots=True)
class FieldError:
    """`field` is written as a path, such as `contacts[0].email`."""

    field: str
    message: str


class FieldsRefused(InputError):
    """One or more fields cannot be used; `errors` holds each of them."""

    def __init__(self, thing: str, errors: Iterable[FieldError]) -> None:
        self.errors = tuple(errors)
        said = " ".join(f"{error.field}: {error.message}" for error in self.errors[:SHOWN])
        more = len(self.errors) - SHOWN
        rest = f" And {more} more." if more > 0 else ""
        super().__init__(f"{thing} cannot be saved", said + rest)


class FieldRefused(InputError):
    def __init__(self, message: str) -> None:
        super().__init__("Field not usable", message)


def errors_of(error: BillingError) -> tuple[FieldError, ...]:
    """What was refused, by field; nothing where it is about none."""
    if isinstance(error, FieldsRefused):
        return error.errors
    return (FieldError(error.field, error.message),) if error.field else ()


@contextmanager
def about(field: str) -> Iterator[None]:
    """What is refused within is refused because of that field."""
    try:
        yield
    except BillingError as error:
        error.field = field
        raise


class Findings:
    """Collects what is wrong while a form is read to its end."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def say(self, field: str, message: str) -> None:
        self.errors.append(FieldError(field, message))

    def tried(self, field: str, check: Callable[[], R], otherwise: R) -> R:
        try:
            return check()
        except InputError as error:
            self.say(field, error.message.removeprefix(f"{field}: "))
            return otherwise

    def text(self, field: str, value: object, most: int, least: int = 0) -> str:
        return self.tried(field, lambda: checked_text(value, field, most, least), "")


def checked_text(value: object, field: str, most: int, least: int = 0) -> str:
    """Text exactly as given, or refused: too long, missing, unreadable, or a card number."""
    if not isinstance(value, str):
        raise FieldRefused("must be text.")
    clean(value, field)
    if len(value) > most:
        raise FieldRefused(f"has {len(value)} characters; at most {most} are kept.")
    if least and not value.strip():
        raise FieldRefused("must be filled in.")
    return refuse_cards(value, field)


def checked_code(value: object, field: str, most: int) -> str:
    """A short code that can be typed anywhere, such as a number or an account code."""
    code = checked_text(value, field, most, least=1)
    if _CODE.fullmatch(code) is None:
        raise FieldRefused(
            "takes letters A to Z, digits, inner spaces and . _ / # + - between them."
        )
    return code
