"""The first start of a shared store, and of this machine with one that others made."""

from __future__ import annotations

import threading
from typing import Any

from billing_tui.app.founding import Founder
from billing_tui.app.given import Options
from storage import health
from tests.commands import Machine
from tests.stores import PASSWORD, Database, Server
from tests.ui.front import Front, sitting
from tests.ui.wizarding import on_from, step


async def to_server(front: Front, server: Server, database: str, login: str, word: str) -> None:
    await to_password(front, server, database, login)
    await front.answer(word)


async def to_password(front: Front, server: Server, database: str, login: str) -> None:
    await front.press("right")
    values = {"host": server.socket, "port": "5432", "database": database, "login": login}
    for name, text in values.items():
        await front.fill(name, text)
    await front.to_field("password")


def fresh_database(server: Server, name: str, owner: str = "setup_admin") -> str:
    with server.superuser() as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name} OWNER {owner}")
    return name


async def test_a_shared_store_is_tested_made_and_opened(machine: Machine, server: Server) -> None:
    name = fresh_database(server, "by_wizard")
    async with sitting() as front:
        await to_server(front, server, name, "setup_admin", "wrong")
        assert front.says("does not accept this login or password")
        await front.answer(PASSWORD)
        assert front.says("PostgreSQL", "Nothing is in it yet")
        assert front.field("password").text == ""
        await front.press("enter")
        await front.answer("Nordwind")
        await front.press(*["enter"] * 5)
        assert front.says("You are setup_admin")
        await front.press("enter", "enter", "enter")
        assert front.says(name, "the server's")
        with server.connect("setup_admin", name) as raw:
            made = raw.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert made == []
        await front.press("enter")
        assert front.says("has no recovery code")
        await front.press("enter")
        assert (front.mode, front.app.session.shared) == ("home", True)
    machine.patch.setenv("BILLING_TUI_STORE_PASSWORD_FILE", str(machine.secret()))
    assert machine.does("organisations", "show")["name"] == "Nordwind"
    async with sitting() as front:
        assert front.mode == "home"


async def test_a_server_that_is_not_there_is_said_and_the_password_is_not_asked_again(
    machine: Machine, server: Server
) -> None:
    name = fresh_database(server, "found_later")
    async with sitting() as front:
        await to_server(front, server, name, "setup_admin", PASSWORD)
        await front.fill("port", "5999")
        await front.press("enter")
        assert front.says("cannot be reached")
        await front.fill("port", "5432")
        await front.press("enter")
        assert front.says("Nothing is in it yet")


async def test_while_it_connects_it_says_so_and_enter_does_nothing(
    machine: Machine, server: Server
) -> None:
    name = fresh_database(server, "slow_to_answer")
    look, go_on, looks = Founder.look, threading.Event(), []

    def slow(self: Founder, *given: Any) -> Any:
        looks.append(given)
        assert go_on.wait(20)
        return look(self, *given)

    machine.patch.setattr(Founder, "look", slow)
    async with sitting(size=(80, 24)) as front:
        await to_password(front, server, name, "setup_admin")
        await front.seat.type(PASSWORD)
        await front.pilot.press("enter")
        await front.seat.until(lambda: front.says("Connecting…"), "nothing is said")
        assert not front.says("Enter connects")
        await front.pilot.press("enter", "enter")
        assert front.says("Connecting…")
        go_on.set()
        await front.seat.settled()
        assert front.says("Nothing is in it yet")
        assert not front.says("Connecting…")
    assert len(looks) == 1


async def test_a_wrong_database_and_a_bad_address_are_said(
    machine: Machine, server: Server
) -> None:
    async with sitting() as front:
        await to_server(front, server, "no_such_thing", "setup_admin", PASSWORD)
        assert front.says("No such database")
        await front.fill("host", "a host/with?odd=parts")
        await front.press("enter")
        assert front.says("Store address not understood")


async def test_missing_rights_are_said_as_sql_that_y_copies(
    machine: Machine, server: Server
) -> None:
    with server.superuser() as admin:
        admin.execute(f"CREATE ROLE wizard_person LOGIN PASSWORD '{PASSWORD}'")
    name = fresh_database(server, "by_dba_wizard", "postgres")
    async with sitting() as front:
        await to_server(front, server, name, "wizard_person", PASSWORD)
        assert front.says("The database has to be prepared", "CREATE ROLE"), front.seat.text
        await front.press("y")
        with server.superuser(name) as admin:
            admin.execute(front.app.clipboard.encode())
        await front.to_field("password")
        await front.press("enter")
        assert front.says("Nothing is in it yet"), front.seat.text


async def test_a_store_others_made_is_opened(machine: Machine, database: Database) -> None:
    store = database.store()
    store.close()
    async with sitting() as front:
        await to_server(front, database.server, database.name, "setup_admin", PASSWORD)
        assert front.says("It is a billing store already")
        await front.press("enter")
        assert front.mode in ("home", "sign_in")
    assert "by_wizard" not in (machine.home / ".config/billing-tui/settings.toml").read_text()


async def test_a_shared_setup_that_died_is_finished(machine: Machine, server: Server) -> None:
    name = fresh_database(server, "cut_off_wizard")
    async with sitting() as front:
        await to_server(front, server, name, "setup_admin", PASSWORD)
        await front.press("enter")
        await front.answer("Nordwind")
        await front.press(*["enter"] * 9)
        assert step(front) == "code"
        await front.pilot.press("ctrl+q")
    async with sitting() as front:
        assert front.field("database").text == name
        await front.to_field("password")
        await front.answer(PASSWORD)
        assert front.says("Enter finishes it")
        await front.press("enter")
        assert step(front) == "code"
        await front.press("enter")
        assert (front.mode, front.app.session.organisation) == ("home", "Nordwind")


async def test_a_server_that_is_too_old_is_refused_before_anything_is_asked(
    machine: Machine, server: Server
) -> None:
    machine.patch.setattr(health, "server_version", lambda _connection: 150_008)
    name = fresh_database(server, "too_old")
    async with sitting() as front:
        await to_server(front, server, name, "setup_admin", PASSWORD)
        assert front.says("Server too old", "PostgreSQL 16 or newer")
    machine.patch.setenv("BILLING_TUI_STORE_PASSWORD_FILE", str(machine.secret()))
    refused = machine("--store", server.url("setup_admin", name), "setup", "--yes", "--json")
    assert refused.doc["error"]["code"] == "server_too_old"


async def test_an_empty_database_that_is_named_asks_for_its_password_and_is_made(
    machine: Machine, server: Server
) -> None:
    url = server.url("setup_admin", fresh_database(server, "named_empty"))
    async with sitting(Options(store=url)) as front:
        assert front.mode == "sign_in"
        await front.answer(PASSWORD)
        assert front.mode == "wizard"
        assert front.says("named by --store")
        await front.press("enter")
        assert front.says("Nothing is in it yet")
        await front.press("enter")
        await front.fill("organisation", "Nordwind")
        for last in ("country", "zone", "name", "demo"):
            await on_from(front, last)
        await front.press("enter", "enter")
        assert (front.mode, front.app.session.organisation) == ("home", "Nordwind")
