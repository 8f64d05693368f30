"""What every table is made of: field helpers, and the three kinds of tables.

Business rows carry a version that triggers watch and the audit chain names. Append-only rows are
never changed. Technical rows are bookkeeping and may be rewritten.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, MetaData, Table
from sqlmodel import Field, SQLModel

from storage import types

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Kind(StrEnum):
    BUSINESS = "business"
    APPEND_ONLY = "append_only"
    TECHNICAL = "technical"
    STORE = "store"  # belongs to the store as a whole, not to one organisation


def field(kind: Any, *, bookkeeping: bool = False, personal: bool = False, **column: Any) -> Any:
    """One column; NOT NULL unless said otherwise."""
    column.setdefault("nullable", False)
    info = {"bookkeeping": bookkeeping, "personal": personal}
    return Field(sa_column=Column(kind, info=info, **column))


def _inherited(kind: Any, **column: Any) -> Any:
    return Field(sa_type=kind, nullable=False, sa_column_kwargs=column)


class Owned(SQLModel):
    """Belongs to one organisation; row-level security is derived from this column."""

    organisation: UUID = _inherited(types.Id, primary_key=True)


class BusinessRow(Owned):
    id: UUID = _inherited(types.Id, primary_key=True)
    version: int = _inherited(types.Whole)


def shape(kind: Kind, *constraints: Any) -> tuple[Any, ...]:
    """The end of every table: its constraints and its kind. STRICT makes SQLite keep types."""
    if kind is Kind.BUSINESS:
        constraints += (CheckConstraint("version >= 1", name="version"),)
    return (*constraints, {"info": {"kind": kind}, "sqlite_strict": True})


def points_to(table: str, *columns: str) -> list[ForeignKeyConstraint]:
    """References inside one organisation: both ends carry it, so no row can cross over."""
    return [
        ForeignKeyConstraint(["organisation", column], [f"{table}.organisation", f"{table}.id"])
        for column in columns
    ]


def table_of(model: type[SQLModel]) -> Table:
    return cast(Table, model.__dict__["__table__"])


def kind_of(table: Table) -> Kind:
    return cast(Kind, table.info["kind"])


def business_columns(table: Table) -> list[Column[Any]]:
    """The columns whose change is an act: all but keys, the version and bookkeeping."""
    return [
        column
        for column in table.columns
        if column.name not in ("organisation", "id", "version")
        and not column.info.get("bookkeeping")
    ]


def complete(metadata: MetaData) -> None:
    """Add the CHECKs that follow from column types, once, after all models are loaded."""
    for table in metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, types.Choice):
                allowed = ", ".join(f"'{choice.value}'" for choice in column.type.choices)
                table.append_constraint(
                    CheckConstraint(f"{column.name} IN ({allowed})", name=column.name)
                )
            elif isinstance(column.type, types.Flag):
                check = CheckConstraint(f"{column.name} IN (0, 1)", name=column.name)
                table.append_constraint(check.ddl_if(dialect="sqlite"))
            elif bounds := _BOUNDS.get(type(column.type)):
                name = f"{column.name}_bounds"
                check = CheckConstraint(bounds.format(column.name), name=name)
                table.append_constraint(check.ddl_if(dialect="postgresql"))


# Postgres also keeps infinity, the years before the first and NaN, which no Python value can be:
# one such row would stop every list it stands in.
_BOUNDS: dict[type, str] = {
    types.Day: "{0} BETWEEN '0001-01-01' AND '9999-12-31'",
    types.UtcTime: "{0} BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00'",
    types.ExactDecimal: "{0} > '-Infinity' AND {0} < 'Infinity'",
}
