"""Feature switches. A row exists once an admin has set one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, select

from billing_tui.domain.features import GATES, Feature
from billing_tui.domain.ids import new_id
from billing_tui.domain.rights import Role
from storage.locking import hold_name
from storage.models import Feature as FeatureRow
from storage.models.base import table_of
from storage.rows import insert, update
from storage.uow import Unit

_FEATURE = table_of(FeatureRow)
_SET = select(_FEATURE).where(_FEATURE.c.organisation == bindparam("o"))
_ONE = _SET.where(_FEATURE.c.name == bindparam("feature"))


def all_features(unit: Unit) -> tuple[Feature, ...]:
    rows = {row.name: row for row in unit.connection.execute(_SET, {"o": unit.organisation})}
    return tuple(_feature(rows[name]) if name in rows else Feature(name) for name in GATES)


def one(unit: Unit, name: str) -> Feature:
    """Asked in every gated use case, so it is one statement."""
    row = _row(unit, name)
    return Feature(name) if row is None else _feature(row)


def save(unit: Unit, feature: Feature, action: str) -> None:
    hold_name(unit, f"feature {feature.name}")
    values = {
        "name": feature.name,
        "enabled": feature.enabled,
        "roles": list(feature.roles),
        "percentage": feature.percentage,
    }
    row = _row(unit, feature.name)
    if row is None:
        insert(unit, FeatureRow, {"id": new_id()} | values, action)
    else:
        update(unit, FeatureRow, row.id, row.version, values, action)


def _row(unit: Unit, name: str) -> Row[Any] | None:
    asked = {"o": unit.organisation, "feature": name}
    return unit.connection.execute(_ONE, asked).one_or_none()


def _feature(row: Row[Any]) -> Feature:
    roles = tuple(Role(role) for role in row.roles)
    return Feature(row.name, row.enabled, roles, row.percentage, changed=True)
