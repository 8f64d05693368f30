"""A store's file that is moved away, put back or replaced under a running program."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from billing_tui.domain.acts import Request
from storage.errors import NotAStore, StoreAway
from storage.repos import audit
from storage.store import Store
from storage.uow import Unit
from tests.stores import as_text, sqlite_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = sqlite_store(path)
    yield store
    store.close()


def note(store: Store) -> None:
    def write(unit: Unit) -> str:
        unit.note("tried", "thing:1", {})
        return ""

    store.write(write, Request.new(), as_text())


def head(store: Store) -> int:
    found = store.read(audit.head_of)
    assert found is not None
    return found.seq


def moved(path: Path, to: Path) -> None:
    to.mkdir(exist_ok=True)
    for file in path.parent.glob(f"{path.name}*"):
        file.rename(to / file.name)


def test_nothing_is_read_from_or_written_to_a_file_that_is_gone(store: Store, path: Path) -> None:
    away = path.parent / "away"
    moved(path, away)
    for use in (head, note):
        with pytest.raises(StoreAway, match="is gone"):
            use(store)
    assert not path.exists(), "an empty store would be taken for a new one"


def test_it_goes_on_when_the_file_is_back(store: Store, path: Path) -> None:
    before, away = head(store), path.parent / "away"
    moved(path, away)
    with pytest.raises(StoreAway):
        note(store)
    moved(away / path.name, path.parent)
    note(store)
    assert head(store) == before + 1


def test_another_file_in_its_place_is_the_store_from_then_on(store: Store, path: Path) -> None:
    before = head(store)
    store.engine.dispose()
    copy = shutil.copy(path, path.parent / "copy.db")
    note(store)
    assert head(store) == before + 1
    moved(path, path.parent / "away")
    Path(copy).rename(path)
    assert head(store) == before


def test_rubbish_in_its_place_is_no_store(store: Store, path: Path) -> None:
    moved(path, path.parent / "away")
    path.write_bytes(b"rubbish" * 1000)
    with pytest.raises(NotAStore):
        head(store)
