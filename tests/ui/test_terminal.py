"""A terminal that sends what no keyboard does, and one that goes away."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.ui.homes import Kept, run
from tests.ui.terminals import Terminal
from tests.ui.ways import to_customers

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo terminal")

ODD = {
    "no UTF-8": b"\xff\xfe\x80",
    "an old paste": b"\x1b[200~\xe9\xe8\x1b[201~",
    "keys no keyboard has": b"\x1b[999999999999999999u\x1b[1114112u\x1b[55296u",
    "answers nobody asked for": b"\x1b[?2026;2$y\x1b]52;c;!!!\x07\x1bP$q\x1b\\\x1b[<0;5M",
    "zeros": b"\0" * 500,
}
LEFT = {"the session ends": signal.SIGTERM, "the window is closed": signal.SIGHUP}


@pytest.fixture(scope="module")
def founded() -> Kept:
    kept = Kept()
    run(kept.home, "setup", "--yes", "--organisation", "Northwind")
    kept.keep()
    return kept


def typing(home: Path) -> Terminal:
    """A console in which a new customer is half typed."""
    terminal = Terminal(home)
    to_customers(terminal)
    terminal.press("n")
    terminal.expect("Free fields")
    terminal.type("Half")
    terminal.expect("Half")
    return terminal


def test_what_no_keyboard_sends_ends_nothing(founded: Kept) -> None:
    with typing(founded.put_back()) as terminal:
        for odd in ODD.values():
            terminal.send(odd)
        terminal.type(" typed")
        terminal.press("ctrl+s")
        terminal.expect("Saved")
        terminal.press("ctrl+q")
        assert terminal.ended() == 0
        assert b"Traceback" not in terminal.sent


@pytest.mark.parametrize("left", LEFT.values(), ids=list(LEFT))
def test_what_is_typed_is_a_draft_when(founded: Kept, left: signal.Signals) -> None:
    home = founded.put_back()
    with typing(home) as terminal:
        terminal.process.send_signal(left)
        assert terminal.ended() == 0
        assert terminal.modes_after == terminal.modes_before
    assert [one["form"] for one in run(home, "drafts", "list")["items"]] == ["customers"]


def test_a_terminal_that_is_gone_leaves_a_draft_too(founded: Kept) -> None:
    home = founded.put_back()
    with typing(home) as terminal:
        terminal.vanish()
        terminal.process.wait(20)
    assert [one["form"] for one in run(home, "drafts", "list")["items"]] == ["customers"]
