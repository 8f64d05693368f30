"""What somebody new reads: helps that tell the truth, refusals and empty lists with a next step."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO, cast

import pytest

from billing_tui.cli import commands
from billing_tui.cli.output import NotPrinted, Output
from billing_tui.domain.customers.records import EDITABLE
from billing_tui.domain.departments import EDITABLE as OF_DEPARTMENTS
from billing_tui.resources import asset_text
from tests.commands import ROOT, Machine

FULL = Path("/dev/full")


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from parsers(below)


def test_every_option_says_what_it_is() -> None:
    silent = [
        f"{parser.prog} {action.metavar or action.dest}"
        for parser in parsers(commands().parser)
        for action in parser._actions
        if not action.help and not isinstance(action, argparse._SubParsersAction)
    ]
    assert not silent, f"give these a help text: {silent}"


def test_the_same_thing_is_asked_for_by_the_same_word() -> None:
    """A value a script gives is named alike everywhere, and helps show it in one spelling."""
    shown: dict[str, set[object]] = {}
    for parser in parsers(commands().parser):
        for action in parser._actions:
            for name in action.option_strings:
                shown.setdefault(name, set()).add(action.metavar)
    for name in ("--entity", "--currency", "--department", "--limit", "--role", "--file"):
        if name == "--entity":
            shown[name].discard("NAME")  # setup names a new one
        assert len(shown[name]) == 1, name
    assert not {"--roles", "--from-file"} & set(shown)


@pytest.mark.parametrize(
    ("asset", "fields"), [("customers", EDITABLE), ("departments", OF_DEPARTMENTS)]
)
def test_a_help_tells_every_field_of_a_file(
    machine: Machine, capsys: pytest.CaptureFixture[str], asset: str, fields: tuple[str, ...]
) -> None:
    text = asset_text(f"help/{asset}.txt")
    told = {line.lstrip(" *").split(" ")[0] for line in text.splitlines() if line.startswith("  ")}
    assert set(fields) <= told
    with pytest.raises(SystemExit):
        machine(asset, "create", "--help")
    assert text in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("custmers",), "'custmers' is no command here. Did you mean customers?"),
        (("customers", "shw"), "Did you mean show? See `billing-tui customers --help`."),
        (("zzz",), "'zzz' is no command here. See `billing-tui --help`."),
        (("customers", "list", "--status", "x"), "'x' is none of active, archived, merged, all."),
        (("customers", "list", "--lim", "3"), "Nothing here is called --lim 3. See `billing-tui"),
        (("customers", "show"), "required: NUMBER. See `billing-tui customers show --help`."),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_ones(
    machine: Machine, argv: tuple[str, ...], said: str
) -> None:
    ran = machine(*argv)
    assert ran.code == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("group", ["customers", "jobs", "settings", "credentials"])
def test_a_group_alone_shows_its_help(machine: Machine, group: str) -> None:
    ran = machine(group)
    assert ran.code == 0
    assert ran.out.startswith(f"usage: billing-tui {group} ")


@pytest.mark.parametrize(
    ("argv", "next_step"),
    [
        (("customers", "list"), "`billing-tui customers create`"),
        (("customers", "search", "nobody"), "fewer words"),
        (("departments", "list"), "`billing-tui departments create`"),
        (("departments", "tree"), "`billing-tui departments create`"),
        (("accounts", "list"), "`billing-tui accounts set ACCOUNT CODE`"),
        (("rates", "list"), "`billing-tui rates set`"),
        (("books", "list"), "first invoice or payment"),
        (("alerts", "list"), "nothing is to be done"),
        (("views", "list"), "`billing-tui views save AREA NAME"),
        (("drafts", "list"), "nothing is to be done"),
        (("audit", "list", "--who", "nobody"), "Leave out an option"),
        (("jobs", "list"), "`billing-tui jobs serve`"),
        (("jobs", "run", "due"), "`billing-tui jobs list`"),
    ],
)
def test_an_empty_list_says_what_to_do_next(
    machine: Machine, argv: tuple[str, ...], next_step: str
) -> None:
    assert "Next: `billing-tui customers create --help`" in machine("setup", "--yes").out
    ran = machine(*argv)
    assert ran.code == 0
    assert next_step in ran.out


class Full:
    """A disk that takes nothing more."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None: ...

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return os.open(os.devnull, os.O_WRONLY)


def test_output_that_cannot_be_written_is_one_sentence() -> None:
    full = Full()
    with pytest.raises(NotPrinted, match="no space left on device"):
        Output(True, cast(TextIO, full)).document({})


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize("argv", [("credentials", "list"), ("customers", "list", "--json")])
def test_a_full_disk_behind_a_pipe_is_one_sentence(machine: Machine, argv: tuple[str, ...]) -> None:
    with FULL.open("w", encoding="utf-8") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "billing_tui", *argv],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert ran.returncode == 2
    assert ran.stderr.startswith("Output not written: ")
    assert ran.stderr.count("\n") == 1


def test_a_reader_that_goes_away_hears_no_complaint(machine: Machine) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        ran = subprocess.run(
            [sys.executable, "-m", "billing_tui", "--help"],
            cwd=ROOT, stdout=gone, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert ran.returncode == 0
    assert ran.stderr == ""
