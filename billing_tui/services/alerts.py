"""Alerts: raising, showing, taking note, and giving one to somebody."""

from __future__ import annotations

from uuid import UUID

from billing_tui.domain.alerts import (
    Alert,
    AlertAcknowledged,
    AlertDraft,
    AlertFilter,
    AlertNotFound,
    OwnerUnknown,
)
from billing_tui.domain.pages import Page
from billing_tui.domain.rights import Right
from storage.repos import alerts, users
from storage.uow import Unit

from .cases import Service, reads, writes


class Alerts(Service):
    @reads("alerts.list")
    def page(
        self, unit: Unit, wanted: AlertFilter, limit: int = 50, cursor: str = ""
    ) -> Page[Alert]:
        return alerts.page(unit, wanted, limit, cursor)

    @writes("alerts.raise", Right.RUN_JOBS)
    def raise_alert(self, unit: Unit, draft: AlertDraft) -> Alert:
        return alerts.raise_alert(unit, draft)

    @writes("alerts.acknowledge", Right.ACKNOWLEDGE)
    def acknowledge(self, unit: Unit, id: UUID) -> Alert:
        alert = _open(unit, id)
        changes = {"acknowledged_at": unit.now, "acknowledged_by": unit.actor.user}
        return alerts.change(unit, alert, changes, "alerts.acknowledge")

    @writes("alerts.assign", Right.ACKNOWLEDGE)
    def assign(self, unit: Unit, id: UUID, login: str) -> Alert:
        """Give it to an active person; to nobody when `login` is empty."""
        alert = _open(unit, id)
        owner = None
        if login:
            user = users.by_login(unit, login)
            if user is None or user.disabled:
                raise OwnerUnknown(login)
            owner = user.id
        return alerts.change(unit, alert, {"owner": owner}, "alerts.assign")


def _open(unit: Unit, id: UUID) -> Alert:
    alert = alerts.find(unit, id)
    if alert is None:
        raise AlertNotFound(id)
    if alert.acknowledged_at is not None:
        raise AlertAcknowledged(alert.acknowledged_by)
    return alert
