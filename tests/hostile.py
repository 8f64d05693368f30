"""Text as an attacker gives it, and every place of a plain structure it can be put."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

CARD = "4111 1111 1111 1111"
CARD_DIGITS = re.compile("4111[ .-]?1111[ .-]?1111[ .-]?1111")
# Refused because no store keeps them, or kept exactly as they are; never anything between.
TEXTS: dict[str, str] = {
    "ansi": "\x1b[2J\x1b[31mred",
    "clipboard": "\x1b]52;c;aGk=\x07",
    "c1": "a\x9b31m\x85b",
    "bidi": "abc\u202edef\u2066x",
    "tags": "a\U000e0041\U000e007fb",
    "markup": "[bold][@click=app.quit]x[/]",
    "marks": "a" + "\u0301" * 60,
    "family": "👩\u200d👩\u200d👧",
    "right_to_left": "شركة النور",
    "look_alike": "Аррlе",
    "decomposed": "e\u0301A\u030a",
    "lines": "a\r\nb\nc",
    "separators": "\u2028x\u2029",
    "sql": "'; DROP TABLE customer; --",
    "format": "%s%n{0}{}%(x)s",
    "formula": '=HYPERLINK("https://example.com")',
    "noncharacter": "\uffff\ufdd0",
}
UNREADABLE = {"nul": "a\0b", "half": "a\ud800b"}
WRONG: tuple[Any, ...] = (True, 7, 10**30, -1, None, [], {}, [[]], [None], {"a": {"b": 1}})
# What a terminal would act on; a line end is layout.
ACTS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e0fff\ud800-\udfff]"
)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything inside."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    if isinstance(value, dict | list):
        for key, item in items:
            yield (*at, key)
            yield from places(item, (*at, key))


def put(value: Any, at: tuple[Any, ...], new: Any) -> Any:
    """A copy with one place changed."""
    if not at:
        return new
    items = dict(value) if isinstance(value, dict) else list(value)
    items[at[0]] = put(items[at[0]], at[1:], new)
    return items


def taken(value: Any, at: tuple[Any, ...]) -> Any:
    for key in at:
        value = value[key]
    return value


# What terminals act on, each with a number by which the escape is known to be this one.
MARK = "9173"
ESCAPES = (
    f"\x1b[{MARK}m", f"\x1b[?{MARK}h", f"\x1b]52;c;{MARK}\x07", f"\x1b]8;;http://{MARK}\x1b\\",
    f"\x1bP{MARK}q\x1b\\", f"\x1b_G{MARK}\x1b\\", f"\x1b^{MARK}\x1b\\", f"\x9b{MARK}m",
    f"\x9d52;c;{MARK}\x9c", f"\x90{MARK}\x9c", f"\x1b[{MARK};1H", f"\x1b[{MARK}t", f"\x1b[>{MARK}u",
    f"\x1b#{MARK}", f"\x1b\x1b[{MARK}n", f"\x1b[200~{MARK}\x1b[201~",
)  # fmt: skip
# What a screen is drawn with: control sequences, and the shape of the mouse's pointer.
_OURS = re.compile("\x1b\\[[0-9;:?<=>]*\\$?[A-Za-z]|\x1b]22;[a-z]*\x07")
_ACTS = re.compile("[\x07\x1b\x80-\x9f]")


def foreign(sent: str) -> str:
    """What a terminal was sent that no screen of ours is drawn with, from its first sign on."""
    rest = _OURS.sub(lambda found: found[0] if MARK in found[0] else "", sent)
    found = _ACTS.search(rest)
    return rest[found.start() : found.start() + 40] if found else ""


def many(count: int, seed: int = 1) -> Iterator[str]:
    """Made of all of it, in any order, and the same ones for the same seed."""
    dice = random.Random(seed)
    pieces = [
        *TEXTS.values(),
        *ESCAPES,
        "Müller",
        "\u200b",
        "\u00ad",
        "\ufeff",
        "\u3164",
        "x" * 300,
    ]
    for number in range(count):
        chosen = dice.sample(pieces, dice.randrange(1, 5))
        yield f"{number} " + "".join(chosen)
