"""Many customers changed alike: looked at in few statements, and written in a few more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from billing_tui.domain.customers import Brake, KeyKind
from billing_tui.domain.customers.bulk import Standing
from billing_tui.domain.customers.finding import marks_of
from billing_tui.domain.trees import survivor
from storage import models
from storage.models.base import table_of
from storage.rows import Wanted, update_many
from storage.uow import Unit

from .customers import TREES, renew_keys

AT_ONCE = 1_000
_CUSTOMER = table_of(models.Customer)
_SEEN = (
    select(
        *(
            _CUSTOMER.c[name]
            for name in (
                "id", "version", "number", "name", "merged_into", "archived_at", "terms", "tags",
                "brakes",
            )
        )
    )
    .where(
        _CUSTOMER.c.organisation == bindparam("o"),
        _CUSTOMER.c.id.in_(bindparam("ids", expanding=True)),
    )
)  # fmt: skip
# In the order of their ids, as everywhere, so that no two wait for each other.
_HELD = _SEEN.order_by(_CUSTOMER.c.id).with_for_update(key_share=True, of=_CUSTOMER)


def standings(unit: Unit, ids: Sequence[UUID]) -> Iterator[Standing]:
    """How these stand, in the order of their ids here."""
    for n in range(0, len(ids), AT_ONCE):
        some = list(ids[n : n + AT_ONCE])
        found = {one.id: one for one in _read(unit, _SEEN, some)}
        yield from (found[id] for id in some if id in found)


def held(unit: Unit, ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """The same, and nobody else changes them until we commit."""
    return {one.id: one for one in _read(unit, _HELD, list(ids))}


def change_many(
    unit: Unit, wanted: Sequence[tuple[Standing, Mapping[str, Any]]], action: str
) -> None:
    """Write changed fields of customers that are held, and how they are found."""
    if not wanted:
        return
    rows = [Wanted(one.id, one.version, _columns(fields)) for one, fields in wanted]
    update_many(unit, models.Customer, rows, action)
    added: list[tuple[UUID, KeyKind, str]] = []
    gone: list[tuple[UUID, KeyKind, str]] = []
    for one, fields in wanted:
        old = set(marks_of(one.tags, one.brakes))
        new = set(marks_of(fields.get("tags", one.tags), fields.get("brakes", one.brakes)))
        added += [(one.id, *mark) for mark in sorted(new - old)]
        gone += [(one.id, *mark) for mark in sorted(old - new)]
    renew_keys(unit, added, gone)


def _columns(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(it) if name == "tags" else it for name, it in fields.items()}


def _read(unit: Unit, statement: Any, ids: list[UUID]) -> Iterator[Standing]:
    if not ids:
        return
    rows = unit.connection.execute(statement, {"o": unit.organisation, "ids": ids}).all()
    merged = [row.id for row in rows if row.merged_into is not None]
    nodes = TREES.nodes_above(unit, merged)
    for row in rows:
        yield Standing(
            id=row.id,
            version=row.version,
            number=row.number,
            name=row.name,
            merged_into=survivor(nodes, row.id).name if row.merged_into is not None else "",
            archived=row.archived_at is not None,
            terms=row.terms,
            tags=tuple(row.tags),
            brakes={Brake(brake): why for brake, why in row.brakes.items()},
        )
