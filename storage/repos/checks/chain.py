"""The chain's rows as bytes, page by page, and single facts about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from billing_tui.domain.chain import COLUMNS, Row, Start
from storage.models import AuditLog
from storage.models.base import table_of
from storage.repos.audit import Head, head_of
from storage.uow import Unit

from . import as_bytes, as_text, names, pages, run

_LOG = table_of(AuditLog)
_COLUMNS = [_LOG.c[name] for name in COLUMNS]
_ONE = "SELECT hash, key_id FROM audit_log WHERE organisation = :o AND seq = :seq"
_LAST_KEY = (
    "SELECT key_id FROM audit_log WHERE organisation = :o AND seq <= :seq AND key_id <> ''"
    " ORDER BY seq DESC LIMIT 1"
)
_OBJECTS = (
    "SELECT DISTINCT object FROM audit_log"
    " WHERE organisation = :o AND seq > :after AND version IS NOT NULL ORDER BY object"
)


def rows(unit: Unit, after: int) -> Iterator[Sequence[Row]]:
    """Everything behind row `after`; from the very first, what stands before row one as well."""
    behind = " AND seq > :after" if after else ""
    sql = (
        f"SELECT {names(unit, _COLUMNS)} FROM audit_log"  # noqa: S608  # our own names
        f" WHERE organisation = :o{behind} ORDER BY seq"
    )
    for page in pages(unit, sql, {"after": after} if after else {}):
        yield page if unit.sqlite else [_encoded(row) for row in page]


def _encoded(row: Sequence[Any]) -> Row:
    seq, prev, at, actor, user, origin, asked, action, object, version, reason, body, *seal = row
    own, key_id, mac = seal
    return (
        seq, prev.encode(), at.encode(), actor.encode(), _bytes(user), origin.encode(),
        _bytes(asked), action.encode(), object.encode(), version, reason.encode(),
        body.encode(), own.encode(), key_id.encode(), mac.encode(),
    )  # fmt: skip


def _bytes(value: str | None) -> bytes | None:
    return None if value is None else value.encode()


def hash_at(unit: Unit, seq: int) -> str | None:
    found = run(unit, _ONE, {"seq": seq})
    return as_text(found[0][0]) if found else None


def start_after(unit: Unit, seq: int) -> Start:
    """What a walk needs to know of row `seq` and those before it."""
    one = run(unit, _ONE, {"seq": seq})[0]
    last = run(unit, _LAST_KEY, {"seq": seq})
    return Start(seq, _sure(one[0]), _sure(one[1]), _sure(last[0][0]) if last else None)


def _sure(value: Any) -> bytes:
    return as_bytes(value) or b""


def changed_objects(unit: Unit, after: int) -> dict[str, list[UUID]]:
    """Ids of the rows that the chain names behind row `after`, by table."""
    found: dict[str, list[UUID]] = {}
    for (object,) in run(unit, _OBJECTS, {"after": after}):
        table, _, id = as_text(object).partition(":")
        with suppress(ValueError):
            found.setdefault(table, []).append(UUID(id))
    return found


def head(unit: Unit) -> Head | None:
    """Where the chain should end."""
    return head_of(unit)
