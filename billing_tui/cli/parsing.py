"""How commands are declared: groups, commands, their arguments and the use cases they run."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from billing_tui.domain.errors import InputError
from billing_tui.resources import asset_text

if TYPE_CHECKING:
    from .context import Context

Run = Callable[["Context", argparse.Namespace], int | None]
Argument = Callable[[argparse.ArgumentParser], object]


_CHOICE = re.compile(r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)", re.DOTALL)


class UsageError(InputError):
    def __init__(self, message: str) -> None:
        super().__init__("Command not understood", message)


class Parser(argparse.ArgumentParser):
    """Reports what is wrong as one of our errors instead of leaving the process."""

    more = ""  # a help text that follows the options

    def __init__(self, **options: Any) -> None:
        # A shortened option would mean another one as soon as a longer one joins it.
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        said = _choice_refused(message) or f"{message[:1].upper()}{message[1:]}."
        raise UsageError(f"{said} See `{self.prog} --help`.")

    def format_help(self) -> str:
        return super().format_help() + (f"\n{asset_text(self.more)}" if self.more else "")


def _choice_refused(message: str) -> str:
    found = _CHOICE.fullmatch(message)
    if found is None:
        return ""
    name, given, known = found.groups()
    choices = re.findall(r"[^\s,']+", known)
    if name != "COMMAND":
        return f"{name}: {given} is none of {', '.join(choices)}."
    import difflib

    near = difflib.get_close_matches(given.strip("'"), choices, 1)
    return f"{given} is no command here." + (f" Did you mean {near[0]}?" if near else "")


def argument(*names: str, **options: Any) -> Argument:
    if not names[0].startswith("-") and "choices" not in options:
        options.setdefault("metavar", names[0].upper())
    return lambda parser: parser.add_argument(*names, **options)


def explained(asset: str) -> Argument:
    """The text of a help file under the options."""

    def add(parser: argparse.ArgumentParser) -> None:
        if isinstance(parser, Parser):
            parser.more = asset

    return add


def paged(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=_limit, default=50, metavar="N", help="rows a page (50)")
    parser.add_argument("--cursor", default="", help="the `next` of the page before")


def _limit(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError("must be from 1 to 1000")
    return int(text)


def common(parser: argparse.ArgumentParser) -> None:
    """Options that may stand before or after the command."""
    absent = argparse.SUPPRESS
    parser.add_argument("--store", default=absent, metavar="URL", help="which store to open")
    parser.add_argument("--organisation", default=absent, metavar="NAME", help="name or id")
    parser.add_argument("--user", default=absent, metavar="LOGIN", help="who you are here")
    parser.add_argument("--json", action="store_true", default=absent, help="print one document")


def bare(argv: Sequence[str]) -> argparse.Namespace | None:
    """What a line without a command says: which store, whose books, who. None for any other."""
    parser = Parser(prog="billing-tui", add_help=False)
    common(parser)
    try:
        said, rest = parser.parse_known_args(argv)
    except UsageError:
        return None
    return None if rest or hasattr(said, "json") else said


def writing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", default="", help="why, for the audit trail")
    parser.add_argument(
        "--request", metavar="UUID", help="an id of yours: done once, however often"
    )


class Commands:
    """The tree of commands while it is built, and which use cases it covers."""

    def __init__(self) -> None:
        self.parser = Parser(
            prog="billing-tui", description="A billing console for accounts receivable."
        )
        common(self.parser)
        self._children = self.parser.add_subparsers(metavar="COMMAND", title="commands")
        self.cases: set[str] = set()

    def group(self, name: str, about: str) -> Group:
        parser = self._children.add_parser(name, help=about, description=about)
        parser.set_defaults(run=None, shown=parser)
        return Group(self, parser.add_subparsers(metavar="COMMAND", title="commands"))

    def add(
        self, name: str, run: Run, about: str, *arguments: Argument, cases: Sequence[str] = ()
    ) -> None:
        self.declare(self._children, name, run, about, arguments, cases)

    def declare(
        self,
        children: Any,
        name: str,
        run: Run,
        about: str,
        arguments: Sequence[Argument],
        cases: Sequence[str],
    ) -> None:
        parser = children.add_parser(name, help=about, description=about)
        common(parser)
        if cases:
            writing(parser)
        for add in arguments:
            add(parser)
        ours = {"run": run, "shown": parser}
        if taken := ours.keys() & {action.dest for action in parser._actions}:  # noqa: SLF001
            raise ValueError(f"{parser.prog}: an argument may not be called {taken.pop()}")
        parser.set_defaults(**ours)
        self.cases.update(cases)


class Group:
    def __init__(self, commands: Commands, children: Any) -> None:
        self._commands, self._children = commands, children

    def add(
        self, name: str, run: Run, about: str, *arguments: Argument, cases: Sequence[str] = ()
    ) -> None:
        """`cases` names the writing use cases this command runs; a guard wants each to have one."""
        self._commands.declare(self._children, name, run, about, arguments, cases)
