"""How an alert stands in a list and in its pane."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from billing_tui.domain.alerts import Alert, AlertSort, Severity
from screens.formatting import Badge, moment
from screens.widgets.pane import Event, Fact, Part, Rule, Title, Words
from screens.widgets.records import Cell, Column

SEVERITIES = {
    Severity.INFO: Badge("●", "info", "accent"),
    Severity.WARNING: Badge("▲", "warning", "warning"),
    Severity.CRITICAL: Badge("■", "critical", "error"),
}
_NOBODY = "nobody"


def columns(zone: str, today: date, me: str) -> Sequence[Column[Alert]]:
    def raised(alert: Alert) -> Cell:
        return Cell(moment(alert.raised_at, zone, today), "muted")

    def due(alert: Alert) -> Cell:
        return Cell(moment(alert.due_at, zone, today)) if alert.due_at else Cell("–", "muted")

    def owner(alert: Alert) -> Cell:
        if alert.acknowledged_by:
            return Cell(f"✓ {alert.acknowledged_by}", "success")
        style = "strong" if alert.owner == me else ""
        return Cell(alert.owner, style) if alert.owner else Cell(_NOBODY, "muted")

    return (
        Column("Severity", severity, 10, priority=9, sort=AlertSort.SEVERITY),
        Column("What", lambda alert: Cell(alert.message), 36, 6, priority=8),
        Column("About", lambda alert: Cell(about(alert), "muted"), 12, 1, priority=3),
        Column("Raised", raised, 13, priority=5, sort=AlertSort.RAISED),
        Column("Due", due, 13, priority=2),
        Column("Owner", owner, 8, 1, priority=6),
    )


def severity(alert: Alert) -> Cell:
    badge = SEVERITIES[alert.severity]
    return Cell(badge.text, badge.style if alert.acknowledged_at is None else "muted")


def about(alert: Alert) -> str:
    """The object it is about; a whole table has no colon."""
    return alert.object or alert.key or "–"


def parts(alert: Alert, zone: str, today: date) -> Sequence[Part]:
    def at(when: datetime | None) -> str:
        return moment(when, zone, today) if when else "–"

    closed = alert.acknowledged_at
    said = Event(at(closed), "acknowledged", alert.acknowledged_by, "success") if closed else None
    return (
        Title(alert.kind, SEVERITIES[alert.severity]),
        Words(alert.message),
        Rule(),
        Fact("About", about(alert)),
        Fact("Due", at(alert.due_at)),
        Fact("Looked after by", alert.owner or _NOBODY, "" if alert.owner else "muted"),
        Fact("State", "closed" if closed else "open", "muted" if closed else "warning"),
        Rule(),
        Event(at(alert.raised_at), "raised", ""),
        *([said] if said else []),
        Rule(),
        Words(str(alert.id), "muted"),
    )
