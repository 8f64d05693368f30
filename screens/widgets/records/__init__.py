"""The one list for everything that can grow."""

from .columns import Cell, Column
from .marks import Marks
from .messages import Failed, Highlighted, MarksChanged, Opened, SortAsked
from .source import Source
from .table import RecordTable

__all__ = [
    "Cell",
    "Column",
    "Failed",
    "Highlighted",
    "Marks",
    "MarksChanged",
    "Opened",
    "RecordTable",
    "SortAsked",
    "Source",
]
