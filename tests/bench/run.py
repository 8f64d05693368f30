"""`make bench`: the program against the same work written by hand, in one table.

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
from pathlib import Path

from tests.bench.sides import Prepared, Size, Work, works

RUNS = 5
SIZES = {
    "small": Size(customers=1_500, chain=20_000),
    "10k": Size(customers=10_000, chain=100_000),
    "100k": Size(customers=100_000, chain=300_000),
    "1m": Size(customers=100_000, chain=1_000_000),
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


def measured(work: Work, runs: int) -> Line:
    ours, byhand = [], []
    for n in range(runs):
        ours.append(timed(work.ours(n)))
        byhand.append(timed(work.byhand(n)))
    work.check()
    mine, theirs = statistics.median(ours), statistics.median(byhand)
    ratio = mine / theirs if work.most else theirs / mine
    holds = None
    target = ""
    if work.most is not None:
        holds, target = ratio <= work.most, f"<= {work.most}"
    elif work.least is not None:
        holds, target = ratio >= work.least, f">= {work.least}"
    return Line(work.what, work.engine, work.rows, mine, theirs, ratio, target, holds)


def timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def table(lines: Iterator[Line]) -> Iterator[Line]:
    head = f"{'what':<10} {'engine':<9} {'rows':>9} {'ours':>9} {'by hand':>9} {'rows/s':>9}"
    print(f"{head} {'ratio':>7}  target")
    for line in lines:
        rate = line.rows / line.ours
        verdict = {True: "holds", False: "MISSED", None: ""}[line.holds]
        print(
            f"{line.what:<10} {line.engine:<9} {line.rows:>9,} {line.ours:>8.2f}s"
            f" {line.byhand:>8.2f}s {rate:>9,.0f} {line.ratio:>7.2f}  {line.target} {verdict}",
            flush=True,
        )
        yield line


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--only", action="append", help="import, export, verify, seed or help")
    parser.add_argument("--engine", choices=("sqlite", "postgres"))
    parser.add_argument("--json", type=Path, metavar="FILE")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Prepared(Path(folder), SIZES[args.size]) as made:
        wanted = works(made, args.only, args.engine)
        lines = list(table(measured(work, args.runs) for work in wanted))
    if args.json:
        told = {"size": args.size, "runs": args.runs, "python": platform.python_version()}
        told |= {"lines": [asdict(line) for line in lines]}
        args.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
