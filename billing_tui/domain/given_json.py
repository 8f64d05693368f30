"""JSON as files and cells give it, with nothing in it lost, bent or guessed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn


class NotJson(ValueError):
    """`line` is where it stops making sense, or 0 where that is not one place."""

    def __init__(self, line: int = 0, why: str = "it is not valid JSON") -> None:
        self.line, self.why = line, why
        super().__init__(why)


def read_json(text: str | bytes) -> Any:
    """Numbers with a point keep every digit as Decimal. A name given twice is refused: which of the
    two was meant, nobody knows."""
    try:
        return json.loads(
            text,
            parse_float=_decimal,
            parse_constant=_no_number,
            object_pairs_hook=_each_once,
        )
    except json.JSONDecodeError as error:
        raise NotJson(error.lineno) from None
    except UnicodeDecodeError:
        raise NotJson(why="it is not UTF-8 text") from None
    except RecursionError:
        raise NotJson(why="it is nested too deep") from None
    except NotJson:
        raise
    except ValueError:  # a whole number with thousands of digits
        raise NotJson(why="it has a number that is far too long") from None


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise NotJson(why="it has a number that is far too long") from None


def _no_number(_text: str) -> NoReturn:
    raise NotJson(why="NaN and Infinity are no JSON")


def _each_once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise NotJson(why=f"it names {name[:40]!r} twice")
        found[name] = value
    return found
