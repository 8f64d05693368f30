"""Writes the CREATE statements of tables that no migration makes yet.

    python -m storage.migrations.draft FOLDER TABLE TABLE

A revision replays its two files, one per engine, so what was released never follows the models.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from alembic import op
from sqlalchemy import Table
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from storage.models import metadata

_DRIVERS = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}
_DIALECTS: dict[str, Dialect] = {
    name: make_url(url).get_dialect()() for name, url in _DRIVERS.items()
}
_BETWEEN = ";\n\n"


def statements(tables: Iterable[Table], dialect: Dialect) -> Iterator[str]:
    for table in tables:
        yield str(CreateTable(table).compile(dialect=dialect)).strip()
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield str(CreateIndex(index).compile(dialect=dialect)).strip()


def replay(folder: Path) -> None:
    """Run the file of the engine at hand; called by revisions."""
    source = folder / f"{op.get_bind().dialect.name}.sql"
    for statement in source.read_text(encoding="utf-8").split(_BETWEEN):
        op.get_bind().exec_driver_sql(statement.rstrip(";\n"))


def write(folder: Path, names: list[str]) -> None:
    chosen = [table for table in metadata.sorted_tables if not names or table.name in names]
    folder.mkdir(parents=True, exist_ok=True)
    for name, dialect in _DIALECTS.items():
        lines = [line.replace("\t", "    ") for line in statements(chosen, dialect)]
        text = "\n".join(line.rstrip() for line in _BETWEEN.join(lines).splitlines())
        (folder / f"{name}.sql").write_text(text + ";\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2:])
