"""What a command prints: tables for people, one document for scripts, all of it inert."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

from billing_tui.domain.audit import plain
from billing_tui.domain.errors import BillingError, InputError
from billing_tui.domain.safe import safe


def told(value: Any) -> Any:
    """Dataclasses, enums, ids and dates as JSON can carry them, and text as it was given."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: told(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key, str)): told(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [told(item) for item in items]
    return plain(value, str)


def document(value: Any) -> str:
    """One JSON text with one spelling. Everything but ASCII is escaped, so nothing in it acts."""
    return json.dumps(told(value), sort_keys=True, indent=2).replace("\x7f", "\\u007f")


_LEAST_ROOM = 16  # where less is left, a terminal breaks lines no worse


class NotPrinted(InputError):
    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(
            "Output not written", f"What is printed cannot be written: {why}. Free the disk."
        )


class Output:
    def __init__(
        self,
        as_json: bool,
        out: TextIO | None = None,
        err: TextIO | None = None,
        width: int | None = None,
    ) -> None:
        """`width` is that of the terminal; a file or a pipe has none."""
        self.as_json = as_json
        # A stream that was closed before we started, as by `>&-`, is None.
        self._out = out or sys.stdout or io.StringIO()
        self._err = err or sys.stderr or io.StringIO()
        at_terminal = width is None and self._out.isatty()
        self._width = shutil.get_terminal_size().columns if at_terminal else width

    def line(self, text: str = "") -> None:
        """A sentence for a person; silent when a document was asked for."""
        if not self.as_json:
            self._print(safe(text))

    def text(self, text: str) -> None:
        """Several lines of our own making, such as help."""
        self._print(safe(text, multiline=True))

    def aside(self, text: str) -> None:
        """Progress and warnings, beside the result."""
        print(safe(text), file=self._err)

    def document(self, value: Any) -> None:
        self._print(document(value))

    def show(self, value: Any, lines: Sequence[tuple[str, Any]]) -> None:
        """One thing: as a document, or as labelled lines."""
        if self.as_json:
            self.document(value)
            return
        width = max((len(label) for label, _ in lines), default=0)
        for label, item in lines:
            parts = [part for line in cell(item).split("\n") for part in self._fold(line, width)]
            for n, part in enumerate(parts):
                self._print(f"{safe(label if n == 0 else ''):<{width}}  {part}".rstrip())

    def page(
        self,
        items: Sequence[Any],
        cursor: str | None,
        columns: Sequence[str],
        rows: Sequence[Any],
        empty: str = "",
    ) -> None:
        """Many things: `items` as a document, `rows` under `columns` for a person, for whom
        `empty` says what to do when there are none."""
        if self.as_json:
            self.document({"items": items, "next": cursor})
            return
        self.table(columns, rows, empty)
        if cursor:
            self._print(f"more: --cursor {safe(cursor)}")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], empty: str = "") -> None:
        cells = [[safe(cell(item)) for item in row] for row in rows]
        if not cells:
            self._print(safe(empty) or "Nothing to show.")
            return
        lines = [list(columns), *cells]
        widths = [max(columns_of(line[i]) for line in lines) for i in range(len(columns))]
        right = [all(_is_number(row[i]) for row in rows) for i in range(len(columns))]
        before = sum(widths[:-1]) + 2 * (len(widths) - 2)
        for line in lines:
            for part in self._broken(line, before):
                self._print(_padded(part, widths, right))

    def error(self, error: BillingError) -> None:
        if self.as_json and not isinstance(error, NotPrinted):
            facts = {"title": error.title, "message": error.message, "code": error.code}
            self.document({"error": facts})
        else:
            self.aside(f"{error.title}: {error.message}")

    def flush(self) -> None:
        """What cannot be written is noticed here; later Python would complain by itself."""
        self._try(self._out.flush)

    def drop(self) -> None:
        """Nobody reads any more: what is left goes nowhere."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._out.fileno())

    def _broken(self, line: list[str], before: int) -> list[list[str]]:
        """The lines a row takes, its last column staying where it is."""
        first, *more = self._fold(line[-1], before) if len(line) > 1 else line
        nothing = [""] * (len(line) - 1)
        return [[*line[:-1], first], *([*nothing, part] for part in more)]

    def _fold(self, text: str, before: int) -> list[str]:
        """Lines of a text that stands behind `before` columns, so that none runs into the next."""
        room = 0 if self._width is None else self._width - before - 2
        return folded(safe(text), room) if room >= _LEAST_ROOM else [safe(text)]

    def _print(self, text: str) -> None:
        self._try(lambda: print(text, file=self._out))

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except BrokenPipeError:
            raise
        except OSError as error:
            self.drop()
            raise NotPrinted((error.strerror or "no reason given").lower()) from None


def _padded(line: list[str], widths: list[int], right: list[bool]) -> str:
    cells = (
        " " * (width - columns_of(text)) + text
        if to_right
        else text + " " * (width - columns_of(text))
        for text, width, to_right in zip(line, widths, right, strict=True)
    )
    return "  ".join(cells).rstrip()


def folded(text: str, room: int) -> list[str]:
    """Lines of at most `room` columns, broken between words, a longer word within itself."""
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if columns_of(joined) <= room:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if columns_of(lines[-1] + character) > room:
                lines.append("")
            lines[-1] += character
    return lines


def columns_of(text: str) -> int:
    """How many columns of a terminal a text fills: wide characters two, marks none."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    match plain(told(value), str):
        case None:
            return ""
        case bool() as flag:
            return "yes" if flag else "no"
        case str() as text:
            return text
        case int() as number:
            return str(number)
        case list() as items:
            return ", ".join(cell(item) for item in items)
        case dict() as items:
            return ", ".join(f"{key}={cell(item)}" for key, item in items.items())
        case other:
            return str(other)
