"""CSV files as other programs write them: read strictly, and written so that no cell acts.

A text that a spreadsheet would run as a formula gets an apostrophe in front; reading takes it away.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TextIO

from billing_tui.domain.errors import InputError

LARGEST_FILE = 64 * 1024 * 1024
LONGEST_LINE = 1024 * 1024
MOST_COLUMNS = 500
MOST_ROWS = 1_000_000
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_TEXT_CODECS = re.compile(
    r"ascii|utf-(8|8-sig|16|16-le|16-be)|cp\d+|iso8859-\d+|koi8-[rtu]|mac-\w+|tis-620"
    r"|gb18030|gbk|gb2312|big5(hkscs)?|shift_jis\w*|euc_\w+|iso2022_\w+|johab"
)
_OTHER_FILES = {
    b"PK\x03\x04": "a spreadsheet or archive; save the sheet as CSV first",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet; save the sheet as CSV first",
    b"%PDF": "a PDF; export the table as CSV from where it was made",
    b"\x1f\x8b": "compressed; unpack it first",
}
_SEP_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_SPACES = " \u00a0\u2007\u202f\u200b\ufeff"
_ACTS = "=+@\u2212\uff1d\uff0b\uff0d\uff20\\-\t\r\0"
_SPLITS = ",;\t\r\n"
_HARMLESS = re.compile(r"\w[\w .:/()&%#!?]*")
_Replace = Callable[[str, str], str]


class FileRefused(InputError):
    """A file that cannot be read as a table; `row` is None when all of it is meant."""

    def __init__(self, message: str, row: int | None = None, column: int | None = None) -> None:
        self.row, self.column = row, column
        where = "" if row is None else f"row {row}"
        where += "" if column is None else f", column {column}"
        message = f"{where}: {message}" if where else message
        super().__init__("File not taken", message[:1].upper() + message[1:])


@dataclass(frozen=True, slots=True)
class CsvTable:
    """An opened file. Its rows are read anew each time, so that a large one needs little memory."""

    data: bytes
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_row: int

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row with the number a spreadsheet shows for it; empty ones are passed over."""
        strip = _guard(self.delimiter, taken=True)
        for number, cells in _records(self.data, self.encoding, self.delimiter):
            if number <= self.header_row or not any(cells):
                continue
            if number - self.header_row > MOST_ROWS:
                raise FileRefused(f"there are more than {MOST_ROWS:,} rows; split the file.")
            # Few cells start with an apostrophe or have one behind a separator.
            yield number, [strip("", cell) if "'" in cell else cell for cell in cells]


def open_csv(
    data: bytes, known: Collection[str], *, encoding: str = "", delimiter: str = ""
) -> CsvTable:
    """Find out how a file is written, by its marks and its first row; `known` are column names."""
    if len(data) > LARGEST_FILE:
        raise FileRefused(f"the file is larger than {LARGEST_FILE >> 20} MB; split it.")
    _refuse_other_files(data)
    codec = named_codec(encoding) if encoding else codec_of(data)
    _refuse_endless_lines(data)
    first = _first_line(data, codec)
    row = 1
    if found := _SEP_LINE.fullmatch(first):
        delimiter, row = delimiter or found[1], 2
    delimiter = DELIMITERS.get(delimiter, delimiter) or _delimiter_of(first, known)
    if len(delimiter) != 1 or delimiter in "\"\r\n\0'":
        raise FileRefused(
            f"{delimiter!r} cannot separate cells; use one of {', '.join(DELIMITERS)}."
        )
    header = _header(data, codec, delimiter, row)
    return CsvTable(data, codec, delimiter, header, row)


def codec_of(data: bytes) -> str:
    """By its mark, else UTF-8. Anything else must be named, because a guess spoils names."""
    if data.startswith(_UTF32) and data[4:8]:
        raise FileRefused("the file is UTF-32; save it as UTF-8.")
    for mark, codec in BOMS.items():
        if data.startswith(mark):
            return codec
    head = data[:2000]
    if len(head) > 3 and head.count(0) * 3 > len(head):
        order = "le" if head[1] == 0 else "be"
        raise FileRefused(
            "the file looks like UTF-16 without its mark; save it as UTF-8, or say"
            f" --encoding utf-16-{order}."
        )
    return "utf-8"


def named_codec(name: str) -> str:
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        codec = ""
    if not _TEXT_CODECS.fullmatch(codec):
        raise FileRefused(f"{name[:30]!r} is no encoding known here; examples: utf-8, cp1252.")
    return "utf-8-sig" if codec == "utf-8" else codec


def _refuse_other_files(data: bytes) -> None:
    if not data.strip():
        raise FileRefused("the file is empty; its first row must name the columns.")
    for start, what in _OTHER_FILES.items():
        if data.startswith(start):
            raise FileRefused(f"the file is {what}.")


