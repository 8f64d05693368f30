"""Files taken in: checked whole, put down in units, written unit by unit, finished after a crash.

Nothing is written before every row is good and every unit is down. From then on the file is not
needed any more: whoever runs next goes on where the last one stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from billing_tui.adapters.csv_files import LARGEST_FILE, CsvTable, open_csv
from billing_tui.domain.acts import Request
from billing_tui.domain.errors import BillingError, InputError, NotFound, Refused
from billing_tui.domain.ids import new_id
from billing_tui.domain.imports import Numbers
from billing_tui.domain.imports.report import (
    ImportReport,
    Outcome,
    RowLine,
    RowsDoubtful,
    RowsRefused,
)
from billing_tui.domain.imports.runs import ImportEvent, ImportState
from billing_tui.domain.rights import Right, may, require
from billing_tui.services.cases import Service, reads, writes
from storage.repos import imports
from storage.repos.imports import Run
from storage.statistics import refresh_as_it_grows
from storage.uow import Unit

from .accounts import MAPPINGS, RATES
from .checking import UNIT_ROWS, Checked, Checker
from .customers import TARGET as CUSTOMERS
from .departments import TARGET as DEPARTMENTS
from .targets import Target

STAGED_AT_ONCE = 2_000_000  # bytes, so that no unit of putting down lasts long
TARGETS: dict[str, Target[Any]] = {
    target.name: target for target in (CUSTOMERS, DEPARTMENTS, RATES, MAPPINGS)
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: `done` of `total` rows; the total of a check is not known."""

    doing: str
    done: int
    total: int = 0


Tell = Callable[[Progress], None]


