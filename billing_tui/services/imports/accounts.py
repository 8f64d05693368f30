"""Exchange rates and general ledger codes from files: what stands there already may be replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from billing_tui.domain.imports import mappings as mapping_columns
from billing_tui.domain.imports import rates as rate_columns
from billing_tui.domain.imports.mappings import MappingDraft
from billing_tui.domain.imports.rates import RateDraft
from billing_tui.domain.organisations import EntityNotFound
from billing_tui.domain.rights import Right
from storage.repos import departments, gl, organisations, rates
from storage.uow import Unit

from .targets import Found, Target


def _compare_rates(unit: Unit, drafts: Sequence[RateDraft]) -> list[Found]:
    found = []
    for at, draft in enumerate(drafts):
        new = draft.rate_of()
        for old in rates.latest(unit, draft.base, draft.quote, draft.day):
            if (old.base, old.on) == (new.base, new.on) and old != new:
                said = f"is {old.rate:f} of {old.source} in the store; this replaces it."
                found.append(Found(at, "rate", said, doubt=True))
    return found


def _write_rates(unit: Unit, drafts: Sequence[RateDraft]) -> None:
    organisations.hold(unit, "accounts")
    for draft in drafts:
        rates.put(unit, draft.rate_of())


def _compare_mappings(unit: Unit, drafts: Sequence[MappingDraft]) -> list[Found]:
    return list(_mapping_troubles(unit, drafts))


def _mapping_troubles(unit: Unit, drafts: Sequence[MappingDraft]) -> Iterator[Found]:
    entities = gl.entities(unit)
    wrong = departments.unusable(unit, (draft.department for draft in drafts))
    stored = {
        (one.entity, one.account, one.department, one.valid_from): one.code
        for one in gl.mappings(unit)
    }
    for at, draft in enumerate(drafts):
        if draft.entity not in entities:
            yield Found(at, "entity", f"there is no legal entity {draft.entity}.")
        if draft.department in wrong:
            yield Found(at, "department", wrong[draft.department].message)
        code = stored.get((draft.entity, draft.account, draft.department, draft.valid_from))
        if code is not None and code != draft.code:
            yield Found(at, "code", f"is {code} in the store; this replaces it.", doubt=True)


def _write_mappings(unit: Unit, drafts: Sequence[MappingDraft]) -> None:
    organisations.hold(unit, "accounts")
    entities = gl.entities(unit)
    parts = departments.by_codes(unit, (draft.department for draft in drafts))
    for error in departments.unusable(unit, (draft.department for draft in drafts)).values():
        raise error
    for draft in drafts:
        if draft.entity not in entities:
            raise EntityNotFound(draft.entity)
        part = parts[draft.department].id if draft.department else None
        entity, day = entities[draft.entity], draft.valid_from
        gl.put(unit, entity, part, draft.account, day, draft.code, "accounts.set")


RATES = Target(
    name="rates",
    right=Right.EDIT_ACCOUNTS,
    columns=rate_columns.COLUMNS,
    draft=RateDraft,
    read=rate_columns.read,
    examine=rate_columns.examined,
    key_field="day",
    key=lambda draft: draft.key,
    label=lambda draft: f"{draft.rate:f}",
    compare=_compare_rates,
    write=_write_rates,
)
MAPPINGS = Target(
    name="mappings",
    right=Right.EDIT_ACCOUNTS,
    columns=mapping_columns.COLUMNS,
    draft=MappingDraft,
    read=mapping_columns.read,
    examine=mapping_columns.examined,
    key_field="account",
    key=lambda draft: draft.key,
    label=lambda draft: draft.code,
    compare=_compare_mappings,
    write=_write_mappings,
)