def _refuse_endless_lines(data: bytes) -> None:
    """Each window of the longest line must hold a line end, looked for from its far side."""
    at = 0
    while len(data) - at > LONGEST_LINE:
        end = at + LONGEST_LINE
        last = max(data.rfind(b"\n", at, end), data.rfind(b"\r", at, end))
        if last < 0:
            row = data.count(b"\n", 0, at) + 1
            columns = max(data.count(mark.encode(), at, end) for mark in DELIMITERS.values())
            what = (
                f"has more than {MOST_COLUMNS} columns" if columns > MOST_COLUMNS else "is too long"
            )
            raise FileRefused(f"the line {what}; check how the file was made.", row)
        at = last + 1


def _first_line(data: bytes, codec: str) -> str:
    try:
        return _text(data, codec).readline()
    except UnicodeError:
        raise _undecodable(data, codec) from None


def _text(data: bytes, codec: str) -> TextIO:
    return io.TextIOWrapper(io.BytesIO(data), encoding=codec, newline="")


def _delimiter_of(line: str, known: Collection[str]) -> str:
    """The one that makes most column names known; without any, the one that makes most cells."""

    def gain(delimiter: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            return 0, 0
        return sum(cell.strip().lower() in known for cell in cells), len(cells)

    return max(DELIMITERS.values(), key=gain)


def _header(data: bytes, codec: str, delimiter: str, row: int) -> tuple[str, ...]:
    for number, cells in _records(data, codec, delimiter):
        if number < row:
            continue
        if len(cells) > MOST_COLUMNS:
            raise FileRefused(
                f"there are {len(cells):,} columns; at most {MOST_COLUMNS} are read.", number
            )
        if any(cells):
            return tuple(cells)
        break
    raise FileRefused("the first row must name the columns.", row)


def _records(data: bytes, codec: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_text(data, codec), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield number, cells
    except UnicodeError:
        raise _undecodable(data, codec) from None
    except csv.Error as error:
        raise _broken(data, codec, delimiter, number + 1, str(error)) from None


def _undecodable(data: bytes, codec: str) -> FileRefused:
    try:
        data.decode(codec)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(codec, "replace")
        row = len(re.findall(r"\r\n|\r|\n", before)) + 1
        if codec.startswith("utf"):
            advice = "save it as UTF-8, or name its encoding, such as --encoding cp1252"
        else:
            advice = "name the encoding it was saved in"
        shown = data[error.start : error.start + 1].hex()
        said = codec.removesuffix("-sig").upper()
        return FileRefused(f"byte {shown} is no {said} text; {advice}.", row)
    return FileRefused("the file ends inside a character; it was cut off.")


def _broken(data: bytes, codec: str, delimiter: str, row: int, why: str) -> FileRefused:
    """The same trouble as the csv module saw, with its column."""
    lines = iter(_text(data, codec))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    for _ in range(row - 1):
        next(reader)
    column, quoted, fresh = 1, False, True
    previous = ""
    for character in _characters(lines):
        if quoted:
            quoted = character != '"'
        elif character == delimiter:
            column, fresh = column + 1, True
            continue
        elif character == '"' and (fresh or previous == '"'):
            quoted = True
        elif previous == '"' and not fresh and character not in "\r\n":
            break
        fresh, previous = False, character
    if "field larger" in why:
        return FileRefused("the cell is too long; is a quote in front of it never closed?", row)
    if quoted:
        return FileRefused("a quote opens the cell and is never closed.", row, column)
    return FileRefused(
        "the cell goes on behind its closing quote; a quote inside a cell is doubled.", row, column
    )


def _characters(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield from line


@lru_cache(maxsize=16)
def _guard(delimiter: str, *, taken: bool) -> _Replace:
    """The guard stands wherever a cell could begin, also in a program that splits otherwise."""
    begins = "(?:^|(?<=[" + re.escape(_SPLITS.replace(delimiter, "")) + "]))"
    acts = f"'*[{_SPACES}]*[{_ACTS}]"
    pattern = f"{begins}'(?={acts})" if taken else f"{begins}(?={acts})"
    return re.compile(pattern).sub


def guarded(text: str, delimiter: str = ",") -> str:
    """`text` such that no spreadsheet runs it, whichever separator its locale takes."""
    if _HARMLESS.fullmatch(text):
        return text
    return _guard(delimiter, taken=False)("'", text)


class CsvWriter:
    """Rows as RFC 4180 has them. Numbers stay numbers, everything else is guarded text."""

    def __init__(self, file: TextIO, header: Sequence[str], delimiter: str = ",") -> None:
        self._delimiter = delimiter
        self._writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
        self._writer.writerow(header)

    def rows(self, rows: Iterable[Sequence[Cell]]) -> None:
        self._writer.writerows([self._told(cell) for cell in row] for row in rows)

    def _told(self, cell: Cell) -> str:
        if isinstance(cell, str):
            return guarded(cell, self._delimiter)
        return "" if cell is None else f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


Cell = str | int | Decimal | None
