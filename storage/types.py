"""Every column type the schema may use. Each refuses at bind time what its engine would bend."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Dialect, Integer, Numeric, Text, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine

from billing_tui.domain.audit import as_given
from billing_tui.domain.dates import parse_utc, utc_text


class WrongColumnValue(TypeError):
    """A programming error: a value of the wrong kind reached a column."""

    def __init__(self, column_type: TypeEngine[Any], value: object) -> None:
        super().__init__(f"{type(column_type).__name__} does not take {type(value).__name__}")


def _is_sqlite(dialect: Dialect) -> bool:
    return dialect.name == "sqlite"


def _kept_text(column_type: TypeEngine[Any], value: object) -> Any:
    """Postgres keeps neither NUL nor half a surrogate pair, and SQLite cuts text at the NUL."""
    if value is None:
        return None
    if not isinstance(value, str) or "\0" in value:
        raise WrongColumnValue(column_type, value)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise WrongColumnValue(column_type, value) from None
    return value


class Id(TypeDecorator[UUID]):
    """A UUID: native on Postgres, lower-case text with hyphens on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text() if _is_sqlite(dialect) else Uuid()

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, UUID):
            raise WrongColumnValue(self, value)
        return str(value) if _is_sqlite(dialect) else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        return UUID(value) if isinstance(value, str) else value


_LARGEST = 2**63 - 1


class Whole(TypeDecorator[int]):
    """A 64-bit whole number; a float or a bool would be bent silently, so it is refused."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Integer() if _is_sqlite(dialect) else BigInteger()

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Any:
        if value is not None and (type(value) is not int or not -_LARGEST <= value <= _LARGEST):
            raise WrongColumnValue(self, value)
        return value


class MinorUnits(Whole):
    """An amount in minor units. Its currency stands in a column beside it."""

    cache_ok = True


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept digit for digit. On SQLite it is text and must not be ordered or summed."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text() if _is_sqlite(dialect) else Numeric()

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            raise WrongColumnValue(self, value)
        return format(value, "f") if _is_sqlite(dialect) else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return Decimal(value) if isinstance(value, str) else value


class UtcTime(TypeDecorator[datetime]):
    """An instant: timestamptz on Postgres, ISO text with six digits and Z on SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text() if _is_sqlite(dialect) else DateTime(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise WrongColumnValue(self, value)
        return utc_text(value) if _is_sqlite(dialect) else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return parse_utc(value) if isinstance(value, str) else value.astimezone(UTC)


class Day(TypeDecorator[date]):
    """A business date, decided once in the organisation's zone."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text() if _is_sqlite(dialect) else Date()

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            raise WrongColumnValue(self, value)
        return value.isoformat() if _is_sqlite(dialect) else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        return date.fromisoformat(value) if isinstance(value, str) else value


class Words(TypeDecorator[str]):
    """Text kept as given, hostile or not."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        return _kept_text(self, value)


class SortKey(TypeDecorator[str]):
    """Text computed for ordering and lookup, compared byte by byte on both engines."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text() if _is_sqlite(dialect) else Text(collation="C")

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        return _kept_text(self, value)


class Choice(TypeDecorator[StrEnum]):
    """One value of an enum, kept as its text under a CHECK."""

    impl = Text
    cache_ok = True

    def __init__(self, choices: type[StrEnum]) -> None:
        super().__init__()
        self.choices = choices

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, self.choices):
            raise WrongColumnValue(self, value)
        return value.value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.choices(value)


class Flag(TypeDecorator[bool]):
    impl = Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Integer() if _is_sqlite(dialect) else Boolean()

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> Any:
        if value is not None and not isinstance(value, bool):
            raise WrongColumnValue(self, value)
        return value if value is None or not _is_sqlite(dialect) else int(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


class JsonText(TypeDecorator[Any]):
    """A small structure kept as JSON text with one spelling, readable by any tool."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else _kept_text(self, as_given(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else from_json(value)


ALLOWED = (
    Id, Whole, MinorUnits, ExactDecimal, UtcTime, Day, Words, SortKey, Choice, Flag, JsonText,
)  # fmt: skip
