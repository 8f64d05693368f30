"""The doctor: each trouble found, named, and said what to do about."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from billing_tui.credentials import Kept, Place
from billing_tui.services import doctor
from billing_tui.services.doctor import Result, Terminal
from storage import health
from storage.logins import Login
from tests.commands import Machine
from tests.keyrings import FakeRing, putter
from tests.stores import ADMIN, PASSWORD, Database


def results(machine: Machine) -> dict[str, str]:
    ran = machine("doctor", "--json")
    found = {check["name"]: check["result"] for check in ran.doc["checks"]}
    assert ran.code == int("failed" in found.values())
    return found


def message(machine: Machine, name: str) -> str:
    checks = machine("doctor", "--json").doc["checks"]
    return str(next(check["message"] for check in checks if check["name"] == name))


@pytest.fixture
def local(machine: Machine) -> Machine:
    machine.does("setup", "--yes")
    return machine


@pytest.fixture
def shared(machine: Machine, database: Database) -> Machine:
    database.store().close()
    machine.patch.setenv("BILLING_TUI_STORE", database.server.url(ADMIN, database.name))
    machine.patch.setenv("BILLING_TUI_STORE_PASSWORD_FILE", str(machine.secret()))
    return machine


def test_a_machine_in_order_only_has_warnings_of_its_files(local: Machine) -> None:
    found = results(local)
    assert {name for name, result in found.items() if result == "warning"} == {
        "keyring",
        "credential audit-key",
        "credential checkpoint-key",
    }
    assert "failed" not in found.values()


def test_a_keyring_takes_the_warnings_away(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from billing_tui.credentials import ring

    put = putter(monkeypatch)
    monkeypatch.setattr(ring, "ALLOWED_ELSEWHERE", ("keyring.backends.SecretService.Keyring",))
    put(FakeRing)
    machine.does("setup", "--yes")
    assert set(results(machine).values()) == {"ok"}


def test_while_nothing_changes_every_byte_stays(local: Machine) -> None:
    assert local("doctor", "--json").out == local("doctor", "--json").out


def test_without_a_store_it_says_so_and_goes_on(machine: Machine) -> None:
    found = results(machine)
    assert found["store"] == "failed"
    assert found["keyring"] == "warning"
    assert "billing-tui setup" in message(machine, "store")


def test_an_old_backup_brought_back_is_noticed(local: Machine) -> None:
    copy = local.home / "copy.db"
    shutil.copy(local.store, copy)
    local.does("organisations", "edit", "--name", "Changed")
    assert results(local)["chain of Changed"] == "ok"
    local.behind_its_back(
        "DROP TRIGGER audit_log_no_delete",
        "DELETE FROM audit_log WHERE seq > 2",
    )
    assert results(local)["chain of Changed"] == "failed"
    assert "old backup" in message(local, "chain of Changed")


def test_another_chain_is_not_taken_for_ours(local: Machine) -> None:
    local.behind_its_back(
        "DROP TRIGGER audit_log_no_update",
        "UPDATE audit_log SET hash = prev WHERE seq = 4",
    )
    assert results(local)["chain of My company"] == "failed"


def test_a_machine_that_remembers_nothing_says_so(local: Machine) -> None:
    (local.state / "checkpoints.jsonl").unlink()
    assert results(local)["chain of My company"] == "warning"


def test_a_store_that_others_can_read_is_a_warning(local: Machine) -> None:
    local.store.chmod(0o644)
    assert results(local)["file system"] == "warning"


def test_a_network_drive_is_no_place_for_a_store(local: Machine) -> None:
    local.patch.setattr(doctor, "is_network", lambda _path: True)
    assert results(local)["file system"] == "failed"


def test_a_lost_trigger_or_policy_is_named(shared: Machine, database: Database) -> None:
    name = "doctor_policy"
    with database.server.superuser() as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name} OWNER {ADMIN}")
    shared.patch.setenv("BILLING_TUI_STORE", database.server.url(ADMIN, name))
    shared.does("setup", "--yes")
    with database.server.superuser(name) as admin:
        for statement in (
            "ALTER TABLE customer DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE setting NO FORCE ROW LEVEL SECURITY",
            "DROP POLICY member ON job",
            "ALTER TABLE audit_log DISABLE TRIGGER audit_log_no_delete",
            "DROP TRIGGER customer_version ON customer",
            f"GRANT DELETE ON customer TO {name}_app",
        ):
            admin.execute(statement)
    found = results(shared)
    assert (found["policies"], found["triggers"], found["roles"]) == ("failed",) * 3
    assert "customer, job, setting" in message(shared, "policies")
    assert "audit_log_no_delete, customer_version" in message(shared, "triggers")
    assert "more on customer" in message(shared, "roles")
    shared.does("migrate", "--repair")
    assert "failed" not in results(shared).values()


@pytest.mark.parametrize(
    ("name", "statements"),
    [
        ("customer_version", ["DROP TRIGGER customer_version"]),
        (
            "customer_version",
            [
                "DROP TRIGGER customer_version",
                "CREATE TRIGGER customer_version BEFORE UPDATE ON customer WHEN 0"
                " BEGIN SELECT RAISE(ABORT, 'customer: a change raises version by one'); END",
            ],
        ),
        (
            "helper",
            [
                "CREATE TRIGGER helper AFTER INSERT ON customer BEGIN"
                " UPDATE customer SET sort_name = '' WHERE id = NEW.id; END"
            ],
        ),
    ],
    ids=["gone", "hollow", "foreign"],
)
def test_a_trigger_that_is_not_as_we_made_it(
    local: Machine, name: str, statements: list[str]
) -> None:
    assert results(local)["triggers"] == "ok"
    local.behind_its_back(*statements)
    assert results(local)["triggers"] == "failed"
    assert name in message(local, "triggers")
    local.does("migrate", "--repair")
    assert results(local)["triggers"] == "ok"


def test_a_hollow_function_or_a_policy_too_many(shared: Machine, database: Database) -> None:
    name = "doctor_hollow"
    with database.server.superuser() as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name} OWNER {ADMIN}")
    shared.patch.setenv("BILLING_TUI_STORE", database.server.url(ADMIN, name))
    shared.does("setup", "--yes")
    assert "failed" not in results(shared).values()
    with database.server.superuser(name) as admin:
        admin.execute(f"SET ROLE {name}_owner")
        for statement in (
            "CREATE POLICY everybody ON customer USING (true)",
            "ALTER POLICY member ON job USING (true)",
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NEW; END'",
            "ALTER FUNCTION purge(uuid, text, timestamptz) SECURITY INVOKER",
            "ALTER TABLE audit_log DISABLE TRIGGER audit_log_no_update",
        ):
            admin.execute(statement)
    found = results(shared)
    assert (found["policies"], found["functions"], found["triggers"]) == ("failed",) * 3
    assert "customer, job." in message(shared, "policies")
    assert "purge, refuse." in message(shared, "functions")
    assert "audit_log_no_update." in message(shared, "triggers")
    shared.does("migrate", "--repair")
    assert "failed" not in results(shared).values()


def test_a_shared_store_in_order(shared: Machine) -> None:
    found = results(shared)
    assert {found[name] for name in ("server", "policies", "triggers", "roles", "clock")} == {"ok"}
    assert "credential audit-key" not in found


def test_a_superuser_is_no_login_for_work(shared: Machine, database: Database) -> None:
    with database.server.superuser() as admin:
        admin.execute("DROP ROLE IF EXISTS chief")
        admin.execute(f"CREATE ROLE chief LOGIN SUPERUSER PASSWORD '{PASSWORD}'")
    shared.patch.setenv("BILLING_TUI_STORE", database.server.url("chief", database.name))
    assert results(shared)["roles"] == "failed"


def login(*groups: str, above: bool = False) -> health.Roles:
    return health.Roles("anna", Login(True, above, dict.fromkeys(groups, "x")), ())


@pytest.mark.parametrize(
    ("found", "result"),
    [
        (login("app"), Result.OK),
        (login("read"), Result.OK),
        (login("app", "owner"), Result.OK),
        (login("app", "read"), Result.FAILED),
        (login(), Result.FAILED),
        (login("app", above=True), Result.FAILED),
        (health.Roles("anna", None, ()), Result.FAILED),
        (health.Roles("anna", None, ("The role x is missing.",)), Result.FAILED),
    ],
)
def test_roles_are_judged(found: health.Roles, result: Result) -> None:
    assert doctor.roles(found).result is result


@pytest.mark.parametrize(
    ("seconds", "result"),
    [
        (0, Result.OK),
        (1.9, Result.OK),
        (-1.9, Result.OK),
        (2, Result.WARNING),
        (-60, Result.WARNING),
    ],
)
def test_clocks_may_differ_by_less_than_two_seconds(seconds: float, result: Result) -> None:
    assert doctor.clock(timedelta(seconds=seconds)).result is result


@pytest.mark.parametrize(
    ("version", "result"),
    [((3, 53, 4), Result.OK), ((3, 51, 3), Result.OK), ((3, 51, 2), Result.WARNING)],
)
def test_the_gate_for_sqlite(version: tuple[int, ...], result: Result) -> None:
    assert doctor.sqlite_gate(version).result is result


@pytest.mark.parametrize(("version", "result"), [(180001, Result.OK), (150004, Result.FAILED)])
def test_the_server_must_know_who_may_act_as_whom(version: int, result: Result) -> None:
    assert doctor.server(version).result is result


@pytest.mark.parametrize(
    ("free", "result"),
    [(2**40, Result.OK), (2**29, Result.WARNING), (2**20, Result.FAILED)],
)
def test_disks_fill_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, result: Result
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    assert doctor.place_of("disk", tmp_path / "not" / "there").result is result


@pytest.mark.parametrize(
    ("columns", "lines", "encoding", "result"),
    [
        (120, 36, "utf-8", Result.OK),
        (80, 24, "UTF8", Result.OK),
        (79, 24, "utf-8", Result.WARNING),
        (120, 36, "ascii", Result.WARNING),
    ],
)
def test_terminals(columns: int, lines: int, encoding: str, result: Result) -> None:
    found = Terminal(columns, lines, encoding, {"TERM": "xterm-256color"})
    assert doctor.terminal(found).result is result
    assert doctor.terminal(None).result is Result.OK


@pytest.mark.parametrize(
    ("environ", "word"),
    [
        ({"TERM": "xterm", "NO_COLOR": "1"}, "NO_COLOR"),
        ({"TERM": "dumb"}, "without colours"),
        ({"TERM": "xterm-256color"}, "256 colours"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "true colours"),
        ({"TERM": "vt220"}, "16 colours"),
    ],
)
def test_colours(environ: dict[str, str], word: str) -> None:
    assert word in doctor.terminal(Terminal(80, 24, "utf-8", environ)).message


@pytest.mark.parametrize(
    ("place", "note", "result"),
    [
        (Place.KEYRING, "", Result.OK),
        (Place.FILE_VARIABLE, "", Result.OK),
        (Place.PASSFILE, "", Result.OK),
        (Place.STATE, "", Result.WARNING),
        (Place.VARIABLE, "", Result.WARNING),
        (None, "", Result.OK),
        (None, "It cannot be read.", Result.FAILED),
    ],
)
def test_where_credentials_are_kept(place: Any, note: str, result: Result) -> None:
    assert doctor.credential(Kept("audit-key", "seals", place, "there", note)).result is result
