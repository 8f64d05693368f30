"""Somebody before the open console: in the wizard, at the sign-in, at the lock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.widgets import Static

from billing_tui.app import BillingApp
from billing_tui.app.given import Options
from screens.widgets.fields.field import Field
from tests.ui.seat import Seat, seated


class Front:
    def __init__(self, seat: Seat) -> None:
        self.seat, self.pilot = seat, seat.pilot

    @property
    def app(self) -> BillingApp:
        return self.seat.app

    @property
    def mode(self) -> str:
        return self.app.current_mode

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.seat.press(key)
        await self.seat.settled()

    async def answer(self, text: str) -> None:
        await self.seat.type(text)
        await self.seat.press("enter")

    async def fill(self, name: str, text: str) -> None:
        """As a paste does, with whatever is in it."""
        self.field(name).text = text
        await self.seat.settled()

    async def to_field(self, name: str) -> None:
        self.field(name).focus()
        await self.seat.settled()

    def field(self, name: str) -> Field[Any]:
        return next(one for one in self.fields() if one.key == name)

    def fields(self) -> list[Field[Any]]:
        """Those in sight."""
        found: list[Field[Any]] = list(self.app.screen.walk_children(Field))
        return [one for one in found if all(node.display for node in _widgets(one))]

    def text(self, selector: str) -> str:
        return str(self.app.screen.query_one(selector, Static).render())

    def says(self, *parts: str) -> bool:
        """Whether all of it can be read, however it is broken into lines."""
        lines = [line.strip(" │╭╮╰╯─") for line in self.seat.text.splitlines()]
        spaced, joined = " ".join(" ".join(lines).split()), "".join(lines)
        return all(part in spaced or part in joined for part in parts)

    def told(self) -> list[str]:
        return [notice.message for notice in self.app._notifications]


def _widgets(field: Field[Any]) -> list[Any]:
    return [node for node in field.ancestors_with_self if hasattr(node, "display")]


@asynccontextmanager
async def sitting(
    options: Options | None = None, *, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[Front]:
    async with seated(size, options=options) as seat:
        yield Front(seat)
