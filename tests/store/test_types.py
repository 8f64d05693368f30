"""Each column type refuses what an engine would bend, and gives back exactly what it took."""

from __future__ import annotations

import enum
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, MetaData, Table, select
from sqlalchemy.exc import StatementError

from billing_tui.domain.acts import Actor
from billing_tui.domain.ids import new_id
from storage import bulk, types
from storage.store import Store
from storage.types import WrongColumnValue
from storage.uow import Unit
from tests.stores import NOON, ORIGIN, sqlite_store


class Side(enum.StrEnum):
    LEFT = "left"
    RIGHT = "right"


class Other(enum.StrEnum):
    LEFT = "left"


KINDS: dict[str, Any] = {
    "id": types.Id(), "whole": types.Whole(), "units": types.MinorUnits(),
    "exact": types.ExactDecimal(), "at": types.UtcTime(), "day": types.Day(),
    "words": types.Words(), "sort": types.SortKey(), "choice": types.Choice(Side),
    "flag": types.Flag(), "json": types.JsonText(),
}  # fmt: skip
# Temporary, so that it needs no migration and goes with the connection.
ANY = Table(
    "any_type",
    MetaData(),
    *(Column(name, kind) for name, kind in KINDS.items()),
    prefixes=["TEMPORARY"],
    sqlite_strict=True,
)
SOME: dict[str, Any] = {
    "id": UUID("01234567-89ab-7def-8123-456789abcdef"), "whole": 2**63 - 1, "units": -1,
    "exact": Decimal("-0.10"), "at": NOON, "day": date(2026, 2, 28), "words": "Ünï ' \" %s \\",
    "sort": "a", "choice": Side.RIGHT, "flag": True, "json": {"b": [1, None], "a": "ß"},
}  # fmt: skip
NAIVE = NOON.replace(tzinfo=None)
WRONG: dict[str, list[Any]] = {
    "id": ["01234567-89ab-7def-8123-456789abcdef", 1, b"x" * 16],
    "whole": [10.75, 10.0, True, "1", Decimal(1), 2**63, -(2**63) - 1],
    "units": [10.75, True, "1", Decimal("10.75"), 2**64],
    "exact": [10.75, 1, "1.5", True, Decimal("NaN"), Decimal("Infinity")],
    "at": [NAIVE, NOON.date(), NOON.isoformat(), 1.5, 1],
    "day": [NOON, NAIVE, "2026-02-28", 20260228],
    "words": [1, 1.5, True, b"x", "a\0b", "half \ud800", NOON],
    "sort": [1, None.__class__, b"x", "\0", "\udfff"],
    "choice": ["left", Other.LEFT, Side, 1],
    "flag": [1, 0, "true", 1.0],
    "json": [1.5, {"a": 0.1}, {"a": b"x"}, ["\udc00"], object()],
}
CASES = [(name, value) for name, values in WRONG.items() for value in values]
MANY = bulk.FEW + 3


@pytest.fixture
def unit(both: Store) -> Iterator[Unit]:
    """A unit with the table of all types, undone at the end."""
    with both.engine.connect().execution_options(writing=True) as connection:
        undone = connection.begin()
        ANY.create(connection, checkfirst=False)
        actor = Actor(new_id(), "nobody", frozenset(), ORIGIN)
        yield Unit(connection, both.identity.organisation, actor, NOON, "UTC")
        undone.rollback()


