"""What a RecordTable tells its owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message

from billing_tui.domain.pages import Counted

from .marks import Marks

if TYPE_CHECKING:
    from .view import RecordView


@dataclass
class _Told(Message):
    table: RecordView[Any]

    @property
    def control(self) -> RecordView[Any]:
        return self.table


@dataclass
class Highlighted(_Told):
    """The cursor came to rest on another row; None where there is none, or none yet."""

    row: Any


@dataclass
class Opened(_Told):
    row: Any


@dataclass
class MarksChanged(_Told):
    marks: Marks
    count: Counted


@dataclass
class SortAsked(_Told):
    """The owner answers with `show` of a source in this order, or not at all."""

    column_key: str
    descending: bool


@dataclass
class Failed(_Told):
    """The source refused, or met a fault; the list shows which rows are missing."""

    error: Exception
