"""Every argument of every command there is, from the tree itself, with text that means harm."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from billing_tui import cli
from billing_tui.cli.parsing import argument
from tests.consoles import local_console
from tests.hostile import ACTS, CARD, CARD_DIGITS, TEXTS, UNREADABLE

ENDLESS = {("jobs", "serve")}
EVERYWHERE = frozenset({"help", "json", "store", "organisation", "user", "request", "reason"})
MIXED = "".join(TEXTS[name] for name in ("ansi", "clipboard", "c1", "bidi", "tags", "markup"))
# No operating system hands over a NUL in an argument.
HOSTILE = [MIXED, UNREADABLE["half"], CARD, "", "9" * 5000, "9999-12-31"]


def leaves(
    parser: argparse.ArgumentParser, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from leaves(child, (*path, name))
            return
    yield path, parser


LEAVES = dict(leaves(cli.commands().parser))


def words(parser: argparse.ArgumentParser, target: argparse.Action, hostile: str) -> Iterator[str]:
    """A command line with everything it must have, and the hostile text in one place."""
    for action in parser._actions:
        name = action.option_strings[0] if action.option_strings else ""
        if action is target:
            yield f"{name}={hostile}" if name else hostile
        elif action.nargs != 0 and (action.required if name else action.nargs != "?"):
            usual = str(next(iter(action.choices or ("x",))))
            yield from ((name, usual) if name else (usual,))


Told = Callable[..., str]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        local_console(folder, patch)
        patch.chdir(folder)
        yield folder


@pytest.fixture
def told(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    def run(*argv: str) -> str:
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"")))
        capsys.readouterr()
        code = cli.run(argv)
        said = "".join(capsys.readouterr()).replace("\r\n", "\n")
        assert code != 9, ascii(argv)[:200]
        assert ACTS.search(said) is None, (ascii(argv)[:200], ascii(said[:200]))
        return said

    return run


@pytest.mark.parametrize("path", [p for p in LEAVES if p not in ENDLESS], ids=" ".join)
def test_no_argument_acts_or_breaks_anything(path: tuple[str, ...], home: Path, told: Told) -> None:
    parser = LEAVES[path]
    for target in parser._actions:
        if target.nargs != 0 and target.dest not in EVERYWHERE:
            for hostile in HOSTILE:
                told(*path, *words(parser, target, hostile))
    for kept in (home / "store.db", home / "store.db-wal", home / "state/billing-tui.log"):
        if kept.exists():
            assert CARD_DIGITS.search(kept.read_bytes().decode(errors="replace")) is None


@pytest.mark.parametrize("option", ["organisation", "user", "request", "reason", "store"])
def test_nor_does_what_every_command_takes(told: Told, option: str) -> None:
    for hostile in HOSTILE:
        told("customers", "archive", "C-1", f"--{option}={hostile}")
        told("customers", "archive", "C-1", f"--{option}={hostile}", "--json")


def test_no_argument_takes_the_place_of_its_command() -> None:
    group = cli.commands().group("test", "for a test")
    with pytest.raises(ValueError, match="may not be called run"):
        group.add("it", lambda _context, _args: None, "does it", argument("run"))
