"""Offices for tests of the console."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests.ui.office import Office
from tests.ui.rest import quicken, spare
from tests.ui.worlds import office_like


@pytest.fixture(scope="module", autouse=True)
def _few_collections() -> Iterator[None]:
    """What is imported is not looked through again for each console that comes and goes."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _quick(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        quicken(patch)
        if request.node.get_closest_marker("unspared") is None:
            spare(patch)
        yield


@pytest.fixture
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    """One that is lived in, or as the test's parameter says."""
    with office_like(getattr(request, "param", "lived_in")) as made:
        yield made
