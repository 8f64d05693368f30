"""Both sides of every measurement, on stores that are made anew for each run, outside its time."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from sqlalchemy import text

from billing_tui.adapters.csv_files import open_csv
from billing_tui.domain.acts import Request
from billing_tui.domain.chain import Start, Walk
from billing_tui.domain.customers import CustomerFilter
from billing_tui.domain.imports import customers as columns
from billing_tui.domain.invariants import Findings
from billing_tui.services.exports import Exports, Format
from billing_tui.services.imports import TARGETS, Imports, Wanted
from billing_tui.services.seed import Seed, demo
from billing_tui.services.verify import Verify
from storage.engine import open_engine
from storage.repos.checks import chain, reading
from storage.store import Store
from storage.uow import Unit
from tests.bench.byhand import customers, postgres, sqlite
from tests.stores import (
    ADMIN,
    KEY,
    PASSWORD,
    Database,
    as_text,
    make_database,
    sqlite_store,
    start_server,
)

SEED = 1
NOTES = 1000
Side = Callable[[int], Callable[[], object]]


@dataclass(frozen=True)
class Size:
    customers: int
    chain: int
    lists: tuple[int, int] = (10_000, 100_000)
    turns: int = 1


@dataclass
class Work:
    """`ours` and `byhand` prepare one run and give what is timed; `least` and `most` judge. In
    another `unit` than seconds a run gives its own values, of which more are had by more `turns` in
    each run, and what hardly varies needs fewer `runs`; `limit` judges ours alone."""

    what: str
    engine: str
    rows: int
    ours: Side
    byhand: Side
    least: float | None = None
    most: float | None = None
    check: Callable[[], None] = field(default=lambda: None)
    unit: str = "s"
    turns: int = 1
    runs: int | None = None
    limit: float | None = None


class Sqlite:
    """Copies of one founded file."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "sqlite"
        self.folder.mkdir()
        store = sqlite_store(self.folder / "base.db", clock=lambda: datetime.now(UTC))
        Seed(store).fill(Request.new(), SEED, 0)
        self.identity = store.identity
        store.close()

    def store(self, name: str) -> Store:
        path = self.folder / f"{name}.db"
        for old in self.folder.glob(f"{name}.db*"):
            old.unlink()
        shutil.copy(self.folder / "base.db", path)
        engine = open_engine(f"sqlite:///{path}")
        return Store(engine, self.identity, lambda: datetime.now(UTC), KEY)

    def settle(self, store: Store) -> None:
        """SQLite plans without statistics."""

    def books(self, store: Store) -> sqlite.Books:
        store.close()
        return sqlite.Books(Path(str(store.engine.url.database)), KEY.key_id, KEY.key)


class Postgres:
    """A founded organisation for each run, in one database."""

    name = "postgres"

    def __init__(self, database: Database) -> None:
        self.database = database

    def store(self, _name: str) -> Store:
        store = self.database.store()
        Seed(store).fill(Request.new(), SEED, 0)
        return store

    def settle(self, _store: Store) -> None:
        """What autovacuum does a minute after a load."""
        with self.database.server.superuser(self.database.name) as admin:
            admin.execute("ANALYZE")

    def books(self, store: Store) -> postgres.Books:
        connection = self.database.server.connect(ADMIN, self.database.name, PASSWORD)
        connection.autocommit = False
        return postgres.Books(connection, str(store.identity.organisation))


Engine = Sqlite | Postgres


class Prepared:
    """The file everything is taken from, and both engines."""

    def __init__(self, folder: Path, size: Size) -> None:
        self.folder, self.size = folder, size
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_given: object) -> None:
        self._stack.close()

    @cached_property
    def sqlite(self) -> Sqlite:
        return Sqlite(self.folder)

    @cached_property
    def postgres(self) -> Postgres:
        running = contextlib.contextmanager(start_server)(self.folder / "postgres")
        return Postgres(make_database(self._stack.enter_context(running), "bench"))

    @cached_property
    def file(self) -> bytes:
        """Demo customers as an export writes them."""
        store = self.sqlite.store("file")
        Seed(store).fill(Request.new(), SEED, self.size.customers)
        path = self.folder / "customers.csv"
        Exports(store).to_file(Request.new(), CustomerFilter(), path, Format.CSV)
        store.close()
        return path.read_bytes()


def works(made: Prepared, only: list[str] | None, engine: str | None) -> Iterator[Work]:
    for name in ("sqlite", "postgres"):
        if engine not in (None, name):
            continue
        for what, work in (
            ("import", import_work), ("seed", seed_work), ("export", export_work),
            ("verify", chain_work), ("verify all", verify_work),
        ):  # fmt: skip
            if not only or what in only:
                yield work(made, made.sqlite if name == "sqlite" else made.postgres)
    if not only or "help" in only:
        yield help_work()


def import_work(made: Prepared, engine: Engine) -> Work:
    data = made.file
    last: dict[str, Store] = {}

    def ours(_n: int) -> Callable[[], object]:
        store = last["ours"] = engine.store("ours")
        known = [column.name for column in TARGETS["customers"].columns]
        # Demo names may look alike; both sides look for it and take them all the same.
        wanted = Wanted(anyway=True)
        return lambda: Imports(store).take_in(
            Request.new(), "customers", open_csv(data, known), wanted
        )

    def byhand(_n: int) -> Callable[[], object]:
        store = last["byhand"] = engine.store("byhand")
        books = engine.books(store)
        return lambda: books.import_file(data)

    return Work(
        "import", engine.name, made.size.customers, ours, byhand, least=0.4,
        check=lambda: same(last["ours"], last["byhand"]),
    )  # fmt: skip


