"""The command line: parse, run, and turn every trouble into one sentence and a stable exit code."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from billing_tui import __version__
from billing_tui.domain.errors import (
    BillingError,
    Conflict,
    CredentialError,
    InputError,
    IntegrityError,
    NotAllowed,
    NotFound,
    Refused,
    StoreError,
)
from billing_tui.resources import asset_text
from billing_tui.settings import SettingsError

from .output import NotPrinted, Output
from .parsing import Commands, Run

if TYPE_CHECKING:
    from .context import Context

GROUPS = (
    "setup",
    "doctor",
    "credentials",
    "users",
    "organisations",
    "customers",
    "departments",
    "accounts",
    "rates",
    "books",
    "checks",
    "audit",
    "alerts",
    "views",
    "drafts",
    "features",
    "imports",
    "jobs",
    "seed",
    "trace",
)
OK, INTERNAL, INTERRUPTED = 0, 9, 130
EXITS: dict[type[BillingError], int] = {
    IntegrityError: 1,
    InputError: 2,
    CredentialError: 2,
    NotFound: 3,
    Refused: 4,
    NotAllowed: 5,
    Conflict: 6,
    StoreError: 7,
}


class UnusableSettings(InputError):
    """A setting or address cannot be used; the settings module itself knows none of our errors."""


class InternalError(BillingError):
    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(
            "Something went wrong",
            f"A fault of the program; nothing was left half done. Reference: {reference}.",
        )


def commands() -> Commands:
    tree = Commands()
    tree.parser.add_argument("--version", action="version", version=f"billing-tui {__version__}")
    tree.parser.formatter_class = argparse.RawDescriptionHelpFormatter
    for name in GROUPS:
        import_module(f"billing_tui.cli.{name}").register(tree)
    return tree


def run(argv: Sequence[str]) -> int:
    """Run one command; gives its exit code."""
    output = Output("--json" in argv)
    code = OK
    try:
        try:
            code = _tried(argv, output)
        finally:
            output.flush()
    except NotPrinted as error:
        return _refused(error, output)
    except BrokenPipeError:
        output.drop()  # the reader went away, such as `head`
    return code


def _tried(argv: Sequence[str], output: Output) -> int:
    try:
        return _run(argv, output)
    except SettingsError as error:
        return _refused(UnusableSettings(error.title, error.message), output)
    except BillingError as error:
        return _refused(error, output)
    except KeyboardInterrupt:
        output.aside("stopped")
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - no traceback may reach the terminal
        from billing_tui.logs import log_failure

        return _refused(InternalError(log_failure(error)), output)


def _run(argv: Sequence[str], output: Output) -> int:
    tree = commands()
    tree.parser.epilog = "exit codes:\n" + asset_text("help/exits.txt")
    _refuse_unreadable(argv)
    args, rest = tree.parser.parse_known_args(argv)
    command, shown = getattr(args, "run", None), getattr(args, "shown", tree.parser)
    if rest:
        shown.error(f"nothing here is called {' '.join(rest)}")
    if command is None:
        shown.print_help()
        return OK
    from .context import Context

    return _logged(command, Context(args, output), args)


def _refuse_unreadable(argv: Sequence[str]) -> None:
    """Bytes that are no text arrive as halves of characters, which no store keeps."""
    if not all(map(str.isascii, argv)):
        from billing_tui.domain.text import clean

        for part in argv:
            clean(part, "The command line")


def _logged(command: Run, context: Context, args: argparse.Namespace) -> int:
    """Run a command between two lines of the log, which name the request all of it belongs to."""
    from billing_tui.domain.trace import working_on
    from billing_tui.logs import close_log, log_event, log_failure, open_log

    open_log(context.settings.state, context.settings.log_level)
    action = ".".join(args.shown.prog.split()[1:])
    with working_on(context.request().id):
        log_event("command.started", action=action)
        exit_code, code = INTERNAL, None
        try:
            exit_code = _called(command, context, args)
        except SettingsError as error:
            unusable = UnusableSettings(error.title, error.message)
            exit_code, code = _exit_of(unusable), unusable.code
            raise unusable from None
        except BillingError as error:
            exit_code, code = _exit_of(error), error.code
            raise
        except KeyboardInterrupt:
            exit_code = INTERRUPTED
            raise
        except BrokenPipeError:
            exit_code = OK
            raise
        except Exception as error:
            raise InternalError(log_failure(error)) from error
        finally:
            log_event("command.ended", action=action, exit=exit_code, code=code)
            close_log()
    return exit_code


def _called(command: Run, context: Context, args: argparse.Namespace) -> int:
    try:
        return command(context, args) or OK
    finally:
        context.close()


def _refused(error: BillingError, output: Output) -> int:
    output.error(error)
    return _exit_of(error)


def _exit_of(error: BillingError) -> int:
    return next((code for kind, code in EXITS.items() if isinstance(error, kind)), INTERNAL)
