"""Files taken in: columns, rows, number styles, and what is wrong with each row."""

from .layout import (
    LONGEST_CELL,
    CellRefused,
    Column,
    ColumnMissing,
    ColumnTwice,
    ColumnUnknown,
    Problem,
    Row,
    columns_at,
    json_cell,
    listed,
    unreadable,
    wrong_shape,
)
from .numbers import Numbers, NumbersContradict, NumbersUnclear, mark_shown, marks_of

__all__ = [
    "LONGEST_CELL",
    "CellRefused",
    "Column",
    "ColumnMissing",
    "ColumnTwice",
    "ColumnUnknown",
    "Numbers",
    "NumbersContradict",
    "NumbersUnclear",
    "Problem",
    "Row",
    "columns_at",
    "json_cell",
    "listed",
    "mark_shown",
    "marks_of",
    "unreadable",
    "wrong_shape",
]