def kept(unit: Unit, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    bulk.insert_rows(unit, ANY, rows)
    names = [ANY.c[name] for name in rows[0]]
    return [dict(row) for row in unit.connection.execute(select(*names)).mappings()]


@pytest.mark.parametrize("rows", [1, MANY], ids=["one", "bulk"])
def test_what_is_written_comes_back(unit: Unit, rows: int) -> None:
    assert kept(unit, [SOME] * rows) == [SOME] * rows


@pytest.mark.parametrize("rows", [1, MANY], ids=["one", "bulk"])
def test_nothing_is_kept_as_nothing(unit: Unit, rows: int) -> None:
    empty: dict[str, Any] = dict.fromkeys(KINDS)
    assert kept(unit, [empty] * rows) == [empty] * rows


def test_wrong_values_are_refused(unit: Unit) -> None:
    """One alone, many at once, and one hidden behind good rows."""
    taken = []
    for name, value in CASES:
        good, bad = {name: SOME[name]}, {name: value}
        for rows in ([bad], [good] * MANY + [bad], [bad] * MANY):
            try:
                bulk.insert_rows(unit, ANY, rows)
            except (TypeError, StatementError) as error:
                if not _by_us(error):
                    taken.append(f"{name} {value!r}: {error}")
            else:
                taken.append(f"{name} took {value!r}")
    assert taken == []
    assert unit.connection.execute(select(ANY)).first() is None


def _by_us(error: Exception) -> bool:
    """Refused before the engine saw it; the driver's own complaints are no TypeError."""
    return isinstance(getattr(error, "orig", error), TypeError)


@pytest.mark.parametrize("name", KINDS)
def test_wrong_values_are_refused_in_conditions(name: str) -> None:
    with pytest.raises(TypeError):
        KINDS[name].process_bind_param(WRONG[name][0], bulk._POSTGRES)


def test_a_refusal_does_not_show_the_value() -> None:
    with pytest.raises(WrongColumnValue) as refused:
        types.Words().process_bind_param("secret\0", bulk._POSTGRES)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 11, 21, 23, 30, tzinfo=timezone(timedelta(hours=-5))),
        datetime(2026, 11, 21, 12, 0, 0, 1, tzinfo=UTC),
        datetime(1900, 1, 1, tzinfo=UTC),
        datetime(2199, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_instants_come_back_in_utc(unit: Unit, instant: datetime) -> None:
    (row,) = kept(unit, [{"at": instant}])
    assert row["at"] == instant
    assert row["at"].tzinfo is UTC


@pytest.mark.parametrize("digits", ["0", "0.00", "-1.10", "1E+5", "1234567890.123456789012345"])
def test_decimals_keep_their_digits(unit: Unit, digits: str) -> None:
    (row,) = kept(unit, [{"exact": Decimal(digits)}])
    assert str(row["exact"]) == format(Decimal(digits), "f")


def test_keys_sort_by_their_bytes(unit: Unit) -> None:
    keys = ["a", "B", "a b", "ab", "é", "z", "Ā", "𝒜", "\ufffd", "_", "1", "10", "2", ""]
    bulk.insert_rows(unit, ANY, [{"sort": key} for key in keys])
    found = unit.connection.execute(select(ANY.c.sort).order_by(ANY.c.sort)).scalars()
    assert list(found) == sorted(keys, key=str.encode)


@pytest.mark.parametrize("rows", [1, MANY], ids=["one", "bulk"])
def test_text_of_an_enum_is_its_value(unit: Unit, rows: int) -> None:
    assert kept(unit, [{"words": Side.RIGHT}] * rows) == [{"words": "right"}] * rows


@pytest.fixture(scope="module")
def plain_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plain") / "store.db"
    sqlite_store(path).close()
    return path


def test_plain_sqlite_reads_and_writes_a_store(plain_file: Path) -> None:
    """The standard library's SQLite, which may be years older than the bundled one."""
    plain = sqlite3.connect(plain_file)
    names = [n for (n,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert "customer" in names
    for name in names:
        plain.execute(f'SELECT * FROM "{name}"').fetchall()
    assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    plain.execute("UPDATE counter SET n = n + 1")
    with pytest.raises(sqlite3.IntegrityError, match="rows are only added"):
        plain.execute("UPDATE audit_log SET reason = 'x'")
    with pytest.raises(sqlite3.IntegrityError, match="cannot store"):
        plain.execute("UPDATE counter SET n = 10.75")
    with pytest.raises(sqlite3.IntegrityError, match="a change raises version by one"):
        plain.execute("UPDATE organisation SET name = 'x'")
    plain.rollback()
    plain.close()


def test_every_table_of_a_store_is_strict(plain_file: Path) -> None:
    plain = sqlite3.connect(plain_file)
    listed = plain.execute("PRAGMA table_list").fetchall()
    plain.close()
    loose = {name for _, name, kind, _, _, strict in listed if kind == "table" and not strict}
    # Alembic makes its one-row table itself.
    assert {n for n in loose if not n.startswith("sqlite_")} == {"alembic_version"}
