from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122

import pytest

from billing_tui.domain import ids


def test_ids_are_version_7_and_rise() -> None:
    made = [ids.new_id() for _ in range(10_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(one.version, one.variant) for one in made} == {(7, RFC_4122)}


def test_ids_rise_while_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([5_000_000, 3_000_000, 5_000_000, 4_000_000, 6_000_000])
    monkeypatch.setattr(ids, "_last", (0, 0))
    monkeypatch.setattr("time.time_ns", lambda: next(times))
    made = [ids.new_id() for _ in range(5)]
    assert made == sorted(set(made))


def test_ids_rise_when_the_tail_of_an_instant_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 5_000_000)
    monkeypatch.setattr(ids, "_last", (5, 2**74 - 1))
    assert ids.new_id() > ids.id_from(5, 2**74 - 1)


def test_threads_never_share_an_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ids.new_id(), range(5000)))
    assert len(set(made)) == 5000


def test_an_id_of_an_instant_is_always_the_same() -> None:
    assert str(ids.id_from(0x0193_2F1B_2C00, 0)) == "01932f1b-2c00-7000-8000-000000000000"
    assert str(ids.id_from(2**48 - 1, 2**74 - 1)) == "ffffffff-ffff-7fff-bfff-ffffffffffff"
