"""Trees of things that can also be merged: who stands above whom, how deep, and no circles.

One step up goes to `merged_into`, else to `parent`: what lies under a merged thing lies under the
one it was merged into, although nothing was moved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from .errors import Refused

DEEPEST = 10


@dataclass(frozen=True, slots=True)
class Node:
    """`name` is what people call it: a customer's number, a department's code."""

    id: UUID
    name: str
    parent: UUID | None
    merged_into: UUID | None
    archived: bool = False

    @property
    def above(self) -> UUID | None:
        return self.merged_into or self.parent


@dataclass(frozen=True, slots=True)
class Below:
    """A node with its full name, and what it sorts by among its sisters."""

    node: Node
    label: str
    sort: str


class TreeCircle(Refused):
    def __init__(self, name: str, above: str) -> None:
        self.name, self.above = name, above
        super().__init__(
            "A circle in the tree",
            f"{above} already lies under {name}. Move {above} elsewhere first.",
        )


class SameTwice(Refused):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__("Twice the same", f"{name} cannot give way to itself. Name two.")


class TreeTooDeep(Refused):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "Tree too deep",
            f"{name} would reach below level {DEEPEST}. Put it under something higher up.",
        )


class NotBelowMerged(Refused):
    def __init__(self, name: str, into: str) -> None:
        self.name, self.into = name, into
        super().__init__("Merged", f"{name} was merged into {into}. Name {into} instead.")


class NotBelowArchived(Refused):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "Archived", f"{name} is archived. Unarchive it first, or choose another one."
        )


class StillInUse(Refused):
    def __init__(self, name: str, below: int) -> None:
        self.name, self.below = name, below
        told = (
            f"1 active one lies under {name}. Move or archive it first."
            if below == 1
            else f"{below:,} active ones lie under {name}. Move or archive those first."
        )
        super().__init__("Others lie below", told)


def chain(nodes: Mapping[UUID, Node], start: UUID) -> list[Node]:
    """From `start` to the top, merged ones included."""
    found = [nodes[start]]
    while (up := found[-1].above) is not None:
        found.append(nodes[up])
        if len(found) > len(nodes):
            raise TreeCircle(found[0].name, found[-1].name)
    return found


def survivor(nodes: Mapping[UUID, Node], start: UUID) -> Node:
    """Whom a chain of merges ends at; the thing itself when it was not merged."""
    for node in chain(nodes, start):
        if node.merged_into is None:
            return node
    raise AssertionError("a chain always ends")


def depth(steps: Sequence[Node]) -> int:
    """How many levels lie above the first of a chain; a merge is not a level."""
    return sum(1 for node in steps if node.merged_into is None and node.parent is not None)


def check_parent(child: Node, steps: Sequence[Node], below: int) -> None:
    """Whether `child`, with `below` levels under it, may go under the first of `steps`."""
    parent = steps[0]
    if parent.merged_into is not None:
        into = next(node for node in steps if node.merged_into is None)
        raise NotBelowMerged(parent.name, into.name)
    if parent.archived:
        raise NotBelowArchived(parent.name)
    if any(node.id == child.id for node in steps):
        raise TreeCircle(child.name, parent.name)
    if depth(steps) + 1 + below >= DEEPEST:
        raise TreeTooDeep(child.name)


def check_merge(loser: Node, steps: Sequence[Node], below: int) -> None:
    """Whether `loser`, with `below` levels under it, may give way to the first of `steps`."""
    winner = steps[0]
    if winner.id == loser.id:
        raise SameTwice(loser.name)
    if any(node.id == loser.id for node in steps):
        raise TreeCircle(loser.name, winner.name)
    if depth(steps) + below >= DEEPEST:
        raise TreeTooDeep(winner.name)


def check_unmerge(loser: Node, steps: Sequence[Node], below: int) -> None:
    """Whether a merged one may stand on its own again, under the first of `steps` if any."""
    if not steps:
        return
    top = next(n for n, node in enumerate(steps) if node.merged_into is None)
    check_parent(Node(loser.id, loser.name, None, None), steps[top:], below)


def in_order(found: Sequence[Below]) -> list[tuple[Below, int]]:
    """Each with its level, parents first and then by name; merged ones are left out, and what lay
    under them stands under the one they were merged into."""
    nodes = {line.node.id: line.node for line in found}
    children: dict[UUID | None, list[Below]] = {}
    for line in sorted(found, key=lambda one: (one.sort, one.node.name), reverse=True):
        if line.node.merged_into is None:
            children.setdefault(_stands_under(nodes, line.node.parent), []).append(line)
    lines: list[tuple[Below, int]] = []
    waiting = [(line, 0) for line in children.get(None, ())]
    while waiting:
        line, level = waiting.pop()
        lines.append((line, level))
        waiting += [(one, level + 1) for one in children.get(line.node.id, ())]
    return lines


def _stands_under(nodes: Mapping[UUID, Node], above: UUID | None) -> UUID | None:
    while above is not None and above in nodes:
        into = nodes[above].merged_into
        if into is None:
            return above
        above = into
    return None
