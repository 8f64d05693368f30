"""Lists: the large one over the small one, in processes that take turns key by key."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Self

from tests.bench.byhand.many import fill_postgres, fill_sqlite
from tests.bench.list_app import Asked
from tests.bench.sides import Engine, Prepared, Size, Sqlite, Work
from tests.guards.project import ROOT
from tests.stores import ADMIN, PASSWORD, make_database

KEYS = {
    "down": "down", "page": "pagedown", "end": "end", "filter": "f", "search": "w", "sort": "o",
    "share": "b",
}  # fmt: skip
UNJUDGED = {"share"}
PRESSES = 5
MOST, MOST_MEMORY, MEGABYTES = 1.2, 1.15, 40.0


class Process:
    """A list of its own, told what to do line by line."""

    def __init__(self, asked: Asked) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.list_app"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._say(asdict(asked))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_given: object) -> None:
        self._process.communicate()

    def ask(self, *told: Any) -> Any:
        self._say(told)
        assert self._process.stdout is not None
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit("the list ended")
        return json.loads(answer)

    def _say(self, told: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()


def works(made: Prepared, only: list[str] | None, engine: str | None) -> Iterator[Work]:
    wanted = {f"list {name}" for name in KEYS} | {"memory"}
    if only:
        wanted = {name for name in wanted if name in only or name.split()[0] in only}
    for name in ("sqlite", "postgres") if wanted else ():
        if engine in (None, name):
            yield from _of(made, made.sqlite if name == "sqlite" else made.postgres, wanted)


def _of(made: Prepared, engine: Engine, wanted: set[str]) -> Iterator[Work]:
    small, large = (_filled(made, engine, rows) for rows in made.size.lists)
    if "memory" in wanted:
        yield _memory(engine, small, large, made.size.lists[1])
    with contextlib.ExitStack() as stack:
        open_ones = [stack.enter_context(Process(asked)) for asked in (small, large)]
        for name, key in KEYS.items():
            if f"list {name}" in wanted:
                yield _key(engine, name, key, open_ones, made.size)


def _key(engine: Engine, name: str, key: str, both: list[Process], size: Size) -> Work:
    def pressed(process: Process) -> Callable[[int], Callable[[], object]]:
        return lambda _n: lambda: process.ask("times", key, PRESSES)

    small, large = map(pressed, both)
    most = None if name in UNJUDGED else MOST
    return Work(
        f"list {name}", engine.name, size.lists[1], large, small,
        most=most, unit="ms", turns=size.turns,
    )  # fmt: skip


def _memory(engine: Engine, small: Asked, large: Asked, rows: int) -> Work:
    def held(asked: Asked) -> Callable[[int], Callable[[], object]]:
        bare = _megabytes(replace(asked, shown=False))
        return lambda _n: lambda: [_megabytes(asked) - bare]

    return Work(
        "memory", engine.name, rows, held(large), held(small),
        most=MOST_MEMORY, unit="MB", limit=MEGABYTES, runs=2,
    )  # fmt: skip


def _megabytes(asked: Asked) -> float:
    with Process(asked) as process:
        found = process.ask("memory")
    if found["heavy"]:
        raise SystemExit(f"a list needs no {found['heavy']}")
    return float(found["megabytes"])


def _filled(made: Prepared, engine: Engine, rows: int) -> Asked:
    if isinstance(engine, Sqlite):
        store = engine.store(f"list-{rows}")
        store.close()
        path = Path(str(store.engine.url.database))
        fill_sqlite(path, str(store.identity.organisation), rows)
        return Asked(f"sqlite:///{path}", "", str(store.identity.organisation), "tester")
    database = make_database(engine.database.server, f"list_{rows}")
    organisation = str(database.store().identity.organisation)
    with database.server.superuser(database.name) as admin:
        fill_postgres(admin, organisation, rows)
    url = database.server.url(ADMIN, database.name)
    return Asked(url, PASSWORD, organisation, ADMIN)
