"""A million customers for lists to show, by one statement a table: rows and keys as the program
writes them, but no chain, which lists don't read."""

from __future__ import annotations

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
FIRST, SECOND = _FIRST.split(), _SECOND.split()
COLUMNS = (
    "organisation, id, version, number, name, currency, terms, delivery, language, addresses,"
    " contacts, tax_ids, allocations, brakes, tags, meta_data, sort_name, sort_number, skeleton,"
    " created_at"
)
GOLD = "n % 7 = 0"


def customers(numbers: str, organisation: str, id: str, created: str) -> str:
    """The statement; what differs between the engines is given."""
    name, sort = "f.word || ' ' || s.word", "lower(f.word) || ' ' || lower(s.word)"
    return (
        f"INSERT INTO customer ({COLUMNS}) SELECT {organisation}, {id}, 1, 'C-' || n, {name},"
        " CASE WHEN n % 3 = 0 THEN 'USD' ELSE 'EUR' END, 'net30', 'email', 'en', '[]', '[]', '[]',"
        f" '[]', '{{}}', CASE WHEN {GOLD} THEN '[\"gold\"]' ELSE '[]' END, '{{}}', {sort},"
        f" 'c-' || CASE WHEN length(n || '') < 10 THEN '0' ELSE '' END || length(n || '') || n,"
        f" {sort}, {created} FROM {numbers} JOIN words f ON f.kind = 1 AND f.i = n % {len(FIRST)}"
        f" JOIN words s ON s.kind = 2 AND s.i = (n / {len(FIRST)}) % {len(SECOND)}"
    )


KEYS = "INSERT INTO customer_key (organisation, kind, key, customer) SELECT organisation, "
KEY_ROWS = (
    "'word', substr(sort_name, 1, {space} - 1), id FROM customer WHERE organisation = {o}",
    "'word', substr(sort_name, {space} + 1), id FROM customer WHERE organisation = {o}",
    "'number', 'c' || substr(number, 3), id FROM customer WHERE organisation = {o}",
    "'tag', 'gold', id FROM customer WHERE organisation = {o} AND tags <> '[]'",
)


def words() -> list[tuple[int, int, str]]:
    return [(1, i, w) for i, w in enumerate(FIRST)] + [(2, i, w) for i, w in enumerate(SECOND)]


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
    o = f"'{organisation}'"
    connection.execute("BEGIN")
    connection.execute(customers(numbers, o, id, created))
    for keys in KEY_ROWS:
        connection.execute(KEYS + keys.format(o=o, space="instr(sort_name, ' ')"))
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
    o = f"'{organisation}'::uuid"
    run(customers(numbers, o, id, "to_timestamp(1700000000 + n * 60)"))
    for keys in KEY_ROWS:
        run(KEYS + keys.format(o=o, space="strpos(sort_name, ' ')"))
    run("VACUUM ANALYZE")