def silent(_progress: Progress) -> None: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be taken in."""

    numbers: Numbers | None = None
    anyway: bool = False
    dry_run: bool = False
    every_row: Callable[[Iterator[RowLine]], None] | None = None


class ImportWaits(Refused):
    """A checked row can no longer be written; what came before it is."""

    def __init__(self, run: UUID, written: int, rows: int, error: BillingError) -> None:
        self.run, self.written, self.rows, self.error = run, written, rows, error
        super().__init__(
            "Import waits",
            f"{written:,} of {rows:,} rows are written. {error.message} Correct that and run"
            f" `billing-tui imports finish`, or leave the rest out by `imports give-up {run}`.",
        )


class NotWaiting(NotFound):
    def __init__(self, run: str) -> None:
        self.run = run
        super().__init__(
            "No such import", f"No import {run} waits. See `billing-tui imports list`."
        )


class FileNotRead(InputError):
    def __init__(self, path: Path, error: Exception) -> None:
        self.path = path
        super().__init__("File not read", _why_not_read(path, error))


def _why_not_read(path: Path, error: Exception) -> str:
    match error:
        case FileNotFoundError():
            return f"There is no file {path}."
        case IsADirectoryError():
            return f"{path} is a folder. Name a file in it."
        case PermissionError():
            return f"You may not read {path}. Allow it, or copy the file to where you may."
    return f"{path} cannot be read. Check the path, and whether the file opens elsewhere."


def table_in(path: Path, kind: str) -> CsvTable:
    """A file, opened as a table of this kind."""
    try:
        with path.expanduser().open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError, RuntimeError) as error:
        raise FileNotRead(path, error) from None
    return open_csv(data, {column.name for column in TARGETS[kind].columns})


class Imports(Service):
    def take_in(
        self, request: Request, kind: str, table: CsvTable, wanted: Wanted, tell: Tell = silent
    ) -> ImportReport:
        """Check a file and write it, in requests within this one; raises RowsRefused or
        RowsDoubtful with the report."""
        target = TARGETS[kind]
        digest = hashlib.sha256(table.data).hexdigest()
        if not wanted.dry_run and (found := self._known(kind, digest)):
            self._write_units(request, found, tell)
            return ImportReport(kind, Outcome.EARLIER, found.rows, 0, 0, run=found.id)
        checker = Checker(
            target, table, lambda question: self.asked(kind, question),
            every_row=wanted.every_row is not None,
            progress=lambda rows: tell(Progress("checked", rows)),
        )  # fmt: skip
        checked = checker.check(wanted.numbers)
        if wanted.every_row:
            wanted.every_row(checked.told())
        report = _report(kind, checked)
        if wanted.dry_run:
            return report
        if checked.bad:
            raise RowsRefused(report)
        if checked.doubtful and not wanted.anyway:
            raise RowsDoubtful(report)
        run = self._put_down(request, kind, digest, checked, tell)
        self._write_units(request, run, tell)
        return _report(kind, checked, Outcome.WRITTEN, run.id)

    def finish_pending(self, request: Request, tell: Tell = silent) -> list[BillingError]:
        """Go on with every run that a crash left between; gives what stood in the way."""
        troubles: list[BillingError] = []
        for run in self.pending():
            try:
                self._write_units(request, run, tell)
            except BillingError as error:
                troubles.append(error)
        return troubles

    @reads("imports.pending")
    def pending(self, unit: Unit) -> list[Run]:
        """Runs whose units are all down and not all written, as far as the actor may write them."""
        found = imports.staged(unit)
        return [run for run in found if _may_write(unit, run.kind)]

    @reads("imports.earlier")
    def earlier(self, unit: Unit, kind: str, digest: str) -> list[Run]:
        require(unit.actor.roles, TARGETS[kind].right)
        return imports.earlier(unit, kind, digest)

    @reads("imports.ask", feature="bulk_import")
    def asked(self, unit: Unit, kind: str, question: Callable[[Unit], Any]) -> Any:
        """What a check wants to know of the store."""
        require(unit.actor.roles, TARGETS[kind].right)
        return question(unit)

    @writes("imports.begin", Right.SEE, feature="bulk_import")
    def begin(self, unit: Unit, kind: str, file: str, rows: int) -> UUID:
        """The run of a checked file; the same one when a crash came after it."""
        require(unit.actor.roles, TARGETS[kind].right)
        started = unit.now
        run = Run(new_id(), kind, file, ImportState.CHECKED, rows, unit.actor.user, started)
        imports.add_run(unit, run)
        return next(r.id for r in imports.earlier(unit, kind, file[:64]) if r.file == file)

    @writes("imports.stage", Right.SEE)
    def stage(self, unit: Unit, kind: str, run: UUID, units: dict[int, str]) -> int:
        require(unit.actor.roles, TARGETS[kind].right)
        for n, rows in units.items():
            imports.add_unit(unit, run, n, rows)
        return len(units)

    @writes("imports.staged", Right.SEE)
    def staged(self, unit: Unit, kind: str, run: UUID, rows: int) -> UUID:
        """All units are down: from here on the run can be finished without its file."""
        require(unit.actor.roles, TARGETS[kind].right)
        if imports.change_state(unit, run, ImportEvent.STAGE):  # else another process put them down
            unit.note(f"{kind}.import", f"import_run:{run}", {"rows": rows})
        return run

    @writes("imports.write", Right.SEE)
    def write_unit(self, unit: Unit, kind: str, run: UUID, n: int) -> int:
        """Write one unit's rows, unless another process did; gives how many."""
        _require_writing(unit, kind)
        text = imports.take(unit, run, n)
        if text is None:
            return 0
        target = TARGETS[kind]
        drafts = target.adapter.validate_json(text)
        target.write(unit, drafts)
        refresh_as_it_grows(unit, n)
        return len(drafts)

    @writes("imports.finish", Right.SEE)
    def finish(self, unit: Unit, kind: str, run: UUID) -> bool:
        """Done once every unit is written; gives whether it is."""
        _require_writing(unit, kind)
        units, written = imports.counts(unit, run)
        if units != written:
            return False
        imports.change_state(unit, run, ImportEvent.FINISH)
        return True

    @writes("imports.give_up", Right.SEE)
    def give_up(self, unit: Unit, run: UUID) -> int:
        """Leave out what of a run is not written yet; gives how many units."""
        found = next((one for one in imports.staged(unit) if one.id == run), None)
        if found is None:
            raise NotWaiting(str(run))
        require(unit.actor.roles, TARGETS[found.kind].right)
        left = 0
        while (n := imports.next_waiting(unit, run)) is not None:
            imports.take(unit, run, n)
            left += 1
        if not imports.change_state(unit, run, ImportEvent.GIVE_UP):
            raise NotWaiting(str(run))
        unit.note(f"{found.kind}.import_given_up", f"import_run:{run}", {"units": left})
        return left

    @reads("imports.next")
    def next_waiting(self, unit: Unit, run: UUID) -> int | None:
        return imports.next_waiting(unit, run)

    def _known(self, kind: str, digest: str) -> Run | None:
        """A run of the same bytes that needs no file any more."""
        found = self.earlier(kind, digest)
        return next((run for run in found if run.state is not ImportState.CHECKED), None)

    def _put_down(
        self, request: Request, kind: str, digest: str, checked: Checked, tell: Tell
    ) -> Run:
        file = f"{digest} {checked.reading}"
        run = self.begin(request.within("begin"), kind, file, checked.rows)
        batch: dict[int, str] = {}
        put = 0
        for n, rows in enumerate(checked.units()):
            batch[n] = rows
            if sum(map(len, batch.values())) > STAGED_AT_ONCE:
                put += self.stage(request.within(f"stage {n}"), kind, run, batch)
                tell(Progress("put down", min(put * UNIT_ROWS, checked.rows), checked.rows))
                batch = {}
        if batch:
            self.stage(request.within("stage"), kind, run, batch)
        # The file's own row of the audit trail, so it has the id its caller knows.
        self.staged(request, kind, run, checked.rows)
        return next(one for one in self.earlier(kind, digest) if one.id == run)

    def _write_units(self, request: Request, run: Run, tell: Tell) -> None:
        """Unit after unit, each once however often this is called or killed."""
        while (n := self.next_waiting(run.id)) is not None:
            try:
                self.write_unit(request.within(f"{run.id} {n}"), run.kind, run.id, n)
            except (Refused, NotFound, InputError) as error:
                raise ImportWaits(run.id, n * UNIT_ROWS, run.rows, error) from None
            tell(Progress("written", min((n + 1) * UNIT_ROWS, run.rows), run.rows))
        self.finish(request.within(f"{run.id} finish"), run.kind, run.id)


def _may_write(unit: Unit, kind: str) -> bool:
    """Whoever may import this kind, and whoever runs jobs, may finish what was checked."""
    if kind not in TARGETS:  # of a newer program
        return False
    return may(unit.actor.roles, TARGETS[kind].right) or may(unit.actor.roles, Right.RUN_JOBS)


def _require_writing(unit: Unit, kind: str) -> None:
    if not _may_write(unit, kind):
        require(unit.actor.roles, TARGETS[kind].right)


def _report(
    kind: str, checked: Checked, outcome: Outcome = Outcome.CHECKED, run: UUID | None = None
) -> ImportReport:
    return ImportReport(
        kind=kind,
        outcome=Outcome.REFUSED if checked.bad else outcome,
        rows=checked.rows,
        bad=len(checked.bad),
        doubtful=len(checked.doubtful),
        problems=tuple(checked.problems),
        doubts=tuple(checked.doubts),
        ignored=checked.ignored,
        written=checked.rows if outcome is Outcome.WRITTEN else 0,
        run=run,
    )
