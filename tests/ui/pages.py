"""What tests of the settings share: a page opened by keys, a row found, a notice waited for."""

from __future__ import annotations

from screens.settings.pages import PAGES
from tests.ui.areas import last_told
from tests.ui.seat import Seat


async def turn_to(seat: Seat, name: str) -> None:
    """From wherever one is, by keys."""
    await seat.press("escape", "g", "s", "home")
    at = [page.name for page in PAGES].index(name)
    await seat.press(*["down"] * at, "enter")


async def find(seat: Seat, text: str, most: int = 12) -> None:
    """Put the cursor on the row that begins so."""
    await seat.press("home")
    for _ in range(most):
        row = seat.app.screen.focused.row  # type: ignore[union-attr]
        if row is not None and seat.app.screen.part.key_of(row) == text:  # type: ignore[attr-defined]
            return
        await seat.press("down")
    raise AssertionError(f"no row {text}:\n{seat.text}")


async def hears(seat: Seat, text: str) -> None:
    await seat.until(lambda: text in last_told(seat), f"never said: {text}")
