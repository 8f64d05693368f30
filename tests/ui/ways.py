"""Ways that several journeys begin with."""

from __future__ import annotations

from tests.stores import PASSWORD
from tests.ui.terminals import Terminal


def sign_in(terminal: Terminal, login: str) -> None:
    terminal.expect("sign in", login)
    terminal.expect_focus("Password")
    terminal.type(PASSWORD)
    terminal.press("enter")


def to_customers(terminal: Terminal, query: str = "") -> None:
    terminal.expect("To do")
    terminal.press("g")
    terminal.expect("go to")
    terminal.press("c")
    terminal.expect("Number", "Status")
    if query:
        terminal.press("/")
        terminal.type(query)
        terminal.press("enter")


def fields_down(terminal: Terminal, *labels: str) -> None:
    """Enter goes from field to field, and from the last one to the next step."""
    for label in labels:
        terminal.press("enter")
        terminal.expect_focus(label)
