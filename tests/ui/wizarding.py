"""Going through the wizard."""

from __future__ import annotations

import json
from typing import Any

from screens.wizard import WizardScreen
from screens.wizard.step import Copyable
from tests.commands import Machine
from tests.ui.front import Front


def step(front: Front) -> str:
    screen = front.app.screen
    assert isinstance(screen, WizardScreen)
    return screen.step.NAME


def code_of(front: Front) -> str:
    return front.app.screen.query_one("#code", Copyable).text


def answers(machine: Machine) -> Any:
    return json.loads((machine.state / "setup-answers.json").read_text(encoding="utf-8"))


async def to_summary(front: Front, *, password: str = "", demo: bool = False) -> None:
    """From the first step, with every answer pasted."""
    await front.press("enter")
    await front.fill("organisation", "Nordwind")
    await front.fill("entity", "Nordwind GmbH")
    await on_from(front, "country")
    await on_from(front, "zone")
    await front.fill("name", "Ann Bell")
    await front.fill("password", password)
    await front.fill("again", password)
    await on_from(front, "again")
    await front.fill("demo", str(demo))
    await on_from(front, "demo")
    assert step(front) == "summary"


async def on_from(front: Front, name: str) -> None:
    """To the next step, by Enter on the last field of this one."""
    await front.to_field(name)
    await front.press("enter")


async def typed_to_summary(front: Front) -> None:
    """The same by keys alone."""
    await front.press("enter")
    await front.answer("Nordwind")
    await front.answer("Nordwind GmbH")
    await front.press("enter", "enter", "enter", "enter")
    await front.answer("Ann Bell")
    await front.press("enter", "enter", "enter", "enter")
    assert step(front) == "summary"


async def confirmed(front: Front) -> None:
    code = code_of(front)
    await front.fill("typed", code[-5:].lower())
    await on_from(front, "typed")
