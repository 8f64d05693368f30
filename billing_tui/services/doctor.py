"""Whether this machine and its store are in order. Each check says what to do, and no instant, so
that the answer stays the same while nothing changes.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from billing_tui import __version__
from billing_tui.adapters.checkpoints import CheckpointFile
from billing_tui.adapters.signing import SigningKey
from billing_tui.credentials import Credentials, Kept, Place
from billing_tui.domain.audit import key_id_of
from billing_tui.domain.errors import BillingError
from billing_tui.settings import Settings, SettingsError
from storage import health, migrate
from storage.engine import SAFE_WAL, sqlite_module
from storage.filesystem import file_system, is_network
from storage.repos import organisations, store_meta
from storage.repos.store_meta import StoreConnection, StoreEngine
from storage.store import outside_units

from .checkpoints import FILE, KEY

LARGEST_DRIFT = timedelta(seconds=2)
FULL, NEARLY_FULL = 100 * 2**20, 2**30
_SHOWN = 5
_REPAIR = "Run `billing-tui migrate --repair` and look who changed it."


class Result(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    result: Result
    message: str


def ok(name: str, message: str) -> Check:
    return Check(name, Result.OK, message)


def warning(name: str, message: str) -> Check:
    return Check(name, Result.WARNING, message)


def failed(name: str, message: str) -> Check:
    return Check(name, Result.FAILED, message)


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the process was started on; a pipe has no size."""

    columns: int
    lines: int
    encoding: str
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Doctor:
    settings: Settings
    credentials: Credentials
    open: Callable[[], StoreEngine]
    clock: Callable[[], datetime]
    terminal: Terminal | None

    def examine(self) -> list[Check]:
        return [*self._machine(), *self._store(), *self._secrets()]

    def _machine(self) -> Iterator[Check]:
        yield versions()
        if self.settings.store.sqlite:
            yield sqlite_gate(sqlite_module().sqlite_version_info)
            yield file_of(self.settings.store.path)
            yield place_of("store disk", self.settings.store.path.parent)
        try:
            yield place_of("state disk", self.settings.state_dir())
        except SettingsError as error:
            yield failed("state disk", error.message)
        yield terminal(self.terminal)

    def _store(self) -> Iterator[Check]:
        try:
            engine = self.open()
            try:
                with outside_units(engine) as connection:
                    yield ok("store", f"Opened {self.settings.store.text}.")
                    yield from self._inside(connection)
            finally:
                engine.dispose()
        except BillingError as error:
            yield failed("store", f"{error.title}: {error.message}")

    def _inside(self, connection: StoreConnection) -> Iterator[Check]:
        try:
            migrate.check(connection, __version__)
        except BillingError as error:
            yield failed("schema", error.message)
            return
        yield ok("schema", f"At revision {migrate.newest()}, as this program needs it.")
        yield protection(health.wrong_triggers(connection), "trigger")
        if self.settings.store.sqlite:
            yield ok("clock", "A local store keeps the time of this machine.")
            yield self._seal(connection)
        else:
            yield server(health.server_version(connection))
            yield protection(health.unguarded_tables(connection), "policy")
            yield protection(health.wrong_functions(connection), "function")
            yield roles(health.roles_of(connection))
            yield clock(self.clock() - health.clock(connection))
        yield from self._chains(connection)

    def _seal(self, connection: StoreConnection) -> Check:
        used = store_meta.last_keys(connection)
        try:
            key = self.credentials.key("audit-key")
        except BillingError as error:
            return failed("seal", error.message)
        if key is None:
            return warning(
                "seal",
                "New rows of the audit trail are not sealed. Bring the key back with"
                " `billing-tui credentials set audit-key` and the recovery code.",
            )
        if used and key_id_of(key) not in used:
            return failed("seal", "The audit key is not the one that sealed the trail last.")
        return ok("seal", "The audit key is the one that seals the trail.")

    def _chains(self, connection: StoreConnection) -> Iterator[Check]:
        file = CheckpointFile(self.settings.state / FILE)
        for found in organisations.all_organisations(connection):
            name = f"chain of {found.name}"
            try:
                kept = file.latest(self.settings.store.scope, found.id, self._public())
            except BillingError as error:
                yield failed(name, error.message)
                continue
            if kept is None:
                yield warning(
                    name, "This machine remembers no checkpoint yet. Run `billing-tui verify`."
                )
                continue
            there = health.hash_at(connection, found.id, kept.checkpoint.seq)
            yield chain(name, there, kept.checkpoint.head)

    def _public(self) -> str | None:
        kept = self.credentials.get(KEY)
        return SigningKey.from_code(kept.reveal()).public if kept else None

    def _secrets(self) -> Iterator[Check]:
        backend = self.credentials.backend()
        if backend.name:
            yield ok("keyring", f"{backend.name}. {backend.note}".strip())
        else:
            yield warning("keyring", f"{backend.note} Keys are kept in private files instead.")
        needless = "store-password" if self.settings.store.sqlite else "audit-key"
        for kept in self.credentials.list():
            if kept.name != needless:
                yield credential(kept)


def versions() -> Check:
    python = ".".join(str(part) for part in sys.version_info[:3])
    return ok("program", f"billing-tui {__version__} on Python {python}.")


