"""Changes of state as one conditional UPDATE: a claim and its rowcount, never read-then-write."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Update

from billing_tui.domain.machine import Machine


def stepping(
    statement: Update, column: Column[Any], machine: Machine[Any, Any], event: StrEnum
) -> Update:
    """`statement`, only where the table lets this event happen, and to where it leads."""
    sources = sorted(machine.sources(event))
    return statement.where(column.in_(sources)).values({column.name: machine.target(event)})
