from enum import StrEnum

import pytest

from billing_tui.domain.errors import Refused
from billing_tui.domain.machine import Machine, TransitionRefused


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    LOCKED = "locked_up"
    GONE = "gone"


class Act(StrEnum):
    SHUT = "shutting"
    OPEN = "opening"
    LOCK = "locking"


TABLE = {
    (Door.OPEN, Act.SHUT): Door.SHUT,
    (Door.SHUT, Act.OPEN): Door.OPEN,
    (Door.SHUT, Act.LOCK): Door.LOCKED,
}
DOOR = Machine("a door", TABLE)


@pytest.mark.parametrize(("state", "event", "expected"), DOOR.walk())
def test_the_table_is_all_that_happens(state: Door, event: Act, expected: Door | None) -> None:
    assert DOOR.allows(state, event) == (expected is not None)
    if expected is not None:
        assert DOOR.next(state, event) is expected is TABLE[state, event]
        return
    with pytest.raises(TransitionRefused) as refused:
        DOOR.next(state, event)
    assert isinstance(refused.value, Refused)
    assert (refused.value.thing, refused.value.state, refused.value.event) == (
        "a door",
        state,
        event,
    )


def test_the_walk_is_the_full_product() -> None:
    assert len(list(DOOR.walk())) == len(Door) * len(Act)


def test_a_refusal_is_a_sentence() -> None:
    with pytest.raises(
        TransitionRefused, match=r"^Opening is not possible for a door that is locked up\.$"
    ):
        DOOR.next(Door.LOCKED, Act.OPEN)


def test_what_can_happen_next() -> None:
    assert DOOR.events_from(Door.SHUT) == (Act.OPEN, Act.LOCK)
    assert DOOR.is_final(Door.LOCKED)
    assert not DOOR.is_final(Door.OPEN)
    assert DOOR.reachable(Door.OPEN) == {Door.OPEN, Door.SHUT, Door.LOCKED}


def test_an_event_has_its_sources_and_its_target() -> None:
    assert DOOR.sources(Act.LOCK) == {Door.SHUT}
    assert DOOR.target(Act.LOCK) is Door.LOCKED
    assert DOOR.final == {Door.LOCKED, Door.GONE}
    apart = Machine(
        "a door", TABLE | {(Door.LOCKED, Act.OPEN): Door.OPEN, (Door.GONE, Act.OPEN): Door.GONE}
    )
    with pytest.raises(ValueError, match="too many"):
        apart.target(Act.OPEN)


def test_the_table_cannot_be_changed_later() -> None:
    table = dict(TABLE)
    machine = Machine("a door", table)
    table[Door.LOCKED, Act.OPEN] = Door.OPEN
    assert not machine.allows(Door.LOCKED, Act.OPEN)


def test_an_empty_table_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Machine[Door, Act]("a door", {})
