"""Founding: what is decided before anything else exists, checked and written once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from billing_tui.bootstrap import open_console, os_user, starter
from billing_tui.credentials import Credentials, Secret
from billing_tui.domain.errors import InputError
from billing_tui.domain.users import PasswordNeeded, PasswordTooWeak
from billing_tui.services.first_start import StoreFounded
from billing_tui.services.setup import COUNTERS, Founding, checked
from billing_tui.settings import Settings, StoreUrl
from storage.repos import audit, organisations
from storage.store import Store
from tests.commands import Machine
from tests.stores import FOUNDING, PASSWORD


@pytest.fixture
def settings(machine: Machine, tmp_path: Path) -> Settings:
    url = StoreUrl.file(tmp_path / "books.db")
    return Settings(url, "--store", tmp_path / "state", tmp_path / "settings.toml")


@pytest.fixture
def credentials(settings: Settings) -> Credentials:
    return Credentials(settings, {})


def test_codes_are_kept_in_one_spelling() -> None:
    typed = Founding("Nord", "Nord AG", "chf", "ch", "de-ch", "Europe/Zurich")
    found = checked(typed)
    assert (found.currency, found.country, found.locale) == ("CHF", "CH", "de_CH")
    assert checked(found) == found


@pytest.mark.parametrize(
    "change",
    [
        {"organisation": ""},
        {"organisation": "x" * 201},
        {"entity": "  "},
        {"entity": "lone \ud800"},
        {"currency": "GLD"},
        {"country": "XX"},
        {"locale": "../../etc"},
        {"zone": "../../etc/passwd"},
        {"admin": "a\0"},
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(InputError):
        checked(replace(FOUNDING, **change))  # type: ignore[arg-type]


def test_the_books_start_with_every_counter(store: Store) -> None:
    assert all(store.read(lambda unit: _counters(unit.connection)).values())
    found = store.read(organisations.organisation)
    assert (found.name, found.zone, found.version) == ("Northwind", "Europe/Berlin", 1)


def _counters(connection: object) -> dict[str, bool]:
    asked = "SELECT name FROM counter"
    there = set(connection.exec_driver_sql(asked).scalars())  # type: ignore[attr-defined]
    return {name: name in there for name in COUNTERS}


def test_an_owner_with_a_password_is_asked_for_it(
    settings: Settings, credentials: Credentials
) -> None:
    made = starter(settings, credentials)
    with pytest.raises(PasswordTooWeak):
        made.start(FOUNDING, Secret("short"))
    assert not settings.store.path.exists()
    made.start(FOUNDING, Secret(PASSWORD))
    made.finish()
    with pytest.raises(PasswordNeeded):
        open_console(settings, credentials)
    console = open_console(settings, credentials, password=lambda _login: Secret(PASSWORD))
    assert console.services.users.me().login == os_user()
    console.close()


def test_the_console_notes_who_came_and_a_command_does_not(
    settings: Settings, credentials: Credentials
) -> None:
    made = starter(settings, credentials)
    made.start(FOUNDING)
    made.finish()
    lengths = []
    for kind in ("command", "console"):
        console = open_console(settings, credentials, kind=kind)
        rows = console.store.read(lambda unit: list(audit.rows_after(unit, 0)))
        lengths.append((len(rows), rows[-1].action))
        console.close()
    assert lengths == [(4, "entities.create"), (5, "signed_in")]


def test_what_somebody_else_began_is_not_taken_over(
    settings: Settings, credentials: Credentials
) -> None:
    starter(settings, credentials, "anna").start(FOUNDING, Secret(PASSWORD))
    with pytest.raises(StoreFounded):
        starter(settings, credentials, "bert").start(FOUNDING, Secret(PASSWORD))
    again = starter(settings, credentials, "anna").start(FOUNDING, Secret(PASSWORD))
    assert again.resumed
