"""What a store can answer instead of doing what was asked, each with what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from billing_tui.domain.errors import Conflict, Refused, StoreError


class NetworkFileSystem(StoreError):
    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            "Not on a network drive",
            f"{path} lies on a network file system, where SQLite's locks do not hold. "
            "Use a local folder, or a Postgres server to share the store.",
        )


class FolderMissing(StoreError):
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            "No such folder", f"The folder {folder} does not exist; make it, or correct the path."
        )


class StoreMissing(StoreError):
    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(
            "No store yet", f"There is no store at {url}. Run `billing-tui setup` to make one."
        )


class StoreAway(StoreError):
    """`path` is of a file that was there before."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        super().__init__(
            "The file is gone" if path else "No connection",
            f"The file {path} is gone. Put it back where it was; nothing was left half done."
            if path
            else "The database cannot be reached. Check that the server runs and the address and "
            "port are right, then try again; nothing was left half done.",
        )


class StoreBusy(StoreError):
    def __init__(self) -> None:
        super().__init__(
            "Busy just now",
            "Others held the store for 15 seconds. Nothing was written; try again in a moment.",
        )


class SignInRefused(StoreError):
    def __init__(self) -> None:
        super().__init__(
            "Database sign-in refused",
            "The server does not accept this login or password. Check the name in the URL, and set "
            "the password with `billing-tui credentials set store-password`.",
        )


class EncryptionRefused(StoreError):
    def __init__(self) -> None:
        super().__init__(
            "No encrypted connection",
            "The server offers no encryption, or its certificate cannot be checked as sslmode asks."
            " Choose another sslmode in the address, or ask whoever runs the server.",
        )


class DatabaseUnknown(StoreError):
    def __init__(self) -> None:
        super().__init__(
            "No such database",
            "The server has no database of that name. Create it, or correct the URL.",
        )


class LoginLacksRight(StoreError):
    def __init__(self) -> None:
        super().__init__(
            "Not allowed by the database",
            "Your database login may not do this. Ask an admin to check your roles with "
            "`billing-tui doctor`.",
        )


class StoreReadOnly(StoreError):
    def __init__(self) -> None:
        super().__init__(
            "Read-only",
            "The store, its folder or this connection is read-only. Allow writing there, or choose "
            "another place with --store.",
        )


class DiskFull(StoreError):
    def __init__(self) -> None:
        super().__init__(
            "Disk full", "The disk is full; nothing was written. Free some space and try again."
        )


class NotAStore(StoreError):
    def __init__(self) -> None:
        super().__init__(
            "Not a store",
            "The file is not a billing store, or it is damaged. Restore a backup, or choose "
            "another file with --store.",
        )


class DiskTrouble(StoreError):
    def __init__(self) -> None:
        super().__init__(
            "Disk trouble",
            "The disk did not read or write as asked; nothing was changed. Check the disk and its "
            "free space, then run `billing-tui doctor`.",
        )


class TooSlow(StoreError):
    def __init__(self) -> None:
        super().__init__(
            "Took too long", "The database gave up after 15 seconds. Narrow it down, or try again."
        )


class StaleVersion(Conflict):
    """The row was changed since it was read; the caller says what differs."""

    def __init__(self, object: str, seen: int) -> None:
        self.object, self.seen = object, seen
        super().__init__(
            "Changed meanwhile",
            "Somebody changed this since you opened it. Look at the difference and save again.",
        )


class RequestReused(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Request used before",
            "This request id already stands for something else. Start the action anew.",
        )


_RETRY_STATES = frozenset({"40001", "40P01", "55P03", "53300"})
_LOST_STATES = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03", "25P04"})
_SQLITE_BUSY = (5, 6, 15)
_SQLITE_FINAL: dict[int, Callable[[], StoreError]] = {
    8: StoreReadOnly,
    10: DiskTrouble,
    11: NotAStore,
    13: DiskFull,
    14: StoreReadOnly,
    26: NotAStore,
}
_POSTGRES_FINAL: dict[str, Callable[[], StoreError]] = {
    "25006": StoreReadOnly,
    "28000": SignInRefused,
    "28P01": SignInRefused,
    "3D000": DatabaseUnknown,
    "42501": LoginLacksRight,
    "53100": DiskFull,
    "57014": TooSlow,
}
# libpq gives no code when a server refuses a connection, only the server's words.
_REFUSED_WORDS: tuple[tuple[str, Callable[[], StoreError]], ...] = (
    ("permission denied", LoginLacksRight),
    ("too many", StoreBusy),
    ("connection slots", StoreBusy),
    ("password", SignInRefused),
    ("authentication", SignInRefused),
    ("pg_hba", SignInRefused),
    ('role "', SignInRefused),
    ('database "', DatabaseUnknown),
)


# What the library says when it does not get as far as the server.
_UNENCRYPTED = (
    *("certificate verify failed", "root certificate file", "server certificate for"),
    *("server does not support ssl", "ssl error"),
)


# A cell of a damaged file; the driver gives it no code.
_NO_TEXT = "Could not decode to UTF-8"


def sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def sqlite_code(error: DBAPIError) -> int:
    return int(getattr(error.orig, "sqlite_errorcode", 0) or 0) & 0xFF


@contextmanager
def as_ours() -> Iterator[None]:
    """What the driver says becomes a case of ours; its words, and values with them, are cut off."""
    try:
        yield
    except UnicodeDecodeError:
        raise NotAStore from None  # SQLite quotes a broken schema in bytes that are no text
    except DBAPIError as error:
        if case := as_store_error(error):
            raise case from None
        raise


def as_store_error(error: DBAPIError) -> StoreError | None:
    """The case to show, or None when the fault is the program's own."""
    code, state = sqlite_code(error), sqlstate(error)
    if not state and str(error.orig).startswith(_NO_TEXT):
        return NotAStore()
    if code in _SQLITE_FINAL:
        return _SQLITE_FINAL[code]()
    if code in _SQLITE_BUSY or state in _RETRY_STATES:
        return StoreBusy()
    if state in _POSTGRES_FINAL:
        return _POSTGRES_FINAL[state]()
    if state in _LOST_STATES or state.startswith("08") or error.connection_invalidated:
        return StoreAway()
    if not state and _not_connected(error):
        return _refused(str(error.orig).lower())
    return None


def _not_connected(error: DBAPIError) -> bool:
    kinds = type(error.orig).__mro__
    return any((k.__module__, k.__name__) == ("psycopg", "OperationalError") for k in kinds)


def _refused(words: str) -> StoreError:
    if "no password supplied" in words:
        return SignInRefused()
    # Before "fatal:" stand host, port and socket, which may be named anything.
    _, fatal, said = words.partition("fatal:")
    if not fatal:
        refused = any(each in words for each in _UNENCRYPTED)
        return EncryptionRefused() if refused else StoreAway()
    return next((case() for word, case in _REFUSED_WORDS if word in said), StoreAway())
