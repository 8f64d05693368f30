"""Trees with merges: no circles whatever is tried, and what stands where."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain.errors import Refused
from billing_tui.domain.trees import (
    DEEPEST,
    Below,
    Node,
    StillInUse,
    chain,
    check_merge,
    check_parent,
    check_unmerge,
    depth,
    in_order,
    survivor,
)


def id_of(n: int) -> UUID:
    return UUID(int=n)


def below(nodes: dict[UUID, Node], start: UUID) -> int:
    """How many levels lie under one, counted the slow way."""
    own = depth(chain(nodes, start))
    under = [chain(nodes, id) for id in nodes]
    deepest = [depth(steps) for steps in under if any(node.id == start for node in steps)]
    return max(deepest) - own


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["move", "merge", "unmerge"]), st.integers(1, 15), st.integers(1, 15)
    ),
    max_size=60,
)


@given(MOVES)
def test_whatever_is_tried_no_circle_comes(moves: list[tuple[str, int, int]]) -> None:
    nodes = {id_of(n): Node(id_of(n), f"N{n}", None, None) for n in range(1, 16)}
    for act, one, other in moves:
        node, steps = nodes[id_of(one)], chain(nodes, id_of(other))
        if (node.merged_into is None) != (act != "unmerge"):
            continue
        levels = below(nodes, node.id)
        try:
            if act == "unmerge":
                check_unmerge(node, chain(nodes, node.parent) if node.parent else [], levels)
                nodes[node.id] = Node(node.id, node.name, node.parent, None)
            elif act == "move":
                check_parent(node, steps, levels)
                nodes[node.id] = Node(node.id, node.name, id_of(other), None)
            else:
                winner = survivor(nodes, id_of(other))
                check_merge(node, chain(nodes, winner.id), levels)
                nodes[node.id] = Node(node.id, node.name, node.parent, winner.id)
        except Refused:
            continue
    for id in nodes:
        steps = chain(nodes, id)
        assert depth(steps) < DEEPEST
        assert survivor(nodes, id).merged_into is None
    lines = in_order([Below(node, node.name, node.name) for node in nodes.values()])
    alive = {id for id, node in nodes.items() if node.merged_into is None}
    assert {line.node.id for line, _ in lines} == alive
    assert all(level == depth(chain(nodes, line.node.id)) for line, level in lines)


def test_a_circle_that_is_there_is_not_walked_forever() -> None:
    nodes = {
        id_of(1): Node(id_of(1), "A", id_of(2), None),
        id_of(2): Node(id_of(2), "B", id_of(1), None),
    }
    with pytest.raises(Refused, match="Move"):
        chain(nodes, id_of(1))


@pytest.mark.parametrize(
    ("below", "told"),
    [
        (1, "1 active one lies under OPS. Move or archive it first."),
        (1200, "1,200 active ones lie under OPS. Move or archive those first."),
    ],
)
def test_how_many_lie_below_is_told_in_words(below: int, told: str) -> None:
    assert StillInUse("OPS", below).message == told
