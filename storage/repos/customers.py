"""Customers: finding one, writing one or two hundred, and keeping their keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from billing_tui.domain.customers import (
    Address,
    AddressKind,
    Allocation,
    Brake,
    Contact,
    Customer,
    CustomerNotFound,
    KeyKind,
    NewCustomer,
    keys_of,
    number_sort,
)
from billing_tui.domain.customers.finding import compact
from billing_tui.domain.lookalike import skeleton
from billing_tui.domain.money import Money
from billing_tui.domain.tax_ids import TaxId
from billing_tui.domain.text import clean, sort_key
from billing_tui.domain.trees import survivor
from storage import models
from storage.bulk import insert_rows
from storage.models.base import table_of
from storage.rows import insert_many, object_name
from storage.rows import update as change_row
from storage.uow import Unit

from . import currencies
from .organisations import draw, hold
from .trees import Trees

TREE, NUMBERS = "customer tree", "customer"
LONGEST_SORT = 300
_CUSTOMER = table_of(models.Customer)
_KEY = table_of(models.CustomerKey)
_PARENT = _CUSTOMER.alias("parent_row")
TREES = Trees(_CUSTOMER, "number")
HeldKey = tuple[UUID, KeyKind, str]

_SELECT = (
    select(_CUSTOMER, _PARENT.c.number.label("parent_number"))
    .select_from(
        _CUSTOMER.outerjoin(
            _PARENT,
            (_PARENT.c.organisation == _CUSTOMER.c.organisation)
            & (_PARENT.c.id == _CUSTOMER.c.parent),
        )
    )
    .where(_CUSTOMER.c.organisation == bindparam("o"))
)
_BY_NUMBER = _SELECT.where(_CUSTOMER.c.number == bindparam("number"))
_BY_ID = _SELECT.where(_CUSTOMER.c.id == bindparam("id"))
_NOT_READ = ("organisation", "sort_name", "sort_number", "skeleton")
# Without the join: where statistics are missing, Postgres joins a thousand rows with all of them.
_BY_IDS = select(*(c for c in _CUSTOMER.columns if c.name not in _NOT_READ)).where(
    _CUSTOMER.c.organisation == bindparam("o"),
    _CUSTOMER.c.id.in_(bindparam("ids", expanding=True)),
)
# On Postgres a row that somebody else is changing is waited for, then read as they left it.
_LOCKED: dict[str, Any] = {"key_share": True, "of": _CUSTOMER}
_BY_ID_LOCKED = _BY_ID.with_for_update(**_LOCKED)
_BY_KEY = (
    select(_KEY.c.customer)
    .where(
        _KEY.c.organisation == bindparam("o"),
        _KEY.c.kind == KeyKind.NUMBER,
        _KEY.c.key == bindparam("key"),
        _KEY.c.gone_at.is_(None),
    )
    .limit(2)
)
_IDS = select(_CUSTOMER.c.number, _CUSTOMER.c.id).where(
    _CUSTOMER.c.organisation == bindparam("o"),
    _CUSTOMER.c.number.in_(bindparam("numbers", expanding=True)),
)
_NUMBERS = select(_CUSTOMER.c.id, _CUSTOMER.c.number).where(
    _CUSTOMER.c.organisation == bindparam("o"),
    _CUSTOMER.c.id.in_(bindparam("ids", expanding=True)),
)
_LOOKING_ALIKE = (
    select(_CUSTOMER.c.number, _CUSTOMER.c.name)
    .where(
        _CUSTOMER.c.organisation == bindparam("o"),
        _CUSTOMER.c.skeleton == bindparam("skeleton"),
        _CUSTOMER.c.id != bindparam("but"),
        _CUSTOMER.c.merged_into.is_(None),
    )
    # Of the few; an order that an index has would tempt SQLite to walk that one instead.
    .order_by(func.coalesce(_CUSTOMER.c.number, ""))
    .limit(1)
)
_HOLD_KEY = {
    on_sqlite: dialect.insert(_KEY)
    .values({column.name: bindparam(column.name) for column in _KEY.columns})
    .on_conflict_do_update(
        index_elements=["organisation", "kind", "key", "customer"], set_={"gone_at": None}
    )
    for on_sqlite, dialect in ((True, sqlite), (False, postgresql))
}
_DROP_KEY = (
    update(_KEY)
    .where(
        _KEY.c.organisation == bindparam("o"),
        _KEY.c.kind == bindparam("was_kind", type_=_KEY.c.kind.type),
        _KEY.c.key == bindparam("was_key"),
        _KEY.c.customer == bindparam("was_customer"),
    )
    .values(gone_at=bindparam("gone"))
)


def object_of(id: UUID) -> str:
    return object_name(_CUSTOMER, id)


def find(unit: Unit, reference: str) -> Customer:
    """By number, also typed in small letters or without its marks, or by id."""
    found = _row(unit, clean(reference, "number"))
    if found is None:
        raise CustomerNotFound(reference)
    return _customer(unit, found)


def find_to_change(unit: Unit, reference: str) -> Customer:
    """The same, and nobody else changes it until we commit."""
    found = _row(unit, clean(reference, "number"))
    if found is None:
        raise CustomerNotFound(reference)
    return _customer(unit, _execute(unit, _BY_ID_LOCKED, id=found.id).one())


def by_ids(unit: Unit, ids: Sequence[UUID]) -> list[Customer]:
    """Whole customers in the order of their ids here, in few statements whatever their number."""
    if not ids:
        return []
    rows = {row.id: row for row in _execute(unit, _BY_IDS, ids=list(ids))}
    parents = numbers_of(unit, (row.parent for row in rows.values() if row.parent is not None))
    merged = [row.id for row in rows.values() if row.merged_into is not None]
    nodes = TREES.nodes_above(unit, merged)
    names = {id: survivor(nodes, id).name for id in merged}
    return [
        _read(rows[id], names.get(id, ""), parents.get(rows[id].parent, ""))
        for id in ids
        if id in rows
    ]


def ids_of(unit: Unit, numbers: Iterable[str]) -> dict[str, UUID]:
    wanted = sorted(set(numbers) - {""})
    if not wanted:
        return {}
    return {row.number: row.id for row in _execute(unit, _IDS, numbers=wanted)}


def numbers_of(unit: Unit, ids: Iterable[UUID]) -> dict[UUID, str]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {row.id: row.number for row in _execute(unit, _NUMBERS, ids=wanted)}


def hold_tree(unit: Unit) -> None:
    """Nobody else moves, merges or archives customers until we commit."""
    hold(unit, TREE)


def hold_numbers(unit: Unit) -> None:
    """Nobody else takes a number until we commit, so one seen free stays free."""
    draw(unit, NUMBERS, 0)


def fresh_numbers(unit: Unit, count: int, spared: Collection[str] = ()) -> list[str]:
    """The next free numbers, without the `spared`, which the caller is about to give by hand.

    They may leave gaps: people may give numbers of their own.
    """
    found: list[str] = []
    while missing := count - len(found):
        last = draw(unit, NUMBERS, missing)
        block = [f"C-{n:05d}" for n in range(last - missing + 1, last + 1)]
        taken = {*ids_of(unit, block), *spared}
        found += [number for number in block if number not in taken]
    return found


def looking_alike(unit: Unit, name: str, but: UUID | None = None) -> tuple[str, str] | None:
    """Number and name of another customer whose name is or looks the same."""
    shape = skeleton(name)[:LONGEST_SORT]
    if not shape:
        return None
    found = _execute(unit, _LOOKING_ALIKE, skeleton=shape, but=but or UUID(int=0)).first()
    return None if found is None else (found.number, found.name)


def create_many(unit: Unit, news: Sequence[NewCustomer], parents: Mapping[UUID, UUID]) -> None:
    """Write checked customers, parents before their children, in a few statements.

    `parents` gives the id of each one's parent where there is one, as `placed` found them. The
    caller holds the numbers, and the tree if there are parents.
    """
    currencies.freeze(unit, {new.draft.currency for new in news})
    rows = [_new_row(unit, new, parents.get(new.id)) for new in news]
    insert_many(unit, models.Customer, rows, "customers.create")
    keys = [
        {"organisation": unit.organisation, "kind": kind, "key": key}
        | {"customer": new.id, "gone_at": None}
        for new in news
        for kind, key in sorted(keys_of(replace(new.draft, number=new.number)))
    ]
    insert_rows(unit, _KEY, keys)


def change(
    unit: Unit, customer: Customer, changes: Mapping[str, Any], action: str, **more: Any
) -> int:
    """Write changed fields; `more` is what is no field, such as the parent's id. Gives the new
    version, which is the old one when nothing differs."""
    if "currency" in changes:
        currencies.freeze(unit, [changes["currency"]])
    columns = {
        column: value
        for field, given in changes.items()
        for column, value in _columns(field, given).items()
    }
    version = change_row(
        unit, models.Customer, customer.id, customer.version, columns | more, action
    )
    _renew_keys(unit, customer, replace(customer, **changes))
    return version


def _renew_keys(unit: Unit, before: Customer, after: Customer) -> None:
    old, new = keys_of(before), keys_of(after)
    renew_keys(
        unit,
        [(before.id, kind, key) for kind, key in sorted(new - old)],
        [(before.id, kind, key) for kind, key in sorted(old - new)],
    )


def renew_keys(unit: Unit, added: Sequence[HeldKey], gone: Sequence[HeldKey]) -> None:
    """From now on customers are found by these keys, and no more by those."""
    if added:
        values = [
            {"organisation": unit.organisation, "kind": kind, "key": key}
            | {"customer": customer, "gone_at": None}
            for customer, kind, key in added
        ]
        unit.connection.execute(_HOLD_KEY[unit.sqlite], values)
    if gone:
        values = [
            {"o": unit.organisation, "was_kind": kind, "was_key": key}
            | {"was_customer": customer, "gone": unit.now}
            for customer, kind, key in gone
        ]
        unit.connection.execute(_DROP_KEY, values)


def _execute(unit: Unit, statement: Any, **given: Any) -> Any:
    return unit.connection.execute(statement, {"o": unit.organisation} | given)


def _row(unit: Unit, reference: str) -> Row[Any] | None:
    found: Row[Any] | None = _execute(unit, _BY_NUMBER, number=reference).one_or_none()
    if found is not None:
        return found
    try:
        return _with_id(unit, UUID(reference))
    except ValueError:
        pass
    same = _execute(unit, _BY_KEY, key=compact(reference)).all() if reference.strip() else []
    if len(same) != 1:
        return None
    return _with_id(unit, same[0].customer)


def _with_id(unit: Unit, id: UUID) -> Row[Any] | None:
    found: Row[Any] | None = _execute(unit, _BY_ID, id=id).one_or_none()
    return found


def _customer(unit: Unit, row: Row[Any]) -> Customer:
    merged_into = ""
    if row.merged_into is not None:
        merged_into = survivor(TREES.nodes_above(unit, [row.id]), row.id).name
    return _read(row, merged_into, row.parent_number or "")


def _read(row: Row[Any], merged_into: str, parent: str) -> Customer:
    limit = None if row.credit_limit is None else Money(row.credit_limit, row.currency)
    return Customer(
        id=row.id,
        version=row.version,
        number=row.number,
        name=row.name,
        currency=row.currency,
        parent=parent,
        terms=row.terms,
        credit_limit=limit,
        delivery=row.delivery,
        language=row.language,
        addresses=tuple(_address(item) for item in row.addresses),
        contacts=tuple(Contact(**item) for item in row.contacts),
        tax_ids=tuple(TaxId(**item) for item in row.tax_ids),
        allocations=tuple(
            Allocation(item["department"], Decimal(item["percent"])) for item in row.allocations
        ),
        brakes={Brake(brake): reason for brake, reason in row.brakes.items()},
        tags=tuple(row.tags),
        meta_data=row.meta_data,
        merged_into=merged_into,
        archived_at=row.archived_at,
        created_at=row.created_at,
    )


def _address(item: dict[str, Any]) -> Address:
    kind, lines = AddressKind(item["kind"]), tuple(item["lines"])
    return Address(**(item | {"kind": kind, "lines": lines}))


def _new_row(unit: Unit, new: NewCustomer, parent: UUID | None) -> dict[str, Any]:
    draft = new.draft
    row: dict[str, Any] = {
        "id": new.id,
        "number": new.number,
        "sort_number": number_sort(new.number),
        "parent": parent,
        "brakes": {},
        "merged_into": None,
        "archived_at": None,
        "created_at": unit.now,
    }
    for field in _FIELDS:
        row |= _columns(field, getattr(draft, field))
    return row


_FIELDS = (
    "name", "currency", "terms", "credit_limit", "delivery", "language", "addresses", "contacts",
    "tax_ids", "allocations", "tags", "meta_data",
)  # fmt: skip


def _columns(field: str, value: Any) -> dict[str, Any]:
    """How a field is kept; the name is also kept as it sorts and as it looks."""
    match field:
        case "name":
            shape = skeleton(value)[:LONGEST_SORT]
            return {"name": value, "sort_name": _sort_name(value), "skeleton": shape}
        case "credit_limit":
            return {"credit_limit": None if value is None else value.amount}
        case "parent":
            return {}
        case "addresses" | "contacts" | "tax_ids" | "allocations":
            return {field: [_members(item) for item in value]}
        case "tags":
            return {"tags": list(value)}
    return {field: value}


def _members(item: Any) -> dict[str, Any]:
    return {name: getattr(item, name) for name in item.__slots__}


def _sort_name(name: str) -> str:
    return sort_key(name)[:LONGEST_SORT]
