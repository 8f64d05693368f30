"""How commands are declared: groups, commands, their arguments and the use cases they run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from billing_tui.domain.errors import InputError

if TYPE_CHECKING:
    from .context import Context

Run = Callable[["Context", argparse.Namespace], int | None]
Argument = Callable[[argparse.ArgumentParser], object]


class UsageError(InputError):
    def __init__(self, message: str) -> None:
        super().__init__("Command not understood", message)


class Parser(argparse.ArgumentParser):
    """Reports what is wrong as one of our errors instead of leaving the process."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}. See `{self.prog} --help`.")


def argument(*names: str, **options: Any) -> Argument:
    return lambda parser: parser.add_argument(*names, **options)


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
        parser.set_defaults(run=run, shown=parser)
        self.cases.update(cases)


class Group:
    def __init__(self, commands: Commands, children: Any) -> None:
        self._commands, self._children = commands, children

    def add(
        self, name: str, run: Run, about: str, *arguments: Argument, cases: Sequence[str] = ()
    ) -> None:
        """`cases` names the writing use cases this command runs; a guard wants each to have one."""
        self._commands.declare(self._children, name, run, about, arguments, cases)
