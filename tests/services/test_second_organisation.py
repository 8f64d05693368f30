"""`billing-tui organisations create`: one more in a store that is there."""

from __future__ import annotations

from typing import Any

import pytest

from billing_tui.domain.ids import new_id
from tests.commands import Machine
from tests.stores import ADMIN, Database, Server, make_database

CREATE = ("organisations", "create")


@pytest.fixture
def local(machine: Machine) -> Machine:
    machine.does("setup", "--yes", "--organisation", "First", "--currency", "EUR", "--zone", "UTC")
    return machine


@pytest.fixture(scope="module")
def database(server: Server) -> Database:
    """One of its own: a new organisation is told in all others of its admin, and those of other
    tests are tampered with."""
    return make_database(server, "organisations")


@pytest.fixture
def shared(machine: Machine, database: Database) -> Machine:
    store = database.store()
    machine.patch.setenv("BILLING_TUI_STORE", database.server.url(ADMIN, database.name))
    machine.patch.setenv("BILLING_TUI_STORE_PASSWORD_FILE", str(machine.secret(name="admin")))
    machine.patch.setenv("BILLING_TUI_ORGANISATION", str(store.identity.organisation))
    store.close()
    return machine


@pytest.fixture(params=["local", "shared"])
def either(request: pytest.FixtureRequest) -> Machine:
    found: Machine = request.getfixturevalue(request.param)
    return found


def here(machine: Machine) -> str:
    return str(machine.does("organisations", "show")["id"])


def told(machine: Machine, organisation: str, request: str) -> list[str]:
    """What one chain says of a request."""
    found = machine.does("--organisation", organisation, "trace", request)
    return [act["action"] for act in found["trace"]["audit"]]


def test_the_person_is_its_first_admin_and_both_chains_hold(either: Machine) -> None:
    first, request, name = here(either), str(new_id()), f"Second {new_id()}"
    made = either.does(
        *CREATE, "--name", name, "--currency", "chf", "--country", "CH", "--request", request,
        "--reason", "a new company",
    )  # fmt: skip
    assert (made["name"], made["currency"], made["zone"]) == (
        name, "CHF", either.does("--organisation", first, "organisations", "show")["zone"],
    )  # fmt: skip
    assert [one["name"] for one in made["entities"]] == [name]
    there = ("--organisation", made["id"])
    (me,) = either.does(*there, "users", "list")["items"]
    assert "admin" in me["roles"]
    assert either(*there, "verify").code == 0
    assert either("--organisation", first, "verify").code == 0
    assert "organisations.found" in told(either, first, request)
    assert {"organisations.found", "users.add"} <= set(told(either, made["id"], request))
    again = either.does(
        "--organisation", first, *CREATE, "--name", name, "--currency", "chf", "--country", "CH",
        "--request", request, "--reason", "a new company",
    )  # fmt: skip
    assert again == made, "the same request makes it once"


def test_every_organisation_of_theirs_is_told_by_id_alone(local: Machine) -> None:
    first = here(local)
    second = local.does(*CREATE, "--name", "Second")["id"]
    request = str(new_id())
    third = local.does("--organisation", first, *CREATE, "--name", "Third", "--request", request)
    assert told(local, second, request) == ["organisations.found"]
    assert "It wrote nothing" not in local("--organisation", second, "trace", request).out
    rows: list[Any] = local.behind_its_back(
        f"SELECT object, body FROM audit_log WHERE request = '{request}'"
        f" AND organisation <> '{third['id']}'"
    )
    assert [tuple(row) for row in rows] == [(f"organisation:{third['id']}", "{}")] * 2
    for one in (first, second, third["id"]):
        assert local("--organisation", one, "verify").code == 0


def test_whoever_has_a_password_signs_in_there_with_the_same(local: Machine) -> None:
    local.does("users", "password", "--password-file", local.secret("correct horse battery"))
    local.patch.setenv("BILLING_TUI_PASSWORD_FILE", str(local.secret("correct horse battery")))
    second = local.does(*CREATE, "--name", "Second")["id"]
    assert local("--organisation", second, "organisations", "show").code == 0
    local.patch.setenv("BILLING_TUI_PASSWORD_FILE", str(local.secret("wrong")))
    assert local("--organisation", second, "organisations", "show").code != 0


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("--name", "First"), 6),
        (("--name", ""), 2),
        (("--name", "Second", "--currency", "XXX"), 2),
        (("--name", "Second", "--zone", "Mars/Base"), 2),
    ],
)
def test_what_cannot_be_founded_leaves_nothing(
    local: Machine, argv: tuple[str, ...], code: int
) -> None:
    assert local(*CREATE, *argv).code == code
    assert len(local.does("organisations", "list")["items"]) == 1


def test_only_an_admin_may(local: Machine) -> None:
    local.behind_its_back("DROP TRIGGER app_user_version", "UPDATE app_user SET roles = 'clerk'")
    assert local(*CREATE, "--name", "Second").code == 5


def test_a_login_without_the_owners_role_is_told_the_sql(
    shared: Machine, database: Database
) -> None:
    login = f"plain_{new_id().hex[:12]}"
    shared.does("users", "add", login, "--role", "admin", "--password-file", shared.secret())
    shared.patch.setenv("BILLING_TUI_STORE", database.server.url(login, database.name))
    ran = shared(*CREATE, "--name", "Second")
    assert (ran.code, "GRANT" in ran.err) == (5, True)
    assert len(shared.does("organisations", "list")["items"]) == 1
