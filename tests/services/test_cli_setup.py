"""`billing-tui setup` and `migrate`, as somebody on a bare machine meets them."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from billing_tui.adapters.checkpoints import CheckpointFile
from billing_tui.adapters.surroundings import guess
from billing_tui.bootstrap import os_user
from billing_tui.cli import asking
from billing_tui.domain.recovery import from_code
from billing_tui.services import first_start
from billing_tui.services.checkpoints import Checkpoints
from storage import migrate
from storage.repos import store_meta
from tests.commands import Machine
from tests.stores import PASSWORD, Database, Server


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_yes_alone_is_enough_on_a_bare_machine(machine: Machine) -> None:
    ran = machine("setup", "--yes")
    assert ran.code == 0
    assert (mode(machine.store), mode(machine.store.parent)) == (0o600, 0o700)
    code = next(line for line in ran.out.splitlines() if line.count("-") == 13)
    (key,) = (machine.state / "credentials").glob("*-audit-key")
    assert mode(key) == 0o600
    assert from_code(key.read_text()) == from_code(code)
    assert [user["login"] for user in machine.does("users", "list")["items"]] == [os_user()]
    assert list(machine.store.parent.iterdir()) == [machine.store]


def test_the_first_checkpoint_is_signed_with_the_admins_key(machine: Machine) -> None:
    founded = machine.does("setup", "--yes")
    (user,) = machine.does("users", "list")["items"]
    (signed,) = CheckpointFile(machine.state / "checkpoints.jsonl").all(founded["store"])
    assert signed.holds(user["public_key"])
    assert str(signed.checkpoint.organisation) == founded["organisation"]
    assert signed.checkpoint.seq == 4


def test_everything_can_be_said_on_the_command_line(machine: Machine) -> None:
    machine.does(
        *("setup", "--yes", "--organisation", "Nordwind", "--entity", "Nordwind GmbH"),
        *("--currency", "eur", "--country", "de", "--locale", "de-DE", "--zone", "Europe/Berlin"),
    )
    found = machine.does("organisations", "show")
    assert found["name"] == "Nordwind"
    assert (found["currency"], found["locale"], found["zone"]) == ("EUR", "de_DE", "Europe/Berlin")
    (entity,) = found["entities"]
    assert (entity["name"], entity["country"]) == ("Nordwind GmbH", "DE")
    assert not found["production"]


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--currency", "EURO", "fields_refused"),
        ("--country", "Narnia", "fields_refused"),
        ("--zone", "Mars/Base", "unknown_zone"),
        ("--locale", "klingon", "unknown_locale"),
        ("--organisation", "a\0b", "fields_refused"),
        ("--admin", "a b", "login_refused"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(
    machine: Machine, option: str, value: str, code: str
) -> None:
    password = ("--password-file", machine.secret()) if option == "--admin" else ()
    ran = machine("setup", "--yes", option, value, *password, "--json")
    assert (ran.code, ran.doc["error"]["code"]) == (2, code)
    assert not machine.store.exists()


def test_a_second_setup_is_refused_and_changes_nothing(machine: Machine) -> None:
    machine.does("setup", "--yes")
    before = machine.store.read_bytes()
    ran = machine("setup", "--yes", "--organisation", "Other")
    assert ran.code == 4
    assert "Already set up" in ran.err
    assert machine.store.read_bytes() == before


def test_without_a_terminal_it_says_to_use_yes(machine: Machine) -> None:
    ran = machine("setup")
    assert ran.code == 2
    assert "--yes" in ran.err
    assert not machine.store.exists()


def test_on_a_terminal_it_asks_and_enter_takes_what_is_shown(machine: Machine) -> None:
    answers = {"Organisation": "Nordwind", "Country of the legal entity": "SE"}
    machine.patch.setattr(asking, "at_terminal", lambda: True)
    machine.patch.setattr(asking, "asked", lambda what, default="": answers.get(what, default))
    machine.does("setup")
    found = machine.does("organisations", "show")
    assert (found["name"], found["currency"]) == ("Nordwind", "SEK")
    assert found["entities"][0]["name"] == "Nordwind"


def test_the_currency_is_that_of_the_country(machine: Machine) -> None:
    machine.does("setup", "--yes", "--country", "CH")
    found = machine.does("organisations", "show")
    assert (found["currency"], found["entities"][0]["country"]) == ("CHF", "CH")


Cut = Callable[[pytest.MonkeyPatch], None]


def at(target: Any, name: str) -> Cut:
    def cut(patch: pytest.MonkeyPatch) -> None:
        def killed(*_args: object, **_more: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(target, name, killed)

    return cut


CUTS = {
    "after the file": at(first_start, "_refuse_founded"),
    "before the schema": at(migrate, "upgrade"),
    "before the mark": at(store_meta, "say"),
    "before the key": at(first_start.Starter, "_audit_key"),
    "before the books": at(first_start, "found"),
    "before the checkpoint": at(Checkpoints, "sign"),
    "before the code": at(first_start, "Started"),
    "before the end": at(first_start.Starter, "finish"),
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=list(CUTS))
def test_a_setup_cut_off_anywhere_is_run_again(machine: Machine, cut: Cut) -> None:
    with pytest.MonkeyPatch.context() as patch:
        cut(patch)
        assert machine("setup", "--yes").code == 130
    if not machine.does("setup", "--yes")["resumed"]:
        assert machine("users", "list").code == 0
    assert len(machine.does("organisations", "list")["items"]) == 1
    assert machine("setup", "--yes").code == 4
    checks = machine.does("doctor")["checks"]
    assert {check["name"] for check in checks if check["result"] == "failed"} == set()
    assert list(machine.store.parent.glob("*.backup")) == []


def test_until_it_is_finished_the_same_recovery_code_is_shown(machine: Machine) -> None:
    with pytest.MonkeyPatch.context() as patch:
        CUTS["before the end"](patch)
        first = json.loads(machine("setup", "--yes", "--json").out)
    again = machine.does("setup", "--yes")
    assert again["resumed"]
    assert again["recovery_code"] == first["recovery_code"]
    assert again["organisation"] == first["organisation"]


def test_an_admin_who_is_somebody_else_needs_a_password(machine: Machine) -> None:
    assert machine("setup", "--yes", "--admin", "anna").code == 2
    machine.does("setup", "--yes", "--admin", "anna", "--password-file", machine.secret())
    assert machine("users", "list").code == 5
    machine.patch.setenv("BILLING_TUI_PASSWORD_FILE", str(machine.secret()))
    assert machine("--user", "anna", "users", "list").code == 0


def test_a_password_that_others_can_read_is_not_used(machine: Machine) -> None:
    file = machine.secret()
    file.chmod(0o644)
    ran = machine("setup", "--yes", "--password-file", file)
    assert ran.code == 2
    assert "chmod 600" in ran.err
    assert PASSWORD not in ran.out + ran.err


def test_a_named_place_becomes_the_machines_own(machine: Machine, tmp_path: Path) -> None:
    place = tmp_path / "books.db"
    machine.does("--store", str(place), "setup", "--yes")
    assert machine.does("users", "list")["items"]
    other = tmp_path / "other.db"
    machine.does("--store", str(other), "setup", "--yes", "--organisation", "Other")
    assert machine.does("organisations", "show")["name"] == "My company"


def test_setup_says_whether_a_named_place_becomes_the_machines_own(
    machine: Machine, tmp_path: Path
) -> None:
    first = machine("--store", tmp_path / "a.db", "setup", "--yes")
    assert "settings.toml says so" in first.out
    second = machine("--store", tmp_path / "b.db", "setup", "--yes")
    assert "name this one by --store" in second.out
    third = machine.does("--store", str(tmp_path / "c.db"), "setup", "--yes")
    assert not third["default_store"]


def test_a_store_in_the_default_place_stays_the_machines_own(
    machine: Machine, tmp_path: Path
) -> None:
    assert machine.does("setup", "--yes", "--organisation", "First")["default_store"]
    other = ("--store", str(tmp_path / "b.db"), "setup", "--yes", "--organisation", "Second")
    assert not machine.does(*other)["default_store"]
    assert machine.does("organisations", "show")["name"] == "First"


def test_settings_that_cannot_be_saved_do_not_end_a_setup(machine: Machine, tmp_path: Path) -> None:
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    machine.patch.setattr("billing_tui.settings.write_private", full)
    ran = machine("--store", tmp_path / "a.db", "setup", "--yes")
    assert (ran.code, "Settings not saved" in ran.err) == (0, True)
    assert "Recovery code" in ran.out


def test_a_first_checkpoint_that_cannot_be_kept_is_a_warning(machine: Machine) -> None:
    (machine.state / "checkpoints.jsonl").mkdir(parents=True, mode=0o700)
    machine.state.chmod(0o700)
    ran = machine("setup", "--yes")
    assert (ran.code, "There is no first checkpoint" in ran.err) == (0, True)
    assert "Recovery code" in ran.out
    assert machine("setup", "--yes").code == 4  # it is finished


def test_a_missing_folder_or_a_foreign_file_is_refused(machine: Machine, tmp_path: Path) -> None:
    assert machine("--store", tmp_path / "no" / "x.db", "setup", "--yes").code == 7
    text = tmp_path / "letter.txt"
    text.write_text("dear customer\n" * 500, encoding="utf-8")
    ran = machine("--store", text, "setup", "--yes")
    assert ran.code == 7
    assert "Not a store" in ran.err
    assert text.read_text(encoding="utf-8").startswith("dear")


def test_another_programs_database_is_left_alone(machine: Machine, tmp_path: Path) -> None:
    path = tmp_path / "music.db"
    machine.behind_its_back("CREATE TABLE song (name TEXT)", store=path)
    assert machine("--store", path, "setup", "--yes").code == 7
    assert machine("--store", path, "users", "list").code == 7


def test_migrate_says_when_there_is_nothing_to_do(machine: Machine) -> None:
    assert machine("migrate").code == 7
    machine.does("setup", "--yes")
    assert "Nothing to do" in machine("migrate").out
    assert machine.does("migrate")["backup"] is None


def test_repair_makes_triggers_anew_and_names_the_backup(machine: Machine) -> None:
    machine.does("setup", "--yes")
    machine.behind_its_back("DROP TRIGGER audit_log_no_update")
    ran = machine("doctor")
    assert ran.code == 1
    assert "audit_log_no_update" in ran.out
    done = machine("migrate", "--repair")
    assert next(machine.store.parent.glob("*.backup")).name in done.out
    assert machine("doctor").code == 0


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de_AT.UTF-8", ("de", "AT", "EUR")),
        ("ja_JP.UTF-8", ("ja", "JP", "JPY")),
        ("C.UTF-8", ("en", "", "USD")),
        ("xx_YY", ("en", "", "USD")),
        ("", ("en", "", "USD")),
    ],
)
def test_the_machine_says_where_it_is(
    machine: Machine, language: str, expected: tuple[str, ...]
) -> None:
    machine.patch.setenv("LANG", language)
    machine.patch.setenv("TZ", "Asia/Tokyo")
    found = guess()
    assert (found.locale, found.country, found.currency) == expected
    assert found.zone == "Asia/Tokyo"


def test_demo_customers_are_added_by_whoever_is_admin(machine: Machine) -> None:
    given = ("--admin", "anna", "--password-file", machine.secret())
    assert "200 made-up customers" in machine("setup", "--yes", "--demo", *given).out
    assert machine.behind_its_back("SELECT count(*) FROM customer") == [(200,)]
    assert "failed" not in {one["result"] for one in machine.does("doctor")["checks"]}


# On Postgres.


def shared(machine: Machine, server: Server, name: str, login: str = "setup_admin") -> str:
    machine.patch.setenv("BILLING_TUI_STORE_PASSWORD_FILE", str(machine.secret()))
    return server.url(login, name)


def fresh_database(server: Server, name: str, owner: str = "setup_admin") -> str:
    with server.superuser() as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name} OWNER {owner}")
    return name


def test_a_shared_store_is_made_by_one_command_too(machine: Machine, server: Server) -> None:
    url = shared(machine, server, fresh_database(server, "set_up"))
    founded = machine.does("--store", url, "setup", "--yes", "--organisation", "Nordwind")
    assert founded["login"] == "setup_admin"
    assert founded["recovery_code"] is None
    assert machine.does("organisations", "show")["name"] == "Nordwind"
    assert machine("setup", "--yes").code == 4
    checks = {check["name"]: check["result"] for check in machine.does("doctor")["checks"]}
    assert "failed" not in checks.values()
    assert {"server", "policies", "roles", "clock"} <= checks.keys()


def test_a_first_checkpoint_that_cannot_be_kept_is_a_warning_there_too(
    machine: Machine, server: Server
) -> None:
    url = shared(machine, server, fresh_database(server, "unsigned"))
    (machine.state / "checkpoints.jsonl").mkdir(parents=True, mode=0o700)
    machine.state.chmod(0o700)
    ran = machine("--store", url, "setup", "--yes")
    assert (ran.code, "There is no first checkpoint" in ran.err) == (0, True)


@pytest.mark.parametrize(
    "cut", ["before the schema", "before the books", "before the checkpoint", "before the end"]
)
def test_a_cut_off_setup_is_run_again_there_too(machine: Machine, server: Server, cut: str) -> None:
    url = shared(machine, server, fresh_database(server, "cut_off"))
    with pytest.MonkeyPatch.context() as patch:
        CUTS[cut](patch)
        assert machine("--store", url, "setup", "--yes").code == 130
    machine.does("--store", url, "setup", "--yes")
    assert machine("--store", url, "setup", "--yes").code == 4


def test_who_may_not_make_roles_gets_the_sql_and_goes_on_after_it(
    machine: Machine, server: Server
) -> None:
    with server.superuser() as admin:
        admin.execute(f"CREATE ROLE plain_person LOGIN PASSWORD '{PASSWORD}'")
    name = fresh_database(server, "by_dba", "postgres")
    url = shared(machine, server, name, "plain_person")
    ran = machine("--store", url, "setup", "--yes")
    assert ran.code == 5
    sql = ran.err[ran.err.index("CREATE ROLE") :]
    with server.superuser(name) as admin:
        admin.execute(sql.strip().encode())
    machine.does("--store", url, "setup", "--yes")


def test_an_ordinary_user_does_not_set_up_again(machine: Machine, database: Database) -> None:
    store = database.store()
    store.close()
    with database.server.superuser() as admin:
        admin.execute(
            f"CREATE ROLE newcomer LOGIN PASSWORD '{PASSWORD}' IN ROLE {database.name}_app"
        )
    url = shared(machine, database.server, database.name, "newcomer")
    assert machine("--store", url, "setup", "--yes").code == 5
    assert machine("--store", url, "users", "list").code == 3
