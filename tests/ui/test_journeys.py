"""Whole ways through the console on a real terminal, in processes of their own."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from storage.engine import sqlite_module
from tests.stores import PASSWORD
from tests.ui.crowds import TAG, TAGGED, crowd_on_sqlite, name_of
from tests.ui.homes import Kept, new_home, run, secret
from tests.ui.terminals import Terminal
from tests.ui.ways import fields_down, sign_in, to_customers

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo terminal")

MANY = 100_000
AUDITOR = "noor"
STORE = ".local/share/billing-tui/billing.db"


@pytest.fixture(scope="module")
def crowded() -> Kept:
    """A hundred thousand customers, and an auditor beside whoever runs this."""
    kept = Kept()
    run(kept.home, "setup", "--yes", "--demo", "--organisation", "Northwind")
    file = secret(kept.home, PASSWORD)
    run(kept.home, "users", "add", AUDITOR, "--role", "auditor", "--password-file", str(file))
    crowd_on_sqlite(kept.home / STORE, MANY)
    kept.keep()
    return kept


def test_the_wizard_makes_a_store_and_opens_it() -> None:
    home = new_home()
    with Terminal(home) as terminal:
        terminal.expect("step 1 of 7", "Where are the books to be kept?")
        terminal.expect_focus("Keep them in")
        terminal.press("enter")
        terminal.expect("step 2 of 7")
        terminal.expect_focus("Organisation *")
        terminal.type("Northwind")
        fields_down(terminal, "Legal entity", "Country")
        fields_down(terminal, "Currency *", "Locale *", "Time zone *")
        fields_down(terminal, "Your name", "Password", "Once more")
        fields_down(terminal, "The books are", "Made-up data")
        terminal.press("left")
        terminal.expect("● yes, 200 customers")
        terminal.press("enter")
        terminal.expect("step 6 of 7", "Make it", "Northwind")
        assert not list(home.rglob("*.db")), "nothing is made before it is confirmed"
        terminal.press("enter")
        text = terminal.expect("step 7 of 7", "recovery code", "Last group")
        groups = re.findall(r"\b[0-9A-Z]{5}\b", text)
        assert len(groups) > 10, text
        terminal.press("tab")
        terminal.expect_focus("Last group")
        terminal.type(groups[-1])
        terminal.press("enter")
        terminal.expect("Northwind", "To do", "200")
        terminal.press("ctrl+q")
        assert terminal.ended() == 0
    assert run(home, "organisations", "list")["items"][0]["name"] == "Northwind"


def test_a_customer_is_made_by_keyboard(crowded: Kept) -> None:
    home = crowded.put_back()
    with Terminal(home) as terminal:
        to_customers(terminal)
        terminal.press("n")
        terminal.expect("New customer")
        terminal.expect_focus("Name *")
        terminal.type("Łódź Café")
        terminal.press("tab", "tab", "tab")
        terminal.type("net14")
        terminal.press("tab")
        terminal.type("12.500,00")
        terminal.press("ctrl+s")
        terminal.expect("Saved C-00201")
    made = run(home, "customers", "show", "C-00201")
    assert made["name"] == "Łódź Café"
    assert made["terms"] == "net14"
    assert made["credit_limit"] == {"amount": 1250000, "currency": "EUR"}


def test_one_is_found_among_a_hundred_thousand(crowded: Kept) -> None:
    with Terminal(crowded.put_back()) as terminal:
        to_customers(terminal, "meadow 042424")
        terminal.expect("M-042424", name_of(42_424), "1 of 1")
        terminal.press("enter")
        terminal.expect("Timeline", name_of(42_424))


def test_two_consoles_edit_the_same_customer(crowded: Kept) -> None:
    home = crowded.put_back()
    with ExitStack() as both:
        first, second = (both.enter_context(Terminal(home)) for _ in range(2))
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
        second.expect("Changed meanwhile")
        text = second.expect("theirs", "yours")
        assert text.count("Changed meanwhile") == 1, text
        second.press("right", "enter")
        second.expect("Saved M-000007")
    kept = run(home, "customers", "show", "M-000007")
    assert (kept["name"], kept["version"]) == (f"{name_of(7)} South", 3)


def test_five_thousand_get_a_tag_after_their_diff(crowded: Kept) -> None:
    home = crowded.put_back()
    with Terminal(home) as terminal:
        to_customers(terminal, f"tag:{TAG}")
        terminal.expect(f"of {TAGGED:,}")
        terminal.press("*")
        terminal.expect(f"✓ {TAGGED:,} marked")
        terminal.press("c")
        terminal.expect(f"Change {TAGGED:,} customers", "Add tags")
        terminal.type("winter")
        terminal.press("ctrl+s")
        terminal.expect("What the change does", "+winter", "Enter: change 5,000")
        assert tagged(home, "winter") == 0, "nothing is written before it was looked at"
        terminal.press("enter")
        terminal.expect("What came of it", f"{TAGGED:,} changed")
    assert tagged(home, "winter") == TAGGED


def test_an_auditor_signs_in_and_is_refused_and_locks(crowded: Kept) -> None:
    home = crowded.put_back()
    with Terminal(home, "--user", AUDITOR) as terminal:
        sign_in(terminal, AUDITOR)
        to_customers(terminal, "meadow 000001")
        text = terminal.expect("1 of 1", "Open")
        assert "New" not in text.splitlines()[-1]
        terminal.press("n", "a", "b", "x")
        terminal.press("?")
        terminal.expect("Your roles do not let you edit customers")
        terminal.press("escape")
        terminal.expect_gone("Your roles")
        terminal.press("ctrl+l")
        terminal.expect("locked", "Password")
        terminal.expect_gone("Meadow")
        terminal.press("g", "c")
        terminal.press("escape")
        terminal.type("wrong\r")
        terminal.expect("✗")
        terminal.type(f"{PASSWORD}\r")
        terminal.expect("Meadow 000001")


def tagged(home: Path, tag: str) -> int:
    statement = "SELECT count(*) FROM customer_key WHERE kind='tag' AND key=? AND gone_at IS NULL"
    with closing(sqlite_module().connect(str(home / STORE))) as store:
        found: int = store.execute(statement, (tag,)).fetchone()[0]
    return found
