"""Home: the work queue, one function for each source of work, and the figures beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from billing_tui.domain.alerts import Severity
from billing_tui.domain.customers import Brake
from billing_tui.domain.dates import day_begins
from billing_tui.domain.gl import unmapped
from billing_tui.domain.home import (
    NEW_DAYS,
    Figures,
    HomePage,
    Point,
    WorkLine,
    days_until,
    in_order,
    months_until,
    said,
)
from billing_tui.domain.jobs import JobOutcome
from billing_tui.domain.pages import Counted
from storage.repos import drafts, gl, home, jobs
from storage.uow import Unit

from .cases import Service, reads

# A job that is this much behind its plan is run by nobody.
_LATE = timedelta(hours=1)


class Home(Service):
    @reads("home.show")
    def show(self, unit: Unit) -> HomePage:
        lines = [line for source in SOURCES for line in source(unit) if line.count.rows]
        return HomePage(in_order(lines), _figures(unit))


def _alerts(unit: Unit) -> Iterator[WorkLine]:
    for severity in (Severity.CRITICAL, Severity.WARNING):
        found = home.open_alerts(unit, severity)
        about = said(found, f"{severity} alert is open", f"{severity} alerts are open")
        yield WorkLine(
            f"alerts.{severity}", found, severity, about, "alerts", f"severity:{severity}"
        )


def _imports(unit: Unit) -> Iterator[WorkLine]:
    found = home.waiting_imports(unit)
    about = said(found, "imported file is not all written", "imported files are not all written")
    yield WorkLine("imports.waiting", found, Severity.WARNING, about, "settings", "imports")


def _jobs(unit: Unit) -> Iterator[WorkLine]:
    known = jobs.all_jobs(unit)
    failed = [j for j in known if j.last and j.last.outcome is JobOutcome.FAILED]
    late = [
        j
        for j in known
        if j.enabled and j.next_run_at and j.next_run_at < unit.now - _LATE and j.free(unit.now)
    ]
    for kind, found, one, many in (
        ("failed", failed, "job failed last time", "jobs failed last time"),
        ("late", late, "job is overdue: nobody runs it", "jobs are overdue: nobody runs them"),
    ):
        count = Counted(len(found))
        names = ", ".join(job.name for job in found)
        about = f"{said(count, one, many)} ({names})"
        yield WorkLine(f"jobs.{kind}", count, Severity.WARNING, about, "settings", "jobs")


def _accounts(unit: Unit) -> Iterator[WorkLine]:
    """Accounts in use that no legal entity has a code for. Which of several uses one would take a
    walk through the books to tell."""
    entities, used = gl.entities(unit), gl.posted_accounts(unit)
    known = gl.mappings(unit) if used else []
    missing = set(used)
    for code in entities:
        missing &= {found.account for found in unmapped(known, code, used, unit.today)}
    count = Counted(len(missing))
    about = said(count, "account in use has no ledger code", "accounts in use have no ledger code")
    yield WorkLine("accounts.unmapped", count, Severity.WARNING, about, "home", "accounts")


_BRAKES = {
    Brake.HOLD: ("customer is on hold", "customers are on hold"),
    Brake.NO_DUNNING: ("customer is not reminded", "customers are not reminded"),
    Brake.NO_AUTO_PAY: (
        "customer is not charged automatically",
        "customers are not charged automatically",
    ),
}


def _brakes(unit: Unit) -> Iterator[WorkLine]:
    for brake, (one, many) in _BRAKES.items():
        found = home.braked_customers(unit, brake)
        about = said(found, one, many)
        yield WorkLine(
            f"customers.{brake}", found, Severity.INFO, about, "customers", f"brake:{brake}"
        )


def _drafts(unit: Unit) -> Iterator[WorkLine]:
    found = drafts.count(unit)
    about = said(found, "form of yours is not saved", "forms of yours are not saved")
    yield WorkLine("drafts.open", found, Severity.INFO, about, "home", "drafts")


# Who adds an area adds its source here.
SOURCES: tuple[Callable[[Unit], Iterator[WorkLine]], ...] = (
    _alerts,
    _jobs,
    _imports,
    _accounts,
    _brakes,
    _drafts,
)


def _figures(unit: Unit) -> Figures:
    days, months = days_until(unit.today), months_until(unit.today)
    changes = home.changes_by_day(unit, _midnights(unit, days))
    (since,) = _midnights(unit, [unit.today - timedelta(days=NEW_DAYS - 1)])
    new = home.new_by_month(unit, _midnights(unit, months))
    return Figures(
        active=home.active_customers(unit),
        new=home.new_customers(unit, since),
        new_by_month=tuple(map(Point, months, new)),
        changes_today=changes[-1],
        changes_by_day=tuple(map(Point, days, changes)),
        verified=home.last_verified(unit),
    )


def _midnights(unit: Unit, days: Sequence[date]) -> list[datetime]:
    return [day_begins(day, unit.zone) for day in days]
