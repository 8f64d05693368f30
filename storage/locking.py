"""Locks on names that have no row yet to lock."""

from __future__ import annotations

from sqlalchemy import text

from .uow import Unit

_NAME = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def hold_name(unit: Unit, name: str) -> None:
    """Let nobody else past this name until we commit; SQLite has one writer at a time anyway."""
    if not unit.sqlite:
        unit.connection.execute(_NAME, {"name": f"{unit.organisation}:{name}"})
