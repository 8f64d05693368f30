"""The log: JSON lines of ids, codes and counts, in a private file that turns over by itself.

Nothing gets in by being written in a message: only the fields named here, each in its own form. An
exception leaves the names of its classes and the lines of our own files it passed, never its text.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

from billing_tui.domain.trace import current_request, first_request

NAME = "billing-tui.log"
_LARGEST = 2_000_000
_KEEP = 5
_LOG = logging.getLogger("billing_tui")
# Without a file the lines go nowhere; the default would be the terminal the console draws on.
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}([.-][a-z0-9_]{1,40}){0,4}")
_OBJECT = re.compile(rf"([a-z_]{{1,40}}/)?({_ID.pattern}|[A-Z]{{1,6}}(-[0-9]{{1,10}}){{1,3}})")
REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
_TEXTS = {
    "event": _WORD,
    "request": _ID,
    "within": _ID,  # the request that led to this one
    "organisation": _ID,
    "user": _ID,
    "action": _WORD,
    "object": _OBJECT,
    "code": _WORD,
    "job": _WORD,
    "reference": REFERENCE,
}
_NUMBERS = frozenset({"attempt", "bytes", "count", "done", "duration", "exit", "failed", "rows"})
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CLASS = re.compile(r"[A-Za-z0-9_.<>]{1,120}")
_SQLSTATE = re.compile(r"[0-9A-Z]{5}")
_ROOT = Path(__file__).parent.parent
_OURS = tuple(f"{_ROOT / package}{os.sep}" for package in ("billing_tui", "screens", "storage"))
_TALKATIVE = ("alembic", "psycopg", "sqlalchemy")
_MOST_CAUSES = 8
_MOST_FRAMES = 24


def log_event(event: str, level: int = logging.INFO, **ids: UUID | str | float | None) -> None:
    """One line; a field that is not known, or not in its form, is left out and counted. It names
    the request that is being worked on."""
    if _LOG.isEnabledFor(level):
        _LOG.log(level, "", extra={"ids": {"event": event} | _under_way() | ids})


def log_failure(error: BaseException, **ids: UUID | str | float | None) -> str:
    """Log what went wrong, and give the short reference under which it can be found."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    reference = f"{letters[:4]}-{letters[4:]}"
    fields = {"event": "failure", "reference": reference} | _under_way() | ids
    _LOG.error("", exc_info=error, extra={"ids": fields})
    return reference


def _under_way() -> dict[str, UUID | str | float | None]:
    request, first = current_request(), first_request()
    return {"request": request, "within": None if first == request else first}


def open_log(folder: Path, level: str = "info") -> Path:
    """Log into this folder from now on. A folder that cannot be written costs only the log."""
    close_log()
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = SharedFile(folder / NAME)
    handler.setFormatter(Lines())
    _LOG.addHandler(handler)
    _LOG.setLevel(level.upper())
    # Other libraries quote parameters and answers in their messages, so theirs go nowhere.
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    if not logging.getLogger().handlers:
        logging.getLogger().addHandler(logging.NullHandler())
    return handler.path


def close_log() -> None:
    for handler in [each for each in _LOG.handlers if isinstance(each, SharedFile)]:
        _LOG.removeHandler(handler)
        handler.close()


def lines_of(folder: Path, value: str, *fields: str) -> list[dict[str, Any]]:
    """The lines, oldest first, in which one of these fields has this value."""
    found = []
    for path in [*_older(folder / NAME)[::-1], folder / NAME]:
        with contextlib.suppress(OSError):
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                with contextlib.suppress(ValueError):
                    found_line = json.loads(line, parse_float=str)
                    if isinstance(found_line, dict) and value in map(found_line.get, fields):
                        found.append(found_line)
    return found


def forget(folder: Path, before: datetime) -> int:
    """Remove files that were turned over and not written since; gives how many."""
    gone = 0
    for path in _older(folder / NAME):
        with contextlib.suppress(OSError):
            if path.lstat().st_mtime < before.timestamp():
                path.unlink()
                gone += 1
    return gone


