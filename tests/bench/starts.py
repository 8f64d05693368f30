"""From the start of the process to its first frame, seen from outside on a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.sides import Prepared, Work
from tests.guards.project import ROOT

EMPTY = Path(__file__).parent / "byhand/empty_app.py"
OURS, THEIRS = b"Opening the store", b"first frame"
_LINES, _COLUMNS = 36, 120
_PATIENCE_SECONDS = 20.0


class NoFrame(AssertionError):
    """The program ended, or said nothing for too long."""


MOST = 1.5


def works(made: Prepared, only: list[str] | None) -> Iterator[Work]:
    if only and "start" not in only:
        return
    home = made.folder / "home"
    home.mkdir()
    set_up(home)
    yield Work(
        "start",
        "sqlite",
        1,
        lambda _n: lambda: ours(home),
        lambda _n: lambda: byhand(home),
        most=MOST,
    )


def ours(home: Path) -> None:
    """The console, where a store is; it has shown its first frame when this returns."""
    _until(OURS, ["-m", "billing_tui"], _environment(home))


def byhand(home: Path) -> None:
    _until(THEIRS, [str(EMPTY)], _environment(home))


def set_up(home: Path) -> None:
    """A store of one's own to open."""
    argv = [sys.executable, "-m", "billing_tui", "setup", "--yes"]
    subprocess.run(argv, cwd=ROOT, env=_environment(home), check=True, stdout=subprocess.DEVNULL)


def _environment(home: Path) -> dict[str, str]:
    """Nothing of this machine but its path; code is compiled, so nothing needs to be written."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return kept | {"HOME": str(home), "TERM": "xterm-256color", "PYTHONDONTWRITEBYTECODE": "1"}


def _until(marker: bytes, argv: Sequence[str], environment: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, _COLUMNS, 0, 0))
    process = subprocess.Popen(
        [sys.executable, *argv], cwd=ROOT, env=environment, start_new_session=True,
        stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    try:
        _wait(marker, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _wait(marker: bytes, terminal: int) -> None:
    seen, give_up = b"", time.monotonic() + _PATIENCE_SECONDS
    while marker not in seen:
        left = give_up - time.monotonic()
        ready, _, _ = select.select([terminal], [], [], max(0.0, left))
        if not ready:
            raise NoFrame(f"no {marker.decode()!r} within {_PATIENCE_SECONDS:.0f} s")
        try:
            seen += os.read(terminal, 65536)
        except OSError:
            raise NoFrame(f"ended without {marker.decode()!r}") from None
