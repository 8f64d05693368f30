"""What a running command has at hand; everything heavy is opened when first asked for."""

from __future__ import annotations

import argparse
import os
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from billing_tui import settings as settings_module
from billing_tui.domain.acts import Request
from billing_tui.domain.errors import InputError
from billing_tui.domain.ids import new_id

from . import asking
from .output import Output

if TYPE_CHECKING:
    from billing_tui.bootstrap import Console
    from billing_tui.credentials import Credentials, Secret
    from billing_tui.services.bundle import Services

LARGEST_FILE = 64 * 1024 * 1024


class FileUnreadable(InputError):
    def __init__(self, name: str, why: str) -> None:
        self.name, self.why = name, why
        super().__init__("File not read", f"{name}: {why}.")


class NotARequestId(InputError):
    def __init__(self) -> None:
        super().__init__("Not an id", "--request takes a UUID of your own making.")


class Context:
    def __init__(self, args: argparse.Namespace, output: Output) -> None:
        self.args = args
        self.out = output
        self.proven: Secret | None = None  # the password this person just gave

    @cached_property
    def settings(self) -> settings_module.Settings:
        return settings_module.load(getattr(self.args, "store", None))

    @cached_property
    def credentials(self) -> Credentials:
        from billing_tui.credentials import Credentials

        return Credentials(self.settings)

    @property
    def named(self) -> str | None:
        """Who is at work, where that was said."""
        return getattr(self.args, "user", None) or os.environ.get("BILLING_TUI_USER")

    @cached_property
    def console(self) -> Console:
        from billing_tui.bootstrap import open_console

        return open_console(
            self.settings,
            self.credentials,
            organisation=getattr(self.args, "organisation", None),
            user=self.named,
            password=self._own_password,
        )

    def _own_password(self, login: str) -> Secret | None:
        known = self.credentials.remembered(login)
        self.proven = known or asking.hidden(f"Password of {login}")
        return self.proven

    @property
    def services(self) -> Services:
        return self.console.services

    def request(self) -> Request:
        """The id the caller gave, or a fresh one that stays the same throughout the command, so
        that the log and the audit trail name one request; with the reason, if any."""
        return Request(self._request_id, getattr(self.args, "reason", ""))

    @cached_property
    def _request_id(self) -> UUID:
        given = getattr(self.args, "request", None)
        try:
            return UUID(given) if given else new_id()
        except ValueError:
            raise NotARequestId from None

    def read_bytes(self, name: str) -> bytes:
        """A file's content, or standard input's for `-`, bounded."""
        try:
            if name == "-":
                data = sys.stdin.buffer.read(LARGEST_FILE + 1)
            else:
                with Path(name).open("rb") as file:
                    data = file.read(LARGEST_FILE + 1)
        except OSError as error:
            raise FileUnreadable(name, error.strerror or "it cannot be read") from None
        if len(data) > LARGEST_FILE:
            raise FileUnreadable(name, "it is larger than 64 MB; split it")
        return data

    def read_json(self, name: str) -> Any:
        from billing_tui.domain.given_json import NotJson, read_json

        try:
            return read_json(self.read_bytes(name))
        except NotJson as error:
            where = f" at line {error.line}" if error.line else ""
            raise FileUnreadable(name, f"{error.why}{where}") from None

    def close(self) -> None:
        if "console" in self.__dict__:
            self.console.close()
