"""Features that can be switched off, or on for some: which there are, and for whom one is on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from .errors import InputError, NotFound, Refused
from .rights import MATRIX, Right, Role

# Names kept free for what is planned; none can be set before something asks for it.
RESERVED = ("billing", "experiments", "fraud_detection", "transparency")


# What there is to switch, and what each is about. A feature is on until an admin says otherwise.
GATES = {"bulk_import": "taking in whole files"}


class FeatureUnknown(NotFound):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "No such feature", f"There is no feature {name[:40]!r}; there are: {', '.join(GATES)}."
        )


class FeatureReserved(Refused):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "Feature not there yet",
            f"The name {name} is kept for later; nothing asks for it, so it cannot be set.",
        )


class FeatureOff(Refused):
    def __init__(self, name: str) -> None:
        self.name = name
        who = " or ".join(sorted(role.value for role in MATRIX[Right.MANAGE_SETTINGS]))
        super().__init__(
            "Switched off",
            f"The feature {name} ({GATES[name]}) is off for you. Somebody with the role"
            f" {who} can turn it on with `billing-tui features set {name} --on`.",
        )


class PercentageRefused(InputError):
    def __init__(self) -> None:
        super().__init__("Percentage not usable", "A percentage is a whole number from 0 to 100.")


@dataclass(frozen=True, slots=True)
class Feature:
    """One switch. It is on for a person when it is enabled, one of their roles is named (or none
    is), and they are among the percentage."""

    name: str
    enabled: bool = True
    roles: tuple[Role, ...] = ()
    percentage: int = 100
    changed: bool = False  # an admin has set it; otherwise this is how it ships

    def on_for(self, user: UUID, roles: Iterable[Role]) -> bool:
        named = not self.roles or not set(self.roles).isdisjoint(roles)
        return self.enabled and named and place_of(self.name, user) < self.percentage


@dataclass(frozen=True, slots=True)
class FeatureChange:
    """What an admin sets; None leaves a part as it is."""

    enabled: bool | None = None
    roles: tuple[Role, ...] | None = None
    percentage: int | None = None


def settable(name: str) -> None:
    if name in RESERVED:
        raise FeatureReserved(name)
    if name not in GATES:
        raise FeatureUnknown(name)


def changed(feature: Feature, change: FeatureChange) -> Feature:
    percentage = feature.percentage if change.percentage is None else change.percentage
    if not 0 <= percentage <= 100:
        raise PercentageRefused
    roles = feature.roles if change.roles is None else change.roles
    return Feature(
        feature.name,
        feature.enabled if change.enabled is None else change.enabled,
        tuple(sorted(set(roles))),
        percentage,
        changed=True,
    )


def place_of(name: str, user: UUID) -> int:
    """0 to 99, the same for a person at every look and another for each feature, so that a higher
    percentage only adds people and the first ones are not always the same."""
    digest = hashlib.sha256(f"{name}:{user}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100
