"""Ids are made by clients that know nothing of each other, so they must differ everywhere."""

import random
from multiprocessing import get_context
from uuid import UUID

from billing_tui.domain.ids import id_from, new_id

PROCESSES = 4
IDS = 50_000


def _draw(count: int) -> list[bytes]:
    return [new_id().bytes for _ in range(count)]


def test_processes_draw_different_and_rising_ids() -> None:
    with get_context("spawn").Pool(PROCESSES) as pool:
        drawn = pool.map(_draw, [IDS] * PROCESSES, chunksize=1)
    assert all(mine == sorted(mine) for mine in drawn), "ids of one process must rise"
    assert len({one for mine in drawn for one in mine}) == PROCESSES * IDS


def test_ids_sort_by_instant_then_tail(seed: int) -> None:
    draw = random.Random(seed)
    parts = [(draw.randrange(2**48), draw.randrange(2**74)) for _ in range(IDS)]
    ids = [id_from(*part) for part in sorted(set(parts))]
    assert ids == sorted(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, UUID(int=0x8 << 60).variant)}
