"""Taking files in: `import` in the groups of what is imported, and `imports` for what waits."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from billing_tui.domain.acts import Request

from .parsing import Commands, Group, argument
from .progress import Meter, meter

if TYPE_CHECKING:
    from billing_tui.domain.imports.report import ImportReport, RowLine
    from billing_tui.services.imports import Progress

    from .context import Context

CASES = ("imports.begin", "imports.stage", "imports.staged", "imports.write", "imports.finish")
_BAD, _DOUBTFUL = 2, 4
_SHOWN = 50


def register(tree: Commands) -> None:
    group = tree.group("imports", "files that are being taken in")
    group.add("list", show_pending, "show what is checked and not yet all written")
    group.add("columns", show_columns, "tell how files are written and what their columns hold")
    group.add("finish", finish, "write what a crash left unwritten", cases=CASES)
    group.add(
        "give-up",
        give_up,
        "leave out what of an import cannot be written any more",
        argument("id", metavar="RUN", help="its id, as `imports list` shows it"),
        cases=("imports.give_up",),
    )


def add_import(group: Group, kind: str) -> None:
    """The command `import` of a group; `kind` is what its rows are."""
    group.add(
        "import",
        partial(take_in, kind),
        f"take in {kind} from a CSV file, all or none; see `billing-tui imports columns`",
        argument("file", metavar="FILE", help="or - for standard input"),
        argument("--dry-run", action="store_true", help="check every row and write nothing"),
        argument("--anyway", action="store_true", help="take in what is easily a mistake"),
        argument("--encoding", default="", help="other than UTF-8 or UTF-16, such as cp1252"),
        argument("--delimiter", default="", help="comma, semicolon, tab, bar or one character"),
        argument("--numbers", choices=("point", "comma"), help="1,234.56 or 1.234,56"),
        argument("--report", metavar="FILE", help="write a CSV with the outcome of every row"),
        cases=CASES,
    )


def take_in(kind: str, context: Context, args: Namespace) -> int:
    from billing_tui.adapters.csv_files import open_csv
    from billing_tui.domain.imports import Numbers
    from billing_tui.domain.imports.report import RowsDoubtful, RowsRefused
    from billing_tui.services.imports import TARGETS, Wanted

    known = {column.name for column in TARGETS[kind].columns}
    data = context.read_bytes(args.file)
    table = open_csv(data, known, encoding=args.encoding, delimiter=args.delimiter)
    wanted = Wanted(
        numbers=Numbers(args.numbers) if args.numbers else None,
        anyway=args.anyway,
        dry_run=args.dry_run,
        every_row=_writer(args.report) if args.report else None,
    )
    with meter() as shown:
        tell = _teller(shown)
        if not args.dry_run:
            # Why this file comes in says nothing about an earlier one.
            _finish(context, Request(context.request().id), tell)
        error: RowsRefused | RowsDoubtful | None = None
        try:
            report = context.services.imports.take_in(context.request(), kind, table, wanted, tell)
        except (RowsRefused, RowsDoubtful) as refused:
            error, report = refused, refused.report
    _show(context, report, error)
    if error is None:
        return _BAD if report.bad else 0
    return _BAD if isinstance(error, RowsRefused) else _DOUBTFUL


def finish(context: Context, _args: Namespace) -> None:
    with meter() as shown:
        left = _finish(context, context.request(), _teller(shown))
    waiting = context.services.imports.pending()
    context.out.show({"waiting": len(waiting)}, [("still waiting", len(waiting))])
    if left:
        raise left[0]


def give_up(context: Context, args: Namespace) -> None:
    from billing_tui.services.imports import NotWaiting

    try:
        run = UUID(args.id)
    except ValueError:
        raise NotWaiting(args.id[:40]) from None
    left = context.services.imports.give_up(context.request(), run)
    context.out.show({"left_out": left}, [("units left out", left)])


def show_columns(context: Context, _args: Namespace) -> None:
    from billing_tui.resources import asset_text
    from billing_tui.services.imports import TARGETS

    if context.out.as_json:
        context.out.document({kind: target.columns for kind, target in TARGETS.items()})
    else:
        context.out.text(asset_text("help/imports.txt").rstrip())


def show_pending(context: Context, _args: Namespace) -> None:
    runs = context.services.imports.pending()
    rows = [(run.id, run.kind, run.rows, f"{run.written} of {run.units}") for run in runs]
    context.out.page(runs, None, ("run", "kind", "rows", "units written"), rows)


def _finish(context: Context, request: Request, tell: Callable[[Progress], None]) -> list[Any]:
    """What an earlier crash left; its trouble must not keep others from their own files."""
    troubles = context.services.imports.finish_pending(request, tell)
    for trouble in troubles:
        context.out.aside(f"An earlier import: {trouble.message}")
    return troubles


def _teller(shown: Meter | None) -> Callable[[Progress], None]:
    def tell(step: Progress) -> None:
        if shown is not None:
            shown.tell(step.doing, step.done, step.total)

    return tell


def _writer(name: str) -> Callable[[Iterator[RowLine]], None]:
    from billing_tui.services.exports import write_report

    return partial(write_report, Path(name))


def _show(context: Context, report: ImportReport, error: Any) -> None:
    out = context.out
    if out.as_json:
        told: dict[str, Any] = {"report": report}
        if error is not None:
            facts = {"title": error.title, "message": error.message, "code": error.code}
            told |= {"error": facts}
        out.document(told)
        return
    said = [*report.problems, *report.doubts]
    if said:
        rows = [(one.row, one.column, one.message) for one in said[:_SHOWN]]
        out.table(("row", "column", "what is wrong"), rows)
    if len(said) > _SHOWN:
        out.line(f"and more; --report FILE tells of every row, --json of {len(said):,}")
    for name in report.ignored:
        out.aside(f"Column {name} only tells and was not taken in.")
    out.line(_sentence(report))
    if error is not None:
        out.error(error)


def _sentence(report: ImportReport) -> str:
    from billing_tui.domain.imports.report import Outcome

    match report.outcome:
        case Outcome.WRITTEN:
            return f"{_counted(report.written, report.kind)} taken in."
        case Outcome.EARLIER:
            return "This file was taken in before; nothing was written again."
        case Outcome.CHECKED:
            doubts = f", {report.doubtful:,} doubtful" if report.doubtful else ""
            return (
                f"{_counted(report.rows, 'rows')} checked, all usable{doubts}; nothing was written."
            )
    return (
        f"{_counted(report.rows, 'rows')} checked, {report.bad:,} not usable; nothing was written."
    )


def _counted(count: int, things: str) -> str:
    return f"{count:,} {things.removesuffix('s') if count == 1 else things}"
