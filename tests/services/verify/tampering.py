"""A hand that reaches past the program: no triggers, no policies, no references."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from billing_tui.domain.audit import AuditRow, digest
from billing_tui.domain.invariants import Report
from billing_tui.services.verify import Verify, Witness
from storage.engine import open_engine, sqlite_module
from storage.store import Store
from storage.uow import Unit
from tests.books import Books, books
from tests.stores import KEY, NOON, Database, sqlite_store

COLUMNS = (
    "organisation", "seq", "prev", "at", "actor", "database_user", "origin", "request", "action",
    "object", "version", "reason", "body", "hash", "key_id", "mac",
)  # fmt: skip


@dataclass
class Hand:
    """`?` stands for a value on both engines; `{o}` for the organisation."""

    shop: Books
    raw: Any

    @property
    def sqlite(self) -> bool:
        return self.shop.store.sqlite

    def __call__(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        organisation = f"'{self.shop.store.identity.organisation}'"
        sql = statement.replace("{o}", organisation)
        if self.sqlite:
            values = tuple(str(v) if isinstance(v, UUID) else v for v in values)
            return self.raw.execute(sql, values).fetchall()  # type: ignore[no-any-return]
        cursor = self.raw.execute(sql.replace("?", "%s"), values)
        return cursor.fetchall() if cursor.description else []

    def one(self, statement: str, *values: Any) -> Any:
        return self(statement, *values)[0][0]

    @property
    def last(self) -> int:
        return int(self.one("SELECT max(seq) FROM audit_log WHERE organisation = {o}"))

    def flip(self, table: str, column: str, where: str) -> None:
        """Change one byte, or the last bit of a number; NULL becomes something."""
        value = self.one(f"SELECT {column} FROM {table} WHERE organisation = {{o}} AND {where}")
        changed = flipped(column, value)
        self(f"UPDATE {table} SET {column} = ? WHERE organisation = {{o}} AND {where}", changed)

    def rebuild(self, first: int, **changes: Any) -> None:
        """Change row `first`, chain everything behind it anew and move the head: all that somebody
        can do who knows the rules and has no key."""
        found = self(
            f"SELECT {', '.join(COLUMNS)} FROM audit_log"
            f" WHERE organisation = {{o}} AND seq >= {first} ORDER BY seq"
        )
        prev = found[0][2]
        for cells in found:
            row = dict(zip(COLUMNS, cells, strict=True)) | {"prev": prev}
            row |= changes if row["seq"] == first else {}
            row["organisation"] = UUID(str(row["organisation"]))
            prev = digest(AuditRow(**row))
            self(
                "UPDATE audit_log SET prev = ?, hash = ?, body = ?, key_id = ?, mac = ?"
                " WHERE organisation = {o} AND seq = ?",
                row["prev"], prev, row["body"], row["key_id"], row["mac"], row["seq"],
            )  # fmt: skip
        self("UPDATE audit_head SET hash = ? WHERE organisation = {o}", prev)


def flipped(column: str, value: Any) -> Any:
    match value:
        case None:
            return 1 if column in ("version", "reverses") else "x"
        case bool() | int():
            return value + 5000 if column == "seq" else value ^ 1
        case str():
            return chr(ord(value[0]) ^ 1) + value[1:] if value else "x"
        case UUID():
            return UUID(int=value.int ^ 1)
    raise TypeError(type(value))


@contextmanager
def hand_on(shop: Books, database: Database | None) -> Iterator[Hand]:
    if database is None:
        raw = sqlite_module().connect(str(shop.store.engine.url.database), isolation_level=None)
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            raw.execute(f'DROP TRIGGER "{name}"')
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("PRAGMA ignore_check_constraints = ON")
        try:
            yield Hand(shop, raw)
        finally:
            raw.close()
        return
    with database.server.superuser(database.name) as admin:
        admin.execute("SET session_replication_role = replica")
        yield Hand(shop, admin)


def filled(store: Store) -> Books:
    """Books with a few entries, and a chain of a dozen rows."""
    shop = books(store)
    shop.post(shop.invoice(), shop.invoice(200, currency="USD"))
    shop.post(shop.invoice(500))
    return shop


def template(folder: Path) -> Books:
    store = sqlite_store(folder / "template.db")
    shop = filled(store)
    store.close()
    return shop


def copied(shop: Books, path: Path) -> Books:
    """The same store in a file of its own."""
    shutil.copy(str(shop.store.engine.url.database), path)
    store = Store(open_engine(f"sqlite:///{path}"), shop.store.identity, lambda: NOON, KEY)
    return Books(store, shop.entity, shop.customer)


def verify(shop: Books, witness: Witness | None = None, recent: bool = False) -> Report:
    return Verify(shop.store, witness).run(recent)


def found(report: Report) -> dict[str, list[str]]:
    """What each broken invariant located."""
    return {
        outcome.id: [f"{each.table} {each.key}" for each in outcome.findings]
        for outcome in report.outcomes
        if not outcome.holds
    }


def note(report: Report, id: str) -> str:
    return next(outcome.note for outcome in report.outcomes if outcome.id == id)


def say(shop: Books, text: str = "test:1") -> None:
    def act(unit: Unit) -> None:
        unit.note("test.said", text)

    shop.write(act)


def cut(hand: Hand, left: int) -> None:
    """Cut the tail and move the head back, as if it had never been."""
    hand("DELETE FROM audit_log WHERE organisation = {o} AND seq > ?", left)
    head = hand("SELECT hash FROM audit_log WHERE organisation = {o} AND seq = ?", left)
    hand(
        "UPDATE audit_head SET seq = ?, hash = ? WHERE organisation = {o}",
        left, head[0][0] if head else "0" * 64,
    )  # fmt: skip
