from __future__ import annotations

from uuid import UUID

import pytest

from billing_tui.domain.features import (
    GATES,
    RESERVED,
    Feature,
    FeatureChange,
    FeatureOff,
    FeatureReserved,
    FeatureUnknown,
    PercentageRefused,
    changed,
    place_of,
    settable,
)
from billing_tui.domain.ids import id_from
from billing_tui.domain.rights import Role

PEOPLE = [id_from(1_790_000_000_000 + n, n * 977) for n in range(2000)]
ANN = PEOPLE[0]


def test_the_place_of_a_person_is_the_same_everywhere() -> None:
    assert place_of("bulk_import", UUID(int=1)) == 41
    assert place_of("another", UUID(int=1)) == 45


@pytest.mark.parametrize("percentage", [0, 1, 25, 50, 99, 100])
def test_a_percentage_of_people(percentage: int) -> None:
    feature = Feature("bulk_import", True, (), percentage)
    on = sum(feature.on_for(person, [Role.CLERK]) for person in PEOPLE)
    assert abs(on - len(PEOPLE) * percentage / 100) < 80
    assert on == {0: 0, 100: len(PEOPLE)}.get(percentage, on)


def test_a_higher_percentage_only_adds_people() -> None:
    on = set[UUID]()
    for percentage in range(0, 101, 10):
        feature = Feature("bulk_import", True, (), percentage)
        more = {person for person in PEOPLE if feature.on_for(person, ())}
        assert on <= more
        on = more


def test_features_reach_different_people() -> None:
    first, second = (
        {person for person in PEOPLE if place_of(name, person) < 20}
        for name in ("bulk_import", "another")
    )
    assert len(first & second) < len(first) / 2


@pytest.mark.parametrize(
    ("enabled", "roles", "mine", "on"),
    [
        (True, (), (), True),
        (True, (), (Role.AUDITOR,), True),
        (True, (Role.ADMIN, Role.CLERK), (Role.CLERK, Role.AUDITOR), True),
        (True, (Role.ADMIN,), (Role.CLERK,), False),
        (True, (Role.ADMIN,), (), False),
        (False, (), (Role.ADMIN,), False),
        (False, (Role.ADMIN,), (Role.ADMIN,), False),
    ],
)
def test_for_whom_it_is_on(
    enabled: bool, roles: tuple[Role, ...], mine: tuple[Role, ...], on: bool
) -> None:
    assert Feature("another", enabled, roles).on_for(ANN, mine) is on


def test_a_change_leaves_the_rest() -> None:
    feature = Feature("another", False, (Role.CLERK,), 10)
    assert changed(feature, FeatureChange(enabled=True)) == Feature(
        "another", True, (Role.CLERK,), 10, changed=True
    )
    twice = (Role.CLERK, Role.ADMIN, Role.CLERK)
    assert changed(feature, FeatureChange(roles=twice)).roles == (Role.ADMIN, Role.CLERK)
    assert changed(feature, FeatureChange(roles=())).roles == ()
    assert changed(feature, FeatureChange(percentage=0)).percentage == 0
    for wrong in (-1, 101):
        with pytest.raises(PercentageRefused):
            changed(feature, FeatureChange(percentage=wrong))


def test_names_kept_for_later_cannot_be_set() -> None:
    assert not set(RESERVED) & GATES.keys()
    for name in RESERVED:
        with pytest.raises(FeatureReserved):
            settable(name)
    with pytest.raises(FeatureUnknown):
        settable("x" * 1000)
    for name in GATES:
        settable(name)


def test_a_refusal_says_who_can_turn_it_on() -> None:
    for name in GATES:
        assert "admin can turn it on" in FeatureOff(name).message
