"""Every screen and state worth a picture: a name, the office it is in, and the keys to it.

One line makes a scene: `Scene("customers", after("g", "c"))`. A key that begins with `=` is typed
as text, one with `?` waits until that text is seen.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from storage.errors import StoreAway
from tests.stores import PASSWORD
from tests.ui.seat import PATIENCE, Seat

Drive = Callable[[Seat], Awaitable[None]]


@dataclass(frozen=True)
class Scene:
    """With `looks`, its colours are kept too, in both themes and without any. What is `local` tells
    things of this machine, such as versions, so it is drawn and not kept."""

    name: str
    drive: Drive
    world: str = "lived_in"
    looks: bool = False
    local: bool = False


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


def settings(downs: int, *keys: str) -> Drive:
    """A page of the settings, counted from the first."""
    return after("g", "s", *["down"] * downs, *keys)


async def away(seat: Seat) -> None:
    """The database is gone, and stays so."""
    await after("g", "c")(seat)

    def refused(*_given: Any) -> None:
        raise StoreAway

    patch = pytest.MonkeyPatch()
    patch.setattr(type(seat.app.services.audit), "head", refused)
    seat.at_end.append(patch.undo)
    seat.app.look()
    await seat.sees("cannot be reached")


async def failed(seat: Seat) -> None:
    """The program itself failed; its reference is drawn by lot."""
    seat.faults_are_wanted = True
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("billing_tui.logs.log_failure", lambda _error: "7K3M-Q2ZD")
        seat.app.fault(RuntimeError("made up"))
        await seat.settled()


async def loading(seat: Seat) -> None:
    """What is read does not come yet."""
    held, kind = threading.Event(), type(seat.app.services.customers)
    read, seat.held_back = kind.slice, True

    def wait(*given: Any, **more: Any) -> Any:
        held.wait(PATIENCE)
        return read(*given, **more)

    patch = pytest.MonkeyPatch()
    patch.setattr(kind, "slice", wait)
    seat.at_end += [held.set, patch.undo]
    await seat.pilot.press("g", "c")
    await seat.sees("· · ·")


_PASSWORD = f"={PASSWORD}"
_WIZARD = ("enter", "?Organisation", "=Northwind Trading", "enter", "enter", "enter", "?Time zone")
_YOU = (*_WIZARD, "enter", "enter", "enter", "?Your name")
_TRIAL = (*_YOU, "enter", "enter", "enter", "?Made-up data")
_SUMMARY = (*_TRIAL, "enter", "enter", "?This will be made")

SCENES = [
    Scene("wizard", after(), "nothing", looks=True),
    Scene("wizard-company", after(*_WIZARD[:3]), "nothing"),
    Scene("wizard-books", after(*_WIZARD), "nothing"),
    Scene("wizard-you", after(*_YOU), "nothing"),
    Scene("wizard-trial", after(*_TRIAL), "nothing"),
    Scene("wizard-summary", after(*_SUMMARY), "nothing"),
    Scene("wizard-code", after(*_SUMMARY, "enter", "?recovery code"), "nothing"),
    Scene("sign-in", after("?Password"), "behind_a_password", looks=True),
    Scene("sign-in-refused", after("?Password", "=wrong", "enter", "?✗"), "behind_a_password"),
    Scene(
        "locked",
        after("?Password", _PASSWORD, "enter", "?To do", "ctrl+l"),
        "behind_a_password",
    ),
    Scene("store-damaged", after(), "damaged"),
    Scene("home", after(), looks=True),
    Scene("home-empty", after(), "founded"),
    Scene("go-to", after("g")),
    Scene("keys", after("question_mark")),
    Scene("help", after("g", "c", "f1")),
    Scene("palette", after("ctrl+p")),
    Scene("palette-typed", after("ctrl+p", "=zo", "?Zo")),
    Scene("running", after("ctrl+t")),
    Scene("failed", failed),
    Scene("customers", after("g", "c"), looks=True),
    Scene("customers-empty", after("g", "c"), "founded"),
    Scene("customers-loading", loading),
    Scene("customers-none-fit", after("g", "c", "slash", "=tag:nobody", "enter")),
    Scene("customers-wrong-word", after("g", "c", "slash", "=cur:eurox", "enter")),
    Scene("customers-found", after("g", "c", "slash", "=cur:eur tag:retail", "enter")),
    Scene("customers-marked", after("g", "c", "space", "space", "space")),
    Scene("customers-away", away),
    Scene("customers-as-auditor", after("?Password", _PASSWORD, "enter", "?To do", "g", "c"),
          "as_auditor"),
    Scene("customer", after("g", "c", "enter")),
    Scene("customer-new", after("g", "c", "n"), looks=True),
    Scene("customer-wrong", after("g", "c", "n", "tab", "tab", "=XXQ", "?is not in", "ctrl+s")),
    Scene("customer-edit", after("g", "c", "a")),
    Scene("customer-brake", after("g", "c", "b")),
    Scene("customer-note", after("g", "c", "k")),
    Scene("customer-notes", after("g", "c", "K")),
    Scene("customer-merge", after("g", "c", "m", "=holm", "?Holm")),
    Scene("customer-tree", after("g", "c", "slash", "=C-00001", "enter", "t")),
    Scene("customer-explain", after("g", "c", "e")),
    Scene("customers-change", after("g", "c", "asterisk", "c")),
    Scene(
        "customers-diff",
        after("g", "c", "asterisk", "c", "=spring", "ctrl+s", "?→"),
        looks=True,
    ),
    Scene("customers-export", after("g", "c", "x")),
    Scene("customers-import", after("g", "c", "i")),
    Scene("departments", after("g", "d")),
    Scene("departments-empty", after("g", "d"), "founded"),
    Scene("department-new", after("g", "d", "n")),
    Scene("department-merge", after("g", "d", "down", "m")),
    Scene("audit", after("g", "a"), looks=True),
    Scene("audit-entry", after("g", "a", "down", "enter")),
    Scene("audit-trace", after("g", "a", "down", "t")),
    Scene("audit-check", after("g", "a", "c")),
    Scene("audit-checked", after("g", "a", "c", "1")),
    Scene("alerts", after("g", "l"), looks=True),
    Scene("alerts-empty", after("g", "l"), "founded"),
    Scene("alert", after("g", "l", "enter")),
    Scene("alert-give", after("g", "l", "w")),
    Scene("settings", after("g", "s"), looks=True),
    Scene("settings-organisation-edit", settings(0, "right", "a")),
    Scene("settings-entities", settings(1)),
    Scene("settings-people", settings(2)),
    Scene("settings-person-new", settings(2, "right", "n")),
    Scene("settings-roles", settings(3)),
    Scene("settings-general", settings(4)),
    Scene("settings-features", settings(5)),
    Scene("settings-jobs", settings(6)),
    Scene("settings-retention", settings(7)),
    Scene("settings-credentials", settings(8)),
    Scene("settings-appearance", settings(9)),
    Scene("settings-you", settings(10)),
    Scene("settings-about", settings(11), local=True),
]  # fmt: skip
