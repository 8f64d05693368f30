"""Offices for tests of the console."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ui.office import Office
from tests.ui.rest import quicken, spare
from tests.ui.worlds import office_like


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
