"""Summaries beside the rows they sum up, and writing them anew."""

from __future__ import annotations

from billing_tui.domain.invariants import Findings
from storage.uow import Unit

from . import act, as_bytes, key_of, run

_OPEN = """
SELECT e.entity, p.currency, p.due_on, sum(p.amount)
FROM posting p JOIN ledger_entry e ON e.organisation = p.organisation AND e.seq = p.entry
WHERE p.organisation = :o AND p.due_on IS NOT NULL GROUP BY 1, 2, 3
"""
_MOVED = """
SELECT e.entity, e.currency, e.booked_on, e.kind, sum(m.amount), count(*)
FROM ledger_entry e JOIN (
    SELECT entry, sum(amount) AS amount FROM posting
    WHERE organisation = :o AND amount > 0 GROUP BY entry
) m ON m.entry = e.seq
WHERE e.organisation = :o GROUP BY 1, 2, 3, 4
"""
_KEPT_OPEN = "SELECT entity, currency, due_on, amount FROM summary_open WHERE organisation = :o"
_KEPT_MOVED = (
    "SELECT entity, currency, booked_on, kind, amount, entries FROM summary_moved"
    " WHERE organisation = :o"
)
_HEADS = (
    "SELECT seq, (SELECT coalesce(max(seq), 0) FROM ledger_entry WHERE organisation = :o)"
    " FROM ledger_head WHERE organisation = :o"
)
REBUILD_SQLITE = (
    "DELETE FROM summary_open WHERE organisation = :o",
    "DELETE FROM summary_moved WHERE organisation = :o",
    "INSERT INTO summary_open (entity, currency, due_on, amount, organisation)"
    + _OPEN.replace("sum(p.amount)", "sum(p.amount), :o"),
    "INSERT INTO summary_moved (entity, currency, booked_on, kind, amount, entries, organisation)"
    + _MOVED.replace("count(*)", "count(*), :o"),
)
REBUILD_POSTGRES = "SELECT summaries_rebuild(:o)"


def check(unit: Unit, found: Findings) -> None:
    _compare(unit, found, "summary_open", 3, _KEPT_OPEN, _OPEN)
    _compare(unit, found, "summary_moved", 4, _KEPT_MOVED, _MOVED)
    heads = run(unit, _HEADS)
    found.checked += 1
    if not heads:
        found.add("ledger_head", "", "the row is missing")
    elif heads[0][0] != heads[0][1]:
        found.add("ledger_head", heads[0][0], f"the last entry is {heads[0][1]}")


def _compare(unit: Unit, found: Findings, table: str, keys: int, kept: str, summed: str) -> None:
    cached, actual = _sums(unit, kept, keys), _sums(unit, summed, keys)
    found.checked += len(actual)
    for key in sorted(cached.keys() | actual.keys()):
        if cached.get(key) != actual.get(key):
            said, right = _said(cached.get(key)), _said(actual.get(key))
            found.add(table, key_of(key), f"it says {said}, the entries say {right}")


def _sums(unit: Unit, sql: str, keys: int) -> dict[tuple[bytes, ...], tuple[int, ...]]:
    return {
        tuple(as_bytes(cell) or b"" for cell in row[:keys]): tuple(map(int, row[keys:]))
        for row in run(unit, sql)
    }


def _said(sums: tuple[int, ...] | None) -> str:
    return "nothing" if sums is None else " in ".join(map(str, sums))


def rebuild(unit: Unit) -> None:
    """The only other writer of summaries."""
    statements: tuple[str, ...] = REBUILD_SQLITE if unit.sqlite else (REBUILD_POSTGRES,)
    for statement in statements:
        act(unit, statement)
