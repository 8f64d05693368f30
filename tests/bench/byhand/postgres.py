"""The work written by hand against Postgres: psycopg alone, arrays unnested, one commit a unit.

Row-level security refuses COPY, and rows enter the chain only through the server's function: so
does whoever writes it by hand.
"""

from collections.abc import Sequence
from typing import Any

import psycopg

from billing_tui.domain.ids import new_id

from .customers import CUSTOMER, Customer, body, keys, read, row
from .sqlite import digest

UNIT = 200
# Of the columns of CUSTOMER, in their order.
TYPES = (
    "uuid", "uuid", "bigint", "text", "text", "uuid", "text", "text", "bigint", *["text"] * 9,
    "uuid", "timestamptz", "text", "text", "text", "timestamptz",
)  # fmt: skip


def unnested(table: str, columns: str, types: Sequence[str]) -> str:
    arrays = ", ".join(f"%s::{kind}[]" for kind in types)
    return f"INSERT INTO {table} ({columns}) SELECT * FROM unnest({arrays})"


INSERT = unnested("customer", CUSTOMER, TYPES)
KEYS = unnested(
    "customer_key", "organisation, kind, key, customer", ("uuid", "text", "text", "uuid")
)
PERSONAL = unnested(
    "personal_value", "organisation, digest, object, salt, value", ("uuid", *["text"] * 4)
)
APPEND = (
    "SELECT audit_append(%s::uuid, %s::text, %s::text, %s::text,"
    " %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[])"
)


class Books:
    user: str
    origin: str

    def __init__(self, connection: psycopg.Connection[Any], organisation: str) -> None:
        self.connection, self.organisation = connection, organisation
        known = connection.execute(
            "SELECT actor, origin FROM audit_log WHERE organisation = %s LIMIT 1", (organisation,)
        ).fetchone()
        self.user, self.origin = known or ("", "")
        connection.commit()
        self.ids: dict[str, str] = {}

    def import_file(self, data: bytes) -> int:
        found = read(data)
        for start in range(0, len(found), 500):
            self.refuse_known(found[start : start + 500])
        return self.write(found)

    def write(self, found: Sequence[Customer]) -> int:
        for start in range(0, len(found), UNIT):
            with self.connection.transaction():
                self.write_unit(found[start : start + UNIT])
        return len(found)

    def refuse_known(self, found: Sequence[Customer]) -> None:
        ask = self.connection.execute
        given = (self.organisation, [one.number for one in found])
        taken = ask("SELECT 1 FROM customer WHERE organisation = %s AND number = ANY(%s)", given)
        departments = {each["department"] for one in found for each in one.allocations}
        rows = ask("SELECT code FROM department WHERE organisation = %s", (self.organisation,))
        if taken.fetchall() or departments - {code for (code,) in rows}:
            raise ValueError("in the store already, or without a department")
        given = (self.organisation, [one.look for one in found])
        ask("SELECT sort_name FROM customer WHERE organisation = %s AND skeleton = ANY(%s)", given)
        self.connection.commit()

    def write_unit(self, unit: Sequence[Customer]) -> None:
        run, request = self.connection, new_id()
        run.execute(
            "INSERT INTO request (organisation, id, actor, action, params, at)"
            " VALUES (%s, %s, %s, 'byhand', '', clock_timestamp())",
            (self.organisation, request, self.user),
        )
        counters = "UPDATE counter SET n = n WHERE organisation = %s AND name = ANY(%s)"
        run.execute(counters, (self.organisation, ["customer", "customer tree"]))
        self.number(unit)
        rows: list[tuple[Any, ...]] = []
        found: list[tuple[Any, ...]] = []
        personal: list[tuple[str, str, str, str]] = []
        bodies, names = [], []
        (now,) = run.execute("SELECT clock_timestamp()").fetchone() or (None,)
        for one in unit:
            parent = self.ids[one.parent] if one.parent else None
            self.ids[one.number] = str(one.id)
            rows.append(row(self.organisation, one, parent, now))
            found += [(self.organisation, kind, key, one.id) for kind, key in sorted(keys(one))]
            bodies.append(body(one, parent, personal))
            names.append(f"customer:{one.id}")
        run.execute(INSERT, [list(column) for column in zip(*rows, strict=True)])
        run.execute(KEYS, [list(column) for column in zip(*found, strict=True)])
        aside = [(self.organisation, *one) for one in personal]
        run.execute(PERSONAL, [list(column) for column in zip(*aside, strict=True)])
        count = len(unit)
        run.execute(
            APPEND,
            (
                self.organisation, self.user, self.origin, str(request),
                ["customers.create"] * count, names, [1] * count, [""] * count, bodies,
            ),
        )  # fmt: skip
        run.execute(
            "UPDATE request SET result = '200' WHERE organisation = %s AND id = %s",
            (self.organisation, request),
        )

    def number(self, unit: Sequence[Customer]) -> None:
        missing = [one for one in unit if not one.number]
        if not missing:
            return
        (last,) = self.connection.execute(
            "UPDATE counter SET n = n + %s WHERE organisation = %s AND name = 'customer'"
            " RETURNING n",
            (len(missing), self.organisation),
        ).fetchone() or (0,)
        for at, one in enumerate(missing):
            one.number = f"C-{last - len(missing) + 1 + at:05d}"

    def verify(self) -> int:
        seq, prev = 0, "0" * 64
        with self.connection.transaction(), self.connection.cursor(name="chain") as rows:
            rows.itersize = 10_000
            rows.execute(
                "SELECT organisation::text, seq, prev, at, actor, database_user, origin, request,"
                " action, object, version::text, reason, body, hash FROM audit_log"
                " WHERE organisation = %s ORDER BY seq",
                (self.organisation,),
            )
            for found in rows:
                seq += 1
                said = (found[0], str(found[1]), *found[2:13])
                if found[2] != prev or digest(said) != found[13] or found[1] != seq:
                    raise ValueError(seq)
                prev = found[13]
        return seq
