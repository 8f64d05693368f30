"""People on screen: added, given roles, kept out; and on a shared store what only others can do."""

from __future__ import annotations

import pytest

from billing_tui.bootstrap import services_for
from billing_tui.credentials import Secret
from billing_tui.domain.acts import Request
from billing_tui.domain.ids import new_id
from billing_tui.domain.rights import Role
from billing_tui.domain.users import UserDraft
from storage.store import Store
from tests.commands import Machine
from tests.stores import ADMIN, PASSWORD, Database
from tests.ui.areas import acts, fill, keys, last_told
from tests.ui.office import Office
from tests.ui.pages import find, hears, turn_to
from tests.ui.seat import Seat, seated


def roles_of(seat: Seat, login: str) -> tuple[Role, ...]:
    return seat.app.services.users.show(login).roles


async def test_a_person_is_added_with_a_password(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "people")
        await seat.sees("» ada", "Grace Lund", "● active")
        await keys(seat, "n", "=no spaces", "enter", "ctrl+s")
        await seat.sees("takes letters, digits")
        await fill(seat, "ben")
        await keys(seat, "enter", "=Ben Moss", "enter", "right", "space", "enter")
        await keys(seat, "=too short", "enter", "=other", "ctrl+s")
        await seat.sees("at least 12 characters")
        await fill(seat, PASSWORD)
        await keys(seat, "ctrl+s")
        await seat.sees("is not the same as the first one.")
        await fill(seat, PASSWORD)
        await keys(seat, "ctrl+s")
        await hears(seat, "Added ben.")
        assert roles_of(seat, "ben") == (Role.CLERK, Role.APPROVER)


async def test_roles_are_changed_and_put_back(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "people")
        await find(seat, "grace")
        await keys(seat, "a", "enter", "space", "ctrl+s")
        await seat.sees("at least one role")
        await keys(seat, "right", "right", "space", "ctrl+s")
        await hears(seat, "Saved grace (controller).")
        await keys(seat, "u")
        await hears(seat, "Taken back.")
        assert roles_of(seat, "grace") == (Role.CLERK,)


async def test_a_person_is_kept_out_let_in_and_given_a_password(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "people")
        await find(seat, "grace")
        await keys(seat, "o")
        await seat.sees("Grace Lund (grace) cannot come in")
        await keys(seat, "y", "?○ disabled", "u")
        await hears(seat, "Taken back.")
        assert not seat.app.services.users.show("grace").disabled
        await keys(seat, "p", "=correct horse battery", "enter", "=correct horse battery", "enter")
        await hears(seat, "grace has a new password.")


async def test_the_last_admin_stays_one_and_nobody_shuts_themselves_out(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "people")
        await find(seat, "ada")
        assert acts(seat)["On/off"].why_not.startswith("Nobody shuts themselves out")
        await keys(seat, "a", "enter", "right", "right", "right", "space", "ctrl+s")
        await seat.sees("is the last active admin")
        assert Role.ADMIN in roles_of(seat, "ada")


async def test_a_login_is_taken_once(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "people")
        await keys(seat, "n", "=grace", "ctrl+s", "?is a user already")
        await keys(seat, "escape")
        assert "draft" in last_told(seat)


@pytest.fixture
def shared(machine: Machine, database: Database, shared_store: Store) -> str:
    """An admin of a shared store whose login may act for the store, but makes no other logins."""
    login = f"admin_{new_id().hex[-12:]}"
    draft = UserDraft(login, "Second Admin", (Role.ADMIN,))
    services_for(shared_store).users.add(Request.new(), draft, Secret(PASSWORD))
    with database.server.superuser() as server:
        server.execute(f'GRANT "{database.name}_owner" TO "{login}"'.encode())
    machine.patch.setenv("BILLING_TUI_STORE", database.server.url(login, database.name))
    machine.patch.setenv("BILLING_TUI_STORE_PASSWORD_FILE", str(machine.secret()))
    machine.patch.setenv("BILLING_TUI_ORGANISATION", str(shared_store.identity.organisation))
    return login


async def test_what_the_login_may_not_do_is_handed_on_as_sql(shared: str) -> None:
    login = f"new_{new_id().hex[-12:]}"
    async with seated() as seat:
        await turn_to(seat, "people")
        await seat.sees("» admin_", "the server's")
        await keys(seat, "n", f"={login}", "ctrl+s")
        await seat.sees("One step is left", f'CREATE ROLE "{login}" LOGIN;')
        await keys(seat, "y")
        assert seat.app.clipboard.splitlines()[-1] == f'\\password "{login}"'
        await keys(seat, "escape", f"?{login}")


async def test_a_login_of_the_server_keeps_its_password(shared: str) -> None:
    async with seated() as seat:
        await turn_to(seat, "people")
        await keys(seat, "n", f"={ADMIN}", "enter", "enter", "enter")
        await keys(seat, f"={PASSWORD}", "enter", f"={PASSWORD}", "ctrl+s")
        await seat.sees("is a login of the server already")


async def test_you_on_a_shared_store(shared: str) -> None:
    async with seated() as seat:
        await turn_to(seat, "you")
        await seat.sees("A login of the database", "the server's")
        assert acts(seat)["No password"].why_not.startswith("On a shared store")
        new = "another good password"
        await keys(seat, "p", f"={new}", "enter", f"={new}", "enter")
        await hears(seat, "Your password is changed.")
        await turn_to(seat, "about")
        await seat.sees("Postgres ")
