"""`billing-tui users` and who is at the keyboard, on both engines."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from billing_tui.bootstrap import os_user
from billing_tui.cli import asking
from billing_tui.credentials import Secret
from tests.commands import Machine
from tests.stores import ADMIN, PASSWORD, Database

OTHER = "eight planets"


@pytest.fixture
def local(machine: Machine) -> Machine:
    machine.does("setup", "--yes")
    return machine


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


def fresh() -> str:
    return f"anna_{secrets.token_hex(4)}"


def become(machine: Machine, login: str, database: Database | None = None) -> None:
    """From here on somebody else is at the keyboard."""
    if database:
        machine.patch.setenv("BILLING_TUI_STORE", database.server.url(login, database.name))
        return
    machine.patch.setenv("BILLING_TUI_USER", login)
    machine.patch.setenv("BILLING_TUI_PASSWORD_FILE", str(machine.secret()))


def test_people_are_added_changed_disabled_and_enabled(either: Machine) -> None:
    login, file = fresh(), either.secret()
    added = either.does("users", "add", login, "--role", "clerk", "--password-file", file)
    assert added["user"]["roles"] == ["clerk"]
    assert added["sql"] == []
    changed = either.does("users", "edit", login, "--role", "clerk,approver", "--name", "Anna A")
    assert (changed["user"]["roles"], changed["user"]["name"]) == (["clerk", "approver"], "Anna A")
    assert either.does("users", "disable", login)["user"]["disabled"]
    assert not either.does("users", "enable", login)["user"]["disabled"]
    either.does("users", "reset", login, "--password-file", file)
    assert either.does("users", "show", login)["version"] == 4


@pytest.mark.parametrize(
    ("argv", "code", "error"),
    [
        (("add", "x y", "--no-password"), 2, "login_refused"),
        (("add", "anna", "--role", "boss", "--no-password"), 2, "unknown_role"),
        (("add", "anna", "--role", "auditor,clerk", "--no-password"), 4, "auditor_only"),
        (("add", "anna"), 2, "secret_missing"),
        (("show", "nobody"), 3, "user_not_found"),
        (("disable", "nobody"), 3, "user_not_found"),
        (("reset", "nobody"), 3, "user_not_found"),
        (("edit", "nobody", "--name", "N"), 3, "user_not_found"),
    ],
)
def test_what_cannot_be_done_says_why(
    either: Machine, argv: tuple[str, ...], code: int, error: str
) -> None:
    ran = either("users", *argv, "--json")
    assert (ran.code, ran.doc["error"]["code"]) == (code, error)


def test_the_last_admin_stays(local: Machine) -> None:
    assert local("users", "disable", os_user()).code == 4
    assert local("users", "edit", os_user(), "--role", "clerk").code == 4
    ran = local("users", "edit", os_user(), "--version", "7", "--name", "X")
    assert ran.code == 6


def test_a_list_is_paged_and_stays_the_same(local: Machine) -> None:
    for name in ("bert", "anna", "carl"):
        local.does("users", "add", name, "--no-password")
    first = local("users", "list", "--limit", "2", "--json")
    assert first.out == local("users", "list", "--limit", "2", "--json").out
    assert [user["login"] for user in first.doc["items"]] == ["anna", "bert"]
    rest = local.does("users", "list", "--limit", "2", "--cursor", first.doc["next"])
    assert [user["login"] for user in rest["items"]] == ["carl", os_user()]
    assert rest["next"] is None
    assert local("users", "list", "--cursor", "rubbish").code == 2


def test_the_same_request_is_done_once(local: Machine) -> None:
    request = ("--request", "01890000-0000-7000-8000-000000000001")
    first = local.does("users", "add", "anna", "--no-password", *request)
    assert local.does("users", "add", "anna", "--no-password", *request) == first
    assert local("users", "add", "bert", "--no-password", *request).code == 4


def test_a_password_is_typed_twice_where_there_is_a_terminal(local: Machine) -> None:
    typed = iter([PASSWORD, PASSWORD, PASSWORD, OTHER])
    local.patch.setattr(asking, "hidden", lambda _what: Secret(next(typed)))
    assert local("users", "add", "anna").code == 0
    ran = local("users", "add", "bert")
    assert ran.code == 2
    assert "differ" in ran.err


def test_no_option_takes_a_password(local: Machine) -> None:
    ran = local("users", "add", "anna", "--password", PASSWORD)
    assert ran.code == 2
    assert local("users", "show", "anna").code == 3


def test_who_has_a_password_gives_it(local: Machine) -> None:
    local.does("users", "add", "anna", "--password-file", local.secret())
    local.patch.setenv("BILLING_TUI_USER", "anna")
    ran = local("users", "list")
    assert (ran.code, "Password needed" in ran.err) == (5, True)
    become(local, "anna")
    assert local("users", "list").code == 0
    assert local("users", "add", "bert", "--no-password").code == 5
    local.secret(OTHER)
    ran = local("users", "list")
    assert (ran.code, "Sign-in refused" in ran.err) == (5, True)


def test_wrong_passwords_make_the_next_process_wait(local: Machine) -> None:
    local.does("users", "add", "anna", "--password-file", local.secret())
    become(local, "anna")
    local.secret(OTHER)
    assert local("users", "list", "--json").doc["error"]["code"] == "password_wrong"
    assert local.behind_its_back("SELECT max(failures) FROM app_user") == [(1,)]
    local.behind_its_back("UPDATE app_user SET failures = 9 WHERE login = 'anna'")
    ran = local("users", "list", "--json")
    assert ran.doc["error"]["code"] == "password_wrong"
    assert "300 seconds" in ran.doc["error"]["message"]
    local.secret()
    ran = local.alone("users", "list", "--json")
    assert (ran.code, ran.doc["error"]["code"]) == (5, "sign_in_too_soon")


def test_an_account_without_password_is_only_its_owners(local: Machine) -> None:
    local.does("users", "add", "anna", "--no-password")
    ran = local("--user", "anna", "users", "list")
    assert (ran.code, "Not your account" in ran.err) == (5, True)
    assert local("--user", os_user(), "users", "list").code == 0
    assert local("--user", "nobody", "users", "list").code == 5


def test_who_one_is_is_not_what_a_variable_says(local: Machine) -> None:
    local.does("users", "add", "anna", "--no-password")
    for name in ("USER", "LOGNAME", "USERNAME"):
        local.patch.setenv(name, "anna")
    assert local.alone("users", "add", "bert", "--no-password").code == 0


def test_a_disabled_user_is_out(local: Machine) -> None:
    local.does("users", "add", "anna", "--password-file", local.secret())
    local.does("users", "disable", "anna")
    become(local, "anna")
    assert local("users", "list").code == 5


def test_ones_own_password_is_changed(local: Machine) -> None:
    local.does("users", "add", "anna", "--password-file", local.secret())
    become(local, "anna")
    local.does("users", "password", "--password-file", local.secret(OTHER, "new"))
    assert local("users", "list").code == 5
    local.secret(OTHER)
    assert local("users", "list").code == 0


def test_on_a_shared_store_the_login_is_who_one_is(shared: Machine, database: Database) -> None:
    login = fresh()
    shared.does("users", "add", login, "--role", "auditor", "--password-file", shared.secret())
    ran = shared("--user", login, "users", "list")
    assert (ran.code, "Signed in as somebody else" in ran.err) == (2, True)
    become(shared, login, database)
    assert shared("users", "list").code == 0
    ran = shared("users", "add", fresh(), "--no-password", "--json")
    assert (ran.code, ran.doc["error"]["code"]) == (5, "right_missing")


def test_ones_own_password_is_changed_on_the_server(shared: Machine, database: Database) -> None:
    login = fresh()
    shared.does("users", "add", login, "--password-file", shared.secret())
    become(shared, login, database)
    ran = shared("users", "password", "--password-file", shared.secret(OTHER, "new"))
    assert (ran.code, "store-password" in ran.err) == (0, True)
    database.server.connect(login, database.name, OTHER).close()


def test_sql_for_the_server_is_printed_where_the_login_may_not(
    shared: Machine, database: Database
) -> None:
    admin, new = fresh(), fresh()
    shared.does("users", "add", admin, "--role", "admin", "--password-file", shared.secret())
    become(shared, admin, database)
    ran = shared("users", "add", new, "--no-password")
    assert ran.code == 5
    with database.server.superuser() as boss:
        boss.execute(ran.err[ran.err.index("GRANT") :].strip().encode())
    ran = shared("users", "add", new, "--no-password")
    assert ran.code == 0
    assert f'CREATE ROLE "{new}" LOGIN;' in ran.err
    assert PASSWORD not in ran.out + ran.err


def test_an_unreadable_secret_is_a_sentence(local: Machine, tmp_path: Path) -> None:
    for file in (tmp_path / "missing", tmp_path):
        ran = local("users", "add", "anna", "--password-file", file)
        assert (ran.code, "Secret file not used" in ran.err) == (2, True)
