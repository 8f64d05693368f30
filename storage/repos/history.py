"""Reading what the audit chain says about single things, with personal values made readable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select

from billing_tui.domain.history import ERASED
from storage.models import AppUser, AuditLog, PersonalValue
from storage.models.base import table_of
from storage.uow import Unit

_LOG = table_of(AuditLog)
_PERSONAL = table_of(PersonalValue)
_USER = table_of(AppUser)
_HASH = re.compile(r"sha256:([0-9a-f]{64})")
_ROWS = select(
    _LOG.c.seq, _LOG.c.at, _LOG.c.actor, _LOG.c.action, _LOG.c.object, _LOG.c.version,
    _LOG.c.reason, _LOG.c.request, _LOG.c.body,
).where(_LOG.c.organisation == bindparam("o"))  # fmt: skip
# Few rows are about these objects: they are looked up and sorted, not met on a walk of the chain.
_BY_OBJECT = func.coalesce(_LOG.c.seq, 0)
_AFTER_VERSION = (
    _ROWS.with_only_columns(_LOG.c.body)
    .where(_LOG.c.object == bindparam("object"), _LOG.c.version > bindparam("seen"))
    .order_by(_LOG.c.version)
)
_CLEAR = select(_PERSONAL.c.digest, _PERSONAL.c.value).where(
    _PERSONAL.c.organisation == bindparam("o"),
    _PERSONAL.c.digest.in_(bindparam("digests", expanding=True)),
)
_LOGINS = select(_USER.c.id, _USER.c.login).where(
    _USER.c.organisation == bindparam("o"), _USER.c.id.in_(bindparam("ids", expanding=True))
)


def rows_of(unit: Unit, objects: Sequence[str], before: int | None, limit: int) -> Sequence[Any]:
    """The newest first; `before` is the sequence number of the last one seen."""
    wanted = _ROWS.where(_LOG.c.object.in_(objects))
    if before is not None:
        wanted = wanted.where(before > _BY_OBJECT)
    found = wanted.order_by(_BY_OBJECT.desc()).limit(limit)
    rows: Sequence[Any] = unit.connection.execute(found, {"o": unit.organisation}).all()
    return rows


def replaced_since(unit: Unit, object: str, seen: int) -> dict[str, Any]:
    """What each column was at version `seen`, for those that were changed after it."""
    found = unit.connection.execute(
        _AFTER_VERSION, {"o": unit.organisation, "object": object, "seen": seen}
    )
    before: dict[str, Any] = {}
    for (body,) in found:
        before = told(body).get("before", {}) | before
    clear = clear_values(unit, [before])
    return {name: readable(value, clear) for name, value in before.items()}


def told(body: str) -> dict[str, Any]:
    """What an audit row says. Whoever may append by hand may write anything there, which verifying
    finds and no list may break on."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    sides = said if isinstance(said, dict) else {}
    return {name: side for name, side in sides.items() if isinstance(side, dict)}


_OF_ENTRIES = {"first": int, "last": int, "digest": str, "marks": str}


def entries_told(body: str | bytes) -> dict[str, Any] | None:
    """What an audit row says of entries, or None where nothing of the kind is written there."""
    try:
        said = json.loads(body)
        known = {name: said[name] for name in _OF_ENTRIES}
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    right = all(type(known[name]) is kind for name, kind in _OF_ENTRIES.items())
    return known if right else None


def clear_values(unit: Unit, bodies: Iterable[Any]) -> dict[str, str]:
    """The clear text behind every salted hash in these values."""
    digests = sorted({digest for body in bodies for digest in _digests(body)})
    if not digests:
        return {}
    found = unit.connection.execute(_CLEAR, {"o": unit.organisation, "digests": digests})
    return {row.digest: row.value for row in found}


def readable(value: Any, clear: Mapping[str, str]) -> Any:
    found = _HASH.fullmatch(value) if isinstance(value, str) else None
    if found is None or found[1] not in clear:
        return value
    return json.loads(clear[found[1]]) if clear[found[1]] else ERASED


def logins(unit: Unit, actors: Iterable[str]) -> dict[str, str]:
    ids = [UUID(actor) for actor in sorted(set(actors))]
    if not ids:
        return {}
    found = unit.connection.execute(_LOGINS, {"o": unit.organisation, "ids": ids})
    return {str(row.id): row.login for row in found}


def _digests(body: Mapping[str, Any]) -> Iterator[str]:
    for side in (body, body.get("before", {}), body.get("after", {})):
        for value in side.values():
            if isinstance(value, str) and (found := _HASH.fullmatch(value)):
                yield found[1]
