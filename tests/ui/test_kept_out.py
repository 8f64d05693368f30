"""Somebody who is kept out, or may less, while they are at work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from billing_tui.domain.rights import Role
from billing_tui.domain.users import UserChange
from billing_tui.services.bundle import Services
from tests.ui.areas import done, keys, screens, sign_in
from tests.ui.office import ME, Office
from tests.ui.seat import seated


@pytest.fixture
def office(office: Office) -> Office:
    office.me = "grace"
    return office


@contextmanager
def admin(office: Office) -> Iterator[Services]:
    office.me = ME
    with office.services() as services:
        yield services


async def test_nothing_stays_on_screen_of_whoever_is_kept_out(office: Office) -> None:
    async with seated() as seat:
        await sign_in(seat)
        await keys(seat, "g", "c", "n", "=Half")
        with admin(office) as services:
            done(services.users.disable, "grace")
        seat.app.look()
        await seat.sees("No access", "Password")
        assert screens(seat) == ["SignInScreen"]
        assert seat.app.opened is None
        assert "customers" not in seat.app._screen_stacks


async def test_so_it_is_behind_the_lock(office: Office) -> None:
    async with seated() as seat:
        await sign_in(seat)
        await keys(seat, "ctrl+l", "?locked")
        with admin(office) as services:
            done(services.users.disable, "grace")
        seat.app.look()
        await seat.sees("No access", "Password")
        assert not seat.app.locked


async def test_keys_follow_the_rights_that_are_left(office: Office) -> None:
    async with seated() as seat:
        await sign_in(seat)
        await keys(seat, "g", "c", "?n New")
        with admin(office) as services:
            done(services.users.edit, "grace", UserChange(roles=(Role.AUDITOR,)))
        seat.app.look()
        await seat.until(lambda: "n New" not in seat.text, "may still add")
        await keys(seat, "n")
        assert screens(seat) == ["CustomersScreen"]
