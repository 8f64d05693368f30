"""The lock: who gets it open, what waits behind it, and what a restart does to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from textual.widgets import Static

from billing_tui.adapters.clock import SystemClock
from billing_tui.app.given import Options
from billing_tui.app.locking import Lockable
from screens.base import PushedScreen
from screens.dialogs import Confirm
from screens.lock import LockScreen
from tests.commands import Machine
from tests.keyrings import FakeRing, putter
from tests.stores import ADMIN, PASSWORD, Database
from tests.ui.front import Front, sitting

WRONG = "wrong horse battery"


@pytest.fixture
def local(machine: Machine) -> Machine:
    given = ("--password-file", machine.secret())
    machine.does("setup", "--yes", "--organisation", "Nordwind", "--name", "Ann Bell", *given)
    return machine


def acts(machine: Machine) -> list[str]:
    rows = machine.behind_its_back("SELECT action FROM audit_log ORDER BY seq")
    return [action for (action,) in rows if "lock" in action or action.startswith("signed")]


async def locked(front: Front) -> None:
    await front.answer(PASSWORD)
    assert front.mode == "home"
    await front.press("ctrl+l")
    assert front.mode == "lock"


async def test_it_shows_whose_it_is_and_nothing_of_what_is_open(local: Machine) -> None:
    async with sitting() as front:
        await locked(front)
        assert front.says("Nordwind", "Locked by Ann Bell")
        assert "Customers" not in front.seat.text
        assert isinstance(front.app.screen, LockScreen)


async def test_the_right_password_leads_back_to_the_same_screen(local: Machine) -> None:
    async with sitting() as front:
        await front.answer(PASSWORD)
        pushed = PushedScreen[None]()
        front.app.push_screen(pushed)
        await front.press("ctrl+l")
        await front.answer(PASSWORD)
        assert (front.mode, front.app.screen) == ("home", pushed)
        assert acts(local) == ["signed_in", "locked", "unlocked"]


async def test_a_wrong_one_is_said_and_gone(local: Machine) -> None:
    async with sitting() as front:
        await locked(front)
        await front.answer(WRONG)
        assert front.mode == "lock"
        assert front.says("The password is wrong. Try again.")
        assert front.field("password").text == ""
        await front.answer("")
        assert front.mode == "lock"


async def test_many_wrong_ones_have_to_wait_and_the_right_one_too(local: Machine) -> None:
    now = datetime.now(UTC)
    local.patch.setattr(SystemClock, "now", lambda _clock: now)
    async with sitting() as front:
        await locked(front)
        for _ in range(3):
            await front.answer(WRONG)
        screen = front.app.screen
        assert isinstance(screen, LockScreen)
        assert front.says("The next try is possible in 1 second")
        await front.answer(PASSWORD)
        assert front.mode == "lock"
        now += timedelta(seconds=1)
        screen.waiting.tick()
        await front.press("escape")
        assert not front.says("The next try")
        await front.answer(PASSWORD)
        assert front.mode == "home"


async def test_what_comes_meanwhile_waits_behind_it(local: Machine) -> None:
    async with sitting() as front:
        await locked(front)
        front.app.say("An invoice was paid.")
        front.app.push_screen(Confirm("Send it?", ["To a customer."], "Send"))
        front.app.go("customers")
        await front.press("escape")
        assert front.mode == "lock"
        assert front.told() == []
        assert not front.says("Send it?")
        assert "paid" not in front.seat.text
        await front.answer(PASSWORD)
        assert front.mode == "customers"
        assert "An invoice was paid." in front.told()
        front.app.go("home")
        await front.press()
        assert isinstance(front.app.screen, Confirm)


async def test_a_click_beside_the_field_does_not_end_the_typing(local: Machine) -> None:
    async with sitting() as front:
        await locked(front)
        await front.pilot.click(offset=(1, 1))
        await front.press("x")
        await front.press("escape")
        await front.answer(PASSWORD)
        assert front.mode == "home"


async def test_it_locks_by_itself_when_nobody_is_there(local: Machine) -> None:
    idle = 0.0
    local.patch.setattr(Lockable, "idle_seconds", lambda _app: idle)
    async with sitting() as front:
        await front.answer(PASSWORD)
        minutes = front.app.session.lock_minutes
        assert minutes > 0
        idle = minutes * 60 - 1
        front.app.lock_when_idle()
        assert not front.app.locked
        idle += 1
        front.app.lock_when_idle()
        await front.press()
        assert front.mode == "lock"
        assert acts(local)[-1] == "locked"


async def test_without_a_password_nothing_locks_by_itself(machine: Machine) -> None:
    machine.does("setup", "--yes")
    machine.patch.setattr(Lockable, "idle_seconds", lambda _app: 1e9)
    async with sitting() as front:
        front.app.lock_when_idle()
        assert not front.app.locked


async def test_somebody_else_is_let_to_the_sign_in_after_a_second_thought(local: Machine) -> None:
    async with sitting() as front:
        await locked(front)
        home = front.app._screen_stacks["home"][0]
        front.app.say("Only for Ann.")
        await front.press("ctrl+o")
        assert front.mode == "lock"
        assert front.says("ctrl+o again signs")
        await front.press("ctrl+o")
        assert (front.mode, front.app.opened, front.app.locked) == ("sign_in", None, False)
        assert not home.is_attached
        assert front.told() == []
        assert acts(local)[-1] == "signed_out"
        await front.answer(PASSWORD)
        assert front.mode == "home"


async def test_quitting_works_while_it_is_locked(local: Machine) -> None:
    async with sitting() as front:
        await locked(front)
        await front.pilot.press("ctrl+q")
        assert front.app.return_code == 0


@pytest.fixture
def ring(machine: Machine) -> type[FakeRing]:
    put = putter(machine.patch)
    name = "keyring.backends.SecretService.Keyring"
    machine.patch.setattr("billing_tui.credentials.ring.ALLOWED_ELSEWHERE", (name,))
    put(FakeRing)
    return FakeRing


async def test_a_locked_console_that_ended_asks_although_it_remembers(
    local: Machine, ring: type[FakeRing]
) -> None:
    async with sitting() as front:
        await front.seat.type(PASSWORD)
        await front.press("tab", "left", "enter", "ctrl+l")
        assert front.mode == "lock"
    async with sitting() as front:
        assert front.mode == "sign_in"
        assert front.says("Remember me")
        assert "✗" not in front.seat.text
        await front.seat.type(PASSWORD)
        await front.press("enter", "enter")
        assert front.mode == "home"
    async with sitting() as front:
        assert front.mode == "home"


async def test_a_shared_console_is_unlocked_by_the_server(
    machine: Machine, database: Database
) -> None:
    store = database.store()
    store.close()
    machine.patch.setenv("BILLING_TUI_ORGANISATION", str(store.identity.organisation))
    async with sitting(Options(store=database.server.url(ADMIN, database.name))) as front:
        await locked(front)
        await front.answer(WRONG)
        assert front.mode == "lock"
        await front.answer(PASSWORD)
        assert front.mode == "home"


async def test_hostile_names_are_inert_on_it(machine: Machine) -> None:
    name = "\x1b]52;c;aGk=\x07\u202e[bold]x"
    given = ("--password-file", machine.secret(), "--organisation", name)
    machine.does("setup", "--yes", *given)
    async with sitting() as front:
        await locked(front)
        shown = str(front.app.screen.query_one("#lock-organisation", Static).render())
        assert not set(shown) & set("\x1b\x07\u202e")
        assert "[bold]" in shown


async def test_a_password_that_is_found_right_after_the_sign_out_opens_nothing(
    local: Machine,
) -> None:
    async with sitting() as front:
        await locked(front)
        front.app.sign_out()
        await front.press()
        front.app.let_in()
        await front.press()
        assert (front.mode, front.app.opened) == ("sign_in", None)


async def test_one_fault_after_the_other_behind_it_is_told_once(local: Machine) -> None:
    async with sitting() as front:
        await locked(front)
        front.seat.faults_are_wanted = True
        for _ in range(3):
            front.app.fault(ValueError("x"))
        await front.answer(PASSWORD)
        assert [type(one).__name__ for one in front.app.screen_stack] == ["HomeScreen", "Failure"]
