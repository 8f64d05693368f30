"""What is wrong or doubtful in a file, row by row."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text

from billing_tui.domain.imports import Problem
from billing_tui.domain.imports.report import ImportReport
from billing_tui.domain.safe import safe
from screens.formatting import count, field_name
from screens.widgets.line_list import LineList

_MARK, _ROW, _COLUMN = 12, 10, 22


class Problems(LineList):
    COMPONENT_CLASSES: ClassVar[set[str]] = {"problems--bad", "problems--doubt", "problems--muted"}

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[tuple[bool, Problem], ...] = ()

    def show_report(self, report: ImportReport) -> None:
        bad = ((True, one) for one in report.problems)
        doubts = ((False, one) for one in report.doubts)
        self._lines = (*bad, *doubts)
        self.show(len(self._lines))

    @property
    def whole(self) -> str:
        """All of what the line in hand says."""
        if not self._lines:
            return ""
        one = self._lines[self.cursor][1]
        column = f", {safe(_column(one.column))}" if one.column else ""
        return f"Row {count(one.row)}{column}: {safe(one.message)}"

    def draw(self, index: int, width: int) -> Text:
        bad, one = self._lines[index]
        mark, style = (" ✗ unusable", "bad") if bad else (" ◐ doubtful", "doubt")
        line = Text(mark.ljust(_MARK), self.ink(f"problems--{style}"), no_wrap=True)
        line.append(f"row {count(one.row)}".ljust(_ROW), self.ink("problems--muted"))
        column = Text(safe(field_name(one.column)), self.ink("problems--muted"))
        column.truncate(_COLUMN - 2, overflow="ellipsis", pad=True)
        line.append_text(column).append(f"  {safe(one.message)}")
        line.truncate(width, overflow="ellipsis")
        return line


def _column(name: str) -> str:
    """As forms call it; what a file calls otherwise stands behind it."""
    said = field_name(name)
    return said if said == name.replace("_", " ") else f"{said} ({name})"
