"""Who comes in: right and wrong passwords, what is remembered, and who goes again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from billing_tui.adapters.clock import SystemClock
from billing_tui.app import BillingApp
from billing_tui.app.given import Options
from billing_tui.bootstrap import os_user
from screens.dialogs import Help
from screens.home import HomeScreen
from screens.sign_in import SignInForm
from screens.widgets.fields.field import Field
from tests.commands import Machine
from tests.keyrings import Broken, FakeRing, putter
from tests.stores import ADMIN, PASSWORD, Database, Server
from tests.ui.front import Front, sitting

WRONG = "wrong horse battery"


@pytest.fixture
def local(machine: Machine) -> Machine:
    """A local store where whoever runs the program has a password."""
    given = ("--password-file", machine.secret())
    machine.does("setup", "--yes", "--organisation", "Nordwind", *given)
    return machine


@pytest.fixture
def shared(machine: Machine, database: Database) -> str:
    """The address of a shared store, opened by nobody yet."""
    store = database.store()
    store.close()
    organisation = str(store.identity.organisation)
    machine.patch.setenv("BILLING_TUI_ORGANISATION", organisation)
    return database.server.url(ADMIN, database.name)


@pytest.fixture
def ring(machine: Machine) -> type[FakeRing]:
    """A keyring that works."""
    put = putter(machine.patch)
    machine.patch.setattr("billing_tui.credentials.ring.ALLOWED_ELSEWHERE", (SERVICE,))
    put(FakeRing)
    return FakeRing


SERVICE = "keyring.backends.SecretService.Keyring"


def form(front: Front) -> SignInForm:
    return front.app.screen.query_one(SignInForm)


def passwords(front: Front) -> set[str]:
    fields = front.app.screen.walk_children(Field)
    return {field.text for field in fields if field.key == "password"}


def signed_in(machine: Machine) -> int:
    asked = "SELECT count(*) FROM audit_log WHERE action = 'signed_in'"
    (row,) = machine.behind_its_back(asked)
    return int(row[0])


async def test_without_a_password_the_owner_is_in_at_once(machine: Machine) -> None:
    machine.does("setup", "--yes")
    async with sitting() as front:
        assert front.mode == "home"
        assert not front.app.session.lockable
        await front.press("ctrl+l")
        assert "There is no lock without a password. Set one under Settings, You." in front.told()
        assert not front.app.locked


async def test_the_right_password_lets_in_and_stays_nowhere(local: Machine) -> None:
    async with sitting() as front:
        assert (front.mode, front.field("login").text) == ("sign_in", os_user())
        assert front.says(str(local.store))
        await front.answer(PASSWORD)
        assert front.mode == "home"
        assert "sign_in" not in front.app._screen_stacks
        assert signed_in(local) == 1
    assert PASSWORD not in "".join(file.read_text() for file in local.state.glob("*.log*"))


async def test_a_wrong_password_is_said_and_gone(local: Machine) -> None:
    async with sitting() as front:
        await front.answer(WRONG)
        assert front.mode == "sign_in"
        assert front.says("The login or the password is wrong")
        assert passwords(front) == {""}
        await front.answer(PASSWORD)
        assert front.mode == "home"


async def test_after_some_wrong_ones_the_wait_is_counted_down(local: Machine) -> None:
    now = datetime.now(UTC)
    local.patch.setattr(SystemClock, "now", lambda _clock: now)
    async with sitting() as front:
        for _ in range(5):
            now += timedelta(minutes=10)
            await front.answer(WRONG)
            form(front).waiting.begin(0)
            form(front).wait(0)
        now += timedelta(minutes=10)
        await front.answer(WRONG)
        waiting = form(front).waiting
        assert waiting.left
        assert front.says(f"The next try is possible in {waiting.left} second")
        await front.answer(PASSWORD)
        assert front.mode == "sign_in"
        while waiting.left:
            waiting.tick()
        now += timedelta(minutes=10)
        await front.press()
        await front.answer(PASSWORD)
        assert front.mode == "home"


async def test_another_console_may_have_used_the_tries_up(local: Machine) -> None:
    now = datetime.now(UTC)
    local.patch.setattr(SystemClock, "now", lambda _clock: now)
    local.patch.setenv("BILLING_TUI_PASSWORD_FILE", str(local.secret(WRONG, "wrong")))
    for _ in range(4):
        local("users", "list")
    local.patch.delenv("BILLING_TUI_PASSWORD_FILE")
    async with sitting() as front:
        await front.answer(PASSWORD)
        assert front.says("Too many wrong passwords", "The next try is possible in")
        await front.press("ctrl+q")


@pytest.mark.parametrize(
    ("login", "word", "said"),
    [
        ("nobody", PASSWORD, "You are not an active user"),
        ("left", PASSWORD, "You are not an active user"),
        ("plain", "", "must be filled in"),
    ],
)
async def test_who_is_not_known_or_disabled_is_told(
    local: Machine, login: str, word: str, said: str
) -> None:
    local.patch.setenv("BILLING_TUI_PASSWORD_FILE", str(local.secret()))
    for name in ("left", "plain"):
        local.does("users", "add", name, "--password-file", local.secret())
    local.does("users", "disable", "left")
    local.patch.delenv("BILLING_TUI_PASSWORD_FILE")
    async with sitting() as front:
        await front.fill("login", login)
        await front.answer(word)
        assert front.mode == "sign_in"
        assert front.says(said) or front.says("Type the password")


async def test_somebody_else_signs_in_by_name(local: Machine) -> None:
    local.patch.setenv("BILLING_TUI_PASSWORD_FILE", str(local.secret()))
    other = local.secret("seven wonders of old", "other")
    local.does("users", "add", "anna", "--password-file", other)
    local.patch.delenv("BILLING_TUI_PASSWORD_FILE")
    async with sitting() as front:
        await front.fill("login", "anna")
        await front.answer("seven wonders of old")
        assert (front.mode, front.app.session.login) == ("home", "anna")


async def test_which_of_several_organisations_is_asked(local: Machine) -> None:
    local.patch.setenv("BILLING_TUI_PASSWORD_FILE", str(local.secret()))
    local.does("organisations", "create", "--name", "Südwind", "--currency", "CHF")
    local.patch.delenv("BILLING_TUI_PASSWORD_FILE")
    async with sitting() as front:
        assert front.says("Which organisation?", "Nordwind", "Südwind")
        await front.press("escape")
        await front.answer(PASSWORD)
        assert front.says("Which organisation?")
        await front.press("2")
        assert front.mode == "home"
        assert front.app.session.organisation == "Südwind"


# Remembered.


async def test_without_a_keyring_it_says_why_nothing_is_remembered(local: Machine) -> None:
    async with sitting() as front:
        assert [field.key for field in front.fields()] == ["login", "password"]
        assert front.says("Passwords are not remembered here.", "No keyring")


async def test_what_is_remembered_opens_and_is_forgotten_when_refused(
    local: Machine, ring: type[FakeRing]
) -> None:
    async with sitting() as front:
        await front.seat.type(PASSWORD)
        await front.press("tab", "left", "enter")
        assert front.mode == "home"
    assert list(ring.kept.values()) == [PASSWORD]
    async with sitting() as front:
        assert front.mode == "home"
    for account in ring.kept:
        ring.kept[account] = WRONG
    async with sitting() as front:
        assert front.mode == "sign_in"
        assert front.says("The login or the password is wrong")
    assert ring.kept == {}


async def test_the_keys_told_are_those_that_work(local: Machine, ring: type[FakeRing]) -> None:
    async with sitting() as front:
        await front.to_field("remember")
        await front.press("question_mark")
        shown = front.app.screen
        assert isinstance(shown, Help)
        names = {act.name for act in shown.known}
        assert {"Sign in", "Quit"} <= names
        assert not names & {"Go to", "Palette", "Running", "Lock", "Sign out", "Undo"}


async def test_nothing_is_remembered_unasked(local: Machine, ring: type[FakeRing]) -> None:
    async with sitting() as front:
        await front.seat.type(PASSWORD)
        await front.press("enter", "enter")
        assert front.mode == "home"
    assert ring.kept == {}


async def test_a_keyring_that_fails_lets_in_and_is_told(
    local: Machine, ring: type[FakeRing]
) -> None:
    async with sitting() as front:
        local.patch.setattr(FakeRing, "set_password", Broken.set_password)
        await front.seat.type(PASSWORD)
        await front.press("tab", "left", "enter")
        assert front.mode == "home"
        assert any("not remembered" in notice for notice in front.told())
        assert PASSWORD not in str(front.told())


# Signing out.


async def test_whoever_signs_out_leaves_nothing(local: Machine, ring: type[FakeRing]) -> None:
    async with sitting() as front:
        await front.seat.type(PASSWORD)
        await front.press("tab", "left", "enter")
        home = front.app._screen_stacks["home"][0]
        assert isinstance(home, HomeScreen)
        front.app.copy("a customer")
        front.app.say("Saved.", undo=lambda: None)
        await front.press("ctrl+o")
        assert (front.mode, front.app.opened, front.app.clipboard) == ("sign_in", None, "")
        assert front.told() == []
        assert not any(home in stack for stack in front.app._screen_stacks.values())
        assert not home.is_attached
        assert (front.app._undo, ring.kept, passwords(front)) == (None, {}, {""})
        assert front.app.door.credentials._typed == {}
        await front.press("g", "ctrl+p", "ctrl+l", "u")
        assert front.mode == "sign_in"
        await front.fill("password", PASSWORD)
        await front.press("enter", "enter")
        assert front.mode == "home"
        assert front.app._screen_stacks["home"][0] is not home
    acts = local.behind_its_back("SELECT action FROM audit_log ORDER BY seq")
    assert [act for (act,) in acts if act.startswith("signed")] == [
        "signed_in",
        "signed_out",
        "signed_in",
    ]


async def test_who_has_no_password_comes_back_with_enter(machine: Machine) -> None:
    machine.does("setup", "--yes")
    async with sitting() as front:
        await front.press("ctrl+o")
        assert front.mode == "sign_in"
        await front.press("enter")
        assert front.mode == "home"


# On Postgres.


async def test_a_shared_store_always_asks(machine: Machine, shared: str) -> None:
    async with sitting(Options(store=shared)) as front:
        assert front.mode == "sign_in"
        assert front.field("login").text == ADMIN
        assert "refused" not in front.seat.text
        await front.press("enter")
        assert front.field("password").error == "must be filled in."
        await front.answer(WRONG)
        assert front.says("does not accept this login or password")
        await front.answer(PASSWORD)
        assert (front.mode, front.app.session.login) == ("home", ADMIN)


async def test_a_shared_password_is_remembered_and_forgotten(
    machine: Machine, shared: str, ring: type[FakeRing]
) -> None:
    async with sitting(Options(store=shared)) as front:
        await front.seat.type(PASSWORD)
        await front.press("tab", "left", "enter")
        assert front.mode == "home"
    assert PASSWORD in ring.kept.values()
    async with sitting(Options(store=shared)) as front:
        assert front.mode == "home"
        await front.press("ctrl+o")
        assert front.mode == "sign_in"
    assert PASSWORD not in ring.kept.values()
    async with sitting(Options(store=shared)) as front:
        assert front.mode == "sign_in"


async def test_what_was_set_for_jobs_stays_when_somebody_signs_out(
    machine: Machine, shared: str, ring: type[FakeRing]
) -> None:
    machine.does("--store", shared, "credentials", "set", "store-password", "--file",
                 machine.secret())  # fmt: skip
    set_for_jobs = dict(ring.kept)
    assert list(set_for_jobs.values()) == [PASSWORD]
    async with sitting(Options(store=shared)) as front:
        assert front.mode == "home"
        await front.press("ctrl+o")
        assert front.mode == "sign_in"
        assert ring.kept == set_for_jobs
        # Neither does "remember me" make it something that is forgotten.
        await front.to_field("password")
        await front.seat.type(PASSWORD)
        await front.press("tab", "left", "enter")
        assert front.mode == "home"
        await front.press("ctrl+o")
    assert ring.kept == set_for_jobs


async def test_what_is_remembered_of_a_shared_store_is_forgotten_when_refused(
    machine: Machine, shared: str, ring: type[FakeRing]
) -> None:
    async with sitting(Options(store=shared)) as front:
        await front.seat.type(PASSWORD)
        await front.press("tab", "left", "enter")
        assert front.mode == "home"
    for account in ring.kept:
        ring.kept[account] = WRONG
    async with sitting(Options(store=shared)) as front:
        assert front.mode == "sign_in"
    assert ring.kept == {}


async def test_somebody_else_comes_in_on_a_shared_store(
    machine: Machine, shared: str, database: Database
) -> None:
    database.add_login("next_clerk")
    machine.patch.setenv("BILLING_TUI_STORE_PASSWORD_FILE", str(machine.secret()))
    machine.does("--store", shared, "users", "add", "next_clerk", "--role", "clerk")
    machine.patch.delenv("BILLING_TUI_STORE_PASSWORD_FILE")
    async with sitting(Options(store=shared)) as front:
        await front.answer(PASSWORD)
        await front.press("ctrl+o")
        await front.fill("login", "next_clerk")
        await front.to_field("password")
        await front.answer(PASSWORD)
        assert (front.mode, front.app.session.login) == ("home", "next_clerk")


async def test_who_is_no_member_is_told(machine: Machine, shared: str, database: Database) -> None:
    database.add_login("not_a_member")
    async with sitting(Options(store=shared)) as front:
        await front.fill("login", "not_a_member")
        await front.answer(PASSWORD)
        assert front.mode == "sign_in"
        assert front.says("No such organisation")


async def test_a_server_that_is_away_is_said_and_tried_again(
    machine: Machine, server: Server
) -> None:
    away = server.url(ADMIN, "billing").replace(server.socket, str(Path(server.socket) / "gone"))
    async with sitting(Options(store=away)) as front:
        assert front.mode == "start"
        assert front.says("No connection", "The database cannot be reached")
        await front.press("r")
        assert front.says("No connection")


def test_the_console_is_what_screens_think_it_is() -> None:
    for name in ("open", "unlock", "let_in", "sign_out"):
        assert callable(getattr(BillingApp, name))