class Lines(logging.Formatter):
    """A record as one JSON line, without its message and arguments."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat("T", "microseconds")
        line: dict[str, Any] = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "pid": record.process,
        }
        ids = getattr(record, "ids", None)
        if isinstance(ids, Mapping):
            line |= _admitted(ids)
        else:
            line |= {"event": "message", "where": _where(record.pathname, record.lineno)}
        if record.exc_info and record.exc_info[1]:
            line["failure"] = list(_causes(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=True)


def _admitted(ids: Mapping[str, object]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    left_out = 0
    for key, value in ids.items():
        if value is None:
            continue
        text = str(value) if isinstance(value, str | UUID) else None
        form = _TEXTS.get(key)
        if form and text is not None and form.fullmatch(text):
            fields[key] = text
        elif key in _NUMBERS and _is_number(value):
            fields[key] = value
        else:
            left_out += 1
    return fields | ({"left_out": left_out} if left_out else {})


def _is_number(value: object) -> bool:
    return type(value) is int or (isinstance(value, float) and math.isfinite(value))


def _causes(error: BaseException) -> Iterator[dict[str, Any]]:
    """What failed, then what caused it, then the members of a group."""
    waiting, seen = [error], set[int]()
    while waiting and len(seen) < _MOST_CAUSES:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        name = f"{type(one).__module__}.{type(one).__qualname__}"
        cause: dict[str, Any] = {"class": name if _CLASS.fullmatch(name) else "?"}
        state = vars(one).get("sqlstate") or getattr(type(one), "sqlstate", None)
        if isinstance(state, str) and _SQLSTATE.fullmatch(state):
            cause["sqlstate"] = state
        yield cause | {"frames": list(_frames(one.__traceback__))[-_MOST_FRAMES:]}
        following = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        waiting += [following] if following else []
        waiting += one.exceptions if isinstance(one, BaseExceptionGroup) else []


def _frames(traceback: TracebackType | None) -> Iterator[str]:
    while traceback:
        if where := _where(traceback.tb_frame.f_code.co_filename, traceback.tb_lineno):
            yield where
        traceback = traceback.tb_next


def _where(file: str, line: int) -> str:
    if not file.startswith(_OURS):
        return ""
    return f"{Path(file).relative_to(_ROOT).as_posix()}:{line}"


def _older(path: Path) -> list[Path]:
    return [path.with_name(f"{path.name}.{number}") for number in range(1, _KEEP + 1)]


class SharedFile(logging.Handler):
    """A private file that several processes append to and any of them turns over.

    Each line is one appending write. Before it, the file is opened anew if another process turned
    it over; turning over is locked on the file itself, so only one process does it.
    """

    def __init__(self, path: Path, largest: int = _LARGEST) -> None:
        super().__init__()
        self.path = path
        self._largest = largest
        self._file: int | None = None
        self._torn = b""

    def emit(self, record: logging.LogRecord) -> None:
        # The program goes on without its log: the disk may be full or the folder taken away.
        with contextlib.suppress(Exception):
            file = self._current()
            line = self._torn + self.format(record).encode() + b"\n"
            # A full disk takes a part of a line, or nothing; the next line starts anew.
            self._torn = b"\n"
            if os.write(file, line) == len(line):
                self._torn = b""
            if os.fstat(file).st_size > self._largest:
                self._turn_over(file)

    def _current(self) -> int:
        if self._file is not None:
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(self._file), self.path.stat()):
                    return self._file
            self._release()
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
        flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        file = os.open(self.path, flags, 0o600)
        try:
            self._torn = _made_private(file)
        except OSError:
            os.close(file)
            raise
        self._file = file
        return file

    def _turn_over(self, file: int) -> None:
        if os.name == "posix":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(file), self.path.stat()):
            older = _older(self.path)
            for newer, path in zip(older[-2::-1], older[:0:-1], strict=True):
                with contextlib.suppress(FileNotFoundError):
                    newer.replace(path)
            if os.name != "posix":
                self._release()  # an open file cannot be renamed there
            self.path.replace(older[0])
        self._release()

    def _release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._release()
        super().close()


def _made_private(file: int) -> bytes:
    """What has to come before the first line: nothing, or the end of one a crash tore."""
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode):
        raise PermissionError("the log is not a plain file")
    if os.name == "posix" and stat.S_IMODE(found.st_mode) != 0o600:
        os.fchmod(file, 0o600)
    if not found.st_size:
        return b""
    os.lseek(file, -1, os.SEEK_END)
    return b"" if os.read(file, 1) == b"\n" else b"\n"
