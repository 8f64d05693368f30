"""The same ways on a shared store: people are logins of the server, each at their own machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg import sql

from tests.stores import ADMIN, PASSWORD, Server
from tests.ui.crowds import TAG, TAGGED, crowd_on_postgres, name_of
from tests.ui.homes import new_home, run, secret
from tests.ui.terminals import Terminal
from tests.ui.ways import sign_in, to_customers

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo terminal")

BOOKS, CLERK, AUDITOR = "consoles", "grace", "noor"


@dataclass(frozen=True)
class Shared:
    """A database with an admin, a clerk and an auditor."""

    server: Server

    @contextmanager
    def console(self, login: str) -> Iterator[Terminal]:
        """At a machine where nothing of anybody is kept, as somebody who signed in."""
        named = {"BILLING_TUI_STORE": self.server.url(login, BOOKS)}
        with Terminal(new_home(), environment=named) as terminal:
            sign_in(terminal, login)
            yield terminal

    def count(self, statement: str, *given: object) -> int:
        with self.server.superuser(BOOKS) as admin:
            found: int = (admin.execute(statement, given).fetchone() or (0,))[0]
        return found


@pytest.fixture(scope="module")
def shared(server: Server) -> Shared:
    with server.connect(ADMIN, "postgres") as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(BOOKS)))
    do = doing(server, new_home())
    do("setup", "--yes", "--organisation", "Northwind")
    do("seed", "--customers", "20")
    for login, role in ((CLERK, "clerk"), (AUDITOR, "auditor")):
        do("users", "add", login, "--role", role, "--password-file", "SECRET")
    with server.superuser(BOOKS) as superuser:
        (organisation,) = superuser.execute("SELECT id FROM organisation").fetchone() or ("",)
        crowd_on_postgres(superuser, organisation, TAGGED)
    return Shared(server)


def doing(server: Server, home: Path) -> Callable[..., object]:
    file = str(secret(home, PASSWORD))
    named = {
        "BILLING_TUI_STORE": server.url(ADMIN, BOOKS),
        "BILLING_TUI_STORE_PASSWORD_FILE": file,
    }
    return lambda *words: run(home, *(file if w == "SECRET" else w for w in words), **named)


def test_two_logins_edit_the_same_customer(shared: Shared) -> None:
    with ExitStack() as both:
        first = both.enter_context(shared.console(ADMIN))
        second = both.enter_context(shared.console(CLERK))
        for terminal in (first, second):
            to_customers(terminal, "M-000007")
            terminal.expect("1 of 1", name_of(7), "Timeline")
            terminal.press("a")
            terminal.expect_focus("Name *")
        first.press("end")
        first.type(" North")
        first.press("ctrl+s")
        first.expect("Saved M-000007")
        second.press("end")
        second.type(" South")
        second.press("ctrl+s")
        second.expect("Changed meanwhile", "theirs", "yours")
        second.press("left", "enter")
        second.expect("Saved M-000007")
        first.press("escape")
        first.expect(f"{name_of(7)} North")
    kept = shared.count("SELECT version FROM customer WHERE number = 'M-000007'")
    assert kept in (2, 3)


def test_a_customer_is_made_and_others_see_it_come(shared: Shared) -> None:
    with shared.console(ADMIN) as other, shared.console(CLERK) as terminal:
        to_customers(other, "owl")
        other.expect("No customer fits")
        to_customers(terminal)
        terminal.press("n")
        terminal.expect("New customer")
        terminal.expect_focus("Name *")
        terminal.type("Owl & Sons")
        terminal.press("ctrl+s")
        terminal.expect("Saved C-00021")
        other.expect("Owl & Sons")


def test_all_that_fit_get_a_tag_after_their_diff(shared: Shared) -> None:
    tagged = "SELECT count(*) FROM customer_key WHERE kind='tag' AND key=%s AND gone_at IS NULL"
    with shared.console(CLERK) as terminal:
        to_customers(terminal, f"tag:{TAG}")
        terminal.expect(f"of {TAGGED:,}")
        terminal.press("*")
        terminal.expect(f"✓ {TAGGED:,} marked")
        terminal.press("c")
        terminal.expect(f"Change {TAGGED:,} customers", "Add tags")
        terminal.type("winter")
        terminal.press("ctrl+s")
        terminal.expect("What the change does", "+winter", "Enter: change 5,000")
        assert shared.count(tagged, "winter") == 0
        terminal.press("enter")
        terminal.expect("What came of it", f"{TAGGED:,} changed", within=60)
    assert shared.count(tagged, "winter") == TAGGED


def test_an_auditor_is_refused_and_the_lock_asks_the_server(shared: Shared) -> None:
    with shared.console(AUDITOR) as terminal:
        to_customers(terminal, "meadow 000001")
        terminal.expect("1 of 1")
        terminal.press("n", "a", "?")
        terminal.expect("Your roles do not let you edit customers")
        terminal.press("escape")
        terminal.expect_gone("Your roles")
        terminal.press("ctrl+l")
        terminal.expect("locked", "Password")
        terminal.expect_gone("Meadow")
        terminal.type("wrong")
        terminal.press("enter")
        terminal.expect("✗")
        terminal.type(PASSWORD)
        terminal.press("enter")
        terminal.expect("Meadow 000001")
