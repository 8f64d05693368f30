"""Feature switches. A row exists once an admin has set one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, and_, bindparam, select

from billing_tui.domain.features import GATES, Feature, shipped
from billing_tui.domain.ids import new_id
from billing_tui.domain.rights import Role
from storage.locking import hold_name
from storage.models import Feature as FeatureRow
from storage.models import Organisation
from storage.models.base import table_of
from storage.rows import insert, update
from storage.uow import Unit

_FEATURE = table_of(FeatureRow)
_ORGANISATION = table_of(Organisation)
_SET = select(_FEATURE).where(_FEATURE.c.organisation == bindparam("o"))
_PRODUCTION = select(_ORGANISATION.c.production).where(
    _ORGANISATION.c.organisation == bindparam("o"), _ORGANISATION.c.id == bindparam("o")
)
_ONE = (
    select(_ORGANISATION.c.production, _FEATURE)
    .outerjoin_from(
        _ORGANISATION,
        _FEATURE,
        and_(
            _FEATURE.c.organisation == _ORGANISATION.c.organisation,
            _FEATURE.c.name == bindparam("feature"),
        ),
    )
    .where(_ORGANISATION.c.organisation == bindparam("o"), _ORGANISATION.c.id == bindparam("o"))
)


def all_features(unit: Unit) -> tuple[Feature, ...]:
    production = unit.connection.execute(_PRODUCTION, {"o": unit.organisation}).scalar_one()
    rows = {row.name: row for row in unit.connection.execute(_SET, {"o": unit.organisation})}
    return tuple(
        _feature(rows[name]) if name in rows else shipped(name, production) for name in GATES
    )


def one(unit: Unit, name: str) -> Feature:
    """Asked in every gated use case, so it is one statement."""
    row = unit.connection.execute(_ONE, {"o": unit.organisation, "feature": name}).one()
    return shipped(name, row.production) if row.name is None else _feature(row)


def save(unit: Unit, feature: Feature, action: str) -> None:
    hold_name(unit, f"feature {feature.name}")
    values = {
        "name": feature.name,
        "enabled": feature.enabled,
        "roles": list(feature.roles),
        "percentage": feature.percentage,
    }
    row = unit.connection.execute(_ONE, {"o": unit.organisation, "feature": feature.name}).one()
    if row.id is None:
        insert(unit, FeatureRow, {"id": new_id()} | values, action)
    else:
        update(unit, FeatureRow, row.id, row.version, values, action)


def _feature(row: Row[Any]) -> Feature:
    roles = tuple(Role(role) for role in row.roles)
    return Feature(row.name, row.enabled, roles, row.percentage, changed=True)
