"""`billing-tui organisations`, `entities` and `settings`."""

from __future__ import annotations

import pytest

from tests.commands import Machine
from tests.stores import ADMIN, Database


@pytest.fixture
def local(machine: Machine) -> Machine:
    machine.does("setup", "--yes", "--currency", "EUR", "--country", "DE")
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


def test_the_organisation_is_renamed(either: Machine) -> None:
    found = either.does("organisations", "edit", "--name", "Südwind", "--locale", "pt-BR")
    assert (found["name"], found["locale"], found["version"]) == ("Südwind", "pt_BR", 2)
    assert either("organisations", "edit", "--name", "X", "--version", "1").code == 6
    same = either("organisations", "show", "--json")
    assert same.out == either("organisations", "show", "--json").out


def test_a_new_zone_needs_a_reason(either: Machine) -> None:
    ran = either("organisations", "edit", "--zone", "Asia/Tokyo")
    assert (ran.code, "--reason" in ran.err) == (2, True)
    found = either.does("organisations", "edit", "--zone", "Asia/Tokyo", "--reason", "moved")
    assert found["zone"] == "Asia/Tokyo"


def test_going_into_production_is_for_good(either: Machine) -> None:
    assert either.does("organisations", "edit", "--production")["production"]
    assert either.does("organisations", "edit", "--name", "Still")["production"]


def test_the_currency_changes_while_the_books_are_empty(either: Machine) -> None:
    assert either.does("organisations", "edit", "--currency", "chf")["currency"] == "CHF"
    assert either("organisations", "edit", "--currency", "XXX").code == 2


def test_everybody_sees_the_organisations_they_belong_to(shared: Machine) -> None:
    found = shared.does("organisations", "list", "--limit", "1000")["items"]
    assert len(found) >= 1
    shared.patch.delenv("BILLING_TUI_ORGANISATION")
    if len(found) > 1:
        ran = shared("organisations", "show")
        assert (ran.code, "Which organisation?" in ran.err) == (2, True)
    assert shared("--organisation", found[0]["id"], "organisations", "show").code == 0
    assert shared("--organisation", "nobody's", "organisations", "show").code == 3


def test_a_legal_entity_is_added_and_changed(either: Machine) -> None:
    made = either.does(
        *("entities", "create", "swiss", "--name", "Nordwind AG", "--country", "ch"),
        *("--currency", "chf", "--line", "Bahnhofstrasse 1", "--postcode", "8001"),
        *("--city", "Zürich", "--tax-id", "CH:CHE-107.787.577"),
    )
    assert (made["code"], made["country"], made["currency"]) == ("SWISS", "CH", "CHF")
    assert made["address"]["lines"] == ["Bahnhofstrasse 1"]
    assert made["tax_ids"][0]["checked"]
    changed = either.does("entities", "edit", "SWISS", "--city", "Basel", "--name", "Nordwind SA")
    assert changed["address"]["city"] == "Basel"
    assert changed["address"]["lines"] == ["Bahnhofstrasse 1"]
    assert changed["tax_ids"] == made["tax_ids"]
    assert (changed["version"], changed["closed_through"]) == (2, None)
    listed = either.does("entities", "list")["items"]
    assert [entity["code"] for entity in listed] == ["MAIN", "SWISS"]


@pytest.mark.parametrize(
    ("argv", "code", "error"),
    [
        (("create", "MAIN", "--name", "Again"), 6, "entity_exists"),
        (("create", "A B", "--name", "X"), 2, "fields_refused"),
        (("create", "X", "--name", " "), 2, "fields_refused"),
        (("create", "X", "--name", "X", "--country", "Narnia"), 2, "fields_refused"),
        (("create", "X", "--name", "X", "--tax-id", "DE:123456789"), 2, "fields_refused"),
        (("create", "X", "--name", "X", "--tax-id", "123"), 2, "tax_id_unclear"),
        (("create", "X", "--name", "X", *(["--line", "l"] * 7)), 2, "fields_refused"),
        (("edit", "NONE", "--name", "X"), 3, "entity_not_found"),
        (("show", "NONE"), 3, "entity_not_found"),
        (("edit", "MAIN", "--name", "X", "--version", "9"), 6, "stale_version"),
    ],
)
def test_what_cannot_be_an_entity_is_refused(
    local: Machine, argv: tuple[str, ...], code: int, error: str
) -> None:
    ran = local("entities", *argv, "--json")
    assert (ran.code, ran.doc["error"]["code"]) == (code, error)


def test_settings_have_a_default_a_form_and_a_word_of_explanation(either: Machine) -> None:
    found = either.does("settings", "list")["items"]
    assert all(one["value"] == one["default"] and one["about"] for one in found)
    assert either.does("settings", "set", "console.idle_lock", "30")["value"] == 30
    assert either.does("settings", "set", "console.idle_lock", "0")["value"] == 0
    assert either.does("settings", "show", "console.idle_lock")["value"] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("console.idle_lock", "-1"),
        ("console.idle_lock", "1.5"),
        ("console.idle_lock", "many"),
        ("money.rounding", "down"),
        ("provider.ugx_exponent", "1"),
        ("retention.request", "5"),
    ],
)
def test_a_setting_takes_only_what_it_can_mean(local: Machine, name: str, value: str) -> None:
    ran = local("settings", "set", name, "--", value)
    assert ran.code == 2
    assert "setting" in ran.err.lower()


def test_hostile_names_are_kept_as_given_and_shown_inert(local: Machine) -> None:
    hostile = "\x1b]52;c;ZXZpbA==\x07 <b>Ltd</b> \u202eevil"
    local.does("organisations", "edit", "--name", hostile)
    assert local.does("organisations", "show")["name"] == hostile
    for argv in (("organisations", "show"), ("organisations", "list"), ("doctor",)):
        told = local(*argv).out
        assert "\x1b" not in told
        assert "\u202e" not in told
        assert "␛]52" in told


def test_a_setting_nobody_knows_is_not_found(local: Machine) -> None:
    ran = local("settings", "show", "no.such")
    assert ran.code == 3
    assert "`billing-tui settings list`" in ran.err
