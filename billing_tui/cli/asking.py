"""Questions to the person at the terminal, and secrets from files: never from the command line."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from billing_tui.domain.errors import InputError
from billing_tui.domain.safe import safe

if TYPE_CHECKING:
    from billing_tui.credentials import Secret

LARGEST_SECRET = 16 * 1024


class SecretMissing(InputError):
    def __init__(self, what: str, option: str) -> None:
        super().__init__(
            f"{what} missing",
            f"Give it by {option} FILE (a file only you can read), or type it on a terminal; it is"
            " never taken from the command line.",
        )


class NotTheSame(InputError):
    def __init__(self) -> None:
        super().__init__("Not the same twice", "The two entries differ; nothing was changed.")


def at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def asked(question: str, default: str = "") -> str:
    shown = f"{question} [{default}]: " if default else f"{question}: "
    sys.stderr.write(safe(shown))
    sys.stderr.flush()
    return sys.stdin.readline().strip() or default


def hidden(question: str) -> Secret | None:
    """What is typed without showing it, or None where nobody can type."""
    from billing_tui.credentials import Secret

    if not at_terminal():
        return None
    try:
        typed = getpass.getpass(safe(f"{question}: "))
    except EOFError:
        return None
    return Secret(typed) if typed else None


def secret(what: str, file: str | None, option: str, *, twice: bool = False) -> Secret:
    """From a private file, from standard input for `-`, or typed."""
    if file:
        return from_file(file, option)
    typed = hidden(what)
    if typed is None:
        raise SecretMissing(what, option)
    if twice and typed != hidden(f"{what} again"):
        raise NotTheSame
    return typed


def from_file(file: str, option: str) -> Secret:
    from billing_tui.credentials import Secret
    from billing_tui.credentials.files import read_private

    if file != "-":
        return read_private(Path(file).expanduser(), option)
    data = sys.stdin.buffer.read(LARGEST_SECRET)
    return Secret(data.decode("utf-8", "surrogateescape").rstrip("\r\n"))
