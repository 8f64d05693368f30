"""Bytes that are no text in a file: one sentence, whichever of them it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from billing_tui.services.customers import Customers
from storage.engine import open_engine
from storage.errors import NotAStore
from storage.repos.store_meta import acting_as_owner
from storage.store import Identity, Store, outside_units
from tests.books import books
from tests.stores import NOON, ORIGIN, sqlite_store


@pytest.fixture
def made(tmp_path: Path) -> Store:
    store = sqlite_store(tmp_path / "store.db")
    books(store)
    store.close()
    return store


def damaged(made: Store, whole: bytes, broken: bytes) -> Store:
    """The same store with some of its bytes others."""
    path = Path(str(made.engine.url.database))
    data = path.read_bytes()
    assert whole in data
    assert len(whole) == len(broken)
    path.write_bytes(data.replace(whole, broken))
    identity = Identity(made.identity.organisation, "tester", ORIGIN)
    return Store(open_engine(f"sqlite:///{path}"), identity, lambda: NOON)


def test_a_schema_that_is_no_text(made: Store) -> None:
    store = damaged(made, b"CREATE TABLE customer ", b"CREATE TABLE \xff\xfestomer ")
    with pytest.raises(NotAStore), outside_units(store.engine) as connection:
        connection.execute(text("SELECT 1 FROM organisation"))
    with pytest.raises(NotAStore):
        Customers(store).list()
    store.close()


def test_a_name_in_the_schema_that_is_no_text(made: Store) -> None:
    """SQLite quotes it in its complaint, which is then no text either."""
    store = damaged(made, b"tablecustomercustomer", b"table\xff\xfestomer\xff\xfestomer")
    for opened in (outside_units, acting_as_owner):
        with pytest.raises(NotAStore), opened(store.engine) as connection:
            connection.execute(text("SELECT 1 FROM organisation"))
    store.close()


def test_a_cell_that_is_no_text(made: Store) -> None:
    store = damaged(made, "Łódź Café".encode(), b"\xff\xfe" * 6 + b"\xc3")
    with pytest.raises(NotAStore):
        Customers(store).show("C-00001")
    store.close()
