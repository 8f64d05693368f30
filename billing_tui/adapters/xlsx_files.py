"""Spreadsheets: every text a typed string, no formula ever, written row by row in little memory.

XlsxWriter makes the workbook. The rows themselves go into its row file as ready XML: cell by cell
through its functions they cost five times as much, which is all the time of a large export.
"""

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
_NOT_PLAIN = re.compile("[&<>\x00-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


class XlsxFile:
    """One workbook; rows beyond what a sheet holds go on in the next one."""

    def __init__(self, path: Path, title: str, header: Sequence[str], made: datetime) -> None:
        from xlsxwriter import Workbook
        from xlsxwriter.utility import xl_col_to_name

        self._title, self._header = title, header
        self._letters = [xl_col_to_name(column) for column in range(len(header))]
        self._book: Any = Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
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
        # An empty cell below makes the writer put its header down, so that ours follow it.
        self._sheet.write_blank(1, 0, None, self._bold)
        self._at = 1

    def rows(self, rows: Iterable[Sequence[Cell]]) -> None:
        for row in rows:
            if self._at == MOST_ROWS:
                self._end_sheet()
                self._begin_sheet()
            self._at += 1
            self._sheet.row_data_fh.write(self._row(self._at, row))

    def _row(self, at: int, row: Sequence[Cell]) -> str:
        cells = [
            f'<c r="{letter}{at}" t="inlineStr"><is><t xml:space="preserve">'
            f"{cell if _NOT_PLAIN.search(cell) is None and len(cell) < 9999 else escaped(cell)}"
            "</t></is></c>"
            if isinstance(cell, str)
            else self._number(letter, at, cell)
            for letter, cell in zip(self._letters, row, strict=True)
            if cell is not None and cell != ""
        ]
        return f'<row r="{at}">{"".join(cells)}</row>'

    def _number(self, letter: str, at: int, number: int | Decimal) -> str:
        told = f"{number:f}" if isinstance(number, Decimal) else str(number)
        if sum(map(str.isdigit, told)) <= _EXACT_DIGITS:
            return f'<c r="{letter}{at}"><v>{told}</v></c>'
        return f'<c r="{letter}{at}" t="inlineStr"><is><t>{told}</t></is></c>'

    def _end_sheet(self) -> None:
        """The writer knows nothing of our rows: it must hold none back, and tell their extent."""
        self._sheet.table.clear()
        self._sheet.dim_rowmax = self._at - 1

    def close(self) -> None:
        self._end_sheet()
        self._book.close()


def escaped(text: str) -> str:
    """`text` as XML can hold it, with what it cannot made visible, and not longer than a cell."""
    text = _NOT_XML.sub(_visible, text)
    if len(text.encode("utf-16-le")) > 2 * LONGEST_TEXT:
        room = 2 * (LONGEST_TEXT - len(CUT))
        text = text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + CUT
    # A spreadsheet reads _x0041_ as a letter and a bare carriage return as a line feed.
    text = _ESCAPE_LIKE.sub("_x005F_", text).replace("&", "&amp;").replace("<", "&lt;")
    return text.replace(">", "&gt;").replace("\r", "_x000D_")


def _visible(match: re.Match[str]) -> str:
    return safe(match[0]) if match[0] < "\ufffe" else f"<U+{ord(match[0]):04X}>"
