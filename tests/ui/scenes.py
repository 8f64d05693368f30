"""Every screen and state worth a picture: a name, the office it is in, and the keys that lead there.

One line makes a scene: `Scene("customers", after("g", "c"))`. A key that begins with `=` is typed as
text, one with `?` waits until that text is seen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.ui.seat import Seat

Drive = Callable[[Seat], Awaitable[None]]


@dataclass(frozen=True)
class Scene:
    """With `looks`, its colours are kept too, in both themes and without any."""

    name: str
    drive: Drive
    world: str = "lived_in"
    looks: bool = False


def after(*keys: str) -> Drive:
    async def drive(seat: Seat) -> None:
        for key in keys:
            if len(key) > 1 and key[0] == "=":
                await seat.type(key[1:])
            elif len(key) > 1 and key[0] == "?":
                await seat.sees(key[1:])
            else:
                await seat.press(key)

    return drive


SCENES = [
    Scene("wizard", after(), "nothing"),
    Scene("home", after(), looks=True),
    Scene("home-empty", after(), "founded"),
    Scene("go-to", after("g")),
    Scene("keys", after("question_mark")),
    Scene("palette", after("ctrl+p")),
    Scene("palette-typed", after("ctrl+p", "=zo", "?Zo")),
    Scene("customers", after("g", "c"), looks=True),
    Scene("customers-empty", after("g", "c"), "founded"),
    Scene("departments", after("g", "d")),
    Scene("audit", after("g", "a"), looks=True),
    Scene("settings", after("g", "s")),
]
