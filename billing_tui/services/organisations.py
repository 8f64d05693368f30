"""The organisation, its legal entities and its settings."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from billing_tui.domain.acts import Request
from billing_tui.domain.organisations import (
    Entity,
    EntityChange,
    EntityDraft,
    EntityExists,
    EntityNotFound,
    Organisation,
    OrganisationChange,
    OrganisationExists,
    changed_entity,
    changed_organisation,
    checked_entity,
)
from billing_tui.domain.rights import Right
from billing_tui.domain.settings_table import (
    SETTINGS,
    Setting,
    checked_setting,
    effective,
    known_setting,
)
from storage.repos import currencies, organisations
from storage.uow import Unit

from .cases import Service, reads, writes
from .setup import Founding, checked, found_beside
from .users import as_owner

GUARD = "people"  # who may save settings is few; one counter keeps two of them apart


class Organisations(Service):
    @reads("organisations.show")
    def show(self, unit: Unit) -> Organisation:
        return organisations.organisation(unit)

    def create(self, request: Request, founding: Founding) -> Organisation:
        """Another organisation in the same store; the result is that one, as its new admin."""
        founding = checked(founding)
        with as_owner(self.store):
            made = self._create(request, founding)
        identity = replace(self.store.identity, organisation=made)
        return Organisations(self.store.acting_as(identity)).show()

    @writes("organisations.create", Right.MANAGE_SETTINGS, as_owner=True)
    def _create(self, unit: Unit, founding: Founding) -> UUID:
        organisations.hold(unit, GUARD)
        there = organisations.all_organisations(unit.connection)
        if founding.organisation in {one.name for one in there}:
            raise OrganisationExists(founding.organisation)
        return found_beside(unit, founding)

    @writes("organisations.edit", Right.MANAGE_SETTINGS)
    def edit(self, unit: Unit, change: OrganisationChange) -> Organisation:
        before = organisations.organisation(unit)
        booked = change.currency is not None and organisations.booked(unit)
        values = changed_organisation(before, change, booked=booked, reason=unit.reason)
        version = before.version if change.version is None else change.version
        if "currency" in values:
            currencies.freeze(unit, [str(values["currency"])])
        organisations.change(unit, before, version, values)
        return organisations.organisation(unit)


class Entities(Service):
    @reads("entities.list")
    def list(self, unit: Unit) -> tuple[Entity, ...]:
        return organisations.entities(unit)

    @reads("entities.show")
    def show(self, unit: Unit, code: str) -> Entity:
        return _known(unit, code)

    @writes("entities.create", Right.MANAGE_SETTINGS)
    def create(self, unit: Unit, draft: EntityDraft) -> Entity:
        checked = checked_entity(draft)
        organisations.hold(unit, GUARD)
        if organisations.entity(unit, checked.code) is not None:
            raise EntityExists(checked.code)
        currencies.freeze(unit, [checked.currency])
        organisations.add_entity(unit, checked)
        return _known(unit, checked.code)

    @writes("entities.edit", Right.MANAGE_SETTINGS)
    def edit(self, unit: Unit, code: str, change: EntityChange) -> Entity:
        before = _known(unit, code)
        after = changed_entity(before, change)
        version = before.version if change.version is None else change.version
        currencies.freeze(unit, [after.currency])
        organisations.change_entity(unit, before.id, version, after)
        return _known(unit, before.code)


class OrganisationSettings(Service):
    @reads("settings.list")
    def list(self, unit: Unit) -> tuple[Setting, ...]:
        kept = organisations.settings(unit)
        return tuple(_setting(name, kept) for name in sorted(SETTINGS))

    @reads("settings.get")
    def get(self, unit: Unit, name: str) -> Setting:
        known_setting(name)
        return _setting(name, organisations.settings(unit))

    @writes("settings.set", Right.MANAGE_SETTINGS)
    def set(self, unit: Unit, name: str, value: str) -> Setting:
        checked = checked_setting(name, value)
        organisations.hold(unit, GUARD)
        organisations.keep_setting(unit, name, checked)
        return _setting(name, organisations.settings(unit))


def _setting(name: str, kept: dict[str, organisations.Kept]) -> Setting:
    one = SETTINGS[name]
    value = effective(name, kept[name].value) if name in kept else one.default
    return Setting(name, value, one.default, one.about, one.takes)


def _known(unit: Unit, code: str) -> Entity:
    found = organisations.entity(unit, code.strip().upper())
    if found is None:
        raise EntityNotFound(code)
    return found
