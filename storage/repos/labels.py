"""What people call the things that the audit trail names by their ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, select

from storage import models
from storage.models.base import table_of
from storage.uow import Unit

_NOTE, _CUSTOMER = table_of(models.CustomerNote), table_of(models.Customer)
_MOST = 50
# The column by which people know a row of each table.
_KNOWN_BY = {
    table_of(model).name: table_of(model).c[column]
    for model, column in (
        (models.Alert, "kind"),
        (models.AppUser, "login"),
        (models.CurrencyUse, "currency"),
        (models.Customer, "number"),
        (models.Department, "code"),
        (models.ExchangeRate, "quote"),
        (models.Feature, "name"),
        (models.GlMapping, "account"),
        (models.ImportRun, "kind"),
        (models.LegalEntity, "code"),
        (models.Organisation, "name"),
        (models.SavedView, "name"),
        (models.Setting, "name"),
    )
}
_IDS: Any = bindparam("ids", expanding=True)


def _labels_of(table: Table, label: Any) -> Any:
    return select(table.c.id, label).where(
        table.c.organisation == bindparam("o"), table.c.id.in_(_IDS)
    )


_BY_ID = {name: _labels_of(column.table, column) for name, column in _KNOWN_BY.items()}
# A note has no name; it is known by whom it is about.
_BY_ID[_NOTE.name] = _labels_of(_NOTE, _CUSTOMER.c.number).join_from(
    _NOTE,
    _CUSTOMER,
    (_CUSTOMER.c.organisation == _NOTE.c.organisation) & (_CUSTOMER.c.id == _NOTE.c.customer),
)
_BY_LABEL = {
    name: select(column.table.c.id)
    .where(column.table.c.organisation == bindparam("o"), column == bindparam("label"))
    .limit(_MOST)
    for name, column in _KNOWN_BY.items()
}


def labels(unit: Unit, objects: Iterable[str]) -> dict[str, str]:
    """The label of each object, such as `customer:<id>`; one statement for each kind of them."""
    wanted: dict[str, dict[UUID, str]] = {}
    found: dict[str, str] = {}
    for object in set(objects):
        kind, _, rest = object.partition(":")
        id = as_id(rest)
        if id is None:
            found[object] = rest or kind
        elif kind in _BY_ID:
            wanted.setdefault(kind, {})[id] = object
    for kind in sorted(wanted):
        named = of_kind(unit, kind, wanted[kind])
        found |= {wanted[kind][id]: label for id, label in named.items()}
    return found


def of_kind(unit: Unit, kind: str, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    asked = {"o": unit.organisation, "ids": sorted(set(ids))}
    if kind not in _BY_ID or not asked["ids"]:
        return {}
    return {row[0]: row[1] for row in unit.connection.execute(_BY_ID[kind], asked)}


def objects_called(unit: Unit, kind: str, label: str) -> list[str]:
    """The objects of a kind that people call so."""
    if kind not in _BY_LABEL:
        return []
    asked = {"o": unit.organisation, "label": label}
    return [f"{kind}:{row.id}" for row in unit.connection.execute(_BY_LABEL[kind], asked)]


def as_id(text: Any) -> UUID | None:
    """Whoever may append by hand may write anything where an id belongs."""
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None
