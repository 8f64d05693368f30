"""Alerts: raising, showing, taking note, and giving one to somebody."""

from __future__ import annotations

from uuid import UUID

from billing_tui.domain.alerts import (
    OPEN_ONES,
    Alert,
    AlertAcknowledged,
    AlertDraft,
    AlertFilter,
    AlertNotFound,
    AlertSort,
    OwnerUnknown,
)
from billing_tui.domain.pages import TOP, Counted, Page, Place, Slice
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

    @reads("alerts.slice")
    def slice(
        self,
        unit: Unit,
        wanted: AlertFilter = OPEN_ONES,
        sort: AlertSort = AlertSort.SEVERITY,
        descending: bool = True,
        place: Place = TOP,
        limit: int = 200,
    ) -> Slice[Alert]:
        """Neighbours in a list, wherever in it: always in its order, also those before a place."""
        return alerts.slice_at(unit, alerts.Order(wanted, sort, descending), place, limit)

    @reads("alerts.count")
    def count(
        self, unit: Unit, wanted: AlertFilter = OPEN_ONES, most: int | None = 10_000
    ) -> Counted:
        """Quick up to `most`; None counts them all."""
        return alerts.count(unit, wanted, most)

    @reads("alerts.show")
    def show(self, unit: Unit, id: UUID) -> Alert:
        alert = alerts.find(unit, id)
        if alert is None:
            raise AlertNotFound(id)
        return alert

    @reads("alerts.kinds")
    def kinds(self, unit: Unit) -> tuple[str, ...]:
        """Every kind there ever was."""
        return alerts.kinds(unit)

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
