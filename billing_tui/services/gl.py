"""What the general ledger calls our accounts, by legal entity and department, from which day."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from billing_tui.domain.gl import (
    GlMapping,
    NothingMapped,
    Unmapped,
    checked_account,
    checked_gl_code,
    code_for,
    unmapped,
)
from billing_tui.domain.rights import Right
from storage.repos import departments, gl, organisations
from storage.uow import Unit

from .cases import Service, reads, writes


class Gl(Service):
    @writes("accounts.set", Right.EDIT_ACCOUNTS)
    def set(
        self,
        unit: Unit,
        account: str,
        code: str,
        entity: str,
        department: str = "",
        on: date | None = None,
    ) -> GlMapping:
        """From a day on, today if none is named; of one day the last word counts."""
        kept = checked_gl_code(code)
        place = _placed(unit, account, entity, department)
        return gl.put(unit, *place, on or unit.today, kept, "accounts.set")

    @writes("accounts.end", Right.EDIT_ACCOUNTS)
    def end(
        self,
        unit: Unit,
        account: str,
        entity: str,
        department: str = "",
        on: date | None = None,
    ) -> GlMapping:
        """From a day on this account has no code of its own; a wider mapping may still answer."""
        day = on or unit.today
        where, part, name = _placed(unit, account, entity, department, old=True)
        own = [m for m in gl.mappings(unit, where, name) if m.valid_from <= day]
        latest = [m for m in own if m.department == _code(unit, department)]
        if not latest or latest[-1].ends:
            raise NothingMapped(name, entity, day)
        return gl.put(unit, where, part, name, day, "", "accounts.end")

    @reads("accounts.list")
    def list(
        self, unit: Unit, entity: str = "", account: str = "", on: date | None = None
    ) -> tuple[GlMapping, ...]:
        """All that were ever set, or with `on` those that count on that day."""
        where = gl.entity(unit, entity) if entity else None
        found = gl.mappings(unit, where, account)
        if on is None:
            return tuple(found)
        latest: dict[tuple[str, str, str], GlMapping] = {}
        for mapping in found:
            if mapping.valid_from <= on:
                latest[mapping.entity, mapping.account, mapping.department] = mapping
        return tuple(mapping for mapping in latest.values() if not mapping.ends)

    @reads("accounts.code")
    def code(
        self, unit: Unit, account: str, entity: str, department: str = "", on: date | None = None
    ) -> str | None:
        """The code a posting is exported under; a merged department counts as its successor."""
        where = gl.entity(unit, entity)
        books = next(code for code, id in gl.entities(unit).items() if id == where)
        part = departments.find(unit, department) if department else None
        name = (part.merged_into or part.code) if part else ""
        found = gl.mappings(unit, where)
        return code_for(found, account, books, name, on or unit.today)

    @reads("accounts.unmapped")
    def unmapped(
        self, unit: Unit, entity: str = "", on: date | None = None
    ) -> tuple[Unmapped, ...]:
        """What has no code on a day, for each legal entity."""
        wanted = gl.entity(unit, entity) if entity else None
        found: list[Unmapped] = []
        everywhere = gl.entities(unit)
        used = gl.posted_accounts(unit)
        for code, id in everywhere.items():
            if wanted in (None, id):
                alone = len(everywhere) == 1
                posted = [a for a in used if alone or gl.is_posted(unit, a, id)]
                found += unmapped(gl.mappings(unit, id), code, posted, on or unit.today)
        return tuple(found)


def _placed(
    unit: Unit, account: str, entity: str, department: str, old: bool = False
) -> tuple[UUID, UUID | None, str]:
    """The keys of a mapping; `old` ones may name a department that is no longer in use."""
    name = checked_account(account)
    organisations.hold(unit, "accounts")
    where = gl.entity(unit, entity)
    if not department:
        return where, None, name
    departments.hold_tree(unit)
    part = departments.find(unit, department)
    if not old:
        for error in departments.unusable(unit, [part.code]).values():
            raise error
    return where, part.id, name


def _code(unit: Unit, department: str) -> str:
    return departments.find(unit, department).code if department else ""
