"""State machines as tables: what is not in the table does not happen."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from itertools import product
from types import MappingProxyType
from typing import Generic, TypeVar

from .errors import Refused

S = TypeVar("S", bound=Enum)
E = TypeVar("E", bound=Enum)


class TransitionRefused(Refused):
    def __init__(self, thing: str, state: Enum, event: Enum) -> None:
        self.thing, self.state, self.event = thing, state, event
        super().__init__(
            "Not possible now",
            f"{_said(event).capitalize()} is not possible for {thing} that is {_said(state)}.",
        )


class Machine(Generic[S, E]):
    """`thing` is how a refusal names it: "an invoice". `table` maps (state, event) to a state."""

    def __init__(self, thing: str, table: Mapping[tuple[S, E], S]) -> None:
        if not table:
            raise ValueError("a machine needs at least one transition")
        self.thing = thing
        self.table = MappingProxyType(dict(table))
        state, event = next(iter(table))
        self.states, self.events = tuple(type(state)), tuple(type(event))

    def next(self, state: S, event: E) -> S:
        try:
            return self.table[state, event]
        except KeyError:
            raise TransitionRefused(self.thing, state, event) from None

    def allows(self, state: S, event: E) -> bool:
        return (state, event) in self.table

    def events_from(self, state: S) -> tuple[E, ...]:
        return tuple(event for event in self.events if (state, event) in self.table)

    def sources(self, event: E) -> frozenset[S]:
        """Where this event may find the thing: the condition of the UPDATE that makes it happen."""
        return frozenset(state for state in self.states if (state, event) in self.table)

    def target(self, event: E) -> S:
        """Where this event leads from all of its sources; one that leads apart has to be asked with
        a state."""
        (only,) = {self.table[state, event] for state in self.sources(event)}
        return only

    def is_final(self, state: S) -> bool:
        return not self.events_from(state)

    @property
    def final(self) -> frozenset[S]:
        return frozenset(filter(self.is_final, self.states))

    def walk(self) -> tuple[tuple[S, E, S | None], ...]:
        """Every state with every event, and where it leads; None is refused. Made for tests."""
        pairs = product(self.states, self.events)
        return tuple((state, event, self.table.get((state, event))) for state, event in pairs)

    def reachable(self, start: S) -> frozenset[S]:
        seen, waiting = {start}, [start]
        while waiting:
            state = waiting.pop()
            new = {self.table[state, event] for event in self.events_from(state)} - seen
            seen |= new
            waiting += new
        return frozenset(seen)


def _said(member: Enum) -> str:
    return str(member.value).replace("_", " ")
