"""Switching features on and off, for all or for some."""

from __future__ import annotations

from billing_tui.domain import features as rules
from billing_tui.domain.features import Feature, FeatureChange
from billing_tui.domain.rights import Right
from storage.repos import features
from storage.uow import Unit

from .cases import Service, reads, writes


class Features(Service):
    @reads("features.list")
    def all(self, unit: Unit) -> tuple[Feature, ...]:
        return features.all_features(unit)

    @reads("features.mine")
    def mine(self, unit: Unit) -> frozenset[str]:
        """What is on for this person, for whoever shows areas and commands."""
        known = features.all_features(unit)
        return frozenset(
            each.name for each in known if each.on_for(unit.actor.user, unit.actor.roles)
        )

    @writes("features.set", Right.MANAGE_SETTINGS)
    def set(self, unit: Unit, name: str, change: FeatureChange) -> Feature:
        rules.settable(name)
        feature = rules.changed(features.one(unit, name), change)
        features.save(unit, feature, "features.set")
        return feature
