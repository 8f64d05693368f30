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
    or_,
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
            self._levels, {"o": unit.organisation, "start": start}
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
        found = unit.connection.execute(self._losers, {"o": unit.organisation, "start": winner})
        return [row.id for row in found if row.id != winner]

    def below(self, unit: Unit, start: UUID) -> list[Below]:
        """What lies under it and the thing itself, in no order, one more than is shown."""
        found = unit.connection.execute(self._below, {"o": unit.organisation, "start": start})
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

    def _upward(self) -> Select[Any]:
        table = self._table
        above = func.coalesce(table.c.merged_into, table.c.parent)
        ours = table.c.organisation == bindparam("o")
        up = (
            select(table.c.id)
            .where(ours, table.c.id.in_(bindparam("ids", expanding=True)))
            .cte("up", recursive=True)
        )
        up = up.union(
            select(above)
            .select_from(up.join(table, and_(ours, table.c.id == up.c.id)))
            .where(above.is_not(None))
        )
        return select(*self._columns(table)).select_from(
            up.join(table, and_(ours, table.c.id == up.c.id))
        )

    def _downward_levels(self) -> Select[Any]:
        table = self._table
        ours = table.c.organisation == bindparam("o")
        down = (
            select(table.c.id, literal(0).label("level"))
            .where(ours, table.c.id == bindparam("start"))
            .cte("down", recursive=True)
        )
        further = case((table.c.merged_into.is_(None), down.c.level + 1), else_=down.c.level)
        down = down.union(
            select(table.c.id, further)
            .select_from(down.join(table, and_(ours, _under(table, down.c.id))))
            .where(down.c.level <= DEEPEST)
        )
        return select(func.max(down.c.level))

    def _downward(self) -> Select[Any]:
        table = self._table
        ours = table.c.organisation == bindparam("o")
        down = (
            select(table.c.id)
            .where(ours, table.c.id == bindparam("start"))
            .cte("down", recursive=True)
        )
        down = down.union(
            select(table.c.id).select_from(down.join(table, and_(ours, _under(table, down.c.id))))
        )
        return (
            select(*self._columns(table), *self._labels(table))
            .select_from(down.join(table, and_(ours, table.c.id == down.c.id)))
            .limit(SHOWN + 1)
        )

    def _merged(self) -> Select[Any]:
        table = self._table
        ours = table.c.organisation == bindparam("o")
        merged = (
            select(table.c.id)
            .where(ours, table.c.id == bindparam("start"))
            .cte("merged", recursive=True)
        )
        merged = merged.union(
            select(table.c.id).select_from(
                merged.join(table, and_(ours, table.c.merged_into == merged.c.id))
            )
        )
        return select(merged.c.id)


def _under(table: Table, above: Any) -> ColumnElement[bool]:
    return or_(
        table.c.merged_into == above,
        and_(table.c.parent == above, table.c.merged_into.is_(None)),
    )


def _node(row: Row[Any]) -> Node:
    return Node(row.id, row.called, row.parent, row.merged_into, row.archived_at is not None)
