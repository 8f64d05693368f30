"""Alerts: what a person must know, and who has taken note."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING
from uuid import UUID

from billing_tui.domain.alerts import Alert, AlertFilter, Severity
from billing_tui.domain.errors import InputError

from .parsing import Commands, argument, paged

if TYPE_CHECKING:
    from .context import Context


class NotAnAlertId(InputError):
    def __init__(self) -> None:
        super().__init__("Not an id", "Name the alert by its id, as `alerts list` shows it.")


def register(tree: Commands) -> None:
    group = tree.group("alerts", "what somebody must know")
    group.add(
        "list",
        list_alerts,
        "show open alerts, the newest first",
        argument("--acknowledged", action="store_true", help="those somebody has taken note of"),
        argument(
            "--kind", default="", metavar="KIND", help="only of this kind, such as job.failed"
        ),
        argument("--severity", choices=list(Severity), default="info", help="at least this severe"),
        argument("--owner", default="", metavar="LOGIN", help="only those of this person"),
        paged,
    )
    id = argument("id", help="as `alerts list` shows it")
    group.add(
        "acknowledge", acknowledge, "take note of an alert", id, cases=("alerts.acknowledge",)
    )
    login = argument("login", help="who looks after it; '' for nobody")
    group.add("assign", assign, "give an alert to somebody", id, login, cases=("alerts.assign",))


def list_alerts(context: Context, args: Namespace) -> None:
    wanted = AlertFilter(args.acknowledged, args.kind, Severity(args.severity), args.owner)
    page = context.services.alerts.page(wanted, args.limit, args.cursor)
    columns = ("id", "raised", "severity", "kind", "owner", "message")
    rows = [(a.id, a.raised_at, a.severity, a.kind, a.owner, a.message) for a in page.items]
    empty = "No such alerts." if args.acknowledged else "No open alerts; nothing is to be done."
    context.out.page(page.items, page.next or None, columns, rows, empty)


def acknowledge(context: Context, args: Namespace) -> None:
    _show(context, context.services.alerts.acknowledge(context.request(), _id(args.id)))


def assign(context: Context, args: Namespace) -> None:
    _show(context, context.services.alerts.assign(context.request(), _id(args.id), args.login))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotAnAlertId from None


def _show(context: Context, alert: Alert) -> None:
    names = ("id", "severity", "kind", "message", "owner", "acknowledged_by", "acknowledged_at")
    context.out.show(alert, [(name.replace("_", " "), getattr(alert, name)) for name in names])
