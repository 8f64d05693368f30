"""The exponent of a currency is frozen when an organisation first uses it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from billing_tui.domain.currencies import currency
from billing_tui.domain.ids import new_id
from storage.models import CurrencyUse
from storage.models.base import table_of
from storage.rows import object_name
from storage.uow import Unit

_USE = table_of(CurrencyUse)
_USED = select(_USE.c.currency, _USE.c.exponent).where(_USE.c.organisation == bindparam("o"))
# Two who use a currency first at the same time: the second waits and finds it frozen.
_FREEZE = {
    on_sqlite: dialect.insert(_USE)
    .values({column.name: bindparam(column.name) for column in _USE.columns})
    .on_conflict_do_nothing(index_elements=["organisation", "currency"])
    .execution_options(preserve_rowcount=True)
    for on_sqlite, dialect in ((True, sqlite), (False, postgresql))
}


def exponents(unit: Unit) -> dict[str, int]:
    """What one minor unit means, for every currency in use."""
    found = unit.connection.execute(_USED, {"o": unit.organisation})
    return {row.currency: row.exponent for row in found}


def freeze(unit: Unit, codes: Iterable[str]) -> None:
    """Called before the first amount of a currency is kept."""
    for code in sorted(set(codes) - exponents(unit).keys()):
        id, said = new_id(), {"currency": code, "exponent": currency(code).iso}
        row = {"organisation": unit.organisation, "id": id, "version": 1} | said
        if unit.connection.execute(_FREEZE[unit.sqlite], row).rowcount == 1:
            unit.note("currencies.use", object_name(_USE, id), {"after": said}, version=1)
