"""Jobs: what runs by itself, how it went, and running it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from billing_tui.domain.acts import Request
from billing_tui.domain.errors import Refused
from billing_tui.domain.jobs import SCHEDULES, Job, JobOutcome, JobRun, schedule
from billing_tui.domain.retention import RETENTION
from billing_tui.domain.rights import Right
from screens.dialogs import AskFields, Explain, ExplainLine
from screens.formatting import Badge, count, moment
from screens.tasks import Task, TaskEnded
from screens.widgets.pane import Event, Fact, Rule, Title, Words
from screens.widgets.pane import Part as Line
from screens.widgets.records import Cell, Column

from .fields import CheckedField
from .part import Part

_ON, _OFF = Badge("●", "on", "success"), Badge("○", "off", "muted")
_OUTCOMES = {
    JobOutcome.RUNNING: Badge("⟳", "running", "accent"),
    JobOutcome.DONE: Badge("✓", "done", "success"),
    JobOutcome.STOPPED: Badge("■", "stopped", "warning"),
    JobOutcome.FAILED: Badge("✗", "failed", "error"),
}
_NEVER = Badge("–", "never ran", "muted")
_ABOUT = {
    "checkpoint": "Signs the head of the audit trail, and remembers it outside the store.",
    "cleanup": "Deletes technical rows and logs that were kept long enough.",
    "imports": "Finishes files that were checked and not written to their end.",
    "verify": "Checks what came since the last verified checkpoint.",
    "verify-all": "Checks everything, since only that finds an old row changed.",
}


class JobFailed(Refused):
    def __init__(self, run: JobRun) -> None:
        self.run = run
        super().__init__("Job failed", f"failed with {run.error}. An alert says so too.")


@dataclass(frozen=True)
class Found:
    jobs: Sequence[Job]
    failures: Sequence[JobRun]


@dataclass
class DryRun(Message, bubble=False):
    name: str
    counts: Mapping[str, int]


class JobsPart(Part[Job]):
    ABOUT = "What runs by itself under `billing-tui jobs serve`; r runs one here, now."
    NEEDS_ROW = frozenset({"run", "dry_run", "switch", "reschedule"})
    RIGHTS: ClassVar[Mapping[str, Right]] = {
        "run": Right.RUN_JOBS,
        "switch": Right.MANAGE_SETTINGS,
        "reschedule": Right.MANAGE_SETTINGS,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "run", "Run now", tooltip="Run this job now, in the background",
                id="jobs.run"),
        Binding("t", "dry_run", "Dry run", tooltip="Show what a run would do", id="jobs.dry_run"),
        Binding("o", "switch", "On/off", tooltip="Let it run by its schedule, or not",
                id="jobs.switch"),
        Binding("a", "reschedule", "Schedule", tooltip="Run it at other times",
                id="jobs.reschedule"),
    ]  # fmt: skip

    failures: Sequence[JobRun] = ()

    def columns(self) -> Sequence[Column[Job]]:
        return (
            Column("Job", lambda job: Cell(job.name, "strong" if job.enabled else "muted"), 11,
                   priority=9),
            Column("Schedule", lambda job: Cell(job.schedule), 16, priority=6),
            Column("On", lambda job: _cell(_ON if job.enabled else _OFF), 5, priority=5),
            Column("Last", lambda job: _cell(_badge(job)), 11, priority=8),
            Column("Ran", lambda job: self._when(job.last_run_at), 13, 1, priority=3),
            Column("Next run", self._next_run, 13, 1, priority=7),
            Column("Counts", lambda job: Cell(_counts(job.last), "muted"), 16, 2, priority=1),
        )  # fmt: skip

    def _when(self, when: datetime | None) -> Cell:
        if when is None:
            return Cell("–", "muted")
        return Cell(moment(when, self.desk.session.zone, self.desk.today))

    def _next_run(self, job: Job) -> Cell:
        return self._when(job.next_run_at) if job.enabled else Cell("–", "muted")

    def key_of(self, row: Job) -> str:
        return row.name

    def read(self) -> Found:
        jobs = self.desk.services.jobs
        return Found(jobs.all(), jobs.failures())

    def shown(self, found: Found) -> None:
        self.failures = found.failures
        self.show_rows(found.jobs)

    def lines(self, row: Job) -> Sequence[Line]:
        failed = [run for run in self.failures if run.job == row.name]
        return (
            Title(row.name, _badge(row)),
            Words(_ABOUT.get(row.name, ""), "muted"),
            Rule(),
            Fact("Schedule", row.schedule if row.enabled else f"{row.schedule}, switched off"),
            Fact("Next run", self._next_run(row).text),
            Fact("Last run", self._when(row.last_run_at).text),
            *([Fact("It did", _counts(row.last))] if _counts(row.last) else []),
            Rule(),
            *(self._failure(run) for run in failed),
            *([] if failed else [Words("No run of it failed lately.", "muted")]),
        )

    def _failure(self, run: JobRun) -> Event:
        at = run.finished_at or run.started_at
        when = moment(at, self.desk.session.zone, self.desk.today)
        return Event(when, f"failed: {run.error}", _counts(run), "error")

    def open_row(self, row: Job) -> None:
        if self.check_action("reschedule", ()):
            self.action_reschedule()

    def action_run(self) -> None:
        if (row := self.row) is None:
            return
        from billing_tui.services.jobs.runner import run_job

        bench, name, request = self.desk.bench, row.name, Request.new()

        def work(task: Task) -> JobRun:
            ended = run_job(
                bench, name, request, task.stop_event, lambda c: task.tell(sum(c.values()))
            )
            if ended.outcome is JobOutcome.FAILED:
                raise JobFailed(ended)
            return ended

        self.desk.start(Task(f"Job {name}", work, self, _outcome))
        self.desk.say(f"{name} is running; ctrl+t shows it.")

    @on(TaskEnded)
    def _ended(self, event: TaskEnded) -> None:
        event.stop()
        self.reload()

    def action_dry_run(self) -> None:
        if (row := self.row) is None:
            return
        from billing_tui.services.jobs.runner import preview

        bench, name = self.desk.bench, row.name
        self.load("dry run", lambda: preview(bench, name), partial(DryRun, name))

    @on(DryRun)
    def _previewed(self, event: DryRun) -> None:
        lines = [ExplainLine(_about(name), count(number)) for name, number in event.counts.items()]
        self.app.push_screen(Explain(f"{event.name} would do now", lines))

    def action_switch(self) -> None:
        if (row := self.row) is None:
            return
        jobs, request, back = self.desk.services.jobs, Request.new(), Request.new()
        name, enabled = row.name, not row.enabled
        self.save(
            "switch job",
            lambda: jobs.change(request, name, enabled=enabled),
            lambda done: f"{name} {'runs by its schedule' if done.enabled else 'is switched off'}.",
            lambda: jobs.change(back, name, enabled=not enabled),
        )

    def action_reschedule(self) -> None:
        if (row := self.row) is None:
            return
        jobs, request, back = self.desk.services.jobs, Request.new(), Request.new()
        name, before = row.name, row.schedule

        def answered(values: dict[str, str] | None) -> None:
            if values is not None:
                self.save(
                    "reschedule",
                    lambda: jobs.change(request, name, schedule=values["schedule"]),
                    lambda done: f"{name} runs {done.schedule}.",
                    lambda: jobs.change(back, name, schedule=before),
                )

        field = CheckedField("schedule", "Runs", text=before, required=True, most=40,
                             check=schedule)  # fmt: skip
        lines = [
            _ABOUT.get(name, ""),
            f"Write hourly, every 15m (up to 24h), daily 02:30 or weekly mon 06:00. It ships with"
            f" {SCHEDULES[name]}.",
        ]
        self.app.push_screen(AskFields(f"When {name} runs", [field], lines), answered)


def _badge(job: Job) -> Badge:
    return _OUTCOMES[job.last.outcome] if job.last else _NEVER


def _cell(badge: Badge) -> Cell:
    return Cell(badge.text, badge.style)


def _counts(run: JobRun | None) -> str:
    if run is None:
        return ""
    told = (f"{count(number)} {_words(name)}" for name, number in run.counts.items() if number)
    return ", ".join(told)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _about(name: str) -> str:
    return RETENTION[name].about if name in RETENTION else _words(name)


def _outcome(run: JobRun) -> str:
    return f"{run.outcome}{f', {_counts(run)}' if _counts(run) else ''}."
