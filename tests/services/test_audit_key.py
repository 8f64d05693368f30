"""`billing-tui credentials rotate audit-key`: a new key, said in the chain."""

from __future__ import annotations

from typing import Any

import pytest

from billing_tui.domain.ids import new_id
from billing_tui.domain.recovery import to_code
from tests.commands import Machine
from tests.stores import ADMIN, Database

ROTATE = ("credentials", "rotate", "audit-key")


@pytest.fixture
def first_code(machine: Machine) -> str:
    return str(machine.does("setup", "--yes")["recovery_code"])


@pytest.fixture
def local(machine: Machine, first_code: str) -> Machine:
    return machine


def said(machine: Machine) -> list[Any]:
    sql = "SELECT action, reason, actor, key_id FROM audit_log ORDER BY organisation, seq"
    return [tuple(row) for row in machine.behind_its_back(sql)]


def test_the_chain_starts_the_new_key_and_all_of_it_still_verifies(local: Machine) -> None:
    before = said(local)
    done = local.does(*ROTATE, "--reason", "a laptop was stolen")
    started, asked = said(local)[len(before) :]
    assert started == ("key.rotated", "", asked[2], done["key_id"])
    assert (asked[0], asked[1]) == ("audit_key.rotate", "a laptop was stolen")
    assert done["before"] == before[-1][3] != done["key_id"]
    local.does("organisations", "edit", "--name", "Sealed anew")
    assert said(local)[-1][3] == done["key_id"]
    assert local("verify").code == 0
    local.does(*ROTATE)
    assert local("verify").code == 0, "and after a second time too"


def test_without_the_key_before_its_rows_count_as_not_checked(
    local: Machine, first_code: str
) -> None:
    old = len(said(local))
    local.does(*ROTATE)
    local.does("credentials", "remove", "audit-keys-before")
    ran = local("verify", "--json")
    assert ran.code == 8
    assert f"{old} need a key that is not here" in ran.out
    code = local.secret(first_code)
    local.does("credentials", "set", "audit-keys-before", "--file", code)
    assert local("verify").code == 0


def test_a_forged_row_of_before_is_still_found(local: Machine) -> None:
    local.does(*ROTATE)
    local.behind_its_back(
        "DROP TRIGGER audit_log_no_update", "UPDATE audit_log SET mac = '00' WHERE seq = 1"
    )
    assert local("verify").code == 1


def test_after_the_key_was_lost_a_new_one_is_started(local: Machine) -> None:
    local.does("credentials", "remove", "audit-key")
    local.does("organisations", "edit", "--name", "Unsealed")
    done = local.does(*ROTATE)
    assert [row[0] for row in said(local)[-4:]] == [
        "key.missing", "organisations.edit", "key.rotated", "audit_key.rotate",
    ]  # fmt: skip
    assert done["before"] == ""
    assert local("verify").code == 8


def test_the_code_is_shown_once_and_brings_the_new_key_back(
    local: Machine, first_code: str
) -> None:
    request = str(new_id())
    first = local(*ROTATE, "--request", request, "--json")
    again = local.does(*ROTATE, "--request", request)
    assert (again["key_id"], again["recovery_code"]) == (first.doc["key_id"], "")
    local.does("credentials", "remove", "audit-key")
    stale = local("credentials", "set", "audit-key", "--file", local.secret(first_code))
    assert (stale.code, "audit-keys-before" in stale.err) == (4, True)
    code = local.secret(first.doc["recovery_code"])
    local.does("credentials", "set", "audit-key", "--file", code)
    assert local("verify").code == 0


def test_a_write_that_fails_leaves_the_old_key(local: Machine) -> None:
    before = said(local)
    local.behind_its_back(
        "CREATE TRIGGER full BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    assert local(*ROTATE).code != 0
    local.behind_its_back("DROP TRIGGER full")
    local.does("organisations", "edit", "--name", "As before")
    assert said(local)[-1][3] == before[-1][3]


def test_every_organisation_of_the_person_says_it(local: Machine) -> None:
    local.does("organisations", "create", "--name", "Second", "--currency", "EUR")
    (first, *_) = local.does("organisations", "list")["items"]
    local.does("--organisation", first["id"], *ROTATE)
    assert [row[0] for row in said(local)].count("audit_key.rotate") == 2


def test_a_key_from_a_variable_is_not_ours_to_rotate(local: Machine) -> None:
    path = local.secret(to_code(b"v" * 32))
    local.patch.setenv("BILLING_TUI_AUDIT_KEY_FILE", str(path))
    ran = local(*ROTATE)
    assert (ran.code, "BILLING_TUI_AUDIT_KEY_FILE" in ran.err) == (2, True)


def test_only_an_admin_may(local: Machine) -> None:
    local.behind_its_back("DROP TRIGGER app_user_version", "UPDATE app_user SET roles = 'clerk'")
    before = said(local)
    assert local(*ROTATE).code == 5
    assert said(local) == before


def test_a_shared_store_has_no_key(machine: Machine, database: Database) -> None:
    store = database.store()
    machine.patch.setenv("BILLING_TUI_STORE", database.server.url(ADMIN, database.name))
    machine.patch.setenv("BILLING_TUI_STORE_PASSWORD_FILE", str(machine.secret(name="admin")))
    machine.patch.setenv("BILLING_TUI_ORGANISATION", str(store.identity.organisation))
    store.close()
    assert machine(*ROTATE).code == 4
