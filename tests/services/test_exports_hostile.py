"""What goes out by an export, and what is remembered of it."""

from __future__ import annotations

import io
import json
import stat
import sys

import pytest

from billing_tui.domain.text import CardNumberRefused
from billing_tui.domain.users import checked_login
from tests.commands import Machine
from tests.hostile import ACTS, CARD, CARD_DIGITS, TEXTS

HOSTILE = TEXTS["ansi"] + TEXTS["clipboard"] + TEXTS["bidi"]


@pytest.fixture
def shop(machine: Machine) -> Machine:
    machine.does("setup", "--yes")
    file = machine.home / "one.json"
    file.write_text(json.dumps({"name": HOSTILE, "currency": "EUR"}), encoding="utf-8")
    machine.does("customers", "create", "--file", file)
    return machine


class Screen(io.TextIOWrapper):
    """A terminal, as far as a program can see."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def isatty(self) -> bool:
        return True


def test_a_terminal_is_shown_what_a_file_is_given(shop: Machine) -> None:
    screen = Screen()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", screen)
        assert shop("customers", "export", "--out", "-").code == 0
    screen.seek(0)
    shown = screen.read()
    assert "␛[2J" in shown
    assert ACTS.search(shown) is None
    assert HOSTILE in shop("customers", "export", "--out", "-").out


@pytest.mark.parametrize("option", ["--text", "--tag", "--parent", "--department", "--currency"])
@pytest.mark.parametrize("value", [CARD, "x" * 201, "a\0b"], ids=["card", "long", "nul"])
def test_what_was_asked_for_is_kept_so_it_is_judged(shop: Machine, option: str, value: str) -> None:
    out = shop.home / "out.csv"
    ran = shop("customers", "export", "--out", out, option, value, "--json")
    assert (ran.code, out.exists()) == (2, False)
    assert CARD_DIGITS.search(shop.store.read_bytes().decode(errors="replace")) is None


def test_a_checkpoint_beside_an_export_is_nobody_elses(shop: Machine) -> None:
    shop.does("customers", "export", "--out", shop.home / "out.csv")
    for path in shop.home.glob("out.csv*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_help_says_which_export_leaves_no_checkpoint(shop: Machine) -> None:
    with pytest.raises(SystemExit):
        shop("customers", "export", "--help")
    assert "leaves none" in " ".join(shop._capture.readouterr().out.split())


def test_an_export_without_its_checkpoint_is_none(shop: Machine) -> None:
    """Else it would say that nothing was left behind, beside the file it left."""
    folder = shop.home / "out.csv.checkpoint.json"
    folder.mkdir()
    ran = shop("customers", "export", "--out", shop.home / "out.csv")
    assert (ran.code, (shop.home / "out.csv").exists()) == (2, False)


def test_what_is_shown_has_the_spelling_it_was_given_in(shop: Machine) -> None:
    file = shop.home / "two.json"
    file.write_text('{"name": "e\\u0301A\\u030a", "currency": "EUR", "number": "N2"}', "utf-8")
    shop.does("customers", "create", "--file", file)
    assert shop.does("customers", "show", "N2")["name"] == "e\u0301A\u030a"


def test_no_card_number_is_a_login() -> None:
    with pytest.raises(CardNumberRefused):
        checked_login(CARD.replace(" ", ""))


def test_a_day_that_has_to_be_there(shop: Machine) -> None:
    ran = shop("rates", "set", "EUR", "USD", "1.1", "--from", "", "--source", "ECB")
    assert ran.code == 2
    assert "Not a date" in ran.err
