"""A million customers for lists to show, by one statement a table: rows and keys as the program
writes them, but no chain, which lists don't read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .sqlite import connect

_FIRST = (
    "Acme Amber Apex Arctic Atlas Aurora Azure Baltic Beacon Birch Blue Boreal Bright Cedar"
    " Cobalt Copper Coral Crest Crown Delta Dune Eagle Ember Falcon Fjord Forest Gamma Glacier"
    " Globex Granite Harbour Hazel Helix Horizon Iron Ivory Jade Juniper Keystone Lagoon Linden"
    " Lumen Maple Meridian Nordic Northern Oak Onyx Orion Pearl Pine Polar Quartz Raven River"
    " Sable Summit Tyrell Umbra Vertex Wayne Zenith"
)
_SECOND = (
    "Analytics Bakeries Brewing Builders Cargo Ceramics Chemicals Clinics Consulting Dairy"
    " Design Energy Engines Farms Fashion Foods Forge Freight Furniture Gardens Glass Group"
    " Health Hotels Industries Kitchens Labs Law Lighting Logistics Marine Media Metals Mills"
    " Motors Optics Paper Pharma Plastics Press Rail Robotics Software Solar Steel Studio"
    " Systems Telecom Textiles Timber Tools Toys Travel Vision Water Works Yachts"
)
FIRST, SECOND, THIRD = (
    _FIRST.split(),
    _SECOND.split(),
    ("Zurich", "Quito", "Kyiv", "Jena", "Xanten"),
)
COLUMNS = (
    "organisation, id, version, number, name, currency, terms, delivery, language, addresses,"
    " contacts, tax_ids, allocations, brakes, tags, meta_data, sort_name, sort_number, skeleton,"
    " created_at"
)
# A share of all are gold and pay in dollars; of the others with a tag, and of those with a third
# word, there are as many in every list that has this many rows.
ALIKE = 10_000
GOLD, DOLLARS = "n % 7 = 0", "n % 3 = 0"
VIP, WATCHED = f"n % 4 = 1 AND n <= {ALIKE}", f"n % 4 = 3 AND n <= {ALIKE}"
LOOK = (
    f" JOIN words f ON f.kind = 1 AND f.i = n % {len(FIRST)}"
    f" JOIN words s ON s.kind = 2 AND s.i = (n / {len(FIRST)}) % {len(SECOND)}"
    f" LEFT JOIN words t ON t.kind = 3 AND n % 5 = 0 AND n <= {ALIKE}"
    f" AND t.i = (n / 5) % {len(THIRD)}"
)


def statements(numbers: str, organisation: str, id: str, created: str) -> Iterator[str]:
    """What differs between the engines is given."""
    name = "f.word || ' ' || s.word || coalesce(' ' || t.word, '')"
    digits = "length(n || '')"
    yield (
        f"INSERT INTO customer ({COLUMNS}) SELECT {organisation}, {id}, 1, 'C-' || n, {name},"
        f" CASE WHEN {DOLLARS} THEN 'USD' ELSE 'EUR' END, 'net30', 'email', 'en', '[]', '[]', '[]',"
        f" '[]', '{{}}', CASE WHEN {GOLD} THEN '[\"gold\"]' ELSE '[]' END, '{{}}', lower({name}),"
        f" 'c-' || CASE WHEN {digits} < 10 THEN '0' ELSE '' END || {digits} || n,"
        f" lower({name}), {created} FROM {numbers}{LOOK}"
    )
    for kind, key, which in (
        ("word", "lower(f.word)", "1 = 1"), ("word", "lower(s.word)", "1 = 1"),
        ("word", "lower(t.word)", "t.word IS NOT NULL"), ("number", "'c' || n", "1 = 1"),
        ("tag", "'gold'", GOLD), ("tag", "'vip'", VIP),
        ("tag", "'watched'", WATCHED),
    ):  # fmt: skip
        yield (
            f"INSERT INTO customer_key (organisation, kind, key, customer)"
            f" SELECT {organisation}, '{kind}', {key}, {id} FROM {numbers}{LOOK} WHERE {which}"
        )


def words() -> list[tuple[int, int, str]]:
    lists = enumerate((FIRST, SECOND, THIRD), 1)
    return [(kind, i, word) for kind, each in lists for i, word in enumerate(each)]


def fill_sqlite(path: Path, organisation: str, rows: int) -> None:
    connection = connect(path)
    for pragma in ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -400000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TEMP TABLE words (kind, i, word, PRIMARY KEY (kind, i))")
    connection.executemany("INSERT INTO words VALUES (?, ?, ?)", words())
    numbers = (
        f"(WITH RECURSIVE made(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM made WHERE n < {rows})"
        " SELECT n FROM made)"
    )
    id = "printf('%08x-0000-7000-8000-%012x', n, n)"
    created = "strftime('%Y-%m-%dT%H:%M:%S.000000Z', 1700000000 + n * 60, 'unixepoch')"
    connection.execute("BEGIN")
    for statement in statements(numbers, f"'{organisation}'", id, created):
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.close()


def fill_postgres(admin: Any, organisation: str, rows: int) -> None:
    """`admin` is a superuser, whom foreign keys need not stop for each row."""
    run = admin.execute
    run("SET session_replication_role = replica")
    run("CREATE TEMP TABLE words (kind int, i int, word text, PRIMARY KEY (kind, i))")
    with admin.cursor() as cursor:
        cursor.executemany("INSERT INTO words VALUES (%s, %s, %s)", words())
    numbers = f"generate_series(1, {rows}) AS n"
    hexed = "lpad(to_hex(n), {}, '0')"
    id = f"({hexed.format(8)} || '-0000-7000-8000-' || {hexed.format(12)})::uuid"
    created = "to_timestamp(1700000000 + n * 60)"
    for statement in statements(numbers, f"'{organisation}'::uuid", id, created):
        run(statement)
    run("VACUUM ANALYZE")
