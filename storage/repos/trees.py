"""Walking the trees of customers and departments, up and down, merges followed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
)

from billing_tui.domain.trees import DEEPEST, Below, Node, chain
from storage.uow import Unit

SHOWN = 2000


class Trees:
    """The statements of one table; `called` is the column people know its rows by."""

    def __init__(self, table: Table, called: str) -> None:
        self._table, self._name = table, table.c[called]
        self._up = self._upward()
        self._levels = self._downward_levels()
        self._below = self._downward()
        self._live = (
            select(func.count())
            .select_from(table)
            .where(
                table.c.organisation == bindparam("o"),
                table.c.parent.in_(bindparam("ids", expanding=True)),
                table.c.merged_into.is_(None),
                table.c.archived_at.is_(None),
            )
        )
        self._losers = self._merged()
        self._all = (
            select(*self._columns(table), *self._labels(table))
            .where(table.c.organisation == bindparam("o"))
            .order_by(table.c.sort_name, table.c.id)
            .limit(SHOWN + 1)
        )

    def nodes_above(self, unit: Unit, starts: Iterable[UUID]) -> dict[UUID, Node]:
        """The named ones and everything that stands above them."""
        ids = list(starts)
        if not ids:
            return {}
        found = unit.connection.execute(self._up, {"o": unit.organisation, "ids": ids})
        return {row.id: _node(row) for row in found}

    def steps(self, unit: Unit, start: UUID) -> list[Node]:
        """From one to the top of its tree."""
        return chain(self.nodes_above(unit, [start]), start)

    def levels_below(self, unit: Unit, start: UUID) -> int:
        found: Any = unit.connection.execute(
            self._levels, {"o": unit.organisation, "ids": [start]}
        ).scalar_one()
        return int(found)

    def live_children(self, unit: Unit, of: UUID) -> int:
        """How many active ones lie right under it, merged ones' children included."""
        ids = [of, *self.merged_into(unit, of)]
        found: Any = unit.connection.execute(
            self._live, {"o": unit.organisation, "ids": ids}
        ).scalar_one()
        return int(found)

    def merged_into(self, unit: Unit, winner: UUID) -> list[UUID]:
        """All that gave way to it, at however many removes."""
        found = unit.connection.execute(self._losers, {"o": unit.organisation, "ids": [winner]})
        return [row.id for row in found if row.id != winner]

    def below(self, unit: Unit, start: UUID) -> list[Below]:
        """What lies under it and the thing itself, in no order, one more than is shown."""
        found = unit.connection.execute(self._below, {"o": unit.organisation, "ids": [start]})
        return [Below(_node(row), row.label, row.sort) for row in found]

    def everything(self, unit: Unit) -> list[Below]:
        """The whole forest, for tables that stay small; one more than is shown."""
        found = unit.connection.execute(self._all, {"o": unit.organisation})
        return [Below(_node(row), row.label, row.sort) for row in found]

    def _columns(self, table: Table) -> list[Any]:
        names = ("id", "parent", "merged_into", "archived_at")
        return [*(table.c[name] for name in names), table.c[self._name.name].label("called")]

    def _labels(self, table: Table) -> list[Any]:
        return [table.c.name.label("label"), table.c.sort_name.label("sort")]

    def _start(self, name: str, *more: Any) -> Any:
        """A recursion's first rows. It carries the organisation along, so that SQLite, which does
        not know how few they are, has nothing but them to begin the next join with."""
        table = self._table
        first = select(table.c.organisation, table.c.id, *more).where(
            table.c.organisation == bindparam("o"), table.c.id.in_(bindparam("ids", expanding=True))
        )
        return first.cte(name, recursive=True)

    def _joined(self, to: Any, on: ColumnElement[bool]) -> Any:
        return to.join(self._table, and_(self._table.c.organisation == to.c.organisation, on))

    def _upward(self) -> Select[Any]:
        table = self._table
        above = _above(table)
        up = self._start("up")
        further = select(table.c.organisation, above)
        up = up.union(
            further.select_from(self._joined(up, table.c.id == up.c.id)).where(above.is_not(None))
        )
        return select(*self._columns(table)).select_from(self._joined(up, table.c.id == up.c.id))

    def _downward_levels(self) -> Select[Any]:
        table = self._table
        down = self._start("down", literal(0).label("level"))
        level = case((table.c.merged_into.is_(None), down.c.level + 1), else_=down.c.level)
        further = select(table.c.organisation, table.c.id, level)
        down = down.union(
            further.select_from(self._joined(down, _above(table) == _plain(down.c.id))).where(
                down.c.level <= DEEPEST
            )
        )
        return select(func.max(down.c.level))

    def _downward(self) -> Select[Any]:
        table = self._table
        down = self._start("down")
        further = select(table.c.organisation, table.c.id)
        below = self._joined(down, _above(table) == _plain(down.c.id))
        down = down.union(further.select_from(below))
        return (
            select(*self._columns(table), *self._labels(table))
            .select_from(self._joined(down, table.c.id == down.c.id))
            .limit(SHOWN + 1)
        )

    def _merged(self) -> Select[Any]:
        table = self._table
        merged = self._start("merged")
        further = select(table.c.organisation, table.c.id)
        merged = merged.union(
            further.select_from(self._joined(merged, table.c.merged_into == merged.c.id))
        )
        return select(merged.c.id)


def _above(table: Table) -> ColumnElement[Any]:
    """One step up, in the words of its index."""
    return func.coalesce(table.c.merged_into, table.c.parent)


def _plain(id: ColumnElement[Any]) -> ColumnElement[Any]:
    """SQLite takes the index of an expression only for a value that, like it, is of no column."""
    return func.coalesce(id, id)


def _node(row: Row[Any]) -> Node:
    return Node(row.id, row.called, row.parent, row.merged_into, row.archived_at is not None)
