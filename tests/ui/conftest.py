"""Offices for tests of the console."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ui.office import Office
from tests.ui.rest import quicken
from tests.ui.worlds import office_like


@pytest.fixture(autouse=True)
def _at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    quicken(monkeypatch)


@pytest.fixture
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    """One that is lived in, or as the test's parameter says."""
    with office_like(getattr(request, "param", "lived_in")) as made:
        yield made
