"""Jobs: what runs by itself, when it runs next, and running it now."""

from __future__ import annotations

import signal
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from .parsing import Commands, argument

if TYPE_CHECKING:
    from billing_tui.domain.jobs import Job, JobRun

    from .context import Context

_FAILED = 1
_RUNS = (
    *("jobs.plan", "jobs.claim", "jobs.beat", "jobs.finish", "alerts.raise"),
    *("cleanup.purge", "imports.write", "imports.finish"),
)
_NONE_DUE = "No job is due; `billing-tui jobs list` shows when each is."
_COLUMNS = ("job", "schedule", "on", "next run", "last run", "outcome", "counts", "error")


def register(tree: Commands) -> None:
    group = tree.group("jobs", "what runs by itself")
    group.add("list", list_jobs, "show all jobs with their last and next run")
    group.add(
        "run",
        run,
        "run one job now, or all that are due",
        argument("name", metavar="NAME|due", help="a job, or `due` for all that are due"),
        argument("--dry-run", action="store_true", help="only show what would be done"),
        cases=_RUNS,
    )
    # No `cases`: every run it makes is a request of its own, so it takes no id and no reason.
    group.add("serve", serve, "run jobs as they come due, until Ctrl+C or SIGTERM")
    name = argument("name", help="as `jobs list` shows it")
    group.add("enable", enable, "let a job run by its schedule", name, cases=("jobs.change",))
    group.add("disable", disable, "keep a job from running by itself", name, cases=("jobs.change",))
    when = argument("schedule", help="hourly, every 15m, daily 02:30 or weekly mon 06:00")
    group.add(
        "schedule", reschedule, "run a job at other times", name, when, cases=("jobs.change",)
    )


def list_jobs(context: Context, _args: Namespace) -> None:
    jobs = context.services.jobs.all()
    context.out.page(jobs, None, _COLUMNS, [_row(job) for job in jobs])
    if not any(job.last_run_at for job in jobs):
        context.out.line("None ran yet: `billing-tui jobs serve` runs them as they come due.")


def _row(job: Job) -> tuple[Any, ...]:
    last = job.last
    ended = (last.outcome, last.counts, last.error) if last else ("", "", "")
    return (job.name, job.schedule, job.enabled, job.next_run_at, job.last_run_at, *ended)


def run(context: Context, args: Namespace) -> int:
    from billing_tui.bootstrap import Workbench
    from billing_tui.domain.jobs import JobOutcome
    from billing_tui.services.jobs.runner import run_due, run_job

    if args.dry_run:
        return _preview(context, args.name)
    bench = Workbench(context.console)
    with _stop_on_signals() as stop:
        if args.name == "due":
            ended = list(run_due(bench, context.request(), stop))
        else:
            ended = [run_job(bench, args.name, context.request(), stop)]
    rows = [(run.job, run.outcome, run.counts, run.error) for run in ended]
    columns = ("job", "outcome", "counts", "error")
    context.out.page(ended, None, columns, rows, _NONE_DUE)
    return _FAILED if any(run.outcome is JobOutcome.FAILED for run in ended) else 0


def _preview(context: Context, name: str) -> int:
    from billing_tui.bootstrap import Workbench
    from billing_tui.services.jobs.runner import preview

    if name == "due":
        due = context.services.jobs.due().names
        context.out.page(due, None, ("job",), [(job,) for job in due], _NONE_DUE)
    else:
        counts = preview(Workbench(context.console), name)
        context.out.show({"job": name, "would": counts}, list(counts.items()))
    return 0


def serve(context: Context, _args: Namespace) -> None:
    from billing_tui.bootstrap import Workbench
    from billing_tui.services.jobs.runner import serve as serve_jobs

    def report(run: JobRun) -> None:
        counts = ", ".join(f"{name} {count}" for name, count in sorted(run.counts.items()))
        context.out.aside(f"{run.job}: {' '.join(filter(None, (run.outcome, run.error, counts)))}")

    with _stop_on_signals() as stop:
        context.services.jobs.all()  # a store that cannot be opened is said at once
        context.out.aside("Running jobs as they come due; Ctrl+C stops after the unit at work.")
        serve_jobs(Workbench(context.console), stop, report)


@contextmanager
def _stop_on_signals() -> Iterator[threading.Event]:
    """An event that Ctrl+C and SIGTERM set, once; the second time they end the process."""
    stop = threading.Event()

    def handler(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        # The thread that is interrupted may hold the event's own lock, so another one sets it.
        threading.Thread(target=stop.set, daemon=True).start()

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, handler)
    try:
        yield stop
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def enable(context: Context, args: Namespace) -> None:
    _show(context, context.services.jobs.change(context.request(), args.name, enabled=True))


def disable(context: Context, args: Namespace) -> None:
    _show(context, context.services.jobs.change(context.request(), args.name, enabled=False))


def reschedule(context: Context, args: Namespace) -> None:
    changed = context.services.jobs.change(context.request(), args.name, schedule=args.schedule)
    _show(context, changed)


def _show(context: Context, job: Job) -> None:
    context.out.show(job, list(zip(_COLUMNS, _row(job), strict=True))[:4])
