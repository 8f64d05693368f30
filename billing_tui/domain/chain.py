"""Walking the audit chain: is every row there, in its place, unchanged and sealed.

Rows come as plain tuples of bytes, exactly as stored: building an object per row, or decoding text
that somebody broke, would cost more than the hashing.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from .audit import HASH_VERSION, NO_PREVIOUS
from .invariants import Findings

TABLE = "audit_log"
KEY_MISSING, KEY_ROTATED = b"key.missing", b"key.rotated"
# The columns of a row, in the order they are read: what is hashed, then what is not.
COLUMNS = (
    "seq", "prev", "at", "actor", "database_user", "origin", "request", "action", "object",
    "version", "reason", "body", "hash", "key_id", "mac",
)  # fmt: skip
Row = tuple[
    int, bytes, bytes, bytes, bytes | None, bytes, bytes | None, bytes, bytes, int | None, bytes,
    bytes, bytes, bytes, bytes,
]  # fmt: skip
_FEW = 4096  # as many different actors, origins and actions are remembered framed


@dataclass(frozen=True, slots=True)
class Start:
    """Where a walk begins: the row before its first, and how that one was sealed."""

    seq: int = 0
    hash: bytes = NO_PREVIOUS.encode()
    key_id: bytes | None = None
    last_key: bytes | None = None


def frame(value: bytes | None) -> bytes:
    return b"-," if value is None else b"%d:%s," % (len(value), value)


class Walk:
    """Feed it pages in order. `keys` are the audit keys at hand, None where rows have no seal."""

    def __init__(
        self,
        organisation: UUID,
        keys: Mapping[bytes, bytes] | None,
        findings: Findings,
        start: Start,
    ) -> None:
        self.findings = findings
        self.seq, self.hash = start.seq, start.hash
        self.unsealed = self.unknown_key = 0
        self._computed = start.hash
        self._found_last: int | None = None
        self._keys = keys
        self._seals = {key_id: HASH_VERSION + frame(key_id) for key_id in keys or ()}
        self._key_id, self._last_key = start.key_id, start.last_key
        self._head = HASH_VERSION + frame(str(organisation).encode())
        self._framed: dict[bytes | None, bytes] = {None: b"-,"}

    def page(self, rows: Iterable[Row]) -> None:
        known, head, few = self._framed, self._head, self._few
        for row in rows:
            (
                seq, prev, at, actor, user, origin, request, action, object, version, reason,
                body, own, key_id, mac,
            ) = row  # fmt: skip
            number = b"%d" % seq
            text = b"%s%d:%s,%d:%s,%d:%s,%s%s%s%s%s%d:%s,%s%s%d:%s," % (
                head, len(number), number, len(prev), prev, len(at), at,
                known.get(actor) or few(actor), known.get(user) or few(user or b""),
                known.get(origin) or few(origin),
                b"-," if request is None else b"%d:%s," % (len(request), request),
                known.get(action) or few(action), len(object), object,
                b"-," if version is None else frame(b"%d" % version),
                known.get(reason) or few(reason), len(body), body,
            )  # fmt: skip
            computed = sha256(text).hexdigest().encode()
            if seq <= self.seq:
                self._found(seq, "it stands before the first row")
                continue
            if seq > self.seq + 1:
                self.missing(self.seq + 1, seq - 1)
            elif computed == own and prev not in (self.hash, self._computed):
                self._found(seq, "it does not follow the row before it")
            if computed != own:
                self._found(seq, "its content does not give its hash")
            self.seq, self.hash, self._computed = seq, own, computed
            self._check_seal(row, own, key_id, mac)

    def _few(self, value: bytes) -> bytes:
        framed = frame(value)
        if len(self._framed) < _FEW:
            self._framed[value] = framed
        return framed

    def missing(self, first: int, last: int) -> None:
        what = "the row is missing" if first == last else f"the rows to {last} are missing"
        self._found(first, what)

    def _found(self, seq: int, what: str) -> None:
        if seq != self._found_last:  # what follows from the first fault of a row says nothing more
            self.findings.add(TABLE, seq, what)
        self._found_last = seq

    def _check_seal(self, row: Row, own: bytes, key_id: bytes, mac: bytes) -> None:
        if self._keys is None:
            if key_id or mac:
                self._found(row[0], "it bears a seal, as no row of this store does")
        elif key_id != self._key_id and not self._may_change(row[7], key_id):
            self._found(row[0], _UNSAID if key_id else "it is not sealed, and nothing says why")
        elif key_id:
            self._key_id = self._last_key = key_id
            self._check_mac(row[0], own, key_id, mac)
        else:
            self._key_id = key_id
            self.unsealed += 1
            if mac:
                self._found(row[0], "it bears a seal without a key")

    def _may_change(self, action: bytes, key_id: bytes) -> bool:
        if not key_id:
            return action == KEY_MISSING
        return self._key_id is None or key_id == self._last_key or action == KEY_ROTATED

    def _check_mac(self, seq: int, own: bytes, key_id: bytes, mac: bytes) -> None:
        keys = self._keys or {}
        if key_id not in keys:
            self.unknown_key += 1
            return
        text = self._seals[key_id] + frame(own)
        if hmac.digest(keys[key_id], text, "sha256").hex().encode() != mac:
            self._found(seq, "its seal is not that of the audit key")


_UNSAID = "it is sealed with another key, and nothing says why"
