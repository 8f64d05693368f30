"""Stores to tamper with: a copied file, or an organisation of its own on the shared server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from billing_tui.adapters.checkpoints import CheckpointFile
from billing_tui.adapters.signing import SigningKey
from billing_tui.services.verify import Witness
from tests.books import Books
from tests.services.verify.tampering import Hand, copied, filled, hand_on, template


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def local(made: Books, tmp_path: Path) -> Iterator[Books]:
    shop = copied(made, tmp_path / "store.db")
    yield shop
    shop.store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest) -> Books:
    if request.param == "sqlite":
        found: Books = request.getfixturevalue("local")
        return found
    return filled(request.getfixturevalue("shared_store"))


@pytest.fixture
def hand(shop: Books, request: pytest.FixtureRequest) -> Iterator[Hand]:
    database = None if shop.store.sqlite else request.getfixturevalue("database")
    with hand_on(shop, database) as reaching:
        yield reaching


@pytest.fixture
def local_hand(local: Books) -> Iterator[Hand]:
    with hand_on(local, None) as reaching:
        yield reaching


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(
        CheckpointFile(tmp_path / "checkpoints.jsonl"), "here", SigningKey(bytes(range(32)))
    )
