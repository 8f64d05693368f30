"""How a customer stands in a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from billing_tui.domain.customers import Brake, CustomerLine, CustomerSort, Status
from screens.formatting import Badge, amount, day
from screens.widgets.records import Cell, Column

STATUS = {
    Status.ACTIVE: Badge("●", "active", ""),
    Status.ARCHIVED: Badge("○", "archived", "muted"),
    Status.MERGED: Badge("↪", "merged", "muted"),
}
BRAKES = {
    Brake.HOLD: Badge("■", "on hold", "error"),
    Brake.NO_DUNNING: Badge("◐", "not chased", "warning"),
    Brake.NO_AUTO_PAY: Badge("◌", "no auto pay", "warning"),
}


def badge_of(status: Status, brakes: Sequence[Brake]) -> Badge:
    """The one thing to know: what holds a customer back, else what state it is in."""
    if status is Status.ACTIVE and brakes:
        return next(BRAKES[brake] for brake in BRAKES if brake in brakes)
    return STATUS[status]


def columns(today: date, locale: str) -> Sequence[Column[CustomerLine]]:
    return (
        Column("Number", lambda line: Cell(line.number, "muted"), 8, priority=8,
               sort=CustomerSort.NUMBER),
        Column("Name", lambda line: Cell(line.name, _quiet(line)), 34, 5, priority=9,
               sort=CustomerSort.NAME),
        Column("Parent", lambda line: Cell(line.parent, "muted"), 8, priority=2),
        Column("Tags", lambda line: Cell(", ".join(line.tags), "muted"), 16, 3, priority=3),
        Column("Terms", lambda line: Cell(line.terms, _quiet(line)), 6, priority=5),
        Column("Cur", lambda line: Cell(line.currency, _quiet(line)), 3, priority=6),
        Column("Credit limit", lambda line: Cell(amount(line.credit_limit, locale), _quiet(line)),
               16, right=True, priority=4),
        Column("Created", lambda line: Cell(day(line.created_at.date(), today), "muted"), 11,
               right=True, priority=1, sort=CustomerSort.CREATED),
        Column("Status", _status, 13, priority=7),
    )  # fmt: skip


def _status(line: CustomerLine) -> Cell:
    badge = badge_of(line.status, line.brakes)
    text = f"{badge.glyph} {line.merged_into}" if line.merged_into else badge.text
    return Cell(text, badge.style)


def _quiet(line: CustomerLine) -> str:
    return "" if line.status is Status.ACTIVE else "muted"
