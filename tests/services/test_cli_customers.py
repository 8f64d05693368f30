"""Customers, departments, codes and rates by command, as a person and as a script sees them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import Machine

ACME = {
    "name": "Acme \x1b]52;c;aGk=\x07 Ltd",
    "currency": "eur",
    "credit_limit": "5000.00",
    "tax_ids": [{"country": "DE", "number": "DE136695976"}],
    "contacts": [{"name": "Ada", "email": "ada@example.com"}],
    "addresses": [{"kind": "billing", "country": "DE", "lines": ["Hauptstr. 1"]}],
    "meta_data": {"crm": "7"},
}


@pytest.fixture
def ours(machine: Machine) -> Machine:
    machine.does("setup", "--yes")
    return machine


def given(machine: Machine, data: object) -> Path:
    path = machine.home / "given.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_a_customer_from_first_to_last(ours: Machine) -> None:
    saved = ours.does("customers", "create", "--file", given(ours, ACME))
    assert (saved["number"], saved["version"]) == ("C-00001", 1)
    shown = "C-00001"
    whole = ours.does("customers", "show", shown)
    assert whole["credit_limit"] == {"amount": 500000, "currency": "EUR"}
    assert (whole["name"], whole["status"]) == (ACME["name"], "active")
    assert "\x1b" not in ours("customers", "show", shown).out
    edited = ours.does(
        "customers", "edit", shown, "--version", "1", "--set", "terms=net14", "--set",
        "tags=a, b", "--set", "meta_data.erp=9",
    )  # fmt: skip
    assert edited["version"] == 2
    assert ours.does("customers", "show", shown)["meta_data"] == {"crm": "7", "erp": "9"}
    refused = ours("customers", "edit", shown, "--version", "1", "--set", "terms=net60")
    assert refused.code == 6
    assert "'net30', now 'net14', you want 'net60'" in refused.err
    ours.does("customers", "brake", shown, "hold", "--reason", "disputes")
    assert ours("customers", "brake", shown, "hold").code == 2
    ours.does("customers", "release", shown, "hold")
    note = ours.does("customers", "note", shown, "called")
    ours.does("customers", "edit-note", note["id"], "called twice", "--version", "1")
    assert ours.does("customers", "notes", shown)["items"][0]["text"] == "called twice"
    ours.does("customers", "delete-note", note["id"])
    actions = [act["action"] for act in ours.does("customers", "history", shown)["items"]]
    assert actions[-2:] == ["customers.edit", "customers.create"]
    ours.does("customers", "archive", shown, "--reason", "closed")
    assert ours.does("customers", "list")["items"] == []
    ours.does("customers", "unarchive", shown)


def test_lists_are_the_same_bytes_until_something_changes(ours: Machine) -> None:
    for name in ("One", "Two", "Three"):
        ours.does("customers", "create", "--file", given(ours, ACME | {"name": name}))
    first = ours("customers", "list", "--limit", "2", "--json")
    assert first.out == ours("customers", "list", "--limit", "2", "--json").out
    names = [item["name"] for item in first.doc["items"]]
    rest = ours.does("customers", "list", "--limit", "2", "--cursor", first.doc["next"])
    assert [*names, *(item["name"] for item in rest["items"])] == ["One", "Three", "Two"]
    assert rest["next"] is None
    found = ours.does("customers", "search", "thr")
    assert [item["number"] for item in found["items"]] == ["C-00003"]
    assert ours.does("customers", "list", "--text", "DE136695976")["items"]
    ours.does("customers", "merge", "C-00002", "C-00001")
    assert "merged into C-00001" in ours("customers", "list", "--status", "all").out


def test_trees_by_command(ours: Machine) -> None:
    ours.does("customers", "create", "--file", given(ours, ACME | {"name": "Top"}))
    ours.does(
        "customers", "create", "--file", given(ours, ACME | {"name": "Low", "parent": "C-00001"})
    )
    lines = ours("customers", "tree", "C-00002").out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:]] == ["C-00001", ""]


def test_look_alikes_need_a_word(ours: Machine) -> None:
    ours.does("customers", "create", "--file", given(ours, ACME | {"name": "Paypal"}))
    other = given(ours, ACME | {"name": "P\u0430yp\u0430l"})
    refused = ours("customers", "create", "--file", other, "--json")
    assert (refused.code, refused.doc["error"]["code"]) == (4, "look_alike")
    assert ours.does("customers", "create", "--file", other, "--anyway")["number"] == "C-00002"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"name": "A"}, "currency: is missing; add one such as EUR."),
        ({"name": "A", "credit_limit": "1"}, "currency: is missing; add one such as EUR.\n"),
        ([], "one object"),
        ({"name": 7, "currency": "EUR"}, "name: must be text"),
        (ACME | {"credit_limit": "1.2345,56"}, "credit_limit"),
        (ACME | {"credit_limit": "12k"}, "write all zeros"),
        (ACME | {"credit_limit": "1.234"}, "3 decimals"),
        (ACME | {"credit_limit": 1e308}, "credit_limit"),
        (ACME | {"colour": "red"}, "colour: is no field"),
        (ACME | {"name": "4111 1111 1111 1111"}, "payment card number"),
        (ACME | {"meta_data": {"metadata": "x"}}, "reserved"),
        (ACME | {"allocations": [{"department": "X", "percent": "NaN"}]}, "percent"),
    ],
)
def test_files_that_cannot_be_used(ours: Machine, data: object, told: str) -> None:
    refused = ours("customers", "create", "--file", given(ours, data))
    assert refused.code == 2
    assert told in refused.err


def test_departments_codes_and_rates(ours: Machine) -> None:
    for code, parent in (("OPS", ""), ("NORTH", "OPS")):
        data = {"code": code, "name": code.title(), "parent": parent}
        ours.does("departments", "create", "--file", given(ours, data))
    ours.does("departments", "edit", "ops", "--set", "name=Operations")
    assert "  NORTH" in ours("departments", "tree").out
    assert [one["code"] for one in ours.does("departments", "list")["items"]] == ["NORTH", "OPS"]
    assert ours("departments", "archive", "OPS").code == 4
    ours.does("departments", "merge", "NORTH", "OPS")
    assert ours.does("departments", "show", "NORTH")["merged_into"] == "OPS"
    ours.does("departments", "archive", "OPS")
    ours.does("departments", "unarchive", "OPS")

    ours.does("accounts", "set", "revenue:*", "4000", "--from", "2026-01-01")
    ours.does(
        "accounts", "set", "revenue:ads", "4010", "--department", "OPS", "--from", "2026-02-01"
    )
    asked = ("accounts", "code", "revenue:ads", "--department", "OPS", "--on")
    assert ours.does(*asked, "2026-01-15") == {"code": "4000"}
    assert ours.does(*asked, "2026-02-01") == {"code": "4010"}
    ours.does("accounts", "end", "revenue:ads", "--department", "OPS", "--from", "2026-03-01")
    assert ours.does(*asked, "2026-03-01") == {"code": "4000"}
    assert len(ours.does("accounts", "list")["items"]) == 3
    open_ones = ours.does("accounts", "unmapped", "--on", "2026-03-01", "--limit", "1000")["items"]
    assert "receivable" in {one["account"] for one in open_ones}
    assert "revenue:*" not in {one["account"] for one in open_ones}
    assert ours("accounts", "set", "revenues", "1").code == 2
    assert ours("accounts", "list", "--on", "20260101").code == 2

    ours.does("rates", "set", "eur", "USD", "1.0875", "--from", "2026-11-20", "--source", "ECB")
    (rate,) = ours.does("rates", "list")["items"]
    assert (rate["base"], rate["rate"], rate["on"]) == ("EUR", "1.0875", "2026-11-20")
    again = ("rates", "set", "EUR", "USD", "--from", "2026-11-20", "--source", "x")
    assert ours(*again[:4], "-1", *again[4:]).code == 2
    assert ours(*again[:4], "0", *again[4:]).code == 2


@pytest.mark.parametrize("typed", ["1.234,56", "1,234.56", "1234,56", "1 234.56", "EUR 1.234,56"])
def test_money_is_taken_as_people_type_it(ours: Machine, typed: str) -> None:
    file = given(ours, {"name": "Acme", "currency": "EUR", "credit_limit": typed})
    assert "1,234.56 EUR" in ours("customers", "create", "--file", file).out
    changed = ours("customers", "edit", "C-00001", "--set", f"credit_limit={typed}")
    assert "1,234.56 EUR" in changed.out
    assert ours.does("customers", "show", "C-00001")["credit_limit"]["amount"] == 123456


def test_an_unclear_amount_is_read_as_the_organisation_writes_it(ours: Machine) -> None:
    ours.does("customers", "create", "--file", given(ours, {"name": "A", "currency": "EUR"}))
    change = ("customers", "edit", "C-00001", "--set")
    assert "1,234.00 EUR" in ours(*change, "credit_limit=1,234").out
    assert "3 decimals" in ours(*change, "credit_limit=1.234").err
    ours.does("organisations", "edit", "--locale", "de")
    assert "1,234.00 EUR" in ours(*change, "credit_limit=1.234").out


def test_a_rate_that_may_be_a_thousand_times_as_much_is_not_guessed(ours: Machine) -> None:
    rate = ("rates", "set", "EUR", "USD")
    more = ("--from", "2026-11-20", "--source", "ECB")
    unclear = ours(*rate, "1,087", *more)
    assert unclear.code == 2
    assert "'1,087' may be 1087 or 1.087. Add a zero" in unclear.err
    assert ours(*rate, "1.087", *more).code == 2
    for typed in ("1,0870", "1.0870", "1.0875", "0,9", "1234,5678"):
        assert ours(*rate, typed, *more).code == 0


def test_an_edit_asked_twice_under_one_id_is_done_once(ours: Machine) -> None:
    ours.does("customers", "create", "--file", given(ours, {"name": "A", "currency": "EUR"}))
    request = ("--request", "0190b0b0-0000-7000-8000-0000000000aa")
    change = ("customers", "edit", "C-00001", "--set", "terms=net14", *request)
    assert ours.does(*change) == ours.does(*change)
    assert ours.does("customers", "show", "C-00001")["version"] == 2


def test_a_name_of_the_meta_data_is_told_from_a_field(ours: Machine) -> None:
    data = {"name": "A", "currency": "EUR", "meta_data": {"status": "merged"}}
    ours.does("customers", "create", "--file", given(ours, data))
    lines = ours("customers", "show", "C-00001").out.splitlines()
    assert [line.split() for line in lines if "status" in line] == [
        ["status", "active"], ["meta_data.status", "merged"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (("--department", "NOPE"), 3, "No department has the code 'NOPE'"),
        (("--currency", "zzz"), 2, "'zzz' is not a currency in use"),
        (("--parent", "C-9"), 3, "No customer has the number 'C-9'"),
    ],
)
def test_a_filter_that_names_nothing_is_refused(
    ours: Machine, argv: tuple[str, ...], code: int, said: str
) -> None:
    ran = ours("customers", "list", *argv)
    assert ran.code == code
    assert said in ran.err


def test_nobody_gives_way_to_themselves(ours: Machine) -> None:
    ours.does("customers", "create", "--file", given(ours, {"name": "A", "currency": "EUR"}))
    ran = ours("customers", "merge", "C-00001", "C-00001")
    assert (ran.code, ran.err) == (
        4, "Twice the same: C-00001 cannot give way to itself. Name two.\n",
    )  # fmt: skip


def test_an_import_tells_how_many_in_plain_words(ours: Machine) -> None:
    file = ours.home / "new.csv"
    file.write_text('name,currency,credit_limit\nOne,EUR,"1.234,56"\n', encoding="utf-8")
    said = ours("customers", "import", file, "--dry-run").out
    assert said == "1 row checked, all usable; nothing was written.\n"
    assert ours("customers", "import", file).out == "1 customer taken in.\n"
    assert "taken in before" in ours("customers", "import", file).out
