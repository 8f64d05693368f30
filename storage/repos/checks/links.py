"""What holds between rows: references, numbers, currencies, shares and states."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Table

from billing_tui.domain.currencies import CURRENCIES
from billing_tui.domain.imports.runs import IMPORT_RUN, WRITING
from billing_tui.domain.invariants import Findings
from billing_tui.domain.jobs import JOB_RUN
from storage.models import metadata
from storage.uow import Unit

from . import as_text, key_of, names, pages, run

_NUMBERED = {"customer": "number", "department": "code", "legal_entity": "code"}
_DUPLICATES = (
    "SELECT {0}, count(*) FROM {1} WHERE organisation = :o GROUP BY {0} HAVING count(*) > 1"
)
_COUNT = "SELECT count(*) FROM {0} WHERE organisation = :o"
# Where a currency stands beside amounts or decides about them.
_CURRENCIES = (
    ("organisation", "currency"),
    ("legal_entity", "currency"),
    ("customer", "currency"),
    ("exchange_rate", "base"),
    ("exchange_rate", "quote"),
    ("ledger_entry", "currency"),
    ("posting", "currency"),
    ("summary_open", "currency"),
    ("summary_moved", "currency"),
)
_WITH_AMOUNTS = frozenset({"ledger_entry", "posting", "summary_open", "summary_moved"})
_UNITS = (
    "EXISTS (SELECT 1 FROM import_unit u WHERE u.organisation = :o AND u.run = import_run.id"
    " AND u.done_at IS {0} NULL)"
)


def _in(column: str, states: Iterable[StrEnum]) -> str:
    """Our own words, in an order that does not change."""
    return f"{column} IN ({', '.join(repr(state.value) for state in sorted(states))})"


# A state that is none, and one that says the opposite of what stands beside it.
_STATES = (
    ("job_run", f"NOT {_in('outcome', JOB_RUN.states)}", "its outcome is none"),
    (
        "job_run", f"({_in('outcome', JOB_RUN.final)}) <> (finished_at IS NOT NULL)",
        "its outcome and its end",
    ),
    ("import_run", f"NOT {_in('state', IMPORT_RUN.states)}", "its state is none"),
    (
        "import_run", f"{_in('state', IMPORT_RUN.final)} AND {_UNITS.format('')}",
        "it is done, and rows of it are not written",
    ),
    (
        "import_run",
        f"{_in('state', set(IMPORT_RUN.states) - WRITING)} AND {_UNITS.format('NOT')}",
        "it is not put down yet, and rows of it are written",
    ),
)  # fmt: skip


def numbers(unit: Unit, found: Findings) -> None:
    for table, column in _NUMBERED.items():
        found.checked += run(unit, _COUNT.format(table))[0][0]
        for number, times in run(unit, _DUPLICATES.format(column, table)):
            found.add(table, as_text(number), f"its {column} is given {times} times")


def states(unit: Unit, found: Findings) -> None:
    for table in dict.fromkeys(table for table, _, _ in _STATES):
        found.checked += run(unit, _COUNT.format(table))[0][0]
    for table, wrong, what in _STATES:
        sql = f"SELECT id FROM {table} WHERE organisation = :o AND ({wrong}) ORDER BY id"  # noqa: S608
        for row in run(unit, sql):
            found.add(table, key_of(row), what)


def shares(unit: Unit, found: Findings) -> None:
    sql = "SELECT number, allocations FROM customer WHERE organisation = :o AND allocations <> '[]'"
    for page in pages(unit, sql):
        for number, text in page:
            found.checked += 1
            if _sum(text) != 100:
                found.add("customer", as_text(number), "its allocations do not sum to 100")


def _sum(text: Any) -> Decimal | None:
    try:
        return sum((Decimal(str(share["percent"])) for share in json.loads(text)), Decimal(0))
    except (ValueError, TypeError, KeyError, InvalidOperation):
        return None


def currencies(unit: Unit, found: Findings) -> None:
    frozen: dict[str, list[int]] = {}
    sql = "SELECT currency, exponent FROM currency_use WHERE organisation = :o"
    for code, exponent in run(unit, sql):
        frozen.setdefault(as_text(code), []).append(exponent)
    for code, exponents in frozen.items():
        found.checked += 1
        if len(exponents) > 1 or not 0 <= exponents[0] <= 4:
            found.add("currency_use", code, f"its exponent is {' and '.join(map(str, exponents))}")
    for table, column in _CURRENCIES:
        sql = f"SELECT DISTINCT {column} FROM {table} WHERE organisation = :o"  # noqa: S608
        codes = [as_text(row[0]) for row in run(unit, sql)]
        found.checked += len(codes)
        for code in codes:
            if code not in CURRENCIES:
                found.add(table, code, f"its {column} is no currency")
            elif table in _WITH_AMOUNTS and code not in frozen:
                found.add(table, code, "the exponent of its currency was never frozen")


def references(unit: Unit, found: Findings) -> None:
    for table in metadata.sorted_tables:
        if "organisation" not in table.columns:
            continue
        _strays(unit, table, found)
        for constraint in sorted(table.foreign_key_constraints, key=lambda one: str(one.name)):
            _leading_nowhere(unit, table, constraint, found)


def _strays(unit: Unit, table: Table, found: Findings) -> None:
    """Rows that name no organisation of this store are seen by nobody else."""
    sql = (
        f"SELECT DISTINCT organisation FROM {table.name} t WHERE NOT EXISTS"  # noqa: S608
        " (SELECT 1 FROM organisation o WHERE o.id = t.organisation)"
    )
    for row in run(unit, sql):
        found.add(table.name, key_of(row), "it belongs to no organisation of this store")


def _leading_nowhere(
    unit: Unit, table: Table, constraint: ForeignKeyConstraint, found: Findings
) -> None:
    pairs = [(one.parent.name, one.column.name) for one in constraint.elements]
    target = constraint.referred_table.name
    column = pairs[-1][0]
    same = " AND ".join(f'r."{theirs}" = t."{ours}"' for ours, theirs in pairs)
    keys = names(unit, [c for c in table.primary_key.columns if c.name != "organisation"], "t.")
    where = f'FROM {table.name} t WHERE t.organisation = :o AND t."{column}" IS NOT NULL'
    found.checked += run(unit, f"SELECT count(*) {where}")[0][0]
    sql = f"SELECT {keys} {where} AND NOT EXISTS (SELECT 1 FROM {target} r WHERE {same})"  # noqa: S608
    for row in run(unit, sql):
        found.add(table.name, key_of(row), f"its {column} leads to no {target} of its organisation")
