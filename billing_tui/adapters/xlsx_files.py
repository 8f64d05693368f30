"""Spreadsheets: every text a typed string, no formula ever, written row by row in little memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from billing_tui.domain.safe import safe

from .csv_files import Cell

MOST_ROWS = 1_048_576
LONGEST_TEXT = 32_767
CUT = " [cut]"
_EXACT_DIGITS = 15  # a spreadsheet's numbers are binary: more digits would be rounded
# XML knows no escape for these; a lone surrogate cannot even be encoded.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class XlsxFile:
    """One workbook; rows beyond what a sheet holds go on in the next one."""

    def __init__(self, path: Path, title: str, header: Sequence[str], made: datetime) -> None:
        from xlsxwriter import Workbook

        self._title, self._header = title, header
        self._book: Any = Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
                "tmpdir": str(path.parent),
            },
        )
        self._bold = self._book.add_format({"bold": True})
        self._book.set_properties({"created": made.replace(tzinfo=None)})
        self._sheets = 0
        self._sheet: Any = None
        self._at = 0
        self._begin_sheet()

    def _begin_sheet(self) -> None:
        self._sheets += 1
        name = self._title if self._sheets == 1 else f"{self._title} {self._sheets}"
        self._sheet = self._book.add_worksheet(name[:31])
        self._sheet.freeze_panes(1, 0)
        for column, text in enumerate(self._header):
            self._sheet.write_string(0, column, text, self._bold)
        self._at = 1

    def rows(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            if self._at == MOST_ROWS:
                self._begin_sheet()
            at, text, number = self._at, self._sheet.write_string, self._sheet.write_number
            for column, cell in enumerate(row):
                if cell is None or cell == "":
                    continue
                if isinstance(cell, str):
                    text(at, column, cell if _plain(cell) else shown(cell))
                elif _digits(cell) <= _EXACT_DIGITS:
                    number(at, column, cell)
                else:
                    text(at, column, f"{cell:f}" if isinstance(cell, Decimal) else str(cell))
            self._at += 1

    def add_sheet(self, title: str, rows: Iterable[Sequence[str]]) -> None:
        sheet = self._book.add_worksheet(title)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(at, column, shown(cell))

    def close(self) -> None:
        self._book.close()


def _plain(text: str) -> bool:
    return text.isprintable() and len(text) < LONGEST_TEXT // 2 and text[0] != "<"


def shown(text: str) -> str:
    """`text` as a spreadsheet's file can hold it, with what it cannot made visible."""
    text = _NOT_XML.sub(_visible, text)
    if len(text.encode("utf-16-le")) > 2 * LONGEST_TEXT:
        room = 2 * (LONGEST_TEXT - len(CUT))
        text = text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + CUT
    # The writer takes this form for ready-made XML and would not escape it.
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def _visible(match: re.Match[str]) -> str:
    return safe(match[0]) if match[0] < "\ufffe" else f"<U+{ord(match[0]):04X}>"


def _digits(number: int | Decimal) -> int:
    return len(Decimal(number).as_tuple().digits)