def sqlite_gate(version: tuple[int, ...]) -> Check:
    shown = ".".join(str(part) for part in version)
    if version >= SAFE_WAL:
        return ok("sqlite", f"SQLite {shown} with a write-ahead log.")
    needed = ".".join(str(part) for part in SAFE_WAL)
    return warning(
        "sqlite",
        f"SQLite {shown} can lose a write-ahead log, so a slower journal is used. Install the"
        f" pysqlite3 wheel for {needed} or newer.",
    )


def file_of(path: Path) -> Check:
    if is_network(path):
        return failed(
            "file system",
            f"{path} is on {file_system(path)}, where locks do not hold. Move it to a local disk.",
        )
    try:
        mode = path.stat().st_mode
    except OSError:
        return ok("file system", "The folder is on a local disk.")
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        return warning("file system", f"Others can read the store. Run `chmod 600 {path}`.")
    return ok("file system", "The store is on a local disk and only yours to read.")


def place_of(name: str, folder: Path) -> Check:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent  # where it would be made
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return failed(name, f"{folder}: {error.strerror or 'it cannot be read'}.")
    if not os.access(folder, os.W_OK):
        return failed(name, f"{folder} cannot be written. Allow it, or choose another place.")
    if free < FULL:
        return failed(name, f"Less than 100 MB are free in {folder}. Free some space.")
    if free < NEARLY_FULL:
        return warning(name, f"Less than 1 GB is free in {folder}. Free some space soon.")
    return ok(name, f"More than 1 GB is free in {folder}.")


def terminal(found: Terminal | None) -> Check:
    if found is None:
        return ok("terminal", "Not on a terminal; commands work, the console would not.")
    if not found.encoding.lower().replace("-", "").startswith("utf8"):
        return warning("terminal", f"Speaks {found.encoding}. Set a UTF-8 locale such as C.UTF-8.")
    if found.columns < 80 or found.lines < 24:
        size = f"{found.columns}x{found.lines}"
        return warning("terminal", f"{size} is small. The console needs at least 80x24.")
    return ok("terminal", f"UTF-8, large enough, {_colours(found.environ)}.")


def _colours(environ: Mapping[str, str]) -> str:
    if environ.get("NO_COLOR"):
        return "without colours as NO_COLOR asks"
    if environ.get("TERM", "") in ("", "dumb"):
        return "without colours"
    if environ.get("COLORTERM") in ("truecolor", "24bit"):
        return "true colours"
    return "256 colours" if "256" in environ["TERM"] else "16 colours"


def server(version: int) -> Check:
    shown = f"Postgres {version // 10000}.{version % 10000}"
    if version < health.LEAST_SERVER:
        return failed("server", f"{shown} is too old. Version 16 or newer is needed.")
    return ok("server", f"{shown}.")


def protection(missing: list[str], what: str) -> Check:
    name = {"trigger": "triggers", "policy": "policies", "function": "functions"}[what]
    if missing:
        some, rest = ", ".join(missing[:_SHOWN]), len(missing) - _SHOWN
        more = f" and {rest} more" if rest > 0 else ""
        return failed(name, f"No {what} as it must be: {some}{more}. {_REPAIR}")
    return ok(name, f"Every {what} is in place.")


def roles(found: health.Roles) -> Check:
    if found.troubles:
        return failed("roles", " ".join([*found.troubles, _REPAIR]))
    login = found.found
    if login is None or login.above_rules:
        return failed(
            "roles", f"{found.login} is a superuser or bypasses policies. Work with another login."
        )
    if not {"app", "read"} & set(login.groups):
        return failed("roles", f"{found.login} is in no group of this store. See `users enable`.")
    if {"app", "read"} <= set(login.groups):
        return failed("roles", f"{found.login} is an auditor and may write. See `users edit`.")
    kind = "only read" if "read" in login.groups else "work"
    more = " and manage people" if "owner" in login.groups else ""
    return ok("roles", f"{found.login} may {kind}{more}, as the store's policies allow.")


def clock(ahead: timedelta) -> Check:
    if abs(ahead) < LARGEST_DRIFT:
        return ok("clock", "This machine and the server agree to within two seconds.")
    side = "ahead of" if ahead > timedelta() else "behind"
    return warning(
        "clock",
        f"This machine is {side} the server by two seconds or more. The server's time counts; set"
        " this machine's by NTP.",
    )


def chain(name: str, there: str | None, remembered: str) -> Check:
    if there is None:
        return failed(
            name,
            "The audit trail is shorter than this machine remembers. It was cut, or an old backup"
            " was restored.",
        )
    if there != remembered:
        return failed(name, "The audit trail is another one than this machine remembers.")
    return ok(name, "The audit trail goes on from what this machine remembers.")


def credential(kept: Kept) -> Check:
    name = f"credential {kept.name}"
    match kept.place:
        case Place.STATE:
            return warning(
                name, f"In a private file: {kept.detail}. A keyring would guard it better."
            )
        case Place.VARIABLE:
            return warning(name, f"In the variable {kept.detail}. A file or keyring is safer.")
        case None if kept.note:
            return failed(name, kept.note)
        case None:
            return ok(name, "Not set.")
        case place:
            return ok(name, f"In the {place}: {kept.detail}.")
