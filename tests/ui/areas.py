"""What tests of the areas share: keys pressed one after the other, and what the console said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from billing_tui.domain.acts import Request
from screens.acts import Act
from screens.palette import everything
from tests.stores import PASSWORD
from tests.ui.seat import Seat


async def keys(seat: Seat, *pressed: str) -> None:
    """One after the other, each when the console is quiet; `=` begins what is typed, `?` what is
    waited for."""
    for key in pressed:
        if len(key) > 1 and key[0] == "=":
            await seat.type(key[1:])
        elif len(key) > 1 and key[0] == "?":
            await seat.sees(key[1:])
        else:
            await seat.press(key)


async def sign_in(seat: Seat) -> None:
    """Whoever has a password gives it."""
    await seat.sees("Password")
    await keys(seat, f"={PASSWORD}", "enter", "?To do")


def screens(seat: Seat) -> list[str]:
    return [type(screen).__name__ for screen in seat.app.screen_stack]


def told(seat: Seat) -> list[str]:
    """The notices, the newest last."""
    return [notice.message for notice in seat.app._notifications]


def last_told(seat: Seat) -> str:
    return (told(seat) or [""])[-1]


def acts(seat: Seat) -> dict[str, Act]:
    return {act.name: act for _node, act in everything(seat.app.screen)}


def below(seat: Seat) -> str:
    """The line of keys."""
    return seat.text.splitlines()[-1]


def rows(seat: Seat, selector: str = "#rows") -> list[str]:
    """The lines of a list that are in sight, without its head."""
    table = seat.one(selector)
    top = table.region.y + 1
    lines = seat.text.splitlines()[top + 1 : table.region.bottom - 1]
    return [
        line[table.region.x + 1 : table.region.right - 1].strip(" ▌│█▂▄▆▅▃▇▁") for line in lines
    ]


async def on_row(seat: Seat, number: str) -> None:
    """Ask for just this one, and wait until it is under the cursor."""
    await keys(seat, "slash")
    await fill(seat, number)
    await keys(seat, "enter")
    await seat.until(lambda: _here(seat) == number, f"{number} is not in the list")


async def offered(seat: Seat, text: str) -> None:
    """Wait until the query line offers it for what was just typed."""
    found = seat.one("#query DropList")

    def there() -> bool:
        return found.is_open and any(one.text == text for one in found.suggestions)

    await seat.until(there, f"{text} is not offered")


async def fill(seat: Seat, text: str) -> None:
    """Type over what stands in the field."""
    await seat.press("end", "ctrl+u")
    await seat.type(text)


def _here(seat: Seat) -> str:
    row = seat.one("#rows").row
    return row.number if row is not None else ""


def numbers(services: Any, **asked: Any) -> Sequence[str]:
    return [line.number for line in services.customers.list(**asked).items]


def done(work: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Something somebody else does meanwhile."""
    return work(Request.new(), *given, **named)
