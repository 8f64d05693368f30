"""The program as a person has it: in a process of its own, on a terminal that we read.

What the program writes is kept as bytes and drawn on a screen in memory; nothing sleeps, whoever
waits is woken by what arrives.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
import subprocess
import sys
import termios
import threading
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import pyte

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
# The terminal becomes the one that tells the program about its size.
_OWN = (
    "import fcntl,os,sys,termios;fcntl.ioctl(0,termios.TIOCSCTTY,0);"
    "os.execv(sys.argv[1],sys.argv[1:])"
)
_KEPT = ("PATH", "PYTHONPATH", "SYSTEMROOT", "TMPDIR")
_KEYS = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "shift+tab": "\x1b[Z", "space": " ",
    "backspace": "\x7f", "delete": "\x1b[3~", "up": "\x1b[A", "down": "\x1b[B",
    "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "f1": "\x1bOP", "f5": "\x1b[15~",
}  # fmt: skip
# What pyte would draw as text: keyboard protocols, and strings to the terminal that end by ST.
_UNKNOWN = re.compile(r"\x1b\[[<=>][0-9;:]*[A-Za-z]|\x1b[P_^X].*?\x1b\\", re.DOTALL)
_UNFINISHED = re.compile(r"\x1b(?:\[[<=>?]?[0-9;:]*\$?|[P_^X].*)?\Z", re.DOTALL)

# It has one screen only, so what stood on the other one is wiped.
_LEAVE, _CLEAR = "\x1b[?1049l", "\x1b[2J\x1b[H"


class Terminal:
    """`expect` waits for text, `press` and `type` are the keyboard, `sent` has all that came."""

    def __init__(
        self,
        home: Path,
        *words: str,
        size: tuple[int, int] = (120, 36),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        columns, rows = size
        self.screen = pyte.Screen(columns, rows)
        self.sent = bytearray()
        self._stream = pyte.Stream(self.screen)
        self._decode = getincrementaldecoder("utf-8")(errors="replace").decode
        self._pending = ""
        self._news = threading.Condition()
        self._ours, self._theirs = os.openpty()
        self._set_size(columns, rows)
        self.modes_before = termios.tcgetattr(self._theirs)
        program = [sys.executable, "-S", "-c", _OWN, sys.executable, "-m", "billing_tui", *words]
        self.process = subprocess.Popen(
            program,
            cwd=ROOT,
            env=environment_of(home) | dict(environment or {}),
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_given: object) -> None:
        self.close()

    @property
    def text(self) -> str:
        with self._news:
            return self._text()

    def expect(self, *texts: str, within: float = PATIENCE) -> str:
        """Wait until all of these stand on the screen; gives the whole of it."""
        return self._wait(
            lambda text: all(one in text for one in texts), f"never seen: {texts}", within
        )

    def expect_focus(self, label: str, within: float = PATIENCE) -> None:
        """Wait until the field of that name stands out, so that typing goes there."""
        self._wait(lambda text: self._stands_out(label, text), f"not at {label!r}", within)

    def expect_gone(self, text: str, within: float = PATIENCE) -> str:
        return self._wait(lambda seen: text not in seen, f"still there: {text!r}", within)

    def press(self, *keys: str) -> None:
        for key in keys:
            self._write(_KEYS.get(key) or _control(key))

    def type(self, text: str) -> None:
        self._write(text)

    def resize(self, columns: int, rows: int) -> None:
        with self._news:
            self.screen.resize(rows, columns)
        self._set_size(columns, rows)

    def ended(self, within: float = PATIENCE) -> int:
        """Wait until the program has left, and for all it said; gives its exit code."""
        code = self.process.wait(within)
        self.modes_after = termios.tcgetattr(self._theirs)
        self._hang_up()
        return code

    def send(self, given: bytes) -> None:
        os.write(self._ours, given)

    def vanish(self) -> None:
        """The window is closed, and nobody is at this end any more."""
        for end in (self._theirs, self._ours):
            os.close(end)
        self._ours = self._theirs = -1

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
        self._hang_up()
        if self._ours >= 0:
            os.close(self._ours)
            self._ours = -1

    def _hang_up(self) -> None:
        if self._theirs >= 0:
            os.close(self._theirs)
            self._theirs = -1
        self._reader.join(PATIENCE)

    def _read(self) -> None:
        while True:
            try:
                said = os.read(self._ours, 1 << 16)
            except OSError:  # nobody is left at the other end
                return
            if not said:
                return
            with self._news:
                self.sent += said
                self._draw(self._decode(said))
                self._news.notify_all()

    def _draw(self, text: str) -> None:
        text = self._pending + text
        cut = _UNFINISHED.search(text)
        self._pending = cut[0] if cut else ""
        text = text[: len(text) - len(self._pending)].replace(_LEAVE, _CLEAR)
        self._stream.feed(_UNKNOWN.sub("", text))

    def _wait(self, done: Callable[[str], bool], otherwise: str, within: float) -> str:
        last = time.monotonic() + within
        with self._news:
            while not done(text := self._text()):
                left = last - time.monotonic()
                gone = self.process.poll() is not None and not self._reader.is_alive()
                assert left > 0, f"{otherwise}\n{text}"
                assert not gone, f"{otherwise}\n{text}"
                self._news.wait(min(left, 1.0))
            return text

    def _stands_out(self, label: str, text: str) -> bool:
        """Whether a line has a ground that no other line has."""
        grounds = [
            {self.screen.buffer[row][column].bg for column in range(self.screen.columns)}
            for row in range(self.screen.lines)
        ]
        others = [
            ground
            for line, ground in zip(text.split("\n"), grounds, strict=True)
            if label not in line
        ]
        return any(
            label in line and ground - set().union(*others)
            for line, ground in zip(text.split("\n"), grounds, strict=True)
        )

    def _text(self) -> str:
        # pyte's own `display` fails on half of a wide character, which other text wrote over.
        rows = (self.screen.buffer[row] for row in range(self.screen.lines))
        columns = range(self.screen.columns)
        return "\n".join("".join(row[at].data for at in columns).rstrip() for row in rows)

    def _write(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _control(key: str) -> str:
    """`ctrl+q` and the like; anything else is its own letter."""
    return chr(ord(key[-1].upper()) - 64) if key.startswith("ctrl+") else key


def environment_of(home: Path) -> dict[str, Any]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "HOME": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "en_IE.UTF-8",
        "TZ": "Europe/Berlin",
        "BILLING_TUI_KEYRING": "off",
        "TEXTUAL_ANIMATIONS": "none",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
