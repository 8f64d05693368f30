"""How the program comes up and goes away, on a real terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui.homes import Kept, new_home, run
from tests.ui.terminals import ROOT, Terminal, environment_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo terminal")

# The first frame is looked at from inside: what was imported and opened when it was drawn.
_FIRST_FRAME = """
import asyncio, json, sys
from billing_tui.app import BillingApp
from billing_tui.app.given import Options

class Watched(BillingApp):
    first = None

    def post_display_hook(self):
        text = "".join(s.text for strip in self.screen._compositor.render_strips() for s in strip)
        if self.first is None and "billing" in text:
            self.first = {"imported": [name for name in sys.argv[1:] if name in sys.modules],
                          "opened": self.opened is not None, "text": text}

async def main():
    app = Watched(Options())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
    print(json.dumps(app.first))

asyncio.run(main())
"""
_LATER = (
    "sqlalchemy", "sqlmodel", "sqlite3", "pysqlite3", "psycopg", "keyring", "stripe", "fpdf",
    "screens.widgets.form", "screens.widgets.fields",
)  # fmt: skip


@pytest.fixture
def home() -> Path:
    return new_home()


@pytest.fixture(scope="module")
def ready() -> Kept:
    kept = Kept()
    run(kept.home, "setup", "--yes", "--organisation", "Northwind")
    kept.keep()
    return kept


def test_an_empty_home_gets_the_wizard(home: Path) -> None:
    with Terminal(home) as terminal:
        terminal.expect("first start", "step 1 of")
        terminal.press("ctrl+q")
        assert terminal.ended() == 0
    assert not list(home.rglob("*.db")), "looking makes nothing"


def test_so_does_a_store_that_is_named_and_not_there(home: Path) -> None:
    named = {"BILLING_TUI_STORE": str(home / "books.db")}
    with Terminal(home, environment=named) as terminal:
        terminal.expect("first start", "named by BILLING_TUI_STORE")


def test_after_setup_it_is_home_and_leaving_restores_the_terminal(ready: Kept) -> None:
    with Terminal(ready.put_back()) as terminal:
        terminal.expect("Northwind", "Home", "To do")
        terminal.press("ctrl+q")
        assert terminal.ended() == 0
        assert terminal.modes_after == terminal.modes_before
        for mode in ("1049", "1000", "1003", "1006", "2004", "1004"):
            assert last(terminal, f"\x1b[?{mode}h") < last(terminal, f"\x1b[?{mode}l"), mode
        assert last(terminal, "\x1b[?25l") < last(terminal, "\x1b[?25h"), "the cursor is back"
        assert terminal.text.strip() == "", "nothing is left behind"


def test_a_smaller_window_is_still_all_there(ready: Kept) -> None:
    with Terminal(ready.put_back(), size=(120, 36)) as terminal:
        terminal.expect("Departments", "To do")
        terminal.resize(80, 24)
        terminal.expect_gone("Departments")
        terminal.expect("g go to", "Northwind")


def test_the_first_frame_is_there_before_any_database_or_form(ready: Kept) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_FRAME, *_LATER],
        cwd=ROOT, env=environment_of(ready.put_back()), capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first = json.loads(done.stdout)
    assert "Opening the store" in first["text"]
    assert not first["opened"]
    assert first["imported"] == []


def last(terminal: Terminal, text: str) -> int:
    return terminal.sent.rfind(text.encode())
