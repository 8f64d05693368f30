"""`make bench`: the program against the same work written by hand, in one table. Lists, which
nobody writes by hand, are measured large over small.

Both sides run in turn, so that a noisy machine is noisy for both; the median counts. What is judged
is the ratio alone. Afterwards both stores are verified, and hold the same number of rows.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

from tests.bench import lists, starts
from tests.bench.sides import Prepared, Size, Work, works

RUNS = 5
SIZES = {
    "small": Size(customers=1_500, chain=20_000),
    "10k": Size(customers=10_000, chain=100_000),
    "100k": Size(customers=100_000, chain=300_000, lists=(10_000, 100_000), turns=8),
    "1m": Size(customers=100_000, chain=1_000_000, lists=(10_000, 1_000_000), turns=8),
}


@dataclass(frozen=True)
class Line:
    what: str
    engine: str
    rows: int
    ours: float
    byhand: float
    ratio: float
    target: str
    holds: bool | None
    unit: str = "s"
    p95: tuple[float, float] | None = None


def measured(work: Work, runs: int) -> Line:
    ours: list[float] = []
    byhand: list[float] = []
    for n in range(min(runs, work.runs or runs) * work.turns):
        ours += values(work, work.ours(n))
        byhand += values(work, work.byhand(n))
    work.check()
    mine, theirs = statistics.median(ours), statistics.median(byhand)
    ratio = mine / theirs if work.most or work.unit != "s" else theirs / mine
    holds = None
    target = ""
    if work.most is not None:
        holds, target = ratio <= work.most, f"<= {work.most}"
    elif work.least is not None:
        holds, target = ratio >= work.least, f">= {work.least}"
    if work.limit is not None:
        holds, target = (
            bool(holds) and mine <= work.limit,
            f"{target}, {work.limit:.0f} {work.unit}",
        )
    p95 = (nearly_all(ours), nearly_all(byhand)) if work.unit == "ms" else None
    return Line(
        work.what, work.engine, work.rows, mine, theirs, ratio, target, holds, work.unit, p95
    )


def nearly_all(found: list[float]) -> float:
    return statistics.quantiles(found, n=20)[-1]


def values(work: Work, run: Callable[[], object]) -> list[float]:
    """What one run measured: its time, or what it says itself."""
    if work.unit == "s":
        return [timed(run)]
    found = run()
    return list(found) if isinstance(found, list) else []


def timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def table(lines: Iterator[Line]) -> Iterator[Line]:
    head = f"{'what':<11} {'engine':<9} {'rows':>9} {'ours':>9} {'by hand':>9} {'rows/s':>9}"
    print(f"{head} {'ratio':>7}  target")
    for line in lines:
        rate = f"{line.rows / line.ours:,.0f}" if line.unit == "s" else ""
        verdict = {True: "holds", False: "MISSED", None: ""}[line.holds]
        p95 = f"  p95 {line.p95[0]:.0f} over {line.p95[1]:.0f} {line.unit}" if line.p95 else ""
        print(
            f"{line.what:<11} {line.engine:<9} {line.rows:>9,} {told(line.ours, line.unit):>9}"
            f" {told(line.byhand, line.unit):>9} {rate:>9} {line.ratio:>7.2f}"
            f"  {line.target} {verdict}{p95}",
            flush=True,
        )
        yield line


def told(value: float, unit: str) -> str:
    return f"{value:.2f}s" if unit == "s" else f"{value:.1f} {unit}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--only", action="append", help="start, import, export, list, memory, ...")
    parser.add_argument("--engine", choices=("sqlite", "postgres"))
    parser.add_argument("--json", type=Path, metavar="FILE")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Prepared(Path(folder), SIZES[args.size]) as made:
        given = (made, args.only, args.engine)
        wanted = chain(starts.works(made, args.only), works(*given), lists.works(*given))
        lines = list(table(measured(work, args.runs) for work in wanted))
    if args.json:
        told = {"size": args.size, "runs": args.runs, "python": platform.python_version()}
        told |= {"lines": [asdict(line) for line in lines]}
        args.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