def seed_work(made: Prepared, engine: Engine) -> Work:
    count = made.size.customers
    last: dict[str, Store] = {}

    def ours(_n: int) -> Callable[[], object]:
        store = last["ours"] = engine.store("ours")
        return lambda: Seed(store).fill(Request.new(), SEED, count)

    def byhand(_n: int) -> Callable[[], object]:
        store = last["byhand"] = engine.store("byhand")
        books = engine.books(store)
        return lambda: books.write([drafted(n) for n in range(count)])

    return Work("seed", engine.name, count, ours, byhand)


def drafted(n: int) -> customers.Customer:
    """The same demo customer, in the form the hand-written side has."""
    made = demo(SEED).customer(n)
    cells = columns.told_draft(made.draft)
    names = [column.name for column in columns.COLUMNS]
    row = {
        name: "" if cell is None else str(cell) for name, cell in zip(names, cells, strict=False)
    }
    return customers.customer(row)


def export_work(made: Prepared, engine: Engine) -> Work:
    store = engine.store("export")
    Seed(store).fill(Request.new(), SEED, made.size.customers)
    engine.settle(store)
    exports, asked = Exports(store), CustomerFilter()
    cells = [row for rows in exports.pages(asked) for row in rows]
    names = [column.name for column in columns.COLUMNS]

    def ours(n: int) -> Callable[[], object]:
        out = made.folder / f"ours-{engine.name}-{n}.xlsx"
        return lambda: exports.to_file(Request.new(), asked, out, Format.XLSX)

    def byhand(n: int) -> Callable[[], object]:
        out = made.folder / f"byhand-{engine.name}-{n}.xlsx"
        return lambda: bare_workbook(out, names, cells)

    return Work("export", engine.name, made.size.customers, ours, byhand, most=1.3)


def bare_workbook(path: Path, names: list[str], rows: list[Any]) -> None:
    """XlsxWriter alone: cells that are ready, row by row."""
    from xlsxwriter import Workbook

    book = Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    for at, row in enumerate([names, *rows]):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                if cell:
                    sheet.write_string(at, column, cell)
            elif cell is not None:
                sheet.write_number(at, column, cell)
    book.close()


def chain_work(made: Prepared, engine: Engine) -> Work:
    """The walk of `verify` along the chain: every row hashed, linked and its seal checked."""
    store, rows = long_chain(made, engine)

    def ours(_n: int) -> Callable[[], object]:
        return lambda: store.read(walked, snapshot=True)

    def byhand(_n: int) -> Callable[[], object]:
        return engine.books(store).verify

    return Work("verify", engine.name, rows, ours, byhand, least=0.5)


def walked(unit: Unit) -> int:
    keys = {KEY.key_id.encode(): KEY.key} if unit.sqlite else None
    with reading(unit):
        walk = Walk(unit.organisation, keys, Findings(), Start())
        for page in chain.rows(unit, 0):
            walk.page(page)
    return walk.seq


def verify_work(made: Prepared, engine: Engine) -> Work:
    """All invariants, rows and books replayed, over the same bare loop, for information."""
    store, rows = long_chain(made, engine)

    def ours(_n: int) -> Callable[[], object]:
        return lambda: Verify(store).run()

    def byhand(_n: int) -> Callable[[], object]:
        return engine.books(store).verify

    return Work("verify all", engine.name, rows, ours, byhand)


def long_chain(made: Prepared, engine: Engine) -> tuple[Store, int]:
    store = engine.store("verify")
    Seed(store).fill(Request.new(), SEED, min(made.size.customers, 1_000))
    rows = Verify(store).run().last
    while rows < made.size.chain:
        store.write(noted, Request.new(), as_text())
        rows += NOTES
    engine.settle(store)
    return store, rows


def noted(unit: Unit) -> str:
    for n in range(NOTES):
        body = {"n": n, "text": "as long as a small change of a customer is in the chain" * 4}
        unit.note("bench.note", f"bench:{n}", body)
    return ""


def help_work() -> Work:
    """Start of the command line over a bare interpreter, for information."""

    def started(*command: str) -> Callable[[], object]:
        return lambda: subprocess.run(
            [sys.executable, *command], check=True, stdout=subprocess.DEVNULL
        )

    return Work(
        "help", "-", 1, lambda _n: started("-m", "billing_tui", "--help"),
        lambda _n: started("-c", "import argparse"),
    )  # fmt: skip


def same(ours: Store, byhand: Store) -> None:
    """Both stores hold, and hold the same number of rows in every table the work touches."""
    counted = []
    for store in (ours, byhand):
        report = Verify(store).run()
        if report.exit:
            raise SystemExit(f"a store does not verify: {report}")
        counted.append(store.read(counts))
    if counted[0] != counted[1]:
        raise SystemExit(f"different rows: {counted}")


def counts(unit: Unit) -> dict[str, int]:
    ask, given = unit.connection.execute, {"o": str(unit.organisation)}
    told = {}
    for table in ("customer", "customer_key", "personal_value"):
        statement = f"SELECT count(*) FROM {table} WHERE CAST(organisation AS text) = :o"
        told[table] = ask(text(statement), given).scalar_one()
    statement = (
        "SELECT count(*) FROM audit_log WHERE CAST(organisation AS text) = :o"
        " AND action = 'customers.create'"
    )
    return told | {"audit": ask(text(statement), given).scalar_one()}
