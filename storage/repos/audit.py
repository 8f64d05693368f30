"""The chain on both engines: on Postgres one function appends, on SQLite this file does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from billing_tui.domain.audit import NO_PREVIOUS, AuditRow, canonical, digest, seal
from billing_tui.domain.dates import utc_text
from storage.bulk import insert_columns
from storage.models import AuditHead, AuditLog, PersonalValue
from storage.models.base import table_of
from storage.uow import AuditLine, Unit

_LOG = table_of(AuditLog)
_HEAD = table_of(AuditHead)
_PERSONAL = table_of(PersonalValue)
_COLUMNS = [field.name for field in fields(AuditRow)]
_READ_HEAD = select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.organisation == bindparam("o"))
_KEY_OF = select(_LOG.c.key_id).where(
    _LOG.c.organisation == bindparam("o"), _LOG.c.seq == bindparam("seq")
)
_LAST_KEY = (
    select(_LOG.c.key_id)
    .where(_LOG.c.organisation == bindparam("o"), _LOG.c.key_id != "")
    .order_by(_LOG.c.seq.desc())
    .limit(1)
)
_MOVE_HEAD = (
    update(_HEAD)
    .where(_HEAD.c.organisation == bindparam("o"))
    .values(seq=bindparam("new_seq"), hash=bindparam("new_hash"))
)
_APPEND = (
    "SELECT audit_append(%s::uuid, %s::text, %s::text, %s::text,"
    " %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[])"
)


@dataclass(frozen=True, slots=True)
class Seal:
    """The installation's audit key. It never leaves the process and never prints."""

    key_id: str
    key: bytes

    def __repr__(self) -> str:
        return f"Seal({self.key_id})"


@dataclass(frozen=True, slots=True)
class Head:
    seq: int
    hash: str


def append(unit: Unit, key: Seal | None) -> None:
    """Write what the unit said, as the last act of its transaction; locks the heads, in an order
    that is the same for everybody."""
    for each in sorted([unit, *unit.beside], key=lambda one: one.organisation):
        _append(each, key)


def _append(unit: Unit, key: Seal | None) -> None:
    if unit.personal:
        insert_columns(unit, _PERSONAL, _personal(unit))
    if not unit.audit:
        return
    if unit.sqlite:
        _append_sqlite(unit, key)
    else:
        _append_postgres(unit)


def _personal(unit: Unit) -> dict[str, list[Any]]:
    kept = unit.personal
    return {
        "organisation": [unit.organisation] * len(kept),
        "digest": [one.digest for one in kept],
        "object": [one.object for one in kept],
        "salt": [one.salt for one in kept],
        "value": [one.value for one in kept],
    }


def _append_postgres(unit: Unit) -> None:
    said = unit.audit
    unit.connection.exec_driver_sql(
        _APPEND,
        (
            unit.organisation,
            str(unit.actor.user),
            unit.actor.origin.text(),
            None if unit.request is None else str(unit.request),
            [line.action for line in said],
            [line.object for line in said],
            [line.version for line in said],
            [line.reason for line in said],
            [line.body for line in said],
        ),
    )


def _append_sqlite(unit: Unit, key: Seal | None) -> None:
    head = head_of(unit) or Head(0, NO_PREVIOUS)
    rows = list(_chained(unit, head, [*_key_event(unit, head, key), *unit.audit], key))
    said = {name: [getattr(row, name) for row in rows] for name in _COLUMNS}
    insert_columns(unit, _LOG, said)
    last = {"o": unit.organisation, "new_seq": rows[-1].seq, "new_hash": rows[-1].hash}
    unit.connection.execute(_MOVE_HEAD, last)


def _key_event(unit: Unit, head: Head, key: Seal | None) -> list[AuditLine]:
    """A key that went or came is said in the chain, so that a row without its seal is no riddle."""
    asked = {"o": unit.organisation, "seq": head.seq}
    before = unit.connection.execute(_KEY_OF, asked).scalar()
    now = "" if key is None else key.key_id
    if before == now or (before is None and now):
        return []
    if not now:
        return [_key_line("key.missing", before or "", "")]
    last = before or unit.connection.execute(_LAST_KEY, {"o": unit.organisation}).scalar() or ""
    return [] if last == now else [_key_line("key.rotated", last, now)]


def _key_line(action: str, before: str, now: str) -> AuditLine:
    body = canonical({"before": before, "now": now})
    return AuditLine(action, f"audit_key:{now or before or 'none'}", None, "", body)


def _chained(
    unit: Unit, head: Head, lines: list[AuditLine], key: Seal | None
) -> Iterator[AuditRow]:
    seq, prev = head.seq, head.hash
    at, origin, person = utc_text(unit.now), unit.actor.origin.text(), unit.actor.origin.os_user
    request = None if unit.request is None else str(unit.request)
    for line in lines:
        seq += 1
        row = AuditRow(
            unit.organisation, seq, prev, at, str(unit.actor.user), person or None, origin,
            request, line.action, line.object, line.version, line.reason, line.body,
        )  # fmt: skip
        prev = digest(row)
        if key is None:
            yield replace(row, hash=prev)
        else:
            yield replace(row, hash=prev, key_id=key.key_id, mac=seal(key.key, key.key_id, prev))


def start_chain(unit: Unit) -> None:
    unit.connection.execute(
        insert(_HEAD), {"organisation": unit.organisation, "seq": 0, "hash": NO_PREVIOUS}
    )


def head_of(unit: Unit) -> Head | None:
    found = unit.connection.execute(_READ_HEAD, {"o": unit.organisation}).one_or_none()
    return None if found is None else Head(found.seq, found.hash)


def rows_after(unit: Unit, seq: int, batch: int = 10_000) -> Iterator[AuditRow]:
    """The chain in order, read in pages so that a million rows need little memory."""
    page = (
        select(*(_LOG.c[name] for name in _COLUMNS))
        .where(_LOG.c.organisation == unit.organisation, _LOG.c.seq > bindparam("after"))
        .order_by(_LOG.c.seq)
        .limit(batch)
    )
    while True:
        found = unit.connection.execute(page, {"after": seq}).mappings().all()
        for row in found:
            yield AuditRow(**row)
        if len(found) < batch:
            return
        seq = found[-1]["seq"]
