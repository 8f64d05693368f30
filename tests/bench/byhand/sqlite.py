"""The work written by hand against SQLite: bare cursors, prepared tuples, one commit a unit."""

import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from billing_tui.domain.ids import new_id
from storage.engine import journal_settings, sqlite_module

from .customers import CUSTOMER, Customer, body, keys, read, row

UNIT = 200
AT = "2026-11-21T12:00:00.000000Z"


def connect(path: Path) -> Any:
    module = sqlite_module()
    connection = module.connect(str(path), isolation_level=None)
    journal, synchronous = journal_settings(module.sqlite_version_info)
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


class Books:
    """The organisation of a founded store, and the tip of its chain."""

    def __init__(self, path: Path, key_id: str, key: bytes) -> None:
        self.connection = connect(path)
        self.key_id, self.key = key_id, key
        self.organisation, self.seq, self.head = self.connection.execute(
            "SELECT organisation, seq, hash FROM audit_head"
        ).fetchone()
        self.user, self.origin, self.person = self.connection.execute(
            "SELECT actor, origin, database_user FROM audit_log LIMIT 1"
        ).fetchone()
        self.ids: dict[str, str] = {}

    def import_file(self, data: bytes) -> int:
        found = read(data)
        for start in range(0, len(found), 500):
            self.refuse_known(found[start : start + 500])
        return self.write(found)

    def write(self, found: Sequence[Customer]) -> int:
        for start in range(0, len(found), UNIT):
            self.write_unit(found[start : start + UNIT])
        return len(found)

    def refuse_known(self, found: Sequence[Customer]) -> None:
        marks = ",".join("?" * len(found))
        names = [self.organisation, *(one.number for one in found)]
        taken = f"SELECT number FROM customer WHERE organisation = ? AND number IN ({marks})"
        looks = [self.organisation, *(one.look for one in found)]
        alike = f"SELECT sort_name FROM customer WHERE organisation = ? AND skeleton IN ({marks})"
        departments = {each["department"] for one in found for each in one.allocations}
        known = {code for (code,) in self.connection.execute("SELECT code FROM department")}
        if self.connection.execute(taken, names).fetchall() or departments - known:
            raise ValueError("in the store already, or without a department")
        self.connection.execute(alike, looks).fetchall()

    def write_unit(self, unit: Sequence[Customer]) -> None:
        run, request = self.connection, str(new_id())
        run.execute("BEGIN IMMEDIATE")
        run.execute(
            "INSERT INTO request (organisation, id, actor, action, params, result, at)"
            " VALUES (?, ?, ?, 'byhand', '', '200', ?)",
            (self.organisation, request, self.user, AT),
        )
        run.execute("UPDATE counter SET n = n WHERE name IN ('customer', 'customer tree')")
        self.number(unit)
        marks = ",".join("?" * 24)
        rows, found, bodies = [], [], []
        personal: list[tuple[str, str, str, str]] = []
        for one in unit:
            parent = self.ids[one.parent] if one.parent else None
            self.ids[one.number] = str(one.id)
            rows.append(row(self.organisation, one, parent, AT))
            found += [
                (self.organisation, kind, key, str(one.id)) for kind, key in sorted(keys(one))
            ]
            bodies.append((f"customer:{one.id}", body(one, parent, personal)))
        run.executemany(f"INSERT INTO customer ({CUSTOMER}) VALUES ({marks})", rows)
        run.executemany(
            "INSERT INTO customer_key (organisation, kind, key, customer) VALUES (?, ?, ?, ?)",
            found,
        )
        run.executemany(
            "INSERT INTO personal_value (organisation, digest, object, salt, value)"
            " VALUES (?, ?, ?, ?, ?)",
            [(self.organisation, *one) for one in personal],
        )
        self.chain(request, bodies)
        run.execute("COMMIT")

    def number(self, unit: Sequence[Customer]) -> None:
        missing = [one for one in unit if not one.number]
        if not missing:
            return
        ((last,),) = self.connection.execute(
            "UPDATE counter SET n = n + ? WHERE name = 'customer' RETURNING n", (len(missing),)
        ).fetchall()
        for at, one in enumerate(missing):
            one.number = f"C-{last - len(missing) + 1 + at:05d}"

    def chain(self, request: str, bodies: Sequence[tuple[str, str]]) -> None:
        rows = []
        for name, text in bodies:
            self.seq += 1
            prev = self.head
            said = (
                self.organisation, str(self.seq), prev, AT, self.user, self.person, self.origin,
                request, "customers.create", name, "1", "", text,
            )  # fmt: skip
            self.head = digest(said)
            mac = hmac.new(self.key, framed((self.key_id, self.head)), hashlib.sha256).hexdigest()
            rows.append((*said, self.head, self.key_id, mac))
        marks = ",".join("?" * 16)
        self.connection.executemany(
            "INSERT INTO audit_log (organisation, seq, prev, at, actor, database_user, origin,"
            " request, action, object, version, reason, body, hash, key_id, mac)"
            f" VALUES ({marks})",
            [(r[0], int(r[1]), *r[2:10], 1, *r[11:]) for r in rows],
        )
        self.connection.execute("UPDATE audit_head SET seq = ?, hash = ?", (self.seq, self.head))

    def verify(self) -> int:
        """The bare hash loop: every row hashed, compared and its seal checked."""
        seq, prev = 0, "0" * 64
        for found in self.connection.execute(
            "SELECT organisation, seq, prev, at, actor, database_user, origin, request, action,"
            " object, version, reason, body, hash, key_id, mac FROM audit_log ORDER BY seq"
        ):
            seq += 1
            version = None if found[10] is None else str(found[10])
            said = (found[0], str(found[1]), *found[2:10], version, *found[11:13])
            mac = hmac.new(self.key, framed((found[14], found[13])), hashlib.sha256).hexdigest()
            if found[2] != prev or digest(said) != found[13] or found[1] != seq or mac != found[15]:
                raise ValueError(seq)
            prev = found[13]
        return seq


def framed(values: Sequence[str | None]) -> bytes:
    parts = [b"\x01"]
    for value in values:
        if value is None:
            parts.append(b"-,")
        else:
            data = value.encode()
            parts.append(b"%d:%s," % (len(data), data))
    return b"".join(parts)


def digest(values: Sequence[str | None]) -> str:
    return hashlib.sha256(framed(values)).hexdigest()
